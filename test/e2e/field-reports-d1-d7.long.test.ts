import type { ClusterDriver } from '../../local/demo/cluster-driver';
import type { FaultRule } from '../../local/emulator/kernel/faults';
import { REALISTIC } from '../../local/emulator/kernel/latency';
import { closeAll } from './driver';
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

afterEach(closeAll);

const UNASSIGN = 'UnassignPrivateIpAddresses';
const ASSIGN = 'AssignPrivateIpAddresses';

/** So long from the beginning. */
function during(driver: ClusterDriver, seconds: number): () => boolean {
  return () => driver.cloud.now() < NOON + seconds * SECOND;
}

const entered = (state: string) => (event: ClusterDriver['cloud']['timeline']['events'][number]) =>
  event.type === 'state-entered' && event.state === state;

describe('D1 an address that is without a holder for a moment is looked at again before it is given to anybody', () => {
  test.each(['VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni'])(
    'D1 a check begins when a drill enters %s: the drill wins',
    async (state) => {
      const driver = await given(THREE_NODES, { latency: REALISTIC });
      const third = driver.nodes[2] ?? driver.standby;
      once(driver, entered(state), () => driver.check());
      driver.drill(third);
      await driver.settled();
      expect(driver.holds(third)).toBe(true);
      expect(driver.moves).toBe(1);
      expect(outcomes(driver)).toEqual(['DRILLED']);
      expect(errors(driver)).toEqual([]);
    },
  );

  test.each([1, 5, 10, 15])('D1 a check begins while reads lag up to %i s behind a drill', async (seconds) => {
    const driver = await given(THREE_NODES, { lag: seconds * SECOND });
    const third = driver.nodes[2] ?? driver.standby;
    once(driver, entered('VerifyEni'), () => driver.check());
    driver.drill(third);
    await driver.settled();
    expect(driver.holds(third)).toBe(true);
    expect(driver.moves).toBe(1);
    expect(errors(driver)).toEqual([]);
  });

  test('D1 a check begins in the dark moment of a failover', async () => {
    const driver = await given(THREE_NODES);
    once(driver, entered('AssignIp'), () => driver.check());
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.moves).toBe(1);
    expect(errors(driver)).toEqual([]);
  });

  test('D1 somebody moves the address by hand, and a check begins while nobody has it', async () => {
    const driver = await given(THREE_NODES);
    const third = driver.nodes[2] ?? driver.standby;
    driver.cloud.world.addresses.unassign(driver.active.networkInterfaceId, driver.addresses);
    driver.check();
    await driver.cloud.advance(10 * SECOND);
    driver.cloud.world.addresses.assign(third.networkInterfaceId, driver.addresses, false);
    await driver.settled();
    expect(driver.holds(third)).toBe(true);
    expect(driver.notices()).toEqual([]);
  });

  test('D1 nobody has it for good: the check gives it to a healthy node', async () => {
    const driver = await given();
    driver.cloud.world.addresses.unassign(driver.active.networkInterfaceId, driver.addresses);
    driver.check();
    await driver.settled();
    expect(driver.holds(driver.active) || driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });
});

describe('D2 a request is carried out, or told as failed', () => {
  const asks = [
    { what: 'a drill', ask: (driver: ClusterDriver) => driver.drill(driver.standby) },
    { what: 'a failover by hand', ask: (driver: ClusterDriver) => driver.failover(driver.standby) },
  ];
  const cases = asks.flatMap((asked) =>
    [UNASSIGN, ASSIGN].flatMap((action) => [18, 90].map((seconds) => ({ ...asked, action, seconds }))),
  );

  test.each(cases)('D2 $what: EC2 throttles $action for $seconds s', async ({ ask, action, seconds }) => {
    const driver = await given(THREE_NODES);
    driver.cloud.faults.add({ action, kind: 'throttle', when: during(driver, seconds) });
    ask(driver);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.notices('NOTHING_TO_DO')).toEqual([]);
    expect(errors(driver)).toEqual([]);
  });

  test.each(asks)('D2 $what: EC2 throttles the change for longer than an execution lasts', async ({ ask }) => {
    const driver = await given(THREE_NODES);
    driver.cloud.faults.add({ action: ASSIGN, kind: 'throttle' });
    ask(driver);
    await driver.settled();
    expect(driver.holds(driver.active)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED']);
    expect(told(driver)).toContain('still on');
  });

  test('D2 a failover by hand without a target off a stopped node', async () => {
    const driver = await given(THREE_NODES);
    driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
    driver.stop(driver.active);
    await driver.settled();
    driver.cloud.faults.add({ action: ASSIGN, kind: 'throttle', times: 15 });
    driver.failover();
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });
});

describe('D3 who cannot be sure to assign does not unassign; who has unassigned assigns', () => {
  const reads = ['DescribeInstances', 'DescribeNetworkInterfaces'];
  const ends = [150, 176, 180, 184, 220, 232, 236, 239];

  test.each(ends.flatMap((seconds) => reads.map((action) => [action, seconds] as const)))(
    'D3 %s is throttled for %i s, then all is well but that unassigning takes its time',
    async (action, seconds) => {
      const driver = await given();
      driver.cloud.faults.add({ action, kind: 'throttle', when: during(driver, seconds) });
      driver.cloud.faults.add({ action: UNASSIGN, kind: 'slow-answer', delay: 2_900 });
      driver.stop(driver.active);
      await driver.settled();
      expect(endsWithNobody(driver)).toBe(0);
      expect(driver.notices().length).toBeGreaterThan(0);
    },
  );

  test.each([100, 170, 190, 238])(
    'D3 unassigning and assigning are throttled until %i s, reads from then on for a minute',
    async (seconds) => {
      const driver = await given();
      const began = NOON + seconds * SECOND;
      for (const action of [UNASSIGN, ASSIGN])
        driver.cloud.faults.add({ action, kind: 'throttle', when: during(driver, seconds) });
      const when = () => driver.cloud.now() >= began && driver.cloud.now() < began + MINUTE;
      for (const action of reads) driver.cloud.faults.add({ action, kind: 'throttle', when });
      driver.stop(driver.active);
      await driver.settled();
      expect(endsWithNobody(driver)).toBe(0);
    },
  );
});

describe('D4 Lambda throttles one function', () => {
  const functions = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'];
  const cases = functions.flatMap((name) => [45, 60, 150].map((seconds) => [name, seconds] as const));

  test.each(cases)('D4 %s for %i s', async (name, seconds) => {
    const driver = await given();
    driver.cloud.lambda.faults.add({ function: name, kind: 'throttle', milliseconds: seconds * SECOND });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(seconds + 10);
    expect(driver.notices('FAILED')).toEqual([]);
    expect(driver.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(errors(driver)).toEqual([]);
  });
});

describe('D5 reads fail for as long as there is time', () => {
  const cases = ['DescribeInstances', 'DescribeInstanceStatus', 'DescribeNetworkInterfaces'].flatMap((action) =>
    (['error503', 'reset', 'not-xml'] as const).map((kind) => [action, kind] as const),
  );

  // The pauses of 107 retries alone take 210 s, give or take 25; on AWS the calls in between take time, too.
  test.each(cases)('D5 %s: %s for 200 s', async (action, kind) => {
    const driver = await given(undefined, { latency: REALISTIC });
    driver.cloud.faults.add({ action, kind, when: during(driver, 200) });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(215);
    expect(driver.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(errors(driver)).toEqual([]);
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
  const refuses = ({ networkInterfaceId }: ClusterDriver['active'], code: string): FaultRule => ({
    action: ASSIGN,
    kind: 'error',
    code,
    message: 'EC2 says no.',
    when: ({ parameters }) => parameters.NetworkInterfaceId === networkInterfaceId,
  });

  test.each(codes)('D6 %s, the active node stops: the third node takes it', async (code) => {
    const driver = await given(THREE_NODES);
    const third = driver.nodes[2] ?? driver.standby;
    driver.cloud.faults.add(refuses(driver.standby, code));
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(third)).toBe(true);
    expect(secondsUntilOn(driver, third)).toBeLessThan(60);
    expect(endsWithNobody(driver)).toBe(0);
    expect(driver.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(driver.notices('FAILED')).toEqual([]);
  });

  test.each(codes)('D6 %s, a drill: the address stays safe, and the drill is told as failed', async (code) => {
    const driver = await given(THREE_NODES);
    driver.cloud.faults.add(refuses(driver.standby, code));
    driver.drill(driver.standby);
    await driver.settled();
    expect(driver.holds(driver.active)).toBe(true);
    expect(driver.moves).toBe(0);
    expect(outcomes(driver)).toEqual(['FAILED']);
    expect(told(driver)).toContain('EC2 says no.');
  });

  test('D6 every standby refuses a failover by hand: the old holder keeps the address', async () => {
    const driver = await given(THREE_NODES);
    for (const node of driver.nodes.slice(1)) driver.cloud.faults.add(refuses(node, 'SomethingNobodyHasSeen'));
    driver.failover(driver.standby);
    await driver.settled();
    expect(driver.holds(driver.active)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED']);
  });

  test('D6 every standby refuses, and the old holder is up again: it gets the address back', async () => {
    const driver = await given(THREE_NODES);
    for (const node of driver.nodes.slice(1)) driver.cloud.faults.add(refuses(node, 'PrivateIpAddressLimitExceeded'));
    driver.stop(driver.active);
    await driver.settled();
    driver.start(driver.active);
    await driver.settled();
    driver.check();
    await driver.settled();
    expect(driver.holds(driver.active)).toBe(true);
  });
});

describe('D7 what may have been changed is judged from what was attempted', () => {
  async function deadHolder(): Promise<ClusterDriver> {
    const driver = await given();
    driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
    driver.stop(driver.active);
    await driver.settled();
    return driver;
  }

  test.each([
    [
      'loses the answer',
      (driver: ClusterDriver) => driver.cloud.faults.add({ action: UNASSIGN, kind: 'lost-response', nth: 1 }),
    ],
    [
      'gets half an answer',
      (driver: ClusterDriver) => driver.cloud.faults.add({ action: UNASSIGN, kind: 'cut-short', nth: 1 }),
    ],
    [
      'crashes after the call',
      (driver: ClusterDriver) =>
        driver.cloud.lambda.faults.add({ function: 'unassign-ip', kind: 'crash', atCall: 1, when: 'after' }),
    ],
    [
      'hangs after the call',
      (driver: ClusterDriver) =>
        driver.cloud.lambda.faults.add({ function: 'unassign-ip', kind: 'timeout', atCall: 1, when: 'after' }),
    ],
  ])('D7 a check takes the address off, %s, and cannot place it: people are told', async (_what, happens) => {
    const driver = await deadHolder();
    happens(driver);
    driver.cloud.faults.add({ action: ASSIGN, kind: 'error', code: 'PrivateIpAddressLimitExceeded' });
    driver.check();
    await driver.settled();
    expect(driver.holderOf('10.0.0.5')).toBeNull();
    expect(outcomes(driver)).toEqual(['FAILED']);
    expect(told(driver)).toMatch(/DOWN: 10\.0\.0\.5 on nobody/);
  });

  test('D7 the answer of an assignment is lost, and the target dies: people are told', async () => {
    const driver = await deadHolder();
    driver.cloud.faults.add({ action: ASSIGN, kind: 'lost-response', nth: 1 });
    once(
      driver,
      (event) => event.type === 'holder-changed' && event.to === driver.standby.networkInterfaceId,
      () => driver.stop(driver.standby),
    );
    driver.check();
    await driver.settled();
    expect(outcomes(driver)).toEqual(['FAILED']);
  });
});
