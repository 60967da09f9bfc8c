/** Field reports, section B: who may operate it, and who listens. */
import '../functions/support/quiet';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster } from '../../local/demo/scenarios/configs';
import { Topics } from '../../local/emulator/sns/topics';
import { closeAll, givenACluster } from './driver';
import { given, HOUR, MINUTE, messages, metric, NOON, told } from './field';
import { AS_OPERATOR, givenAnOperator, OPERATOR_KEY } from './operator';
import { type } from './typed';

afterEach(closeAll);

describe('B13: the role of those who operate', () => {
  test('pauses and resumes, keeps a node from taking over and lets it again', async () => {
    const driver = await givenAnOperator();
    const { instanceId } = driver.standby;
    const tags = () => driver.cloud.world.instance(instanceId).tags;
    const as = (...commands: string[]) => type(driver, commands, OPERATOR_KEY);
    await as(
      `aws ec2 create-tags --resources ${instanceId} --tags 'Key=vip-failover:paused,Value=kernel update'`,
      `aws ec2 create-tags --resources ${instanceId} --tags Key=vip-failover:standby,Value=never`,
    );
    expect(tags()).toMatchObject({ 'vip-failover:paused': 'kernel update', 'vip-failover:standby': 'never' });
    await as(`aws ec2 delete-tags --resources ${instanceId} --tags Key=vip-failover:paused Key=vip-failover:standby`);
    expect(tags()).not.toHaveProperty('vip-failover:paused');
    expect(tags()).not.toHaveProperty('vip-failover:standby');
  });

  test.each([
    ['tags of others', 'create-tags --resources NODE --tags Key=Owner,Value=me'],
    [
      'a tag of others beside ours',
      'create-tags --resources NODE --tags Key=vip-failover:paused,Value=x Key=Owner,Value=me',
    ],
    ['all tags at once', 'delete-tags --resources NODE'],
    ['our tags on an interface', 'create-tags --resources ENI --tags Key=vip-failover:paused,Value=x'],
    ['stopping a node', 'stop-instances --instance-ids NODE'],
    [
      'taking an address off',
      'unassign-private-ip-addresses --network-interface-id ENI --private-ip-addresses 10.0.0.5',
    ],
  ])('may not: %s', async (_, command) => {
    const driver = await givenAnOperator();
    const { instanceId, networkInterfaceId } = driver.active;
    driver.cloud.world.setTags(instanceId, { Owner: 'somebody' });
    const typed = `aws ec2 ${command.replaceAll('NODE', instanceId).replaceAll('ENI', networkInterfaceId)}`;
    await expect(type(driver, [typed], OPERATOR_KEY)).rejects.toThrow('not authorized');
    expect(driver.cloud.world.instance(instanceId)).toMatchObject({ state: 'running', tags: { Owner: 'somebody' } });
    expect(driver.holds(driver.active)).toBe(true);
  });

  test('follows an execution in the log, and asks for the records', async () => {
    const driver = await givenAnOperator();
    driver.drill(driver.standby);
    await driver.settled();
    const groups = driver.cloud.template.ofType('AWS::Logs::LogGroup').map(({ physicalId }) => physicalId);
    const lines = groups.map((group) => `aws logs filter-log-events --log-group-name ${group} --limit 10`);
    const query = `aws logs start-query --log-group-name ${groups[0]} --start-time 0 --end-time 1 --query-string 'fields @message'`;
    await type(driver, [...lines, query], OPERATOR_KEY);
    const calls = driver.eventsOf('api-call').filter(({ caller }) => caller === AS_OPERATOR);
    expect(calls.map(({ error }) => error)).toEqual(Array(groups.length + 1).fill(null));
  });

  test('who only looks sees all of that and changes nothing', async () => {
    const driver = await givenAnOperator(undefined, { output: 'ReadPolicy' });
    const [group] = driver.cloud.template.ofType('AWS::Logs::LogGroup');
    await type(
      driver,
      [
        `aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=${driver.cluster.subnetId}`,
        `aws logs filter-log-events --log-group-name ${group?.physicalId}`,
      ],
      OPERATOR_KEY,
    );
    const input = JSON.stringify({ cluster: 'mail', mode: 'rehearsal', requestedBy: 'me' });
    for (const command of [
      `aws stepfunctions start-execution --state-machine-arn ${driver.cloud.stateMachine.arn} --input '${input}'`,
      `aws ec2 create-tags --resources ${driver.active.instanceId} --tags Key=vip-failover:paused,Value=x`,
      `aws ec2 start-instances --instance-ids ${driver.active.instanceId}`,
    ]) {
      await expect(type(driver, [command], OPERATOR_KEY)).rejects.toThrow('not authorized');
    }
  });
});

describe('B12: nobody listens any more', () => {
  const subscriptionOf = (driver: ClusterDriver) => {
    const [topic] = driver.cloud.template.ofType('AWS::SNS::Topic');
    const subscriptions = new Topics(driver.cloud.template).subscriptionsOf(topic?.physicalId ?? '');
    return subscriptions.map(({ arn }) => `aws sns unsubscribe --subscription-arn ${arn}`);
  };

  test('a check says that the cluster is not ready, and the readiness alarm goes up', async () => {
    const driver = await givenACluster();
    driver.check();
    await driver.settled();
    expect(metric(driver, 'Ready')).toEqual([1]);
    await type(driver, subscriptionOf(driver));
    driver.check();
    await driver.settled();
    expect(metric(driver, 'Ready')).toEqual([1, 0]);
    driver.cloud.alarms.evaluate();
    const alarm = driver.cloud.alarms.list().find(({ name }) => name.includes('NotReady'));
    expect(alarm?.state).toBe('ALARM');
  });

  test.each([
    ['en', 'the topic of the notices has no confirmed subscription'],
    ['ja', '確認済みのサブスクリプションがない'],
  ])('a rehearsal’s notice says so, %s', async (locale, words) => {
    const config = { ...cluster(2), notifications: { emails: ['operations@example.com'], locale } };
    const driver = await givenACluster({}, config);
    await type(driver, subscriptionOf(driver));
    driver.rehearsal();
    await driver.settled();
    expect(told(driver)).toContain(words);
  });

  test('a failover does not ask, and says nothing of it', async () => {
    const driver = await givenACluster();
    await type(driver, subscriptionOf(driver));
    driver.stop(driver.active);
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(driver.calls('GetTopicAttributes')).toEqual([]);
  });
});

describe('B1: a pause that lasts too long', () => {
  const config = cluster(2, ['10.0.0.5'], { pauseAlarmHours: 2 });
  const pausedTooLong = (driver: ClusterDriver) =>
    messages(driver).filter((subject) => subject.startsWith('ALARM') && subject.includes('PausedTooLong'));

  test('is told once, and not before its time', async () => {
    const driver = await given(config, { schedules: true });
    await driver.cloud.advance(HOUR);
    driver.cloud.world.setTags(driver.standby.instanceId, { 'vip-failover:paused': 'kernel update' });
    await driver.cloud.advance(HOUR + 50 * MINUTE);
    expect(pausedTooLong(driver)).toEqual([]);
    await driver.cloud.advance(4 * HOUR);
    expect(pausedTooLong(driver)).toHaveLength(1);
  });

  test('is not told where the tag’s own time ends it', async () => {
    const driver = await given(config, { schedules: true });
    const until = new Date(NOON + HOUR).toISOString();
    driver.cloud.world.setTags(driver.standby.instanceId, { 'vip-failover:paused': `until=${until}` });
    await driver.cloud.advance(5 * HOUR);
    expect(pausedTooLong(driver)).toEqual([]);
  });
});
