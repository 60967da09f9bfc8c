import './support/quiet';
import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../functions/assign-ip';
import type { Holder, Plan, UnassignIpOutput } from '../../functions/shared/types';
import { A, B, cluster, ELASTIC_IP, vips } from './support/clusters';
import { ec2Error, interfaces } from './support/ec2';
import { execution, plan, rehearsal, target, unassigned } from './support/plans';

const ec2 = mockClient(EC2Client);
beforeEach(() => {
  ec2.reset();
  ec2.on(AssignPrivateIpAddressesCommand).resolves({});
  ec2.on(AssociateAddressCommand).resolves({});
});

const run = (of: Plan, before: UnassignIpOutput = unassigned()) =>
  handler({ execution: execution(), plan: of, unassigned: before });
const associations = () => ec2.commandCalls(AssociateAddressCommand).map(({ args }) => args[0].input);

test.each([1, 3, 49])('assigns %i addresses in one call that may take them from anywhere', async (count) => {
  const output = await run(plan({}, cluster({ virtualIps: vips(count) })));
  const addresses = vips(count).map(({ address }) => address);
  expect(ec2.calls().map(({ args }) => args[0].input)).toEqual([
    { NetworkInterfaceId: B.networkInterfaceId, PrivateIpAddresses: addresses, AllowReassignment: true },
  ]);
  expect(output).toMatchObject({ assigned: addresses, reassociated: [], refusals: [], findings: [] });
  expect(Math.abs(Date.now() - Date.parse(output.assignedAt ?? ''))).toBeLessThan(5_000);
});

describe('a target that cannot take the addresses', () => {
  test.each(['PrivateIpAddressLimitExceeded', 'InvalidNetworkInterfaceID.NotFound'])(
    '%s leads to another node',
    async (code) => {
      ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error(code));
      ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
      await expect(run(plan())).rejects.toMatchObject({
        name: 'TargetCannotHold',
        message: expect.stringContaining(code),
      });
    },
  );
  test('that has all of them already has not failed, whatever EC2 says', async () => {
    ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error('InvalidParameterValue'));
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
    await expect(run(plan())).resolves.toMatchObject({ assigned: ['10.0.0.5'] });
  });
  test('that has only some of them has failed', async () => {
    ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error('PrivateIpAddressLimitExceeded'));
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }, { node: A, address: '10.0.0.6' }));
    const two = plan({}, cluster({ virtualIps: vips(2) }));
    await expect(run(two)).rejects.toMatchObject({ name: 'TargetCannotHold' });
  });
  test.each(['UnauthorizedOperation', 'InvalidParameterValue'])('%s is not the fault of the target', async (code) => {
    ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error(code));
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
    await expect(run(plan())).rejects.toMatchObject({ name: code });
  });
  test('is named with its addresses, and with what EC2 said', async () => {
    const error = ec2Error('PrivateIpAddressLimitExceeded');
    ec2.on(AssignPrivateIpAddressesCommand).rejects(error);
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
    await expect(run(plan({}, cluster({ virtualIps: vips(2) })))).rejects.toMatchObject({
      message:
        `${B.networkInterfaceId} of ${B.instanceId} (t3.small) cannot take 10.0.0.5, 10.0.0.6: ` +
        'PrivateIpAddressLimitExceeded: EC2 says PrivateIpAddressLimitExceeded. Trying another node.',
      cause: error,
    });
  });
  test('a throttled call is transient, and nobody looks', async () => {
    ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error('RequestLimitExceeded', 503));
    await expect(run(plan())).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: expect.stringContaining('AssignPrivateIpAddresses: RequestLimitExceeded'),
    });
    expect(ec2.calls()).toHaveLength(1);
  });
});

describe('Elastic IPs', () => {
  const of = cluster({
    virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
  });
  const holders = (elasticIp: string | null): Holder[] => [
    { address: '10.0.0.5', ...A, elasticIpAllocationId: elasticIp },
    { address: '10.0.0.6', ...A, elasticIpAllocationId: 'eipalloc-0ffff' },
  ];
  const nothing = unassigned({ released: [], releasedAt: null });
  const again = {
    AllocationId: ELASTIC_IP,
    NetworkInterfaceId: B.networkInterfaceId,
    PrivateIpAddress: '10.0.0.5',
    AllowReassociation: true,
  };

  test.each<[string, string | null, UnassignIpOutput]>([
    ['the address was taken off', ELASTIC_IP, unassigned()],
    ['the address was found gone', ELASTIC_IP, unassigned({ released: [], alreadyGone: ['10.0.0.5'] })],
    ['the interface died with it', null, nothing],
    ['another one is on the address', 'eipalloc-0ffff', nothing],
  ])('the configured one is associated again when %s', async (_name, found, before) => {
    expect(await run(plan({ holders: holders(found) }, of), before)).toMatchObject({ reassociated: [ELASTIC_IP] });
    expect(associations()).toEqual([again]);
  });
  test('one that travels with its address is left alone', async () => {
    expect(await run(plan({ holders: holders(ELASTIC_IP) }, of), nothing)).toMatchObject({ reassociated: [] });
    expect(associations()).toEqual([]);
  });
  test('is associated only after the address is there', async () => {
    await run(plan({ holders: holders(null) }, of), nothing);
    expect(ec2.calls().map(({ args }) => args[0].constructor.name)).toEqual([
      'AssignPrivateIpAddressesCommand',
      'AssociateAddressCommand',
    ]);
  });
  test('each is looked for on its own address', async () => {
    const other = 'eipalloc-00000000000000002';
    const virtualIps = [...of.virtualIps.slice(0, 1), { address: '10.0.0.6', elasticIpAllocationId: other }];
    const both = cluster({ virtualIps });
    const seen = [
      { address: '10.0.0.5', ...A, elasticIpAllocationId: ELASTIC_IP },
      { address: '10.0.0.6', ...A, elasticIpAllocationId: other },
    ];
    expect(await run(plan({ holders: seen }, both), nothing)).toMatchObject({ reassociated: [] });
  });
  test.each(['InvalidParameterValue', 'UnauthorizedOperation'])(
    'one that EC2 refuses with %s is reported with its words: VerifyEni finds out what that means',
    async (code) => {
      ec2.on(AssociateAddressCommand).rejects(ec2Error(code));
      expect(await run(plan({ holders: holders(null) }, of), nothing)).toMatchObject({
        assigned: ['10.0.0.5', '10.0.0.6'],
        reassociated: [],
        refusals: [
          `EC2 refused to associate ${ELASTIC_IP} with 10.0.0.5 on ${B.networkInterfaceId}: ${code}: EC2 says ${code}.`,
        ],
      });
      expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
    },
  );
  test('one that EC2 refuses keeps no other from its address', async () => {
    const other = 'eipalloc-00000000000000002';
    const both = cluster({
      virtualIps: [
        { address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP },
        { address: '10.0.0.6', elasticIpAllocationId: other },
      ],
    });
    ec2.on(AssociateAddressCommand, again).rejects(ec2Error('InvalidParameterValue'));
    expect(await run(plan({ holders: holders(null) }, both), nothing)).toMatchObject({
      reassociated: [other],
      refusals: [expect.stringContaining(ELASTIC_IP)],
    });
  });
  test('a throttled association is transient', async () => {
    ec2.on(AssociateAddressCommand).rejects(ec2Error('RequestLimitExceeded', 503));
    await expect(run(plan({ holders: holders(null) }, of), nothing)).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: expect.stringContaining('AssociateAddress: RequestLimitExceeded'),
    });
  });
});

describe('a rehearsal', () => {
  const limit = (count: number) =>
    ec2
      .on(DescribeInstanceTypesCommand)
      .resolves({ InstanceTypes: [{ NetworkInfo: { Ipv4AddressesPerInterface: count } }] });
  const three = cluster({ virtualIps: vips(3) });

  test('assigns nothing and finds that there is room', async () => {
    limit(4);
    const output = await run(rehearsal({ cluster: three }));
    expect(output).toEqual({ assigned: [], assignedAt: null, reassociated: [], refusals: [], findings: [] });
    expect(ec2.calls().map(({ args }) => args[0].input)).toEqual([
      { Filters: [{ Name: 'instance-type', Values: ['t3.small'] }] },
    ]);
  });
  test('finds that there is no room', async () => {
    limit(3);
    const { findings } = await run(rehearsal({ cluster: three }));
    expect(findings).toEqual([
      {
        severity: 'problem',
        code: 'NO_ROOM',
        detail: expect.stringContaining('would have 4 addresses; t3.small allows 3'),
      },
    ]);
  });
  test('does not count twice what the target holds already', async () => {
    limit(4);
    const holders = vips(3).map(({ address }) => ({ address, ...B, elasticIpAllocationId: null }));
    expect((await run(rehearsal({ cluster: three, target: target(B, 4), holders }))).findings).toEqual([]);
  });
  test('without a target asks nothing', async () => {
    expect((await run(rehearsal({ target: null }))).findings).toEqual([]);
    expect(ec2.calls()).toHaveLength(0);
  });
  test('an instance type that EC2 does not know is no finding', async () => {
    for (const InstanceTypes of [[], [{}]]) {
      ec2.on(DescribeInstanceTypesCommand).resolves({ InstanceTypes });
      expect((await run(rehearsal())).findings).toEqual([]);
    }
  });
  test('that is throttled says in which call', async () => {
    ec2.on(DescribeInstanceTypesCommand).rejects(ec2Error('RequestLimitExceeded', 503));
    await expect(run(rehearsal())).rejects.toThrow('DescribeInstanceTypes: RequestLimitExceeded');
  });
});

test('a plan of more than 15 s is refused untouched', async () => {
  await expect(run(plan({ decidedAt: new Date(Date.now() - 15_100).toISOString() }))).rejects.toMatchObject({
    name: 'PlanStale',
  });
  expect(ec2.calls()).toHaveLength(0);
});

test('a move without a target is a defect, and says so', async () => {
  await expect(run(plan({ target: null }))).rejects.toThrow('A MOVE plan has no target');
  expect(ec2.calls()).toHaveLength(0);
});
