import '../support/quiet';
import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { assign, mayBeHomeless } from '../../../functions/assign-ip/assign';
import type { UnassignIpOutput } from '../../../functions/shared/contract';
import type { Plan } from '../../../functions/shared/plan';
import { HOMELESS_PATIENCE_MS, HOMELESS_PAUSE_MS } from '../../../functions/shared/timing';
import { A, B, cluster, ELASTIC, ELASTIC_IP, LEFT, plan, unassigned, vips } from '../notify/builders';
import { enteredNow, secondsAgo } from '../support/clock';
import { ec2Error, interfaces, THROTTLED } from '../support/ec2';
import { NOW } from '../support/facts';

const ec2 = mockClient(EC2Client);
const writer = new EC2Client({});
const reader = new EC2Client({});

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  ec2.reset();
  ec2.on(AssignPrivateIpAddressesCommand).resolves({});
  ec2.on(AssociateAddressCommand).resolves({});
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
});
afterEach(() => jest.useRealTimers());

interface Run {
  readonly before?: UnassignIpOutput;
  readonly retryCount?: number;
  /** Age of the plan, s. */
  readonly age?: number;
}

/** Runs to the end with a clock that jumps over the pauses. */
async function run(of: Plan = plan(), { before = unassigned(), retryCount = 0, age = 1 }: Run = {}) {
  const execution = enteredNow(30, retryCount);
  const result = assign(writer, reader, { execution, plan: of, decidedAt: secondsAgo(age), unassigned: before });
  result.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(HOMELESS_PATIENCE_MS + 5_000);
  return result;
}

const again: Run = { retryCount: 1 };
const looks = () => ec2.commandCalls(DescribeNetworkInterfacesCommand);
const refuses = (code: string) => ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error(code));
const two = cluster({ virtualIps: vips(2) });

test.each([1, 3, 63])('assigns %i addresses in one call that may take them from anywhere', async (count) => {
  const output = await run(plan({ cluster: cluster({ virtualIps: vips(count) }) }));
  const addresses = vips(count).map(({ address }) => address);
  expect(ec2.calls().map(({ args }) => args[0].input)).toEqual([
    { NetworkInterfaceId: B.networkInterfaceId, PrivateIpAddresses: addresses, AllowReassignment: true },
  ]);
  expect(output).toEqual({
    assigned: addresses,
    assignedAt: new Date(NOW).toISOString(),
    certain: true,
    reassociated: [],
    refusals: [],
    findings: [],
  });
  expect(ec2.calls()[0]?.thisValue).toBe(writer);
});

test('a repetition cannot be certain when the addresses came: an earlier try may have brought them', async () => {
  expect(await run(plan(), again)).toMatchObject({ assigned: ['10.0.0.5'], certain: false });
});

describe('a target that cannot take the addresses', () => {
  test.each([
    'PrivateIpAddressLimitExceeded',
    'InvalidNetworkInterfaceID.NotFound',
    'UnauthorizedOperation',
    'AccessDenied',
  ])('%s leads to another node', async (code) => {
    refuses(code);
    await expect(run()).rejects.toMatchObject({ name: 'TargetCannotHold' });
  });
  test('is named with its addresses, and with what EC2 said', async () => {
    refuses('PrivateIpAddressLimitExceeded');
    await expect(run(plan({ cluster: two }))).rejects.toMatchObject({
      message:
        `${B.networkInterfaceId} of ${B.instanceId} (t3.small) cannot take 10.0.0.5, 10.0.0.6: ` +
        'PrivateIpAddressLimitExceeded: EC2 says PrivateIpAddressLimitExceeded.',
      cause: expect.objectContaining({ name: 'PrivateIpAddressLimitExceeded' }),
    });
  });
  test.each(['AuthFailure', 'InvalidParameterValue', 'SomethingNew'])(
    '%s says nothing for certain: it is tried again, and then the decision knows it',
    async (code) => {
      refuses(code);
      await expect(run()).rejects.toMatchObject({
        name: 'AssignRefused',
        message: `${B.networkInterfaceId} of ${B.instanceId} (t3.small) cannot take 10.0.0.5: ${code}: EC2 says ${code}.`,
        cause: expect.objectContaining({ name: code }),
      });
    },
  );
  test('that has only some of them has failed', async () => {
    refuses('PrivateIpAddressLimitExceeded');
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }, { node: A, address: '10.0.0.6' }));
    await expect(run(plan({ cluster: two }))).rejects.toMatchObject({ name: 'TargetCannotHold' });
  });
  test('a throttled call is transient, and nobody looks', async () => {
    ec2.on(AssignPrivateIpAddressesCommand).rejects(THROTTLED);
    await expect(run(plan(), { before: LEFT })).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: 'AssignPrivateIpAddresses: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
    });
    expect(ec2.calls()).toHaveLength(1);
  });
  describe('while EC2 throttles, an address without a holder', () => {
    const calls = () => ec2.commandCalls(AssignPrivateIpAddressesCommand).length;
    test('is asked for again within the same invocation', async () => {
      ec2.on(AssignPrivateIpAddressesCommand).rejectsOnce(THROTTLED).rejectsOnce(THROTTLED).resolves({});
      expect(await run()).toMatchObject({ assigned: ['10.0.0.5'], certain: true });
      expect(calls()).toBe(3);
    });
    test('is left to the workflow before the function has no time left', async () => {
      jest.spyOn(Math, 'random').mockReturnValue(1);
      ec2.on(AssignPrivateIpAddressesCommand).rejects(THROTTLED);
      await expect(run()).rejects.toMatchObject({ name: 'TransientAwsError' });
      expect(calls()).toBe(1 + HOMELESS_PATIENCE_MS / HOMELESS_PAUSE_MS);
    });
    test.each([
      [0, 13, HOMELESS_PATIENCE_MS],
      [1, 13, 2_000],
      [1, 1, HOMELESS_PATIENCE_MS],
      [1, 15, 0],
    ])(
      'in retry %i of a plan of %i s is asked for again for %i ms: not longer than the plan lives',
      async (retryCount, age, patience) => {
        jest.spyOn(Math, 'random').mockReturnValue(1);
        ec2.on(AssignPrivateIpAddressesCommand).rejects(THROTTLED);
        await expect(run(plan(), { retryCount, age })).rejects.toMatchObject({ name: 'TransientAwsError' });
        expect(calls()).toBe(1 + patience / HOMELESS_PAUSE_MS);
      },
    );
    test('waits for the workflow after any other error that may pass', async () => {
      ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error('InternalError', 500));
      await expect(run()).rejects.toMatchObject({ name: 'TransientAwsError' });
      expect(calls()).toBe(1);
    });
  });
  test('what is no error is thrown as it is', async () => {
    ec2.on(AssignPrivateIpAddressesCommand).callsFake(() => Promise.reject('odd'));
    await expect(run()).rejects.toBe('odd');
  });
});

describe('a refusal is no failure where the addresses are there', () => {
  test.each(['InvalidParameterValue', 'PrivateIpAddressLimitExceeded', 'UnauthorizedOperation'])('%s', async (code) => {
    refuses(code);
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }, { node: B, address: '10.0.0.6' }));
    await expect(run(plan({ cluster: two }))).resolves.toMatchObject({ assigned: ['10.0.0.5', '10.0.0.6'] });
    expect(looks().map(({ thisValue }) => thisValue)).toEqual([reader]);
  });
  test('one look is enough in the first try, and where the refusal is tried again anyway', async () => {
    refuses('PrivateIpAddressLimitExceeded');
    await expect(run()).rejects.toMatchObject({ name: 'TargetCannotHold' });
    expect(looks()).toHaveLength(1);
    refuses('InvalidParameterValue');
    await expect(run(plan(), again)).rejects.toMatchObject({ name: 'AssignRefused' });
    expect(looks()).toHaveLength(2);
  });
  test('a repetition looks as long as reads may lag: the try before may have been carried out', async () => {
    refuses('PrivateIpAddressLimitExceeded');
    const times: number[] = [];
    ec2.on(DescribeNetworkInterfacesCommand).callsFake(() => {
      times.push(Date.now() - NOW);
      return times.length < 4 ? interfaces() : interfaces({ node: B });
    });
    await expect(run(plan(), again)).resolves.toMatchObject({ certain: false });
    expect(times).toEqual([0, 100, 300, 700]);
  });
  test('and then believes the refusal', async () => {
    refuses('PrivateIpAddressLimitExceeded');
    await expect(run(plan(), again)).rejects.toMatchObject({ name: 'TargetCannotHold' });
    expect(looks()).toHaveLength(6);
  });
});

describe('an old plan', () => {
  const old: Run = { age: 15.001 };
  test('is refused untouched where nothing was taken off', async () => {
    await expect(run(plan(), { ...old, before: LEFT })).rejects.toMatchObject({ name: 'PlanStale' });
    expect(ec2.calls()).toHaveLength(0);
  });
  test('is carried out where an address may have no holder', async () => {
    await expect(run(plan(), old)).resolves.toMatchObject({ assigned: ['10.0.0.5'] });
    await expect(run(plan({ mayBeHomeless: true }), { ...old, before: LEFT })).resolves.toBeDefined();
  });
  test('is refused on a repetition: then the decision looks where the addresses are', async () => {
    await expect(run(plan(), { ...old, ...again })).rejects.toMatchObject({ name: 'PlanStale' });
    expect(ec2.calls()).toHaveLength(0);
  });
});

test.each<[string, Partial<Plan>, UnassignIpOutput, boolean]>([
  ['it was taken off', {}, unassigned(), true],
  ['nothing was taken off', {}, LEFT, false],
  ['an earlier pass left one', { mayBeHomeless: true }, LEFT, true],
])('an address may have no holder: %s', (_what, changes, before, expected) => {
  expect(mayBeHomeless({ plan: plan(changes), unassigned: before })).toBe(expected);
});

describe('the Elastic IPs', () => {
  test('are associated only after the addresses are there', async () => {
    expect(await run(plan({ cluster: ELASTIC }))).toMatchObject({ reassociated: [ELASTIC_IP] });
    expect(ec2.calls().map(({ args }) => args[0].constructor.name)).toEqual([
      'AssignPrivateIpAddressesCommand',
      'AssociateAddressCommand',
    ]);
  });
  test.each<[string, Partial<Plan>, Run]>([
    ['a repetition', {}, again],
    ['a later pass', { pass: 2 }, {}],
  ])('are looked for first in %s: an earlier one may have associated them', async (_what, changes, how) => {
    ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B, elasticIp: ELASTIC_IP }));
    expect(await run(plan({ cluster: ELASTIC, ...changes }), how)).toMatchObject({ reassociated: [] });
    expect(looks()).toHaveLength(1);
  });
});

test('a move without a destination is a defect, and says so', async () => {
  await expect(run(plan({ destination: null }))).rejects.toThrow(
    'A MOVE plan has no destination. This is a defect of the decision.',
  );
  expect(ec2.calls()).toHaveLength(0);
});
