import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { closeAll } from './driver';
import {
  alarmOf,
  errors,
  given,
  HOUR,
  MINUTE,
  metric,
  NOON,
  outcomes,
  SECOND,
  secondsUntilOn,
  THREE_NODES,
  told,
  WITH_ALARMS,
} from './field';

afterEach(closeAll);

/** Names that sound final and pass, and one that no list knows. */
const DOUBTFUL = [
  'AuthFailure',
  'InvalidInstanceID.NotFound',
  'InvalidClientTokenId',
  'ExpiredToken',
  'RequestExpired',
  'OperationNotPermitted',
  'IncorrectState',
  'SomethingNobodyHasSeen',
];

describe('A1 unassigning is a courtesy: whatever goes wrong with it, the address leaves a dead holder', () => {
  test.each([
    { says: 'answers 500', fault: { kind: 'error500' }, within: 15, names: 'InternalError' },
    { says: 'answers 503', fault: { kind: 'error503' }, within: 15, names: 'Unavailable' },
    { says: 'is throttled', fault: { kind: 'throttle' }, within: 3, names: 'RequestLimitExceeded' },
    { says: 'breaks its connection', fault: { kind: 'reset' }, within: 15, names: 'Unassign' },
    { says: 'is answered by a web page', fault: { kind: 'not-xml' }, within: 15, names: 'Unassign' },
    { says: 'hangs', fault: { kind: 'slow', delay: 60 * SECOND }, within: 20, names: 'Unassign' },
    {
      says: 'is denied',
      fault: { kind: 'error', code: 'UnauthorizedOperation', status: 403 },
      within: 1,
      names: 'UnauthorizedOperation',
    },
    {
      says: 'is refused with an unknown name',
      fault: { kind: 'error', code: 'SomethingNobodyHasSeen' },
      within: 15,
      names: 'SomethingNobodyHasSeen',
    },
  ] as const)('A1 every unassign $says', async ({ fault, within, names }) => {
    const driver = await given();
    driver.cloud.faults.add({ action: 'UnassignPrivateIpAddresses', ...fault });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThanOrEqual(within);
    expect(driver.notices('FAILED')).toEqual([]);
    expect(driver.notices('FAILED_OVER').length).toBeGreaterThan(0);
    expect(told(driver)).toContain(names);
  });

  test('A1 the function that unassigns cannot be invoked', async () => {
    const driver = await given();
    driver.cloud.lambda.faults.add({ function: 'unassign-ip', kind: 'refuse', error: 'Lambda.SomethingNobodyHasSeen' });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThanOrEqual(15);
    expect(told(driver)).toContain('Lambda.SomethingNobodyHasSeen');
  });

  test('A1 a check repairs all the same', async () => {
    const driver = await given();
    driver.cloud.faults.add({ action: 'UnassignPrivateIpAddresses', kind: 'error', code: 'UnauthorizedOperation' });
    driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
    driver.stop(driver.active);
    await driver.settled();
    driver.check();
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });
});

describe('A2 failback counts from the recovery of the preferred node', () => {
  const BEFORE = { schedules: true, startTime: NOON - 2 * HOUR };
  const at = (hour: number, minute: number, second = 0) => Date.UTC(2026, 0, 1, hour, minute, second);

  test('A2 its alarm was up from 12:58:00 to 12:59:40: it is not moved back at 13:00, but from 13:59:40 on', async () => {
    const driver = await given(WITH_ALARMS, BEFORE);
    await driver.cloud.advance(at(12, 58) - driver.cloud.now());
    driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await driver.cloud.advance(100 * SECOND);
    expect(driver.holds(driver.standby)).toBe(true);
    driver.cloud.alarms.setState(alarmOf(1), 'OK', 'answers again');
    await driver.cloud.advance(at(13, 59) - driver.cloud.now());
    expect(driver.moves).toBe(1);
    await driver.cloud.advance(20 * MINUTE);
    expect(driver.holds(driver.active)).toBe(true);
    expect(driver.moves).toBe(2);
  });

  test('A2 its status check was impaired until 12:59', async () => {
    const driver = await given(WITH_ALARMS, BEFORE);
    await driver.cloud.advance(at(12, 40) - driver.cloud.now());
    driver.cloud.world.impair(driver.active.instanceId, 'system');
    await driver.cloud.advance(at(12, 59) - driver.cloud.now());
    expect(driver.holds(driver.standby)).toBe(true);
    driver.cloud.world.recover(driver.active.instanceId);
    await driver.cloud.advance(at(13, 58) - driver.cloud.now());
    expect(driver.moves).toBe(1);
    await driver.cloud.advance(20 * MINUTE);
    expect(driver.moves).toBe(2);
    expect(driver.holds(driver.active)).toBe(true);
  });

  test('A2 its alarm goes up again while the time runs: the time begins anew', async () => {
    const driver = await given(WITH_ALARMS, BEFORE);
    driver.stop(driver.active);
    await driver.cloud.advance(MINUTE);
    driver.start(driver.active);
    await driver.cloud.advance(50 * MINUTE);
    driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await driver.cloud.advance(MINUTE);
    driver.cloud.alarms.setState(alarmOf(1), 'OK', 'answers again');
    await driver.cloud.advance(50 * MINUTE);
    expect(driver.moves).toBe(1);
    await driver.cloud.advance(20 * MINUTE);
    expect(driver.moves).toBe(2);
  });
});

describe('A3 what a person moved is not taken back', () => {
  test.each([
    ['a drill', 'drill'],
    ['a failover by hand', 'failover'],
  ] as const)('A3 %s off the healthy preferred node at 12:57', async (_what, mode) => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    await driver.cloud.advance(57 * MINUTE);
    driver[mode](driver.standby);
    await driver.cloud.advance(13 * MINUTE);
    expect(driver.holds(driver.standby)).toBe(true);
    await driver.cloud.advance(3 * HOUR);
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.moves).toBe(1);
  });

  test('A3 a person moves it to where an earlier failover had moved it, and it stays there', async () => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    driver.stop(driver.active);
    await driver.cloud.advance(10 * MINUTE);
    driver.start(driver.active);
    await driver.cloud.advance(10 * MINUTE);
    driver.drill(driver.active);
    await driver.cloud.advance(10 * MINUTE);
    driver.drill(driver.standby);
    await driver.cloud.advance(3 * HOUR);
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.moves).toBe(3);
  });

  test('A3 an administrator moves it in EC2: nobody knows why, so it stays', async () => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    await driver.cloud.advance(MINUTE);
    driver.cloud.world.addresses.assign(driver.standby.networkInterfaceId, driver.addresses, true);
    await driver.cloud.advance(3 * HOUR);
    expect(driver.holds(driver.standby)).toBe(true);
  });

  test('A3 what the workflow moved by itself is taken back', async () => {
    const driver = await given(WITH_ALARMS, { schedules: true });
    driver.stop(driver.active);
    await driver.cloud.advance(MINUTE);
    driver.start(driver.active);
    await driver.cloud.advance(70 * MINUTE);
    expect(driver.holds(driver.active)).toBe(true);
    expect(driver.moves).toBe(2);
  });
});

describe('A4 absence in one answer is not death', () => {
  const begins: readonly (readonly [string, (driver: ClusterDriver) => unknown])[] = [
    ['a check', (driver) => driver.check()],
    ['a failover by hand', (driver) => driver.failover()],
    ['an event of the standby', (driver) => driver.stop(driver.standby)],
  ];

  test.each(begins)('A4 one answer of DescribeInstances lacks the holder, at %s', async (_what, begin) => {
    const driver = await given();
    const { instanceId: id } = driver.active;
    driver.cloud.faults.add({ action: 'DescribeInstances', kind: 'lacks', id, times: 1 });
    begin(driver);
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(driver.failures).toEqual([]);
  });

  test.each(begins)(
    'A4 every answer of DescribeInstances lacks the holder, at %s: a contradiction, and nothing moves',
    async (what, begin) => {
      const driver = await given();
      const { instanceId: id, networkInterfaceId } = driver.active;
      driver.cloud.faults.add({ action: 'DescribeInstances', kind: 'lacks', id });
      begin(driver);
      await driver.settled();
      expect(driver.moves).toBe(0);
      expect([...new Set(driver.failures.map(({ error }) => error))]).toEqual(['StateUnsettled']);
      const words = what === 'a check' ? (driver.failures[0]?.cause ?? '') : told(driver);
      for (const part of ['DescribeInstances', 'DescribeNetworkInterfaces', id, networkInterfaceId])
        expect(words).toContain(part);
      if (what === 'a check') expect(metric(driver, 'Ready')).toEqual([0]);
    },
  );

  test('A4 the answer comes in pages, and the holder is on the second', async () => {
    const driver = await given(THREE_NODES, { pageSize: 1 });
    driver.check();
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(metric(driver, 'Ready')).toEqual([1]);
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });
});

describe('A5 an empty answer is looked at again', () => {
  test.each(['DescribeInstances', 'DescribeNetworkInterfaces', 'DescribeInstanceStatus'])(
    'A5 one answer of %s is empty when the active node stops',
    async (action) => {
      const driver = await given();
      driver.cloud.faults.add({ action, kind: 'empty', times: 1 });
      driver.stop(driver.active);
      await driver.settled();
      expect(driver.holds(driver.standby)).toBe(true);
      expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(30);
      expect(outcomes(driver)).toEqual(['FAILED_OVER']);
    },
  );

  test.each(['DescribeInstances', 'DescribeNetworkInterfaces', 'DescribeInstanceStatus'])(
    'A5 one answer of %s is empty at a check of a healthy cluster',
    async (action) => {
      const driver = await given();
      driver.cloud.faults.add({ action, kind: 'empty', times: 1 });
      driver.check();
      await driver.settled();
      expect(driver.moves).toBe(0);
      expect(driver.notices()).toEqual([]);
      expect(driver.failures).toEqual([]);
    },
  );
});

describe('A6 a read that is refused once is tried again', () => {
  const READS = ['DescribeInstances', 'DescribeNetworkInterfaces', 'DescribeInstanceStatus'];

  test.each(READS.flatMap((action) => DOUBTFUL.map((code) => [action, code] as const)))(
    'A6 the first %s answers %s',
    async (action, code) => {
      const driver = await given();
      driver.cloud.faults.add({ action, kind: 'error', code, nth: 1 });
      driver.stop(driver.active);
      await driver.settled();
      expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(10);
      expect(outcomes(driver)).toEqual(['FAILED_OVER']);
      expect(driver.failures).toEqual([]);
    },
  );

  test.each(READS)('A6 every %s answers AuthFailure for twenty seconds', async (action) => {
    const driver = await given();
    const until = NOON + 20 * SECOND;
    driver.cloud.faults.add({ action, kind: 'error', code: 'AuthFailure', when: () => driver.cloud.now() < until });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(30);
    expect(driver.notices('FAILED')).toEqual([]);
  });

  test.each(['cut-short', 'not-xml'] as const)('A6 each read is answered once by what is %s', async (kind) => {
    const driver = await given();
    for (const action of READS) driver.cloud.faults.add({ action, kind, nth: 1 });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(10);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });
});

describe('A7 an assignment that is refused once is tried again', () => {
  test.each(DOUBTFUL)('A7 AssignPrivateIpAddresses answers %s once', async (code) => {
    const driver = await given();
    driver.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'error', code, nth: 1 });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(10);
    expect([...new Set(outcomes(driver))]).toEqual(['FAILED_OVER']);
    expect(errors(driver)).toEqual([]);
  });

  test.each(['AuthFailure', 'SomethingNobodyHasSeen'])('A7 it answers %s for twenty seconds', async (code) => {
    const driver = await given();
    const until = NOON + 20 * SECOND;
    driver.cloud.faults.add({
      action: 'AssignPrivateIpAddresses',
      kind: 'error',
      code,
      when: () => driver.cloud.now() < until,
    });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(30);
    expect(driver.notices('FAILED')).toEqual([]);
  });
});

describe('A8 an unknown error is more often a hiccup than a verdict', () => {
  const ACTIONS = [
    'DescribeInstances',
    'DescribeInstanceStatus',
    'DescribeNetworkInterfaces',
    'UnassignPrivateIpAddresses',
    'AssignPrivateIpAddresses',
    'Publish',
  ];
  const FUNCTIONS = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'];
  const NAMES = ['Lambda.SomethingNobodyHasSeen', 'Runtime.OutOfMemory', 'Lambda.ResourceNotReadyException', 'Weird'];

  test.each(ACTIONS)('A8 %s answers it twice', async (action) => {
    const driver = await given();
    driver.cloud.faults.add({ action, kind: 'error', code: 'SomethingNobodyHasSeen', times: 2 });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(15);
    expect([...new Set(outcomes(driver))]).toEqual(['FAILED_OVER']);
    expect(errors(driver)).toEqual([]);
  });

  test.each(FUNCTIONS.flatMap((name) => NAMES.map((error) => [name, error] as const)))(
    'A8 invoking %s fails with %s twice',
    async (name, error) => {
      const driver = await given();
      driver.cloud.lambda.faults.add({ function: name, kind: 'refuse', error, times: 2 });
      driver.stop(driver.active);
      await driver.settled();
      expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(15);
      expect([...new Set(outcomes(driver))]).toEqual(['FAILED_OVER']);
      expect(errors(driver)).toEqual([]);
    },
  );

  test.each(FUNCTIONS)('A8 invoking %s fails with an unknown name for twenty seconds', async (name) => {
    const driver = await given();
    driver.cloud.lambda.faults.add({ function: name, kind: 'refuse', error: 'Weird', milliseconds: 20 * SECOND });
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(30);
    expect(driver.notices('FAILED')).toEqual([]);
    expect(driver.notices('FAILED_OVER').length).toBeGreaterThan(0);
  });
});
