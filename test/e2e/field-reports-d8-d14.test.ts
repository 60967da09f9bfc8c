import type { Stage } from '../../local/demo/cluster-driver';
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
import { closeAll } from './stage';

afterEach(closeAll);
jest.setTimeout(180_000);

const SUBNET = 'subnet-0a1b2c3d4e5f60001';
const id = (prefix: string, number: number) => `${prefix}-${(0xa1b2_0000 + number).toString(16).padStart(17, '0')}`;
const clusterOf = (name: string, nodes: readonly number[], address: string) => ({
  name,
  subnetId: SUBNET,
  virtualIps: [address],
  nodes: nodes.map((number) => ({ instanceId: id('i', number), networkInterfaceId: id('eni', number) })),
});
/** Web has a node more: when its first one dies, it is still ready. */
const TWO_CLUSTERS = { clusters: [clusterOf('mail', [1, 2], '10.0.0.5'), clusterOf('web', [3, 4, 5], '10.0.0.8')] };

describe('D8 what cannot be read and is not needed does not stop the decision', () => {
  const cases = ['DescribeAlarms', 'DescribeInstanceStatus', 'DescribeAlarmHistory'].flatMap((action) => [
    { action, says: 'is denied', fault: { kind: 'error', code: 'AccessDenied', status: 403 } as const },
    { action, says: 'answers 503', fault: { kind: 'error503' } as const },
    { action, says: 'is throttled', fault: { kind: 'throttle' } as const },
    { action, says: 'does not know', fault: { kind: 'error', code: 'InvalidInstanceID.NotFound' } as const },
    { action, says: 'hangs', fault: { kind: 'slow', delay: MINUTE } as const },
  ]);

  test.each(cases)('D8 $action $says, and the holder stops', async ({ action, fault }) => {
    const stage = await given(WITH_ALARMS);
    stage.cloud.faults.add({ action, ...fault });
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(secondsUntilOn(stage, stage.standby)).toBeLessThan(15);
    expect([...new Set(outcomes(stage))]).toEqual(['FAILED_OVER']);
    if (stage.calls(action).length > 0) expect(told(stage)).toContain(action);
  });

  test('D8 neither can be asked, for a cluster that is well: the check says that it does not know', async () => {
    const stage = await given(WITH_ALARMS);
    for (const action of ['DescribeAlarms', 'DescribeInstanceStatus'])
      stage.cloud.faults.add({ action, kind: 'error503' });
    stage.check();
    await stage.settled();
    expect(stage.moves).toBe(0);
    expect(metric(stage, 'Ready')).toEqual([0]);
  });

  test('D8 the alarm that says so is all that is wrong, and it cannot be read: nothing moves on that', async () => {
    const stage = await given(WITH_ALARMS);
    stage.cloud.faults.add({ action: 'DescribeAlarms', kind: 'error503' });
    stage.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await stage.settled();
    expect(stage.holds(stage.active)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED']);
  });
});

describe('D9 a fresh event that contradicts what is read is doubt', () => {
  test.each([1, 3, 6, 15])('D9 DescribeAlarms shows the change %i s later', async (seconds) => {
    const stage = await given(WITH_ALARMS, { alarmLag: seconds * SECOND });
    stage.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED_OVER']);
  });

  test('D9 DescribeInstanceStatus shows the impaired check later than its alarm', async () => {
    const stage = await given();
    const alarm = stage.cloud.alarms.list().find(({ metric: seen }) => seen?.name === 'StatusCheckFailed');
    stage.cloud.alarms.setState(alarm?.name ?? '', 'ALARM', 'status check failed');
    await stage.cloud.advance(10 * SECOND);
    stage.cloud.world.impair(stage.active.instanceId, 'instance');
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(outcomes(stage)).toEqual(['FAILED_OVER']);
  });

  test.each([1, 6, 15])('D9 DescribeInstances shows the stop up to %i s later', async (seconds) => {
    const stage = await given(undefined, { lag: seconds * SECOND });
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    expect(stage.notices('FAILED')).toEqual([]);
  });

  test('D9 the alarm is over before anybody could read it: nothing was wrong, nothing moves', async () => {
    const stage = await given(WITH_ALARMS, { alarmLag: 6 * SECOND });
    stage.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer on port 25');
    await stage.cloud.advance(SECOND);
    stage.cloud.alarms.setState(alarmOf(1), 'OK', 'answers again');
    await stage.settled();
    expect(errors(stage)).toEqual([]);
  });
});

describe('D10 the dark time that is said is true, or left out', () => {
  /** Milliseconds that the first address was on nobody, by the world. */
  function dark(stage: Stage): number {
    let since: number | null = null;
    let all = 0;
    for (const { at, to, address } of stage.eventsOf('holder-changed')) {
      if (address !== stage.addresses[0]) continue;
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
    const stage = await given();
    const until = NOON + throttled * SECOND;
    for (const action of actions) stage.cloud.faults.add({ action, kind, nth: 1 });
    const when = () => stage.cloud.now() < until;
    stage.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', when });
    stage.stop(stage.active);
    await stage.settled();
    expect(stage.holds(stage.standby)).toBe(true);
    for (const said of metric(stage, 'DarkTime')) expect(Math.abs(said - dark(stage))).toBeLessThanOrEqual(100);
  });

  test('D10 nothing goes wrong: it is said', async () => {
    const stage = await given();
    stage.stop(stage.active);
    await stage.settled();
    expect(metric(stage, 'DarkTime')).toEqual([dark(stage)]);
  });
});

describe('D11 alarms do not cover one another', () => {
  /** Cluster mail has no node left for an hour; then it is web's turn. */
  async function failing(): Promise<{ stage: Stage; web: NonNullable<Stage['cluster']> }> {
    const stage = await given(TWO_CLUSTERS, { schedules: true });
    for (const node of [stage.standby, stage.active]) stage.stop(node);
    await stage.cloud.advance(HOUR);
    const web = stage.cloud.clusters[1];
    if (web === undefined) throw new Error('There is no second cluster.');
    return { stage, web };
  }
  const since = (stage: Stage, at: number) =>
    stage
      .eventsOf('notice')
      .filter((notice) => notice.at > at)
      .map(({ subject, message }) => `${subject} ${message}`);

  test('D11 checks of a cluster that fail as expected keep no alarm of failed executions up', async () => {
    const { stage } = await failing();
    const up = stage.cloud.alarms.list().filter(({ state, name }) => state === 'ALARM' && /Executions/.test(name));
    expect(up).toEqual([]);
  });

  test("D11 meanwhile the other cluster's notice cannot be sent: an alarm says so", async () => {
    const { stage, web } = await failing();
    const began = stage.cloud.now();
    stage.cloud.faults.add({ action: 'Publish', caller: 'notify', kind: 'error503' });
    stage.cloud.world.stopInstance(web.nodes[0]?.instanceId ?? '');
    await stage.cloud.advance(15 * MINUTE);
    expect(stage.holderOf('10.0.0.8')).toBe(web.nodes[1]?.networkInterfaceId);
    expect(since(stage, began).filter((text) => /^ALARM/.test(text) && /\bweb\b/.test(text))).not.toEqual([]);
  });

  test("D11 meanwhile the other cluster's event is lost: a check repairs, and people are told", async () => {
    const { stage, web } = await failing();
    const began = stage.cloud.now();
    stage.cloud.events.faults.add({ kind: 'drop', times: 100 });
    stage.cloud.world.stopInstance(web.nodes[0]?.instanceId ?? '');
    await stage.cloud.advance(6 * MINUTE);
    expect(stage.holderOf('10.0.0.8')).toBe(web.nodes[1]?.networkInterfaceId);
    expect(since(stage, began).filter((text) => text.includes('10.0.0.8'))).not.toEqual([]);
  });

  test("D11 meanwhile the other cluster's events cannot start an execution: an alarm says so", async () => {
    const { stage, web } = await failing();
    const began = stage.cloud.now();
    const caller = 'service:events.amazonaws.com';
    stage.cloud.faults.add({ service: 'states', action: 'StartExecution', caller, kind: 'throttle' });
    stage.cloud.world.stopInstance(web.nodes[0]?.instanceId ?? '');
    await stage.cloud.advance(3 * MINUTE);
    expect(since(stage, began).filter((text) => /^ALARM.*StartsThrottled/.test(text))).not.toEqual([]);
  });

  test('D11 the other cluster loses its standbys: its own readiness alarm says so', async () => {
    const { stage, web } = await failing();
    const began = stage.cloud.now();
    for (const { instanceId } of web.nodes.slice(1)) stage.cloud.world.stopInstance(instanceId);
    await stage.cloud.advance(20 * MINUTE);
    expect(since(stage, began).filter((text) => /^ALARM/.test(text) && /\bweb\b/.test(text))).not.toEqual([]);
  });
});

describe('D12 told means delivered', () => {
  test.each([20, 60, 180])('D12 SNS is down for %i s while the address moves', async (seconds) => {
    const stage = await given(undefined, { schedules: true });
    await stage.cloud.advance(MINUTE);
    const until = stage.cloud.now() + seconds * SECOND;
    stage.cloud.faults.add({ service: 'sns', kind: 'error503', when: () => stage.cloud.now() < until });
    stage.stop(stage.active);
    await stage.cloud.advance(5 * MINUTE);
    expect(stage.holds(stage.standby)).toBe(true);
    expect([...new Set(outcomes(stage))]).toEqual(['FAILED_OVER']);
  });

  test.each([8, 14])('D12 SNS is down for %i minutes: the next check tells it, once', async (minutes) => {
    const stage = await given(undefined, { schedules: true });
    await stage.cloud.advance(MINUTE);
    const until = stage.cloud.now() + minutes * MINUTE;
    stage.cloud.faults.add({ service: 'sns', kind: 'error503', when: () => stage.cloud.now() < until });
    stage.stop(stage.active);
    await stage.cloud.advance((minutes + 8) * MINUTE);
    expect(stage.holds(stage.standby)).toBe(true);
    const after = told(stage);
    expect(after).toContain('an earlier notice was lost');
    const count = stage.notices().length;
    await stage.cloud.advance(15 * MINUTE);
    expect(stage.notices()).toHaveLength(count);
  });

  test('D12 the function that tells cannot be invoked for as long as an execution lasts: the alarm says so', async () => {
    const stage = await given(undefined, { schedules: true });
    await stage.cloud.advance(MINUTE);
    stage.cloud.lambda.faults.add({ function: 'notify', kind: 'throttle', milliseconds: 6 * MINUTE });
    stage.stop(stage.active);
    await stage.cloud.advance(20 * MINUTE);
    expect(messages(stage).filter((subject) => /^ALARM|MOVED|lost/.test(subject))).not.toEqual([]);
  });
});

describe('D13 the decision does not need the time of an event', () => {
  const event = (stage: Stage, time: unknown) => ({
    version: '0',
    id: '1',
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    ...(time === undefined ? {} : { time }),
    detail: { 'instance-id': stage.active.instanceId, state: 'stopped' },
  });

  test.each([undefined, '', 'yesterday', 1_767_268_800, null, {}, ['2026-01-01T12:00:00Z']])(
    'D13 its time is %j',
    async (time) => {
      const stage = await given();
      stage.cloud.events.faults.add({ kind: 'drop', times: 100 });
      stage.stop(stage.active);
      await stage.settled();
      stage.cloud.startExecution(event(stage, time));
      await stage.settled();
      expect(stage.holds(stage.standby)).toBe(true);
      expect(outcomes(stage)).toEqual(['FAILED_OVER']);
      expect(told(stage)).not.toContain('NaN');
    },
  );
});

describe('D14 an Availability Zone of the Region is disrupted: DescribeInstances works with instance IDs only', () => {
  const disrupt = (stage: Stage, kind: 'error500' | 'error503') =>
    stage.cloud.faults.add({
      action: 'DescribeInstances',
      kind,
      when: ({ parameters }) => !('InstanceId' in parameters),
    });

  test.each(['error500', 'error503'] as const)('D14 %s; the active node stops', async (kind) => {
    const stage = await given();
    disrupt(stage, kind);
    stage.stop(stage.active);
    await stage.settled();
    expect(secondsUntilOn(stage, stage.standby)).toBeLessThan(5);
    expect(outcomes(stage)).toEqual(['FAILED_OVER']);
  });

  test('D14 the active node was terminated long ago, and its ID has vanished', async () => {
    const stage = await given(undefined, { world: { transitions: { fade: 0 } } });
    disrupt(stage, 'error503');
    stage.terminate(stage.active);
    await stage.settled();
    expect(secondsUntilOn(stage, stage.standby)).toBeLessThan(5);
    expect([...new Set(outcomes(stage))]).toEqual(['FAILED_OVER']);
  });

  test('D14 a check of a healthy cluster', async () => {
    const stage = await given();
    disrupt(stage, 'error503');
    stage.check();
    await stage.settled();
    expect(stage.moves).toBe(0);
    expect(metric(stage, 'Ready')).toEqual([1]);
  });
});
