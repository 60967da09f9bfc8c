import '../support/quiet';
import { AssociateAddressCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { associateDropped } from '../../../functions/assign-ip/elastic-ips';
import type { UnassignIpOutput } from '../../../functions/shared/contract';
import type { Plan } from '../../../functions/shared/plan';
import {
  A,
  B,
  cluster,
  destination,
  ELASTIC_IP,
  holders,
  LEFT,
  lambdaError,
  plan,
  unassigned,
} from '../notify/builders';
import { ec2Error, interfaces, type OnInterface, THROTTLED } from '../support/ec2';

const ec2 = mockClient(EC2Client);
const writer = new EC2Client({});
const reader = new EC2Client({});
beforeEach(() => {
  ec2.reset();
  ec2.on(AssociateAddressCommand).resolves({});
});

const OTHER = 'eipalloc-00000000000000002';
const FOREIGN = 'eipalloc-0ffff';
const one = cluster({
  virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
});
const both = cluster({
  virtualIps: [
    { address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP },
    { address: '10.0.0.6', elasticIpAllocationId: OTHER },
  ],
});
/** A plan that saw these Elastic IPs on the addresses. */
const saw = (of: typeof one, ...found: readonly (string | null)[]): Plan =>
  plan({
    cluster: of,
    holders: holders(of, A).map((holder, index) => ({ ...holder, elasticIpAllocationId: found[index] ?? null })),
  });

const run = (of: Plan, before: UnassignIpOutput = LEFT, repeated = false) =>
  associateDropped(writer, reader, of, destination(B), before, repeated);
const associations = () => ec2.commandCalls(AssociateAddressCommand).map(({ args }) => args[0].input);
const request = {
  AllocationId: ELASTIC_IP,
  NetworkInterfaceId: B.networkInterfaceId,
  PrivateIpAddress: '10.0.0.5',
  AllowReassociation: true,
};
const lost = { ...LEFT, refused: { Error: 'States.Timeout', Cause: '' } };
const throttled: UnassignIpOutput = {
  ...LEFT,
  kept: [{ address: '10.0.0.5', why: 'HELD_UP' }],
  refused: lambdaError('TransientAwsError', 'UnassignPrivateIpAddresses: RequestLimitExceeded'),
};
const denied = { ...LEFT, refused: lambdaError('UnauthorizedOperation', 'No.') };

test.each<[string, string | null, UnassignIpOutput]>([
  ['the address was taken off', ELASTIC_IP, unassigned()],
  ['the address was found gone', ELASTIC_IP, { ...LEFT, alreadyGone: ['10.0.0.5'] }],
  ['the unassign left no answer', ELASTIC_IP, lost],
  ['the interface died with it', null, LEFT],
  ['another one is on the address', FOREIGN, LEFT],
  [
    'unassigning failed, and only another address is known to stay',
    ELASTIC_IP,
    { ...lost, kept: throttled.kept.map((each) => ({ ...each, address: '10.0.0.6' })) },
  ],
])('the configured one is associated again when %s', async (_what, found, before) => {
  expect(await run(saw(one, found, FOREIGN), before)).toEqual({ reassociated: [ELASTIC_IP], refusals: [] });
  expect(associations()).toEqual([request]);
  expect(ec2.calls().map(({ thisValue }) => thisValue)).toEqual([writer]);
});

test.each<[string, UnassignIpOutput]>([
  ['travels with its address', LEFT],
  ['stayed, because unassigning was denied', denied],
  ['stayed, because unassigning was throttled', throttled],
  ['is on an address that stayed, while the other one was taken off', unassigned({ released: ['10.0.0.6'] })],
])('one that %s is left alone', async (_what, before) => {
  expect(await run(saw(one, ELASTIC_IP, FOREIGN), before)).toEqual({ reassociated: [], refusals: [] });
  expect(ec2.calls()).toHaveLength(0);
});

test('each is looked for on its own address', async () => {
  expect(await run(saw(both, ELASTIC_IP, OTHER))).toMatchObject({ reassociated: [] });
  expect(await run(saw(both, OTHER, ELASTIC_IP))).toMatchObject({ reassociated: [ELASTIC_IP, OTHER] });
  expect(associations().map(({ PrivateIpAddress, AllocationId }) => [PrivateIpAddress, AllocationId])).toEqual([
    ['10.0.0.5', ELASTIC_IP],
    ['10.0.0.6', OTHER],
  ]);
});

describe('on a repetition', () => {
  const shows = (...found: readonly OnInterface[]) =>
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces(...found));
  test('only those that EC2 does not show are associated', async () => {
    shows({ node: B, elasticIp: ELASTIC_IP }, { node: B, address: '10.0.0.6' });
    expect(await run(saw(both), LEFT, true)).toEqual({ reassociated: [OTHER], refusals: [] });
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand).map(({ thisValue }) => thisValue)).toEqual([reader]);
  });
  test.each<[string, readonly OnInterface[]]>([
    ['on another interface', [{ node: A, elasticIp: ELASTIC_IP }]],
    ['on another address', [{ node: B, address: '10.0.0.6', elasticIp: ELASTIC_IP }]],
    ['as another one', [{ node: B, elasticIp: OTHER }]],
  ])('one that EC2 shows %s is associated', async (_where, found) => {
    shows(...found);
    expect(await run(saw(one), LEFT, true)).toMatchObject({ reassociated: [ELASTIC_IP] });
  });
  test('nobody looks where none was dropped', async () => {
    await run(saw(one, ELASTIC_IP), LEFT, true);
    expect(ec2.calls()).toHaveLength(0);
  });
});

describe('one that EC2 refuses', () => {
  test.each(['InvalidParameterValue', 'UnauthorizedOperation', 'AuthFailure'])(
    'with %s is reported in its words: VerifyEni finds out what that means',
    async (code) => {
      ec2.on(AssociateAddressCommand).rejects(ec2Error(code));
      expect(await run(saw(one))).toEqual({
        reassociated: [],
        refusals: [
          `EC2 refused to associate ${ELASTIC_IP} with 10.0.0.5 on ${B.networkInterfaceId}: ${code}: EC2 says ${code}.`,
        ],
      });
      expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
    },
  );
  test('keeps no other from its address', async () => {
    ec2.on(AssociateAddressCommand, request).rejects(ec2Error('InvalidParameterValue'));
    expect(await run(saw(both))).toEqual({ reassociated: [OTHER], refusals: [expect.stringContaining(ELASTIC_IP)] });
  });
  test('because it throttles is tried again by the workflow', async () => {
    ec2.on(AssociateAddressCommand).rejects(THROTTLED);
    await expect(run(saw(one))).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: 'AssociateAddress: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
    });
  });
  test('with what is no error throws it as it is', async () => {
    ec2.on(AssociateAddressCommand).callsFake(() => Promise.reject('odd'));
    await expect(run(saw(one))).rejects.toBe('odd');
  });
});

describe('many', () => {
  const many = cluster({
    virtualIps: Array.from({ length: 23 }, (_, index) => ({
      address: `10.0.0.${10 + index}`,
      elasticIpAllocationId: `eipalloc-${index}`,
    })),
  });
  test('are associated ten at a time, each once', async () => {
    let underWay = 0;
    let most = 0;
    ec2.on(AssociateAddressCommand).callsFake(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return {};
    });
    const { reassociated } = await run(saw(many));
    expect(reassociated).toEqual(many.virtualIps.map(({ elasticIpAllocationId }) => elasticIpAllocationId));
    expect(most).toBe(10);
  });
  test('no more are begun after a throttle, and none is under way any more when it is thrown', async () => {
    let finished = 0;
    ec2.on(AssociateAddressCommand).callsFake(async ({ AllocationId }) => {
      if (AllocationId === 'eipalloc-0') throw THROTTLED;
      await new Promise((resolve) => setImmediate(resolve));
      finished += 1;
      return {};
    });
    await expect(run(saw(many))).rejects.toMatchObject({ name: 'TransientAwsError' });
    expect(finished).toBe(9);
    expect(associations()).toHaveLength(10);
  });
});
