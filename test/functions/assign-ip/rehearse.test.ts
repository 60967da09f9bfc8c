import '../support/quiet';
import {
  DescribeAddressesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { rehearseAssign } from '../../../functions/assign-ip/rehearse';
import type { ClusterNode } from '../../../functions/shared/cluster';
import { StateUnsettled } from '../../../functions/shared/errors';
import type { Plan } from '../../../functions/shared/plan';
import { A, B, C, cluster, ELASTIC, ELASTIC_IP, rehearsal, vips } from '../notify/builders';
import { ec2Error, THROTTLED } from '../support/ec2';

const ec2 = mockClient(EC2Client);

/** A node's interface with its own primary address, and what is different on it. */
function on({ instanceId, networkInterfaceId }: ClusterNode, changes: NetworkInterface = {}): NetworkInterface {
  return {
    NetworkInterfaceId: networkInterfaceId,
    Attachment: { InstanceId: instanceId },
    PrivateIpAddresses: [{ PrivateIpAddress: '10.0.0.200', Primary: true }],
    ...changes,
  };
}

const limit = (count: number) =>
  ec2
    .on(DescribeInstanceTypesCommand)
    .resolves({ InstanceTypes: [{ NetworkInfo: { Ipv4AddressesPerInterface: count } }] });
const shows = (...NetworkInterfaces: NetworkInterface[]) =>
  ec2.on(DescribeNetworkInterfacesCommand).resolves({ NetworkInterfaces });

beforeEach(() => {
  ec2.reset();
  shows(on(A), on(B));
  limit(10);
  ec2.on(DescribeAddressesCommand).resolves({});
});

const run = (changes: Partial<Plan> = {}, retryCount = 2) =>
  rehearseAssign(new EC2Client({}), rehearsal(changes), retryCount);
const findings = async (changes: Partial<Plan> = {}) => (await run(changes)).findings;

test('assigns nothing, and finds nothing wrong where all is well', async () => {
  expect(await run()).toEqual({
    assigned: [],
    assignedAt: null,
    certain: true,
    reassociated: [],
    refusals: [],
    findings: [],
  });
  expect(ec2.calls().map(({ args }) => args[0].input)).toEqual([
    {
      Filters: [{ Name: 'network-interface-id', Values: [A.networkInterfaceId, B.networkInterfaceId] }],
      IncludeManagedResources: true,
    },
    { Filters: [{ Name: 'instance-type', Values: ['t3.small'] }] },
  ]);
});

describe('room on the interface', () => {
  const three = { cluster: cluster({ virtualIps: vips(3) }) };
  const detail = (needed: number, of: number, prefixes = '') =>
    `${B.networkInterfaceId} of mail-2 (${B.instanceId}) would use ${needed} slots for addresses${prefixes}; t3.small has ${of}`;

  test('is enough for just as many', async () => {
    limit(4);
    expect(await findings(three)).toEqual([]);
  });
  test('is not enough for one more', async () => {
    limit(3);
    expect(await findings(three)).toEqual([{ severity: 'problem', code: 'NO_ROOM', detail: detail(4, 3) }]);
  });
  test('prefixes take slots, too', async () => {
    limit(10);
    const Ipv4Prefixes = Array.from({ length: 9 }, (_, index) => ({ Ipv4Prefix: `10.0.1.${16 * index}/28` }));
    shows(on(A), on(B, { Ipv4Prefixes }));
    expect(await findings()).toEqual([
      { severity: 'problem', code: 'NO_ROOM', detail: detail(11, 10, ', 9 of them prefixes') },
    ]);
  });
  test('64 addresses are possible', async () => {
    limit(64);
    const of = { cluster: cluster({ virtualIps: vips(63) }) };
    expect(await findings(of)).toEqual([]);
    expect(await findings({ cluster: cluster({ virtualIps: vips(64) }) })).toMatchObject([{ code: 'NO_ROOM' }]);
  });
  test('is not counted twice for what is there already', async () => {
    limit(4);
    const addresses = ['10.0.0.200', '10.0.0.5', '10.0.0.6', '10.0.0.7'];
    shows(on(A), on(B, { PrivateIpAddresses: addresses.map((PrivateIpAddress) => ({ PrivateIpAddress })) }));
    expect(await findings(three)).toEqual([]);
  });
  test('is not asked for without a destination, or where EC2 does not show its interface', async () => {
    limit(0);
    expect(await findings({ destination: null })).toEqual([]);
    shows(on(A));
    expect(await findings()).toEqual([]);
    expect(ec2.commandCalls(DescribeInstanceTypesCommand)).toHaveLength(0);
  });
  test('an interface without addresses, or a type that EC2 does not know, is no finding', async () => {
    limit(1);
    shows({ NetworkInterfaceId: B.networkInterfaceId });
    expect(await findings()).toEqual([]);
    for (const answer of [{}, { InstanceTypes: [] }, { InstanceTypes: [{}] }]) {
      ec2.on(DescribeInstanceTypesCommand).resolves(answer);
      expect(await findings()).toEqual([]);
    }
  });
});

test('an instance that was replaced: the interface is on another one than the configured one', async () => {
  shows(on(A, { Attachment: { InstanceId: 'i-0new' } }), on(B, { Attachment: {} }));
  expect(await findings()).toEqual([
    {
      severity: 'problem',
      code: 'INSTANCE_REPLACED',
      detail: `${A.networkInterfaceId} is attached to i-0new; the configuration names ${A.instanceId}. Change instanceId to i-0new and deploy`,
    },
  ]);
});

describe('interfaces that differ', () => {
  const three = { cluster: cluster({ nodes: [A, B, C] }) };
  const groups = (...ids: string[]) => ({ Groups: ids.map((GroupId) => ({ GroupId })) });
  test('in their security groups', async () => {
    shows(on(A, groups('sg-2', 'sg-1')), on(B, groups('sg-1', 'sg-2')), on(C));
    expect(await findings(three)).toEqual([
      {
        severity: 'warning',
        code: 'SECURITY_GROUPS_DIFFER',
        detail: `${A.networkInterfaceId}: sg-1 sg-2, ${B.networkInterfaceId}: sg-1 sg-2, ${C.networkInterfaceId}: none`,
      },
    ]);
  });
  test('not, in whatever order the groups come', async () => {
    shows(on(A, groups('sg-2', 'sg-1')), on(B, groups('sg-1', 'sg-2')));
    expect(await findings()).toEqual([]);
  });
  test('not, where EC2 shows only one', async () => {
    shows(on(A, groups('sg-1')));
    expect(await findings({ ...three, destination: null })).toEqual([]);
  });
  test('in their source/destination check', async () => {
    shows(on(A, { SourceDestCheck: false }), on(B, { SourceDestCheck: true }), on(C));
    expect(await findings(three)).toEqual([
      {
        severity: 'warning',
        code: 'SOURCE_DEST_CHECK_DIFFERS',
        detail: `${A.networkInterfaceId}: off, ${B.networkInterfaceId}: on, ${C.networkInterfaceId}: on`,
      },
    ]);
  });
});

describe('the configured Elastic IPs', () => {
  const is = (changes: object) =>
    ec2
      .on(DescribeAddressesCommand)
      .resolves({ Addresses: [{ AllocationId: 'eipalloc-0' }, { AllocationId: ELASTIC_IP, ...changes }] });
  const found = () => findings({ cluster: ELASTIC });
  const elsewhere = (where: string) => [
    {
      severity: 'problem',
      code: 'ELASTIC_IP_ELSEWHERE',
      detail: `${ELASTIC_IP} belongs on 10.0.0.5, and is on ${where}: a move would take it from there`,
    },
  ];

  test('one that the first answer lacks is asked for once more', async () => {
    await expect(run({ cluster: ELASTIC }, 0)).rejects.toThrow(StateUnsettled);
  });
  test('are asked for by filter: one that does not exist is absent', async () => {
    expect(await found()).toEqual([
      {
        severity: 'problem',
        code: 'ELASTIC_IP_UNKNOWN',
        detail: `${ELASTIC_IP} of 10.0.0.5 does not exist in this account and Region`,
      },
    ]);
    expect(ec2.commandCalls(DescribeAddressesCommand).map(({ args }) => args[0].input)).toEqual([
      { Filters: [{ Name: 'allocation-id', Values: [ELASTIC_IP] }] },
    ]);
  });
  test('are not asked for where there are none', async () => {
    await findings();
    expect(ec2.commandCalls(DescribeAddressesCommand)).toHaveLength(0);
  });
  test('are right on their address, on any node, or nowhere', async () => {
    is({});
    expect(await found()).toEqual([]);
    for (const { networkInterfaceId } of [A, B]) {
      is({ NetworkInterfaceId: networkInterfaceId, PrivateIpAddress: '10.0.0.5' });
      expect(await found()).toEqual([]);
    }
  });
  test.each<[string, object, string]>([
    [
      'another address',
      { NetworkInterfaceId: A.networkInterfaceId, PrivateIpAddress: '10.0.0.9' },
      `10.0.0.9 of ${A.networkInterfaceId}`,
    ],
    ['another interface', { NetworkInterfaceId: 'eni-0ffff', PrivateIpAddress: '10.0.0.5' }, '10.0.0.5 of eni-0ffff'],
    ['an interface, no address', { NetworkInterfaceId: 'eni-0ffff' }, 'no address of eni-0ffff'],
  ])('belong elsewhere: on %s', async (_where, changes, where) => {
    is(changes);
    expect(await found()).toEqual(elsewhere(where));
  });
});

test('what cannot be read is a finding, and keeps no other from being found', async () => {
  ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
  ec2.on(DescribeAddressesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
  expect(await findings({ cluster: ELASTIC })).toEqual([
    {
      severity: 'problem',
      code: 'NOT_READ',
      detail: 'TransientAwsError: DescribeNetworkInterfaces: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
    },
    { severity: 'problem', code: 'NOT_READ', detail: 'UnauthorizedOperation: EC2 says UnauthorizedOperation.' },
  ]);
  shows(on(A), on(B));
  ec2.on(DescribeInstanceTypesCommand).rejects(THROTTLED);
  ec2.on(DescribeAddressesCommand).rejects(THROTTLED);
  expect((await findings({ cluster: ELASTIC })).map(({ detail }) => detail.split(': ')[1])).toEqual([
    'DescribeInstanceTypes',
    'DescribeAddresses',
  ]);
});

test('an answer of several pages is read to its end', async () => {
  ec2
    .on(DescribeNetworkInterfacesCommand)
    .resolves({ NetworkInterfaces: [on(A)], NextToken: 'more' })
    .on(DescribeNetworkInterfacesCommand, { NextToken: 'more' })
    .resolves({ NetworkInterfaces: [on(B, { Groups: [{ GroupId: 'sg-1' }, {}] })] });
  expect(await findings()).toMatchObject([
    { code: 'SECURITY_GROUPS_DIFFER', detail: expect.stringContaining(' sg-1') },
  ]);
});
