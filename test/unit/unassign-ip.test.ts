import './support/quiet';
import {
  DescribeNetworkInterfacesCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Plan } from '../../functions/shared/types';
import { handler } from '../../functions/unassign-ip';
import { contains } from '../../functions/unassign-ip/rehearse';
import { A, B, C, cluster, ELASTIC_IP, SUBNET, vips } from './support/clusters';
import { ec2Error, interfaces } from './support/ec2';
import { execution, plan, rehearsal, target } from './support/plans';

const ec2 = mockClient(EC2Client);
beforeEach(() => ec2.reset());

const run = (of: Plan) => handler({ execution: execution(), plan: of });
const requests = () => ec2.commandCalls(UnassignPrivateIpAddressesCommand).map(({ args }) => args[0].input);
const unassign = (...addresses: string[]) => ({
  NetworkInterfaceId: A.networkInterfaceId,
  PrivateIpAddresses: addresses,
});
const two = cluster({ virtualIps: vips(2) });

test('takes the addresses off their source and says when', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).resolves({});
  const output = await run(plan({}, two));
  expect(requests()).toEqual([unassign('10.0.0.5', '10.0.0.6')]);
  expect(output).toMatchObject({ released: ['10.0.0.5', '10.0.0.6'], alreadyGone: [], kept: [], findings: [] });
  expect(Math.abs(Date.now() - Date.parse(output.releasedAt ?? ''))).toBeLessThan(5_000);
});

test('takes split addresses off every source', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).resolves({});
  const sources = [
    { ...A, addresses: ['10.0.0.5'] },
    { ...C, addresses: ['10.0.0.6'] },
  ];
  const output = await run(plan({ sources, target: target(B) }, two));
  expect(requests().map(({ NetworkInterfaceId }) => NetworkInterfaceId)).toEqual([
    A.networkInterfaceId,
    C.networkInterfaceId,
  ]);
  expect(output.released).toEqual(['10.0.0.5', '10.0.0.6']);
});

test('without a source there is nothing to do', async () => {
  expect(await run(plan({ sources: [] }))).toMatchObject({ released: [], releasedAt: null });
  expect(ec2.calls()).toHaveLength(0);
});

test.each(['InvalidNetworkInterfaceID.NotFound', 'InvalidParameterValue', 'SomethingNew'])(
  '%s is success when a look shows that the addresses are gone',
  async (code) => {
    ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error(code));
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
    expect(await run(plan())).toMatchObject({ released: [], alreadyGone: ['10.0.0.5'], releasedAt: null });
  },
);

test('addresses that another execution has moved on are gone, too', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error('SomethingNew'));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
  expect(await run(plan())).toMatchObject({ alreadyGone: ['10.0.0.5'] });
});

test('when some are gone, the others are taken off', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).rejectsOnce(ec2Error('InvalidParameterValue')).resolves({});
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A, address: '10.0.0.6' }));
  expect(await run(plan({}, two))).toMatchObject({ released: ['10.0.0.6'], alreadyGone: ['10.0.0.5'] });
  expect(requests()).toEqual([unassign('10.0.0.5', '10.0.0.6'), unassign('10.0.0.6')]);
});

test('when the others go while it looks, all are gone', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error('InvalidParameterValue'));
  ec2
    .on(DescribeNetworkInterfacesCommand)
    .resolvesOnce(interfaces({ node: A, address: '10.0.0.6' }))
    .resolves(interfaces());
  const output = await run(plan({}, two));
  expect(output).toMatchObject({ released: [], alreadyGone: ['10.0.0.5', '10.0.0.6'] });
});

test.each(['InvalidParameterValue', 'InvalidNetworkInterfaceID.NotFound'])(
  'EC2 refuses with %s what a lagging read still shows: the refusal counts, and the assignment takes what is left',
  async (code) => {
    ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error(code));
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
    expect(await run(plan())).toMatchObject({ released: [], alreadyGone: ['10.0.0.5'], releasedAt: null });
  },
);

test('a missing permission is never taken for success', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  await expect(run(plan())).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
});

test('a throttled call is transient, and nobody looks', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error('RequestLimitExceeded', 503));
  await expect(run(plan())).rejects.toMatchObject({
    name: 'TransientAwsError',
    message: expect.stringContaining('UnassignPrivateIpAddresses: RequestLimitExceeded'),
  });
  expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
});

describe('Elastic IPs', () => {
  const of = cluster({
    virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
  });
  const holders = (first: string | null, second: string | null) => [
    { address: '10.0.0.5', ...A, elasticIpAllocationId: first },
    { address: '10.0.0.6', ...A, elasticIpAllocationId: second },
  ];

  test('the configured one does not keep its address in place: it is associated again later', async () => {
    ec2.on(UnassignPrivateIpAddressesCommand).resolves({});
    expect(await run(plan({ holders: holders(ELASTIC_IP, null) }, of))).toMatchObject({
      released: ['10.0.0.5', '10.0.0.6'],
    });
  });
  test('an address with one that the configuration does not name stays, the others leave', async () => {
    ec2.on(UnassignPrivateIpAddressesCommand).resolves({});
    const output = await run(plan({ holders: holders(ELASTIC_IP, 'eipalloc-0ffff') }, of));
    expect(output).toMatchObject({
      released: ['10.0.0.5'],
      kept: [{ address: '10.0.0.6', why: 'FOREIGN_ELASTIC_IP' }],
    });
    expect(requests()).toEqual([unassign('10.0.0.5')]);
  });
  test('another one than the configured one is not dropped either', async () => {
    const only = plan({ holders: holders('eipalloc-0ffff', 'eipalloc-0ffff') }, of);
    expect((await run(only)).kept.map(({ address }) => address)).toEqual(['10.0.0.5', '10.0.0.6']);
    expect(requests()).toEqual([]);
  });
});

test('an atomic handover leaves all addresses in place', async () => {
  const output = await run(plan({}, cluster({ virtualIps: vips(2), handover: 'atomic' })));
  expect(output).toEqual({
    released: [],
    alreadyGone: [],
    kept: [
      { address: '10.0.0.5', why: 'ATOMIC' },
      { address: '10.0.0.6', why: 'ATOMIC' },
    ],
    releasedAt: null,
    findings: [],
  });
  expect(ec2.calls()).toHaveLength(0);
});

test('an address that nobody holds is not said to be left in place', async () => {
  const of = cluster({ virtualIps: vips(2), handover: 'atomic' });
  const output = await run(plan({ sources: [{ ...A, addresses: ['10.0.0.6'] }] }, of));
  expect(output.kept).toEqual([{ address: '10.0.0.6', why: 'ATOMIC' }]);
});

describe('a rehearsal', () => {
  test('takes nothing off and warns where no explicit reservation holds the address', async () => {
    ec2.on(GetSubnetCidrReservationsCommand).resolves({
      SubnetIpv4CidrReservations: [
        { Cidr: '10.0.0.6/32', ReservationType: 'explicit' },
        { Cidr: '10.0.0.0/28', ReservationType: 'prefix' },
      ],
    });
    const output = await run(rehearsal({ cluster: two }));
    expect(requests()).toEqual([]);
    expect(output.findings).toEqual([{ severity: 'warning', code: 'NO_RESERVATION', detail: '10.0.0.5' }]);
    expect(output).toMatchObject({
      released: [],
      releasedAt: null,
      kept: [
        { address: '10.0.0.5', why: 'REHEARSAL' },
        { address: '10.0.0.6', why: 'REHEARSAL' },
      ],
    });
    expect(ec2.commandCalls(GetSubnetCidrReservationsCommand)[0]?.args[0].input).toEqual({ SubnetId: SUBNET });
  });
  test('says of every address why it stays: for good reason, or because this is a rehearsal', async () => {
    ec2.on(GetSubnetCidrReservationsCommand).resolves({});
    const holders = [
      { address: '10.0.0.5', ...A, elasticIpAllocationId: 'eipalloc-0ffff' },
      { address: '10.0.0.6', ...A, elasticIpAllocationId: null },
    ];
    expect(await run(rehearsal({ cluster: two, holders }))).toEqual({
      released: [],
      alreadyGone: [],
      kept: [
        { address: '10.0.0.5', why: 'FOREIGN_ELASTIC_IP' },
        { address: '10.0.0.6', why: 'REHEARSAL' },
      ],
      releasedAt: null,
      findings: ['10.0.0.5', '10.0.0.6'].map((detail) => ({ severity: 'warning', code: 'NO_RESERVATION', detail })),
    });
  });
  test('is content with any explicit reservation that holds the address', async () => {
    const explicit = ['10.0.0.6/32', '10.0.0.5/32'].map((Cidr) => ({ Cidr, ReservationType: 'explicit' as const }));
    ec2.on(GetSubnetCidrReservationsCommand).resolves({ SubnetIpv4CidrReservations: explicit });
    expect((await run(rehearsal({ cluster: two }))).findings).toEqual([]);
  });
  test('that is throttled says in which call', async () => {
    ec2.on(GetSubnetCidrReservationsCommand).rejects(ec2Error('RequestLimitExceeded', 503));
    await expect(run(rehearsal())).rejects.toThrow('GetSubnetCidrReservations: RequestLimitExceeded');
  });
  test('of an atomic handover asks for no reservation', async () => {
    expect((await run(rehearsal({ cluster: cluster({ handover: 'atomic' }) }))).findings).toEqual([]);
    expect(ec2.calls()).toHaveLength(0);
  });
  test.each([
    ['10.0.0.0/28', '10.0.0.15', true],
    ['10.0.0.0/28', '10.0.0.16', false],
    ['10.0.0.5/32', '10.0.0.5', true],
    ['10.0.0.5/32', '10.0.0.4', false],
    ['10.0.1.0/24', '10.0.2.5', false],
    ['10.1.0.0/16', '10.2.0.5', false],
    ['192.168.0.0/16', '192.168.255.255', true],
    ['0.0.0.0/0', '255.255.255.255', true],
  ])('%s contains %s: %s', (cidr, address, expected) => {
    expect(contains(cidr, address)).toBe(expected);
  });
});

test('a plan of more than 15 s is refused untouched', async () => {
  const old = plan({ decidedAt: new Date(Date.now() - 15_100).toISOString() });
  await expect(run(old)).rejects.toMatchObject({ name: 'PlanStale' });
  expect(ec2.calls()).toHaveLength(0);
  ec2.on(UnassignPrivateIpAddressesCommand).resolves({});
  await expect(run(plan({ decidedAt: new Date(Date.now() - 14_000).toISOString() }))).resolves.toBeDefined();
});
