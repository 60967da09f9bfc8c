import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, node, nodeOptions } from '../../local/demo/scenarios/configs';
import '../functions/support/quiet';
import { closeAll } from './driver';
import { alarmOf, errors, given, HOUR, MINUTE, metric, NOON, outcomes, told, WITH_ALARMS } from './field';
import { insights } from './insights';
import { commandsIn, type } from './typed';

afterEach(closeAll);

const PAUSED = 'vip-failover:paused';
/** Lines of Notify's log with this message. */
const lines = (driver: ClusterDriver, message: string) =>
  driver
    .eventsOf('log')
    .filter(({ line }) => line.includes(`"message":"${message}"`))
    .map(({ line }) => JSON.parse(line));
const records = (driver: ClusterDriver) => lines(driver, 'outcome');
function last(driver: ClusterDriver): { readonly subject: string; readonly message: string } {
  const notice = driver.notices().at(-1);
  if (notice === undefined) throw new Error('Nobody was told.');
  return notice;
}
const firstLines = ({ message }: { readonly message: string }) => message.split('\n\n')[0] ?? '';
/** Two nodes that people call mail-1 and mail-2. */
const named = (more: object = {}) => ({
  ...cluster(2, ['10.0.0.5'], { nodes: [1, 2].map((number) => ({ ...node(number), name: `mail-${number}` })) }),
  ...more,
});
const JAPANESE = named({ notifications: { emails: 'none', locale: 'ja', timeZone: 'Asia/Tokyo' } });

describe('B1 what a pause suppresses is told', () => {
  test('B1 the holder of a paused cluster stops: one notice, and not ready', async () => {
    const driver = await given(named());
    driver.cloud.world.setTags(driver.standby.instanceId, { [PAUSED]: 'kernel update' });
    driver.stop(driver.active);
    await driver.settled();
    driver.check();
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(driver.notices()).toHaveLength(1);
    expect(last(driver).subject).toMatch(/^\[mail\] DOWN: 10\.0\.0\.5 on stopp(ed|ing) mail-1, PAUSED$/);
    expect(metric(driver, 'Ready').at(-1)).toBe(0);
  });

  test('B1 until=… in the tag ends it by itself', async () => {
    const driver = await given();
    const until = new Date(NOON + HOUR).toISOString();
    driver.cloud.world.setTags(driver.standby.instanceId, { [PAUSED]: `kernel update until=${until}` });
    driver.stop(driver.active);
    await driver.cloud.advance(MINUTE);
    driver.check();
    await driver.settled();
    expect(driver.moves).toBe(0);
    await driver.cloud.advance(HOUR);
    driver.check();
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
  });
});

test('B2 every notice of a paused cluster says so, why, and until when', async () => {
  const driver = await given(named());
  const tag = 'kernel update until=2026-12-01T18:00+09:00';
  driver.cloud.world.setTags(driver.standby.instanceId, { [PAUSED]: tag });
  driver.rehearsal();
  await driver.settled();
  driver.drill(driver.standby);
  await driver.settled();
  driver.failover();
  await driver.settled();
  expect(driver.notices()).toHaveLength(3);
  for (const { subject, message } of driver.notices()) {
    expect(subject).toMatch(/, PAUSED$/);
    expect(message).toContain(`PAUSED: a tag keeps the addresses from moving by themselves: ${tag}.`);
  }
  expect(driver.notices()[0]?.message).toContain('if the holder died, nothing would move by itself');
});

describe('B3 the record comes before the notice', () => {
  test('B3 SNS is down for the whole failover: the move is recorded, and that nobody was told', async () => {
    const driver = await given();
    driver.cloud.faults.add({ service: 'sns', kind: 'error503', times: 1_000 });
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.notices()).toEqual([]);
    expect(records(driver)[0]).toMatchObject({ outcome: 'FAILED_OVER', to: driver.standby.instanceId, told: true });
    expect(lines(driver, 'notice').at(-1)).toMatchObject({ outcome: 'FAILED_OVER', sent: false });
    expect(insights(driver).map(({ outcome }) => outcome)).toContain('FAILED_OVER');
  });

  test('B3 the saved query finds every move, told or not, and no check', async () => {
    const driver = await given();
    driver.drill(driver.standby);
    await driver.settled();
    driver.cloud.faults.add({ service: 'sns', kind: 'error503', times: 1_000 });
    driver.stop(driver.standby);
    await driver.settled();
    driver.cloud.faults.clear();
    driver.check();
    await driver.settled();
    const found = insights(driver);
    expect(
      found
        .map(({ outcome }) => outcome)
        .toReversed()
        .slice(0, 2),
    ).toEqual(['DRILLED', 'FAILED_OVER']);
    expect(found.at(-1)).toMatchObject({ requestedBy: 'operator', reason: 'quarterly drill', cluster: 'mail' });
  });
});

describe('B4 the outage is said, and never 0 for what is not known', () => {
  test('B4 the holder was terminated: notice, record, metric and event say the same outage', async () => {
    const driver = await given();
    driver.terminate(driver.active);
    await driver.settled();
    const [{ outageMs }] = records(driver);
    expect(outageMs).toBeGreaterThan(0);
    expect(metric(driver, 'Outage')).toEqual([outageMs]);
    const said = `Outage, from the first sign of trouble to the proof: ${(outageMs / 1_000).toFixed(1)} s`;
    expect(last(driver).message).toContain(said);
    const [event] = driver.eventsOf('event').filter(({ source }) => source === 'vip-failover');
    expect(event?.detail).toMatchObject({ outageMs });
  });

  test('B4 a check finds the address on nobody: since when is not known, so no number is given', async () => {
    const driver = await given();
    driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
    driver.terminate(driver.active);
    await driver.cloud.advance(MINUTE);
    driver.check();
    await driver.settled();
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
    expect(last(driver).message).not.toMatch(/Outage|Without a holder/);
    expect(metric(driver, 'Outage')).toEqual([]);
    expect(metric(driver, 'DarkTime')).toEqual([]);
  });
});

test('B5 the same alarm is up on all nodes: no command that moves a working address', async () => {
  const driver = await given(WITH_ALARMS);
  for (const number of [2, 1]) driver.cloud.alarms.setState(alarmOf(number), 'ALARM', 'no answer from anywhere');
  await driver.settled();
  expect(driver.moves).toBe(0);
  expect(last(driver).subject).toContain('DEGRADED: 10.0.0.5 on ');
  expect(commandsIn(last(driver).message)).toEqual([]);
  expect(last(driver).message).toContain('No other node of cluster mail is healthy.');
});

describe('B6 subject and first lines stand alone', () => {
  test('B6 a failure: where the address is, and that somebody must act', async () => {
    const driver = await given(named());
    driver.stop(driver.standby);
    await driver.settled();
    driver.stop(driver.active);
    await driver.settled();
    expect(last(driver).subject).toMatch(/^\[mail\] DOWN: 10\.0\.0\.5 on stopp(ed|ing) mail-1$/);
    expect(firstLines(last(driver))).toMatch(
      /^10\.0\.0\.5 is on mail-1 \(i-\w+\), which is stopp(ed|ing)\.\n.*\nAct now\./,
    );
  });

  test('B6 a drill that is refused: the service is well, and nobody must act', async () => {
    const driver = await given(named());
    driver.stop(driver.standby);
    await driver.settled();
    driver.drill(driver.standby);
    await driver.settled();
    expect(last(driver).subject).toBe('[mail] OK: drill refused, 10.0.0.5 still on mail-1');
    expect(firstLines(last(driver))).toMatch(/Nobody has to act\.$/);
  });
});

describe('B7 in Japanese', () => {
  test('B7 a failover: cluster and address first, the agreed sentences, local time beside UTC', async () => {
    const driver = await given(JAPANESE);
    driver.stop(driver.active);
    await driver.settled();
    expect(last(driver).subject).toBe(
      '[mail] 10.0.0.5: フェイルオーバーが起動されました。（移動先 mail-2、待機ノードなし）',
    );
    expect(last(driver).message.split('\n').slice(0, 2)).toEqual([
      'アクティブサーバーの停止が検出されました。',
      'セカンダリサーバーにIPアドレスを付け替える処理を実行しました。',
    ]);
    // Noon UTC.
    expect(last(driver).message).toMatch(
      /実行開始: 2026-01-01T12:\S+Z（現地時刻 2026年1月1日 21:\d\d:\d\d、Asia\/Tokyo、UTC\+09:00）/,
    );
  });

  test('B7 findings with their details, in full sentences', async () => {
    const prefixes = Array.from({ length: 9 }, (_, index) => `10.0.1.${16 * index}/28`);
    const full = { instanceType: 'm5.large', interface: { prefixes, sourceDestCheck: false } };
    const driver = await given(JAPANESE, { world: nodeOptions(1, full) });
    const { world } = driver.cloud;
    world.setTags(driver.active.instanceId, { 'vip-failover:standby': 'nevr', [PAUSED]: 'until=tomorrow' });
    driver.rehearsal();
    await driver.settled();
    const findings = last(driver)
      .message.split('\n')
      .filter((line) => line.startsWith('  - '));
    expect(findings.length).toBeGreaterThanOrEqual(4);
    const quoted =
      /vip-failover:\w+ = \S+|mail-\d \(i-\w+\)|\b(eni|i|subnet)-\w+|"[^"]*"|\b\w\d\.\w+\b|\d+(\.\d+){3}|CIDR|EC2|ISO|on|off/g;
    for (const finding of findings) expect(finding.replace(quoted, '')).not.toMatch(/[A-Za-z]{3,}/);
  });
});

test("B8 a drill to a node without room: EC2's words, and why it was begun", async () => {
  const driver = await given(named());
  driver.cloud.faults.add({
    action: 'AssignPrivateIpAddresses',
    kind: 'error',
    code: 'PrivateIpAddressLimitExceeded',
    message: 'Number of private addresses will exceed limit.',
    status: 400,
    times: 100,
    when: ({ parameters }) => JSON.stringify(parameters).includes(driver.standby.networkInterfaceId),
  });
  driver.drill(driver.standby);
  await driver.settled();
  expect(last(driver).subject).toBe('[mail] OK: drill refused, 10.0.0.5 still on mail-1');
  expect(last(driver).message).toContain(
    'PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit.',
  );
  expect(last(driver).message).toContain('Reason given: quarterly drill');
  expect(last(driver).message).not.toContain('nobody held the addresses');
});

test('B9 a failover by hand without target, healthy holder: how to name one', async () => {
  const driver = await given(named());
  driver.failover();
  await driver.settled();
  expect(last(driver).message).toContain('If the service does not answer where it is, move it to mail-2');
  await type(driver, commandsIn(last(driver).message));
  expect(driver.holds(driver.standby)).toBe(true);
});

test('B10 no standby, the stopped holder still has the address: starting it is first', async () => {
  const driver = await given();
  driver.stop(driver.standby);
  await driver.settled();
  driver.stop(driver.active);
  await driver.cloud.advance(10 * MINUTE);
  driver.failover();
  await driver.settled();
  const commands = commandsIn(last(driver).message);
  expect(commands.map((command) => command.split(' ').slice(1, 3).join(' '))).toEqual([
    'ec2 start-instances',
    'ec2 wait',
  ]);
  expect(commands[0]).toContain(driver.active.instanceId);
});

describe('B14 the record of a drill', () => {
  test('B14 has addresses, reason, requester as stated, and the execution’s ARN', async () => {
    const driver = await given();
    const { arn } = driver.drill(driver.standby, 'alice');
    await driver.settled();
    expect(records(driver)).toMatchObject([
      {
        schemaVersion: 2,
        executionId: arn,
        addresses: ['10.0.0.5'],
        from: driver.active.instanceId,
        to: driver.standby.instanceId,
        reason: 'quarterly drill',
        requestedBy: 'alice',
        requesterIs: 'AS_STATED',
      },
    ]);
  });

  test.each(['drill', 'failover'])('B14 a %s that nobody asked for is refused, and told', async (mode) => {
    const driver = await given();
    driver.cloud.startExecution({ cluster: 'mail', mode, target: driver.standby.instanceId });
    await driver.settled();
    expect(driver.moves).toBe(0);
    expect(errors(driver)).toEqual(['InvalidInput']);
    expect(told(driver)).toContain('requestedBy is missing');
  });
});

test('B15 logs are kept for two years by default', async () => {
  const driver = await given();
  const groups = driver.cloud.template.ofType('AWS::Logs::LogGroup');
  expect(groups.length).toBeGreaterThan(0);
  for (const { properties } of groups) expect(properties.RetentionInDays).toBe(731);
});
