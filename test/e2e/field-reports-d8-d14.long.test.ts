import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { closeAll } from './driver';
import {
  alarmOf,
  errors,
  given,
  HOUR,
  MINUTE,
  messages,
  metric,
  NOON,
  outcomes,
  SECOND,
  secondsUntilOn,
  told,
  WITH_ALARMS,
} from './field';

afterEach(closeAll);

const SUBNET = 'subnet-0a1b2c3d4e5f60001';
const id = (prefix: string, number: number) => `${prefix}-${(0xa1b2_0000 + number).toString(16).padStart(17, '0')}`;
const clusterOf = (name: string, nodes: readonly number[], address: string) => ({
  name,
  subnetId: SUBNET,
  virtualIps: [address],
  nodes: nodes.map((number) => ({ instanceId: id('i', number), networkInterfaceId: id('eni', number) })),
});
/** Web has a node more: when its first one dies, it is still ready. */
const TWO_CLUSTERS = {
  clusters: [clusterOf('mail', [1, 2], '10.0.0.5'), clusterOf('web', [3, 4, 5], '10.0.0.8')],
  notifications: { emails: 'none' },
};

describe('D8 what cannot be read and is not needed does not stop the decision', () => {
  const cases = ['DescribeAlarms', 'DescribeInstanceStatus', 'DescribeAlarmHistory'].flatMap((action) => [
    { action, says: 'is denied', fault: { kind: 'error', code: 'AccessDenied', status: 403 } as const },
    { action, says: 'answers 503', fault: { kind: 'error503' } as const },
    { action, says: 'is throttled', fault: { kind: 'throttle' } as const },
    { action, says: 'does not know', fault: { kind: 'error', code: 'InvalidInstanceID.NotFound' } as const },
    { action, says: 'hangs', fault: { kind: 'slow', delay: MINUTE } as const },
  ]);

  test.each(cases)('D8 $action $says, and the holder stops', async ({ action, fault }) => {
    const driver = await given(WITH_ALARMS);
    driver.cloud.faults.add({ action, ...fault });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(15);
    expect([...new Set(outcomes(driver))]).toEqual(['FAILED_OVER']);
    if (driver.calls(action).length > 0) expect(told(driver)).toContain(action);
  });

  test('D8 neither can be asked, for a cluster that is well: the check says that it does not know', async () => {
    const driver = await given(WITH_ALARMS);
    for (const action of ['DescribeAlarms', 'DescribeInstanceStatus'])
      driver.cloud.faults.add({ action, kind: 'error503' });
    driver.check();
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(metric(driver, 'Ready')).toEqual([0]);
  });

  test('D8 the alarm that says so is all that is wrong, and it cannot be read: nothing moves on that', async () => {
    const driver = await given(WITH_ALARMS);
    driver.cloud.faults.add({ action: 'DescribeAlarms', kind: 'error503' });
    driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await driver.settled();
    expect(driver.holds(driver.active)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED']);
  });
});

describe('D9 a fresh event that contradicts what is read is doubt', () => {
  test.each([1, 3, 6, 15])('D9 DescribeAlarms shows the change %i s later', async (seconds) => {
    const driver = await given(WITH_ALARMS, { alarmLag: seconds * SECOND });
    driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });

  test('D9 DescribeInstanceStatus shows the impaired check later than its alarm', async () => {
    const driver = await given();
    const alarm = driver.cloud.alarms.list().find(({ metric: seen }) => seen?.name === 'StatusCheckFailed');
    driver.cloud.alarms.setState(alarm?.name ?? '', 'ALARM', 'status check failed');
    await driver.cloud.advance(10 * SECOND);
    driver.cloud.world.impair(driver.active.instanceId, 'instance');
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });

  test.each([1, 6, 15])('D9 DescribeInstances shows the stop up to %i s later', async (seconds) => {
    const driver = await given(undefined, { lag: seconds * SECOND });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.notices('FAILED')).toEqual([]);
  });

  test('D9 the alarm is over before anybody could read it: nothing was wrong, nothing moves', async () => {
    const driver = await given(WITH_ALARMS, { alarmLag: 6 * SECOND });
    driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await driver.cloud.advance(SECOND);
    driver.cloud.alarms.setState(alarmOf(1), 'OK', 'answers again');
    await driver.settled();
    expect(errors(driver)).toEqual([]);
  });
});

describe('D10 the dark time that is said is true, or left out', () => {
  /** Milliseconds that the first address was on nobody, by the world. */
  function dark(driver: ClusterDriver): number {
    let since: number | null = null;
    let all = 0;
    for (const { at, to, address } of driver.eventsOf('holder-changed')) {
      if (address !== driver.addresses[0]) continue;
      if (since !== null && to !== null) all += at - since;
      since = to === null ? at : null;
    }
    return all;
  }

  const cases = (['lost-response', 'cut-short', 'slow-answer'] as const).flatMap((kind) =>
    [
      ['UnassignPrivateIpAddresses'],
      ['AssignPrivateIpAddresses'],
      ['UnassignPrivateIpAddresses', 'AssignPrivateIpAddresses'],
    ].flatMap((actions) => [0, 8, 16, 40].map((throttled) => ({ kind, actions, throttled }))),
  );

  test.each(cases)('D10 $kind at $actions, then $throttled s of throttling', async ({ kind, actions, throttled }) => {
    const driver = await given();
    const until = NOON + throttled * SECOND;
    for (const action of actions) driver.cloud.faults.add({ action, kind, nth: 1 });
    const when = () => driver.cloud.now() < until;
    driver.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', when });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    for (const said of metric(driver, 'DarkTime')) expect(Math.abs(said - dark(driver))).toBeLessThanOrEqual(100);
  });

  test('D10 nothing goes wrong: it is said', async () => {
    const driver = await given();
    driver.stop(driver.active);
    await driver.settled();
    expect(metric(driver, 'DarkTime')).toEqual([dark(driver)]);
  });
});

describe('D11 alarms do not cover one another', () => {
  /** Cluster mail has no node left for an hour; then it is web's turn. */
  async function failing(): Promise<{ driver: ClusterDriver; web: NonNullable<ClusterDriver['cluster']> }> {
    const driver = await given(TWO_CLUSTERS, { schedules: true });
    for (const node of [driver.standby, driver.active]) driver.stop(node);
    await driver.cloud.advance(HOUR);
    const web = driver.cloud.clusters[1];
    if (web === undefined) throw new Error('There is no second cluster.');
    return { driver, web };
  }
  const since = (driver: ClusterDriver, at: number) =>
    driver
      .eventsOf('notice')
      .filter((notice) => notice.at > at)
      .map(({ subject, message }) => `${subject} ${message}`);

  test('D11 checks of a cluster that fail as expected keep no alarm of failed executions up', async () => {
    const { driver } = await failing();
    const up = driver.cloud.alarms.list().filter(({ state, name }) => state === 'ALARM' && /Executions/.test(name));
    expect(up).toEqual([]);
  });

  test("D11 meanwhile the other cluster's notice cannot be sent: an alarm says so", async () => {
    const { driver, web } = await failing();
    const began = driver.cloud.now();
    driver.cloud.faults.add({ action: 'Publish', caller: 'notify', kind: 'error503' });
    driver.cloud.world.stopInstance(web.nodes[0]?.instanceId ?? '');
    await driver.cloud.advance(15 * MINUTE);
    expect(driver.holderOf('10.0.0.8')).toBe(web.nodes[1]?.networkInterfaceId);
    expect(since(driver, began).filter((text) => /^ALARM/.test(text) && /\bweb\b/.test(text))).not.toEqual([]);
  });

  test("D11 meanwhile the other cluster's event is lost: a check repairs, and people are told", async () => {
    const { driver, web } = await failing();
    const began = driver.cloud.now();
    driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
    driver.cloud.world.stopInstance(web.nodes[0]?.instanceId ?? '');
    await driver.cloud.advance(6 * MINUTE);
    expect(driver.holderOf('10.0.0.8')).toBe(web.nodes[1]?.networkInterfaceId);
    expect(since(driver, began).filter((text) => text.includes('10.0.0.8'))).not.toEqual([]);
  });

  test("D11 meanwhile the other cluster's events cannot start an execution: an alarm says so", async () => {
    const { driver, web } = await failing();
    const began = driver.cloud.now();
    const caller = 'service:events.amazonaws.com';
    driver.cloud.faults.add({ service: 'states', action: 'StartExecution', caller, kind: 'throttle' });
    driver.cloud.world.stopInstance(web.nodes[0]?.instanceId ?? '');
    await driver.cloud.advance(3 * MINUTE);
    expect(since(driver, began).filter((text) => /^ALARM.*StartsThrottled/.test(text))).not.toEqual([]);
  });

  test('D11 the other cluster loses its standbys: its own readiness alarm says so', async () => {
    const { driver, web } = await failing();
    const began = driver.cloud.now();
    for (const { instanceId } of web.nodes.slice(1)) driver.cloud.world.stopInstance(instanceId);
    await driver.cloud.advance(20 * MINUTE);
    expect(since(driver, began).filter((text) => /^ALARM/.test(text) && /\bweb\b/.test(text))).not.toEqual([]);
  });
});

describe('D12 told means delivered', () => {
  test.each([20, 60, 180])('D12 SNS is down for %i s while the address moves', async (seconds) => {
    const driver = await given(undefined, { schedules: true });
    await driver.cloud.advance(MINUTE);
    const until = driver.cloud.now() + seconds * SECOND;
    driver.cloud.faults.add({ service: 'sns', kind: 'error503', when: () => driver.cloud.now() < until });
    driver.stop(driver.active);
    await driver.cloud.advance(5 * MINUTE);
    expect(driver.holds(driver.standby)).toBe(true);
    expect([...new Set(outcomes(driver))]).toEqual(['FAILED_OVER']);
  });

  test.each([8, 14])('D12 SNS is down for %i minutes: the next check tells it, once', async (minutes) => {
    const driver = await given(undefined, { schedules: true });
    await driver.cloud.advance(MINUTE);
    const until = driver.cloud.now() + minutes * MINUTE;
    driver.cloud.faults.add({ service: 'sns', kind: 'error503', when: () => driver.cloud.now() < until });
    driver.stop(driver.active);
    await driver.cloud.advance((minutes + 8) * MINUTE);
    expect(driver.holds(driver.standby)).toBe(true);
    const after = told(driver);
    expect(after).toContain('a notice was lost');
    const count = driver.notices().length;
    await driver.cloud.advance(15 * MINUTE);
    expect(driver.notices()).toHaveLength(count);
  });

  test('D12 the function that tells cannot be invoked for as long as an execution lasts: the alarm says so', async () => {
    const driver = await given(undefined, { schedules: true });
    await driver.cloud.advance(MINUTE);
    driver.cloud.lambda.faults.add({ function: 'notify', kind: 'throttle', milliseconds: 6 * MINUTE });
    driver.stop(driver.active);
    await driver.cloud.advance(20 * MINUTE);
    expect(messages(driver).filter((subject) => /^ALARM|MOVED|lost/.test(subject))).not.toEqual([]);
  });
});

describe('D13 the decision does not need the time of an event', () => {
  const event = (driver: ClusterDriver, time: unknown) => ({
    version: '0',
    id: '1',
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    ...(time === undefined ? {} : { time }),
    detail: { 'instance-id': driver.active.instanceId, state: 'stopped' },
  });

  test.each([undefined, '', 'yesterday', 1_767_268_800, null, {}, ['2026-01-01T12:00:00Z']])(
    'D13 its time is %j',
    async (time) => {
      const driver = await given();
      driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
      driver.stop(driver.active);
      await driver.settled();
      driver.cloud.startExecution(event(driver, time));
      await driver.settled();
      expect(driver.holds(driver.standby)).toBe(true);
      expect(outcomes(driver)).toEqual(['FAILED_OVER']);
      expect(told(driver)).not.toContain('NaN');
    },
  );
});

describe('D14 an Availability Zone of the Region is disrupted: DescribeInstances works with instance IDs only', () => {
  const disrupt = (driver: ClusterDriver, kind: 'error500' | 'error503') =>
    driver.cloud.faults.add({
      action: 'DescribeInstances',
      kind,
      when: ({ parameters }) => !('InstanceId' in parameters),
    });

  test.each(['error500', 'error503'] as const)('D14 %s; the active node stops', async (kind) => {
    const driver = await given();
    disrupt(driver, kind);
    driver.stop(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(5);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });

  test('D14 the active node was terminated long ago, and its ID has vanished', async () => {
    const driver = await given(undefined, { world: { transitions: { fade: 0 } } });
    disrupt(driver, 'error503');
    driver.terminate(driver.active);
    await driver.settled();
    expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(5);
    expect([...new Set(outcomes(driver))]).toEqual(['FAILED_OVER']);
  });

  test('D14 a check of a healthy cluster', async () => {
    const driver = await given();
    disrupt(driver, 'error503');
    driver.check();
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(metric(driver, 'Ready')).toEqual([1]);
  });
});
