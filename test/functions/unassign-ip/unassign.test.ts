import '../support/quiet';
import { DescribeNetworkInterfacesCommand, EC2Client, UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Plan, Source } from '../../../functions/shared/plan';
import { LOOK_PAUSES_MS, UNASSIGN_UNTIL_SECONDS } from '../../../functions/shared/timing';
import { keptInPlace, unassign } from '../../../functions/unassign-ip/unassign';
import { A, B, C, cluster, ELASTIC_IP, plan, vips } from '../notify/builders';
import { enteredNow, secondsAgo } from '../support/clock';
import { ec2Error, interfaces, type OnInterface, THROTTLED } from '../support/ec2';

const ec2 = mockClient(EC2Client);
const writer = new EC2Client({});
const reader = new EC2Client({});
beforeEach(() => {
  jest.useFakeTimers();
  ec2.reset();
});
afterEach(() => jest.useRealTimers());

const LOOKS_MS = LOOK_PAUSES_MS.reduce((sum, pause) => sum + pause);
async function run(of: Plan, execution = enteredNow(), decidedAt = secondsAgo(1)) {
  const output = unassign(writer, reader, { execution, plan: of, decidedAt });
  output.catch(() => undefined);
  await jest.advanceTimersByTimeAsync(LOOKS_MS);
  return output;
}
const requests = () => ec2.commandCalls(UnassignPrivateIpAddressesCommand).map(({ args }) => args[0].input);
const request = (...addresses: string[]) => ({
  NetworkInterfaceId: A.networkInterfaceId,
  PrivateIpAddresses: addresses,
});
const STRANGER = { networkInterfaceId: 'eni-0f00000000000000f', instanceId: null };
const two = cluster({ virtualIps: vips(2) });
const source = (
  { networkInterfaceId, instanceId }: typeof A,
  addresses: readonly string[],
  healthy = false,
): Source => ({
  networkInterfaceId,
  instanceId,
  addresses,
  healthy,
});
const unassigns = () => ec2.on(UnassignPrivateIpAddressesCommand);
const shows = (...found: readonly OnInterface[]) =>
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces(...found));

describe('the addresses', () => {
  beforeEach(() => void unassigns().resolves({}));
  test('are taken off their source in one call, and it is said when', async () => {
    const output = await run(plan({ cluster: two }));
    expect(requests()).toEqual([request('10.0.0.5', '10.0.0.6')]);
    expect(output).toEqual({
      released: ['10.0.0.5', '10.0.0.6'],
      alreadyGone: [],
      kept: [],
      releasedAt: expect.any(String),
      refused: null,
      findings: [],
    });
    expect(Math.abs(Date.now() - Date.parse(output.releasedAt ?? ''))).toBeLessThan(5_000);
    expect(ec2.calls().map(({ thisValue }) => thisValue)).toEqual([writer]);
  });
  test('are taken off every source', async () => {
    const sources = [source(A, ['10.0.0.5']), source(C, ['10.0.0.6'])];
    const output = await run(plan({ sources, cluster: two }));
    expect(requests().map(({ NetworkInterfaceId }) => NetworkInterfaceId)).toEqual([
      A.networkInterfaceId,
      C.networkInterfaceId,
    ]);
    expect(output.released).toEqual(['10.0.0.5', '10.0.0.6']);
  });
  test('are on nobody: there is nothing to do', async () => {
    expect(await run(plan({ sources: [] }))).toMatchObject({ released: [], releasedAt: null, refused: null });
    expect(ec2.calls()).toHaveLength(0);
  });
});

describe('what stays in place', () => {
  const of = cluster({
    virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
  });
  const holders = (first: string | null, second: string | null) => [
    {
      address: '10.0.0.5',
      networkInterfaceId: A.networkInterfaceId,
      instanceId: A.instanceId,
      elasticIpAllocationId: first,
    },
    {
      address: '10.0.0.6',
      networkInterfaceId: A.networkInterfaceId,
      instanceId: A.instanceId,
      elasticIpAllocationId: second,
    },
  ];
  const why = (changes: Partial<Plan>, seconds = 0) =>
    keptInPlace(plan({ cluster: of, ...changes }), seconds).map((kept) => `${kept.address} ${kept.why}`);

  test.each<[string, Partial<Plan>, number, readonly string[]]>([
    ['nothing on an unhealthy holder', {}, 0, []],
    [
      'all on a healthy holder',
      { sources: [source(A, ['10.0.0.5', '10.0.0.6'], true)] },
      0,
      ['10.0.0.5 HEALTHY_HOLDER', '10.0.0.6 HEALTHY_HOLDER'],
    ],
    [
      'all under an atomic handover',
      { cluster: { ...of, handover: 'atomic' } },
      0,
      ['10.0.0.5 ATOMIC', '10.0.0.6 ATOMIC'],
    ],
    [
      'what a healthy holder has, of several',
      { sources: [source(A, ['10.0.0.5']), source(C, ['10.0.0.6'], true)] },
      0,
      ['10.0.0.6 HEALTHY_HOLDER'],
    ],
    [
      'what nobody has is not said to stay',
      { sources: [source(A, ['10.0.0.6'])], cluster: { ...of, handover: 'atomic' } },
      0,
      ['10.0.0.6 ATOMIC'],
    ],
    ['nothing with the configured Elastic IP', { holders: holders(ELASTIC_IP, null) }, 0, []],
    [
      'an address with an Elastic IP that the configuration does not name',
      { holders: holders(ELASTIC_IP, 'eipalloc-0ffff') },
      0,
      ['10.0.0.6 FOREIGN_ELASTIC_IP'],
    ],
    [
      'an address with another than the configured Elastic IP',
      { holders: holders('eipalloc-0ffff', null) },
      0,
      ['10.0.0.5 FOREIGN_ELASTIC_IP'],
    ],
    ['an address whose holder is not known', { holders: [] }, 0, []],
    ['nothing while there is time to assign', {}, UNASSIGN_UNTIL_SECONDS, []],
    ['all where EC2 took long to say who has them', { heldUp: true }, 0, ['10.0.0.5 HELD_UP', '10.0.0.6 HELD_UP']],
    ['all when there is not', {}, UNASSIGN_UNTIL_SECONDS + 0.001, ['10.0.0.5 HELD_UP', '10.0.0.6 HELD_UP']],
  ])('%s', (_what, changes, seconds, expected) => {
    expect(why(changes, seconds)).toEqual(expected);
  });

  test('is not taken off, the others are', async () => {
    unassigns().resolves({});
    const output = await run(plan({ holders: holders(null, 'eipalloc-0ffff'), cluster: of }));
    expect(output).toMatchObject({
      released: ['10.0.0.5'],
      kept: [{ address: '10.0.0.6', why: 'FOREIGN_ELASTIC_IP' }],
    });
    expect(requests()).toEqual([request('10.0.0.5')]);
  });
  test('makes no call where it is all', async () => {
    const output = await run(plan({ cluster: two, sources: [source(A, ['10.0.0.5', '10.0.0.6'], true)] }));
    expect(output).toEqual({
      released: [],
      alreadyGone: [],
      kept: [
        { address: '10.0.0.5', why: 'HEALTHY_HOLDER' },
        { address: '10.0.0.6', why: 'HEALTHY_HOLDER' },
      ],
      releasedAt: null,
      refused: null,
      findings: [],
    });
    expect(ec2.calls()).toHaveLength(0);
  });
  test('is all when the execution has no time left to assign', async () => {
    expect(await run(plan(), enteredNow(UNASSIGN_UNTIL_SECONDS + 1))).toMatchObject({
      released: [],
      kept: [{ address: '10.0.0.5', why: 'HELD_UP' }],
    });
    expect(ec2.calls()).toHaveLength(0);
  });
});

describe('addresses that are gone', () => {
  test.each(['InvalidNetworkInterfaceID.NotFound', 'InvalidParameterValue', 'SomethingNew'])(
    '%s is success when a look shows that they are off their source',
    async (code) => {
      unassigns().rejects(ec2Error(code));
      shows();
      expect(await run(plan())).toMatchObject({
        released: [],
        alreadyGone: ['10.0.0.5'],
        releasedAt: null,
        refused: null,
      });
      expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]?.thisValue).toBe(reader);
    },
  );
  test('or on another interface, where another execution moved them', async () => {
    unassigns().rejects(ec2Error('SomethingNew'));
    shows({ node: B });
    expect(await run(plan())).toMatchObject({ alreadyGone: ['10.0.0.5'] });
  });
  test('when some are gone, the others are taken off', async () => {
    unassigns().rejectsOnce(ec2Error('InvalidParameterValue')).resolves({});
    shows({ node: A, address: '10.0.0.6' });
    expect(await run(plan({ cluster: two }))).toMatchObject({ released: ['10.0.0.6'], alreadyGone: ['10.0.0.5'] });
    expect(requests()).toEqual([request('10.0.0.5', '10.0.0.6'), request('10.0.0.6')]);
  });
  test('when the others go while it looks, all are gone', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    ec2
      .on(DescribeNetworkInterfacesCommand)
      .resolvesOnce(interfaces({ node: A, address: '10.0.0.6' }))
      .resolves(interfaces());
    expect(await run(plan({ cluster: two }))).toMatchObject({ released: [], alreadyGone: ['10.0.0.5', '10.0.0.6'] });
  });
  test.each(['InvalidParameterValue', 'InvalidNetworkInterfaceID.NotFound'])(
    'EC2 refuses with %s what a lagging read still shows: the refusal counts, and the assignment takes what is left',
    async (code) => {
      unassigns().rejects(ec2Error(code));
      shows({ node: A });
      expect(await run(plan())).toMatchObject({ released: [], alreadyGone: ['10.0.0.5'], releasedAt: null });
    },
  );
});

describe('whether another execution took them off, and tells', () => {
  const overtaken = async (code: string, retryCount = 0, of = plan()) => {
    unassigns().rejects(ec2Error(code));
    shows();
    return (await run(of, enteredNow(1, retryCount))).overtaken;
  };
  test('it did, where the first try finds all of them off an interface that still exists', async () => {
    expect(await overtaken('InvalidParameterValue')).toBe(true);
  });
  test('not where the interface is gone: nobody else need tell', async () => {
    expect(await overtaken('InvalidNetworkInterfaceID.NotFound')).toBeUndefined();
  });
  test('not where EC2 refuses for another reason, and the look that follows lacks them', async () => {
    expect(await overtaken('RequestExpired')).toBeUndefined();
  });
  test('not where an interface of others has them: no other execution gave them away', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    shows({ node: STRANGER });
    expect(await run(plan())).not.toHaveProperty('overtaken');
  });
  test('it did, where they are on the destination already', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    shows({ node: B });
    expect(await run(plan())).toMatchObject({ overtaken: true });
  });
  test('not where another node has them: this execution takes them off that one, and nobody else tells where they are then', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    shows({ node: C });
    expect(await run(plan({ cluster: cluster({ nodes: [A, B, C] }) }))).not.toHaveProperty('overtaken');
  });
  test('it did, where reads show only after a while that they are off', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    ec2
      .on(DescribeNetworkInterfacesCommand)
      .resolvesOnce(interfaces({ node: A }))
      .resolvesOnce(interfaces({ node: A }))
      .resolves(interfaces());
    expect(await run(plan())).toMatchObject({ overtaken: true });
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(3);
  });
  test('not where reads go on showing them there: who moved them is not known', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    shows({ node: A });
    expect(await run(plan())).not.toHaveProperty('overtaken');
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(1 + LOOK_PAUSES_MS.length);
  });
  test('not where an interface of others had one of them, and the rest went while it looked', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    ec2
      .on(DescribeNetworkInterfacesCommand)
      .resolvesOnce(interfaces({ node: A }, { node: STRANGER, address: '10.0.0.6' }))
      .resolves(interfaces());
    expect(await run(plan({ cluster: two }))).not.toHaveProperty('overtaken');
  });
  test('a repetition does not wait to know: its first try may have done it', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    shows({ node: A });
    await run(plan(), enteredNow(1, 1));
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(1);
  });
  test('not on a repetition: the first try may have done it, and its answer was lost', async () => {
    expect(await overtaken('InvalidParameterValue', 1)).toBeUndefined();
  });
  test('not where it took one off itself', async () => {
    unassigns().rejectsOnce(ec2Error('InvalidParameterValue')).resolves({});
    shows({ node: A, address: '10.0.0.6' });
    expect(await run(plan({ cluster: two }))).not.toHaveProperty('overtaken');
  });
  test('not where one of two interfaces is gone', async () => {
    unassigns()
      .rejects(ec2Error('InvalidParameterValue'))
      .on(UnassignPrivateIpAddressesCommand, { NetworkInterfaceId: C.networkInterfaceId })
      .rejects(ec2Error('InvalidNetworkInterfaceID.NotFound'));
    shows();
    const sources = [source(A, ['10.0.0.5']), source(C, ['10.0.0.6'])];
    expect(await run(plan({ sources, cluster: two }))).toEqual(
      expect.not.objectContaining({ overtaken: expect.anything() }),
    );
  });
  test('not where the interface of a lagging read is gone', async () => {
    unassigns().rejects(ec2Error('InvalidNetworkInterfaceID.NotFound'));
    shows({ node: A });
    expect(await run(plan())).not.toHaveProperty('overtaken');
  });
  test('not where there was nothing to take off', async () => {
    expect(await run(plan({ sources: [] }))).not.toHaveProperty('overtaken');
  });
});

describe('a refusal', () => {
  test.each(['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'])(
    '%s is told, and AssignIp goes on: unassigning is a courtesy to the old holder',
    async (code) => {
      unassigns().rejects(ec2Error(code, 403));
      expect(await run(plan())).toEqual({
        released: [],
        alreadyGone: [],
        kept: [],
        releasedAt: null,
        refused: { Error: code, Cause: JSON.stringify({ errorType: code, errorMessage: `EC2 says ${code}.` }) },
        findings: [],
      });
      expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
    },
  );
  test('for one source keeps no other from being taken off', async () => {
    unassigns()
      .resolves({})
      .on(UnassignPrivateIpAddressesCommand, { NetworkInterfaceId: C.networkInterfaceId })
      .rejects(ec2Error('UnauthorizedOperation', 403));
    const sources = [source(A, ['10.0.0.5']), source(C, ['10.0.0.6'])];
    expect(await run(plan({ sources, cluster: two }))).toMatchObject({
      released: ['10.0.0.5'],
      refused: { Error: 'UnauthorizedOperation' },
    });
  });
  test.each(['AuthFailure', 'SomethingNew'])(
    '%s of addresses that are still there is thrown: the workflow tries again',
    async (code) => {
      unassigns().rejects(ec2Error(code));
      shows({ node: A });
      await expect(run(plan())).rejects.toMatchObject({ name: code });
    },
  );
  test('throttled, the addresses stay until the call that moves them: it would wait for tokens too', async () => {
    unassigns()
      .resolves({})
      .on(UnassignPrivateIpAddressesCommand, { NetworkInterfaceId: C.networkInterfaceId })
      .rejects(THROTTLED);
    const sources = [source(A, ['10.0.0.5']), source(C, ['10.0.0.6'])];
    expect(await run(plan({ sources, cluster: two }))).toMatchObject({
      released: ['10.0.0.5'],
      alreadyGone: [],
      kept: [{ address: '10.0.0.6', why: 'HELD_UP' }],
      refused: { Error: 'TransientAwsError', Cause: expect.stringContaining('RequestLimitExceeded') },
    });
    expect(requests()).toHaveLength(2);
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
  });
  test('throttled on a repetition is transient, because the first try may have taken them off; nobody looks', async () => {
    unassigns().rejects(THROTTLED);
    await expect(run(plan(), enteredNow(1, 1))).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: 'UnassignPrivateIpAddresses: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
    });
    expect(ec2.commandCalls(DescribeNetworkInterfacesCommand)).toHaveLength(0);
  });
  test('a lost answer is thrown on the first try too', async () => {
    unassigns().rejects(new Error('socket hang up'));
    await expect(run(plan())).rejects.toMatchObject({ name: 'TransientAwsError' });
  });
  test('what is no error is thrown as it is', async () => {
    unassigns().callsFake(() => Promise.reject('odd'));
    await expect(run(plan())).rejects.toBe('odd');
  });
  test('a look that fails is thrown', async () => {
    unassigns().rejects(ec2Error('InvalidParameterValue'));
    ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
    await expect(run(plan())).rejects.toThrow('DescribeNetworkInterfaces: RequestLimitExceeded');
  });
});

test('a plan of more than 15 s is refused untouched', async () => {
  await expect(run(plan(), enteredNow(), secondsAgo(15.5))).rejects.toMatchObject({ name: 'PlanStale' });
  expect(ec2.calls()).toHaveLength(0);
});
