import './support/quiet';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { lookAround } from '../../functions/notify/where';
import { findAddresses } from '../../functions/shared/addresses';
import { observe } from '../../functions/verify-instance-state/observe';
import { A, B, cluster, ELASTIC_IP, OTHER_SUBNET, SUBNET, vips } from './support/clusters';
import { ec2Error, instances, interfaces } from './support/ec2';

const ec2 = mockClient(EC2Client);
const cloudWatch = mockClient(CloudWatchClient);
const reader = new EC2Client({});
const of = cluster({ virtualIps: vips(2) });
const look = (seenIn = of) => observe(reader, new CloudWatchClient({}), seenIn);

beforeEach(() => {
  ec2.reset();
  cloudWatch.reset();
  ec2.on(DescribeInstancesCommand).resolves({});
  ec2.on(DescribeNetworkInterfacesCommand).resolves({});
  ec2.on(DescribeInstanceStatusCommand).resolves({});
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
            Tags: [
              { Key: 'vip-failover:paused', Value: 'upgrade' },
              { Key: 'Name', Value: 'mail' },
            ],
            NetworkInterfaces: [
              {
                NetworkInterfaceId: A.networkInterfaceId,
                SubnetId: SUBNET,
                Attachment: { Status: 'attached' },
                PrivateIpAddresses: [{}, {}, {}],
              },
              { NetworkInterfaceId: 'eni-0b', SubnetId: OTHER_SUBNET, Attachment: { Status: 'detaching' } },
              { NetworkInterfaceId: 'eni-0c', SubnetId: OTHER_SUBNET },
            ],
          },
          { InstanceId: B.instanceId, State: { Name: 'running' } },
        ],
      },
    ],
  });
  ec2.on(DescribeInstanceStatusCommand).resolves({
    InstanceStatuses: [
      { InstanceId: B.instanceId, SystemStatus: { Status: 'impaired' } },
      {
        InstanceId: A.instanceId,
        SystemStatus: { Status: 'ok' },
        InstanceStatus: { Status: 'initializing' },
        AttachedEbsStatus: { Status: 'not-applicable' },
      },
    ],
  });
  expect((await look()).instances).toEqual({
    [A.instanceId]: {
      state: 'running',
      systemCheck: 'ok',
      instanceCheck: 'initializing',
      ebsCheck: 'not-applicable',
      instanceType: 't3.large',
      launchTime: '2026-01-02T03:04:05.000Z',
      tags: { 'vip-failover:paused': 'upgrade', Name: 'mail' },
      interfaces: [
        { networkInterfaceId: A.networkInterfaceId, subnetId: SUBNET, attached: true, addressCount: 3 },
        { networkInterfaceId: 'eni-0b', subnetId: OTHER_SUBNET, attached: false, addressCount: 0 },
        { networkInterfaceId: 'eni-0c', subnetId: OTHER_SUBNET, attached: false, addressCount: 0 },
      ],
    },
    [B.instanceId]: {
      state: 'running',
      systemCheck: 'impaired',
      instanceCheck: null,
      ebsCheck: null,
      instanceType: 'unknown',
      launchTime: null,
      tags: {},
      interfaces: [],
    },
  });
});

test('an instance of which EC2 says nothing is in an unknown state, and no status is asked for', async () => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{}, { Instances: [{ InstanceId: A.instanceId }] }] });
  expect((await look()).instances).toMatchObject({ [A.instanceId]: { state: 'unknown' } });
  expect(ec2.commandCalls(DescribeInstanceStatusCommand)).toHaveLength(0);
});

test('empty answers mean that nothing is there', async () => {
  const watched = cluster({ nodes: [{ ...A, alarms: ['one'] }, B] });
  cloudWatch.on(DescribeAlarmsCommand).resolves({});
  expect(await look(watched)).toEqual({ instances: {}, addresses: [], alarms: [] });
  expect(await look()).toEqual({ instances: {}, addresses: [], alarms: [] });
});

test('addresses: of every interface those that are virtual IPs, with what is on them', async () => {
  const answer = interfaces({ node: A, elasticIp: ELASTIC_IP }, { node: B, address: '10.0.0.6', attached: false });
  const bare = {
    NetworkInterfaceId: 'eni-0c',
    PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.6', Primary: true }, {}],
  };
  const nameless = { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.5' }] };
  const empty = { NetworkInterfaceId: 'eni-0d' };
  ec2
    .on(DescribeNetworkInterfacesCommand)
    .resolves({ NetworkInterfaces: [...(answer.NetworkInterfaces ?? []), bare, nameless, empty] });
  const secondary = { elasticIpAllocationId: null, primary: false };
  expect(await findAddresses(reader, of)).toEqual([
    { ...secondary, ...A, address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP, attached: true },
    { ...secondary, ...B, address: '10.0.0.6', attached: false },
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

const throttled = ec2Error('RequestLimitExceeded', 503);
test.each([
  ['DescribeInstances', () => ec2.on(DescribeInstancesCommand).rejects(throttled)],
  ['DescribeInstanceStatus', () => ec2.on(DescribeInstanceStatusCommand).rejects(throttled)],
  ['DescribeNetworkInterfaces', () => ec2.on(DescribeNetworkInterfacesCommand).rejects(throttled)],
])('a throttled %s is named', async (name, throttle) => {
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running']));
  throttle();
  await expect(look()).rejects.toThrow(`${name}: RequestLimitExceeded`);
});

test('throttled alarms are named', async () => {
  cloudWatch.on(DescribeAlarmsCommand).rejects(Object.assign(new Error('slow down'), { name: 'Throttling' }));
  await expect(look(cluster({ nodes: [{ ...A, alarms: ['one'] }, B] }))).rejects.toThrow('DescribeAlarms: Throttling');
});

describe('the look around for a failure notice', () => {
  test('says where each address is and in what state each node is', async () => {
    ec2.on(DescribeInstancesCommand).resolves(instances([B, 'running'], [A, 'stopped']));
    ec2
      .on(DescribeNetworkInterfacesCommand)
      .resolves(interfaces({ node: A, primary: true, elasticIp: ELASTIC_IP }, { node: B, address: '10.0.0.6' }));
    expect(await lookAround(reader, of)).toEqual({
      addresses: [
        expect.objectContaining({
          ...A,
          address: '10.0.0.5',
          elasticIpAllocationId: ELASTIC_IP,
          primary: true,
          instanceState: 'stopped',
        }),
        expect.objectContaining({ ...B, address: '10.0.0.6', primary: false, instanceState: 'running' }),
      ],
      nodes: [
        { ...A, state: 'stopped', attached: true },
        { ...B, state: 'running', attached: true },
      ],
    });
    expect(ec2.commandCalls(DescribeInstancesCommand).map(({ args }) => args[0].input)).toEqual([
      { Filters: [{ Name: 'instance-id', Values: [A.instanceId, B.instanceId] }] },
    ]);
  });
  test('an interface that is on its way, on another instance or not told of is not attached', async () => {
    const attached = async (networkInterfaces: object[] | undefined) => {
      const answer = { InstanceId: A.instanceId, State: {}, NetworkInterfaces: networkInterfaces };
      ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{}, { Instances: [answer as object] }] });
      return (await lookAround(reader, of)).nodes[0];
    };
    const other = { NetworkInterfaceId: 'eni-0c', Attachment: { Status: 'attached' } };
    const mine = { NetworkInterfaceId: A.networkInterfaceId };
    const not = { ...A, state: null, attached: false };
    expect(await attached(undefined)).toEqual(not);
    expect(await attached([other])).toEqual(not);
    expect(await attached([other, mine])).toEqual(not);
    expect(await attached([other, { ...mine, Attachment: { Status: 'detaching' } }])).toEqual(not);
    expect(await attached([other, { ...mine, Attachment: { Status: 'attached' } }])).toEqual({
      ...not,
      attached: true,
    });
  });
  test('what nobody holds has no instance, and a node that EC2 does not know no state', async () => {
    expect(await lookAround(reader, cluster())).toEqual({
      addresses: [
        {
          address: '10.0.0.5',
          networkInterfaceId: null,
          instanceId: null,
          elasticIpAllocationId: null,
          primary: false,
          instanceState: null,
        },
      ],
      nodes: [
        { ...A, state: null, attached: false },
        { ...B, state: null, attached: false },
      ],
    });
  });
  test('a throttled look is named', async () => {
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('RequestLimitExceeded', 503));
    await expect(lookAround(reader, of)).rejects.toThrow('DescribeInstances: RequestLimitExceeded');
  });
});
