import '../support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import {
  holdersOf,
  interfaceOf,
  interfacesWith,
  isReady,
  readAddresses,
  readSnapshot,
} from '../../../functions/shared/snapshot';
import { A, B, C, cluster, ELASTIC_IP, SUBNET, vips } from '../notify/builders';
import { ec2Error, instances, interfaces, THROTTLED } from '../support/ec2';
import { face, instance, OTHER_SUBNET, snapshotOf, stopped } from '../support/facts';

const ec2 = mockClient(EC2Client);
const client = new EC2Client({});
const of = cluster({ virtualIps: vips(2) });

beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeNetworkInterfacesCommand).resolves({});
});

const asked = ({ name }: { readonly name: string }) =>
  ec2
    .calls()
    .map(({ args }) => args[0])
    .filter((command) => command.constructor.name === name)
    .map(({ input }) => input);

test('a snapshot takes two filtered calls, which show what other services manage, too', async () => {
  await readSnapshot(client, of);
  expect(asked(DescribeInstancesCommand)).toEqual([
    { Filters: [{ Name: 'instance-id', Values: [A.instanceId, B.instanceId] }], IncludeManagedResources: true },
  ]);
  expect(asked(DescribeNetworkInterfacesCommand)).toEqual([
    {
      Filters: [
        { Name: 'subnet-id', Values: [SUBNET] },
        { Name: 'addresses.private-ip-address', Values: ['10.0.0.5', '10.0.0.6'] },
      ],
      IncludeManagedResources: true,
    },
  ]);
  expect(ec2.calls()).toHaveLength(2);
});

test('the two calls are made at once', async () => {
  ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
  await expect(readSnapshot(client, of)).rejects.toThrow('RequestLimitExceeded');
  expect(asked(DescribeInstancesCommand)).toHaveLength(1);
});

test('in turn, no token is spent on the second where the first is refused', async () => {
  ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
  await expect(readSnapshot(client, of, true)).rejects.toThrow('RequestLimitExceeded');
  expect(asked(DescribeInstancesCommand)).toHaveLength(0);
});

test('what EC2 says of a node becomes what the decision reads', async () => {
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [
      {
        Instances: [
          {
            InstanceId: A.instanceId,
            InstanceType: 't3.large',
            LaunchTime: new Date('2026-01-02T03:04:05Z'),
            State: { Name: 'running' },
            Tags: [{ Key: 'vip-failover:paused', Value: 'upgrade' }, { Key: 'Name', Value: 'mail' }, {}],
            NetworkInterfaces: [
              {
                NetworkInterfaceId: A.networkInterfaceId,
                SubnetId: SUBNET,
                Attachment: { Status: 'attached' },
                PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.4' }, {}, { PrivateIpAddress: '10.0.0.5' }],
              },
              { NetworkInterfaceId: 'eni-0b', SubnetId: OTHER_SUBNET, Attachment: { Status: 'detaching' } },
              {},
            ],
          },
          { InstanceId: B.instanceId, State: { Name: 'running' } },
          {},
        ],
      },
      {},
    ],
  });
  expect((await readSnapshot(client, of)).instances).toEqual({
    [A.instanceId]: {
      state: 'running',
      instanceType: 't3.large',
      launchTime: '2026-01-02T03:04:05.000Z',
      tags: { 'vip-failover:paused': 'upgrade', Name: 'mail', '': '' },
      interfaces: [
        {
          networkInterfaceId: A.networkInterfaceId,
          subnetId: SUBNET,
          attached: true,
          addresses: ['10.0.0.4', '10.0.0.5'],
        },
        { networkInterfaceId: 'eni-0b', subnetId: OTHER_SUBNET, attached: false, addresses: [] },
        { networkInterfaceId: '', subnetId: '', attached: false, addresses: [] },
      ],
    },
    [B.instanceId]: { state: 'running', instanceType: 'unknown', launchTime: null, tags: {}, interfaces: [] },
    '': { state: 'unknown', instanceType: 'unknown', launchTime: null, tags: {}, interfaces: [] },
  });
});

test('addresses: of every interface those that are virtual IPs, with what is on them', async () => {
  const answer = interfaces({ node: A, elasticIp: ELASTIC_IP }, { node: B, address: '10.0.0.6', attached: false });
  const bare = {
    NetworkInterfaceId: 'eni-0c',
    PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.6', Primary: true }, {}],
  };
  const nameless = { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.5' }] };
  ec2.on(DescribeNetworkInterfacesCommand).resolves({
    NetworkInterfaces: [...(answer.NetworkInterfaces ?? []), bare, nameless, { NetworkInterfaceId: 'eni-0d' }],
  });
  const secondary = { elasticIpAllocationId: null, primary: false };
  const ids = ({ instanceId, networkInterfaceId }: typeof A) => ({ instanceId, networkInterfaceId });
  expect(await readAddresses(client, of)).toEqual([
    { ...secondary, ...ids(A), address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP, attached: true },
    { ...secondary, ...ids(B), address: '10.0.0.6', attached: false },
    {
      ...secondary,
      networkInterfaceId: 'eni-0c',
      instanceId: null,
      address: '10.0.0.6',
      primary: true,
      attached: false,
    },
  ]);
});

test('empty answers mean that nothing is there', async () => {
  expect(await readSnapshot(client, of)).toEqual({ instances: {}, addresses: [] });
});

test('an answer of several pages is read to its end', async () => {
  ec2
    .on(DescribeInstancesCommand)
    .resolves({ ...instances([A, 'running']), NextToken: 'more' })
    .on(DescribeInstancesCommand, { NextToken: 'more' })
    .resolves({ ...instances([B, 'stopped']), NextToken: '' });
  ec2
    .on(DescribeNetworkInterfacesCommand)
    .resolves({ NextToken: 'more' })
    .on(DescribeNetworkInterfacesCommand, { NextToken: 'more' })
    .resolves(interfaces({ node: B }));
  const snapshot = await readSnapshot(client, of);
  expect(Object.keys(snapshot.instances)).toEqual([A.instanceId, B.instanceId]);
  expect(holdersOf(of, snapshot)).toMatchObject([{ instanceId: B.instanceId }, { instanceId: null }]);
});

test.each([
  ['DescribeInstances', () => ec2.on(DescribeInstancesCommand).rejects(THROTTLED)],
  ['DescribeNetworkInterfaces', () => ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED)],
])('a throttled %s is named', async (name, throttle) => {
  throttle();
  await expect(readSnapshot(client, of)).rejects.toThrow(`${name}: RequestLimitExceeded`);
});

describe('while another zone of the Region is disrupted, calls that name no IDs fail', () => {
  const unavailable = ec2Error('Unavailable', 503);
  const gone = ec2Error('InvalidInstanceID.NotFound');
  const byFilter = { Filters: [{ Name: 'instance-id', Values: [A.instanceId, B.instanceId] }] };
  const states = async () =>
    Object.entries((await readSnapshot(client, of)).instances).map(([id, { state }]) => [id, state]);
  beforeEach(() => void ec2.on(DescribeInstancesCommand, byFilter).rejects(unavailable));

  test('then the instances are asked for by their IDs', async () => {
    ec2
      .on(DescribeInstancesCommand, { InstanceIds: [A.instanceId, B.instanceId] })
      .resolves(instances([A, 'stopped'], [B, 'running']));
    expect(await states()).toEqual([
      [A.instanceId, 'stopped'],
      [B.instanceId, 'running'],
    ]);
    expect(asked(DescribeInstancesCommand)[1]).toEqual({
      InstanceIds: [A.instanceId, B.instanceId],
      IncludeManagedResources: true,
    });
  });
  test('each alone where one has vanished, which then is absent', async () => {
    ec2
      .on(DescribeInstancesCommand, { InstanceIds: [A.instanceId, B.instanceId] })
      .rejects(gone)
      .on(DescribeInstancesCommand, { InstanceIds: [A.instanceId] })
      .rejects(gone)
      .on(DescribeInstancesCommand, { InstanceIds: [B.instanceId] })
      .resolves(instances([B, 'running']));
    expect(await states()).toEqual([[B.instanceId, 'running']]);
  });
  test('where that fails too, the first error counts', async () => {
    ec2.on(DescribeInstancesCommand, { InstanceIds: [A.instanceId, B.instanceId] }).rejects(ec2Error('AuthFailure'));
    await expect(states()).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: 'DescribeInstances: Unavailable: EC2 says Unavailable.',
    });
    ec2
      .on(DescribeInstancesCommand, { InstanceIds: [A.instanceId, B.instanceId] })
      .rejects(gone)
      .on(DescribeInstancesCommand, { InstanceIds: [A.instanceId] })
      .rejects(ec2Error('AuthFailure'));
    await expect(states()).rejects.toThrow('DescribeInstances: Unavailable');
  });
  test('a throttle is no disruption: asking more would only add to it', async () => {
    ec2.on(DescribeInstancesCommand, byFilter).rejects(THROTTLED);
    await expect(states()).rejects.toThrow('RequestLimitExceeded');
    expect(asked(DescribeInstancesCommand)).toHaveLength(1);
  });
  test('nor is an error that no repetition changes', async () => {
    ec2.on(DescribeInstancesCommand, byFilter).rejects(ec2Error('UnauthorizedOperation', 403));
    await expect(states()).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect(asked(DescribeInstancesCommand)).toHaveLength(1);
  });
});

test('every virtual IP has an entry among the holders, also the one that nobody holds', () => {
  const snapshot = snapshotOf(of, { holders: [null, A], elasticIps: [null, ELASTIC_IP] });
  expect(holdersOf(of, snapshot)).toEqual([
    { address: '10.0.0.5', networkInterfaceId: null, instanceId: null, elasticIpAllocationId: null },
    {
      address: '10.0.0.6',
      networkInterfaceId: A.networkInterfaceId,
      instanceId: A.instanceId,
      elasticIpAllocationId: ELASTIC_IP,
    },
  ]);
});

test('an address may be on several interfaces, as lagging reads show it', () => {
  const { addresses } = snapshotOf(of, { holders: [A, B] });
  expect(interfacesWith('10.0.0.6', { addresses })).toEqual([B.networkInterfaceId]);
  const twice = { addresses: addresses.map((each) => ({ ...each, address: '10.0.0.5' })) };
  expect(interfacesWith('10.0.0.5', twice)).toEqual([A.networkInterfaceId, B.networkInterfaceId]);
  expect(interfacesWith('10.0.0.9', twice)).toEqual([]);
});

describe('a node is ready', () => {
  const ready = (found: ReturnType<typeof instance> | null) =>
    isReady(A, snapshotOf(of, { holders: null, instances: { [A.instanceId]: found } }));
  test.each<[string, ReturnType<typeof instance> | null, boolean]>([
    ['when it runs with its interface attached', instance(A), true],
    ['whatever else is attached to it', instance(A, { interfaces: [face(B, { attached: false }), face(A)] }), true],
    ['not when it is stopped', stopped(A), false],
    ['not when EC2 does not show it', null, false],
    ['not when its interface is on its way', instance(A, { interfaces: [face(A, { attached: false })] }), false],
    ['not when it lacks its interface', instance(A, { interfaces: [face(B)] }), false],
  ])('%s', (_when, found, expected) => {
    expect(ready(found)).toBe(expected);
  });
  test('its interface is the configured one', () => {
    const snapshot = snapshotOf(of, { instances: { [A.instanceId]: instance(A, { interfaces: [face(B), face(A)] }) } });
    expect(interfaceOf(A, snapshot)).toMatchObject({ networkInterfaceId: A.networkInterfaceId });
    expect(interfaceOf(C, snapshot)).toBeUndefined();
  });
});
