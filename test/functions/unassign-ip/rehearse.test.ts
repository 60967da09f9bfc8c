import '../support/quiet';
import { DescribeSubnetsCommand, EC2Client, GetSubnetCidrReservationsCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Plan } from '../../../functions/shared/plan';
import { contains, isReserved, rehearseUnassign } from '../../../functions/unassign-ip/rehearse';
import { A, cluster, holders, rehearsal, SUBNET, vips } from '../notify/builders';
import { ec2Error, THROTTLED } from '../support/ec2';

const ec2 = mockClient(EC2Client);
const two = cluster({ virtualIps: vips(2) });

beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [{ CidrBlock: '10.0.0.0/24' }] });
  ec2.on(GetSubnetCidrReservationsCommand).resolves({
    SubnetIpv4CidrReservations: [{ Cidr: '10.0.0.0/24', ReservationType: 'explicit' }],
  });
});

const run = (changes: Partial<Plan> = {}) =>
  rehearseUnassign(new EC2Client({}), rehearsal({ cluster: two, ...changes }), 2);
const findings = async (of = two) => (await run({ cluster: of })).findings;

test('takes nothing off', async () => {
  expect(await run()).toEqual({
    released: [],
    alreadyGone: [],
    kept: [
      { address: '10.0.0.5', why: 'REHEARSAL' },
      { address: '10.0.0.6', why: 'REHEARSAL' },
    ],
    releasedAt: null,
    refused: null,
    findings: [],
  });
  expect(ec2.calls().map(({ args }) => args[0].input)).toEqual([
    { Filters: [{ Name: 'subnet-id', Values: [SUBNET] }] },
    { SubnetId: SUBNET },
  ]);
});

test('says of every address why it stays: for good reason, or because this is a rehearsal', async () => {
  const found = holders(two, A).map((holder, index) =>
    index === 0 ? { ...holder, elasticIpAllocationId: 'eipalloc-0ffff' } : holder,
  );
  expect((await run({ holders: found })).kept).toEqual([
    { address: '10.0.0.5', why: 'FOREIGN_ELASTIC_IP' },
    { address: '10.0.0.6', why: 'REHEARSAL' },
  ]);
  expect((await run({ sources: [] })).kept).toEqual([]);
});

describe('reservations', () => {
  const reserved = (...cidrs: string[]) =>
    ec2.on(GetSubnetCidrReservationsCommand).resolves({
      SubnetIpv4CidrReservations: cidrs.map((Cidr) => ({ Cidr, ReservationType: 'explicit' as const })),
    });
  test('an address that no explicit one holds could be handed to a new interface', async () => {
    ec2.on(GetSubnetCidrReservationsCommand).resolves({
      SubnetIpv4CidrReservations: [
        { Cidr: '10.0.0.6/32', ReservationType: 'explicit' },
        { Cidr: '10.0.0.0/28', ReservationType: 'prefix' },
        { ReservationType: 'explicit' },
      ],
    });
    expect(await findings()).toEqual([{ severity: 'warning', code: 'NO_RESERVATION', detail: '10.0.0.5' }]);
  });
  test('any explicit one that holds it is enough', async () => {
    reserved('10.0.0.6/32', '10.0.0.5/32');
    expect(await findings()).toEqual([]);
  });
  test('without any, every address is named', async () => {
    ec2.on(GetSubnetCidrReservationsCommand).resolves({});
    expect((await findings()).map(({ detail }) => detail)).toEqual(['10.0.0.5', '10.0.0.6']);
  });
  test('are not asked for under an atomic handover', async () => {
    expect(await findings(cluster({ handover: 'atomic' }))).toEqual([]);
    expect(ec2.commandCalls(GetSubnetCidrReservationsCommand)).toHaveLength(0);
  });
});

describe('where the addresses lie in their subnet', () => {
  const at = (...addresses: string[]) =>
    findings(cluster({ virtualIps: addresses.map((address) => ({ address })), handover: 'atomic' }));
  test('one outside of it can never be assigned', async () => {
    expect(await at('10.0.1.5', '10.0.0.5')).toEqual([
      { severity: 'problem', code: 'OUTSIDE_SUBNET', detail: `10.0.1.5 is not in 10.0.0.0/24 of ${SUBNET}` },
    ]);
  });
  test('neither can one that AWS keeps', async () => {
    expect(await at('10.0.0.3', '10.0.0.255')).toEqual([
      {
        severity: 'problem',
        code: 'RESERVED_BY_AWS',
        detail: '10.0.0.3 is one of the five addresses of 10.0.0.0/24 that AWS keeps',
      },
      {
        severity: 'problem',
        code: 'RESERVED_BY_AWS',
        detail: '10.0.0.255 is one of the five addresses of 10.0.0.0/24 that AWS keeps',
      },
    ]);
  });
  test.each([[{}], [{ Subnets: [] }], [{ Subnets: [{}] }]])(
    'a subnet of which nothing is known is no finding: %j',
    async (answer) => {
      ec2.on(DescribeSubnetsCommand).resolves(answer);
      expect(await at('10.0.1.5')).toEqual([]);
    },
  );
});

test('what cannot be read is a finding, and keeps no other from being found', async () => {
  ec2.on(DescribeSubnetsCommand).rejects(THROTTLED);
  ec2.on(GetSubnetCidrReservationsCommand).rejects(ec2Error('UnauthorizedOperation', 403));
  expect(await findings()).toEqual([
    {
      severity: 'problem',
      code: 'NOT_READ',
      detail: 'TransientAwsError: DescribeSubnets: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
    },
    { severity: 'problem', code: 'NOT_READ', detail: 'UnauthorizedOperation: EC2 says UnauthorizedOperation.' },
  ]);
  ec2.on(GetSubnetCidrReservationsCommand).rejects(THROTTLED);
  expect((await findings())[1]?.detail).toContain('GetSubnetCidrReservations: RequestLimitExceeded');
});

test.each([
  ['10.0.0.0/28', '10.0.0.15', true],
  ['10.0.0.0/28', '10.0.0.16', false],
  ['10.0.0.5/32', '10.0.0.5', true],
  ['10.0.0.5', '10.0.0.5', true],
  ['10.0.0.5', '10.0.0.4', false],
  ['10.0.0.5/32', '10.0.0.4', false],
  ['10.0.1.0/24', '10.0.2.5', false],
  ['10.1.0.0/16', '10.2.0.5', false],
  ['192.168.0.0/16', '192.168.255.255', true],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['', '10.0.0.5', false],
  ['fd00::/64', '10.0.0.5', false],
  ['10.0.0.0/24', 'fd00::5', false],
])('%s contains %s: %s', (cidr, address, expected) => {
  expect(contains(cidr, address)).toBe(expected);
});

test.each([
  ['10.0.0.16/28', '10.0.0.16', true],
  ['10.0.0.16/28', '10.0.0.19', true],
  ['10.0.0.16/28', '10.0.0.20', false],
  ['10.0.0.16/28', '10.0.0.30', false],
  ['10.0.0.16/28', '10.0.0.31', true],
  ['10.20.0.0/16', '10.20.0.255', false],
  ['10.20.0.0/16', '10.20.255.255', true],
  ['172.16.8.0/21', '172.16.15.254', false],
  ['172.16.8.0/21', '172.16.15.255', true],
])('of %s AWS keeps %s: %s', (cidr, address, expected) => {
  expect(isReserved(cidr, address)).toBe(expected);
});
