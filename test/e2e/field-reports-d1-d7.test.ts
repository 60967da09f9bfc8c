import type { Stage } from '../../local/demo/cluster-driver';
import type { FaultRule } from '../../local/emulator/kernel/faults';
import { REALISTIC } from '../../local/emulator/kernel/latency';
import {
  endsWithNobody,
  errors,
  given,
  MINUTE,
  NOON,
  once,
  outcomes,
  SECOND,
  secondsUntilOn,
  THREE_NODES,
  told,
} from './field';
import { closeAll } from './stage';

afterEach(closeAll);
jest.setTimeout(180_000);

const UNASSIGN = 'UnassignPrivateIpAddresses';
const ASSIGN = 'AssignPrivateIpAddresses';

/** So long from the beginning. */
function during(stage: Stage, seconds: number): () => boolean {
  return () => stage.cloud.now() < NOON + seconds * SECOND;
}

const entered = (state: string) => (event: Stage['cloud']['timeline']['events'][number]) =>
  event.type === 'state-entered' && event.state === state;

describe('D1 an address that is without a holder for a moment is looked at again before it is given to anybody', () => {
  test.each(['VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni'])(
    'D1 a check begins when a drill enters %s: the drill wins',
    async (state) => {
      const stage = await given(THREE_NODES, { latency: REALISTIC });
      const third = stage.nodes[2] ?? stage.standby;
      once(stage, entered(state), () => stage.check());
      stage.drill(third);
      await stage.settled();
      expect(stage.holds(third)).toBe(true);
      expect(stage.moves).toBe(1);
      expect(outcomes(stage)).toEqual(['DRILLED']);
      expect(errors(stage)).toEqual([]);
    },
  );

  test.each([1, 5, 10, 15])('D1 a check begins while reads lag up to %i s behind a drill', async (seconds) => {
    const stage = await given(THREE_NODES, { lag: seconds * SECOND });
    const third = stage.nodes[2] ?? stage.standby;
    once(stage, entered('VerifyEni'), () => stage.check());
    stage.drill(third);
    await stage.settled();
    expect(stage.holds(third)).toBe(true);
    expect(stage.moves).toBe(1);
    expect(errors(stage)).toEqual([]);
  });

  test('D1 a check begins in the dark moment of a failover', async () => {
    const stage = await given(THREE_NODES);
    once(stage, entered('AssignIp'), () => stage.check());
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(stage.moves).toBe(1);
    expect(errors(stage)).toEqual([]);
  });

  test('D1 somebody moves the address by hand, and a check begins while nobody has it', async () => {
    const stage = await given(THREE_NODES);
    const third = stage.nodes[2] ?? stage.standby;
    stage.cloud.world.addresses.unassign(stage.active.networkInterfaceId, stage.addresses);
    stage.check();
    await stage.cloud.advance(10 * SECOND);
    stage.cloud.world.addresses.assign(third.networkInterfaceId, stage.addresses, false);
    await stage.settled();
    expect(stage.holds(third)).toBe(true);
    expect(stage.notices()).toEqual([]);
  });

  test('D1 nobody has it for good: the check gives it to a healthy node', async () => {
    const stage = await given();
    stage.cloud.world.addresses.unassign(stage.active.networkInterfaceId, stage.addresses);
    stage.check();
    await stage.settled();
    expect(stage.holds(stage.active) || stage.holds(stage.standby)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED_OVER']);
  });
});

describe('D2 a request is carried out, or told as failed', () => {
  const asks = [
    { what: 'a drill', ask: (stage: Stage) => stage.drill(stage.standby) },
    { what: 'a failover by hand', ask: (stage: Stage) => stage.failover(stage.standby) },
  ];
  const cases = asks.flatMap((asked) =>
    [UNASSIGN, ASSIGN].flatMap((action) => [18, 90].map((seconds) => ({ ...asked, action, seconds }))),
  );

  test.each(cases)('D2 $what: EC2 throttles $action for $seconds s', async ({ ask, action, seconds }) => {
    const stage = await given(THREE_NODES);
    stage.cloud.faults.add({ action, kind: 'throttle', when: during(stage, seconds) });
    ask(stage);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(stage.notices('NOTHING_TO_DO')).toEqual([]);
    expect(errors(stage)).toEqual([]);
  });

  test.each(asks)('D2 $what: EC2 throttles the change for longer than an execution lasts', async ({ ask }) => {
    const stage = await given(THREE_NODES);
    stage.cloud.faults.add({ action: ASSIGN, kind: 'throttle' });
    ask(stage);
    await stage.settled();
    expect(stage.holds(stage.active)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED']);
    expect(told(stage)).toContain('still on');
  });

  test('D2 a failover by hand without a target off a stopped node', async () => {
    const stage = await given(THREE_NODES);
    stage.cloud.events.faults.add({ kind: 'drop', times: 100 });
    stage.stop(stage.active);
    await stage.settled();
    stage.cloud.faults.add({ action: ASSIGN, kind: 'throttle', times: 15 });
    stage.failover();
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED_OVER']);
  });
});

describe('D3 who cannot be sure to assign does not unassign; who has unassigned assigns', () => {
  const reads = ['DescribeInstances', 'DescribeNetworkInterfaces'];
  const ends = [150, 176, 180, 184, 220, 232, 236, 239];

  test.each(ends.flatMap((seconds) => reads.map((action) => [action, seconds] as const)))(
    'D3 %s is throttled for %i s, then all is well but that unassigning takes its time',
    async (action, seconds) => {
      const stage = await given();
      stage.cloud.faults.add({ action, kind: 'throttle', when: during(stage, seconds) });
      stage.cloud.faults.add({ action: UNASSIGN, kind: 'slow-answer', delay: 2_900 });
      stage.stop(stage.active);
      await stage.settled();
      expect(endsWithNobody(stage)).toBe(0);
      expect(stage.notices().length).toBeGreaterThan(0);
    },
  );

  test.each([100, 170, 190, 238])(
    'D3 unassigning and assigning are throttled until %i s, reads from then on for a minute',
    async (seconds) => {
      const stage = await given();
      const began = NOON + seconds * SECOND;
      for (const action of [UNASSIGN, ASSIGN])
        stage.cloud.faults.add({ action, kind: 'throttle', when: during(stage, seconds) });
      const when = () => stage.cloud.now() >= began && stage.cloud.now() < began + MINUTE;
      for (const action of reads) stage.cloud.faults.add({ action, kind: 'throttle', when });
      stage.stop(stage.active);
      await stage.settled();
      expect(endsWithNobody(stage)).toBe(0);
    },
  );
});

describe('D4 Lambda throttles one function', () => {
  const functions = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'];
  const cases = functions.flatMap((name) => [45, 60, 150].map((seconds) => [name, seconds] as const));

  test.each(cases)('D4 %s for %i s', async (name, seconds) => {
    const stage = await given();
    stage.cloud.lambda.faults.add({ function: name, kind: 'throttle', milliseconds: seconds * SECOND });
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(secondsUntilOn(stage, stage.standby)).toBeLessThan(seconds + 10);
    expect(stage.notices('FAILED')).toEqual([]);
    expect(stage.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(errors(stage)).toEqual([]);
  });
});

describe('D5 reads fail for as long as there is time', () => {
  const cases = ['DescribeInstances', 'DescribeInstanceStatus', 'DescribeNetworkInterfaces'].flatMap((action) =>
    (['error503', 'reset', 'not-xml'] as const).map((kind) => [action, kind] as const),
  );

  test.each(cases)('D5 %s: %s for 190 s', async (action, kind) => {
    const stage = await given();
    stage.cloud.faults.add({ action, kind, when: during(stage, 190) });
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(secondsUntilOn(stage, stage.standby)).toBeLessThan(215);
    expect(stage.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(errors(stage)).toEqual([]);
  });
});

describe('D6 whatever refuses one target for good, the next candidate is tried, the old holder last', () => {
  const codes = [
    'PrivateIpAddressLimitExceeded',
    'InvalidNetworkInterfaceID.NotFound',
    'InvalidNetworkInterface.NotFound',
    'OperationNotPermitted',
    'UnsupportedOperation',
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'InvalidAddress.NotFound',
    'InvalidState',
    'IncorrectState',
    'UnauthorizedOperation',
    'InsufficientFreeAddressesInSubnet',
    'SomethingNobodyHasSeen',
  ];
  const refuses = ({ networkInterfaceId }: Stage['active'], code: string): FaultRule => ({
    action: ASSIGN,
    kind: 'error',
    code,
    message: 'EC2 says no.',
    when: ({ parameters }) => parameters.NetworkInterfaceId === networkInterfaceId,
  });

  test.each(codes)('D6 %s, the active node stops: the third node takes it', async (code) => {
    const stage = await given(THREE_NODES);
    const third = stage.nodes[2] ?? stage.standby;
    stage.cloud.faults.add(refuses(stage.standby, code));
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(third)).toBe(true);
    expect(secondsUntilOn(stage, third)).toBeLessThan(60);
    expect(endsWithNobody(stage)).toBe(0);
    expect(stage.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(stage.notices('FAILED')).toEqual([]);
  });

  test.each(codes)('D6 %s, a drill: the address stays safe, and the drill is told as failed', async (code) => {
    const stage = await given(THREE_NODES);
    stage.cloud.faults.add(refuses(stage.standby, code));
    stage.drill(stage.standby);
    await stage.settled();
    expect(stage.holds(stage.active)).toBe(true);
    expect(stage.moves).toBe(0);
    expect(outcomes(stage)).toEqual(['FAILED']);
    expect(told(stage)).toContain('EC2 says no.');
  });

  test('D6 every standby refuses a failover by hand: the old holder keeps the address', async () => {
    const stage = await given(THREE_NODES);
    for (const node of stage.nodes.slice(1)) stage.cloud.faults.add(refuses(node, 'SomethingNobodyHasSeen'));
    stage.failover(stage.standby);
    await stage.settled();
    expect(stage.holds(stage.active)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED']);
  });

  test('D6 every standby refuses, and the old holder is up again: it gets the address back', async () => {
    const stage = await given(THREE_NODES);
    for (const node of stage.nodes.slice(1)) stage.cloud.faults.add(refuses(node, 'PrivateIpAddressLimitExceeded'));
    stage.stop(stage.active);
    await stage.settled();
    stage.start(stage.active);
    await stage.settled();
    stage.check();
    await stage.settled();
    expect(stage.holds(stage.active)).toBe(true);
  });
});

describe('D7 what may have been changed is judged from what was attempted', () => {
  async function deadHolder(): Promise<Stage> {
    const stage = await given();
    stage.cloud.events.faults.add({ kind: 'drop', times: 100 });
    stage.stop(stage.active);
    await stage.settled();
    return stage;
  }

  test.each([
    ['loses the answer', (stage: Stage) => stage.cloud.faults.add({ action: UNASSIGN, kind: 'lost-response', nth: 1 })],
    ['gets half an answer', (stage: Stage) => stage.cloud.faults.add({ action: UNASSIGN, kind: 'cut-short', nth: 1 })],
    [
      'crashes after the call',
      (stage: Stage) =>
        stage.cloud.lambda.faults.add({ function: 'unassign-ip', kind: 'crash', atCall: 1, when: 'after' }),
    ],
    [
      'hangs after the call',
      (stage: Stage) =>
        stage.cloud.lambda.faults.add({ function: 'unassign-ip', kind: 'timeout', atCall: 1, when: 'after' }),
    ],
  ])('D7 a check takes the address off, %s, and cannot place it: people are told', async (_what, happens) => {
    const stage = await deadHolder();
    happens(stage);
    stage.cloud.faults.add({ action: ASSIGN, kind: 'error', code: 'PrivateIpAddressLimitExceeded' });
    stage.check();
    await stage.settled();
    expect(stage.holderOf('10.0.0.5')).toBeNull();
    expect(outcomes(stage)).toEqual(['FAILED']);
    expect(told(stage)).toMatch(/DOWN: 10\.0\.0\.5 on nobody/);
  });

  test('D7 the answer of an assignment is lost, and the target dies: people are told', async () => {
    const stage = await deadHolder();
    stage.cloud.faults.add({ action: ASSIGN, kind: 'lost-response', nth: 1 });
    once(
      stage,
      (event) => event.type === 'holder-changed' && event.to === stage.standby.networkInterfaceId,
      () => stage.stop(stage.standby),
    );
    stage.check();
    await stage.settled();
    expect(outcomes(stage)).toEqual(['FAILED']);
  });
});
