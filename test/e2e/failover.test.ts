import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster } from '../../local/demo/scenarios/configs';
import { closeAll, givenACluster } from './driver';

afterEach(closeAll);

test('I stop the active node; then 10.0.0.5 is on the standby; and one notice says so', async () => {
  const driver = await givenACluster();
  driver.stop(driver.active);
  await driver.settled();
  expect(driver.holderOf('10.0.0.5')).toBe(driver.standby.networkInterfaceId);
  expect(driver.notices().map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER']);
  expect(driver.notices()[0]?.message).toContain(driver.standby.instanceId);
});

test('I terminate the active node; its interface is gone, and 10.0.0.5 is on the standby all the same', async () => {
  const driver = await givenACluster();
  driver.terminate(driver.active);
  await driver.settled();
  expect(driver.cloud.world.view().networkInterface(driver.active.networkInterfaceId)).toBeUndefined();
  expect(driver.holds(driver.standby)).toBe(true);
  expect(driver.notices('FAILED_OVER')).toHaveLength(1);
});

test('I stop the standby; nothing moves and nobody is told', async () => {
  const driver = await givenACluster();
  driver.stop(driver.standby);
  await driver.settled();
  expect(driver.moves).toBe(0);
  expect(driver.notices()).toEqual([]);
  expect(driver.successes.length).toBeGreaterThan(0);
});

test('I stop the active node, repair it, and fail back by a drill; each move has its notice', async () => {
  const driver = await givenACluster();
  driver.stop(driver.active);
  await driver.settled();
  driver.start(driver.active);
  await driver.settled();
  driver.drill(driver.active);
  await driver.settled();
  expect(driver.holds(driver.active)).toBe(true);
  expect(driver.notices().map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER', 'DRILLED']);
});

test('I start the same drill twice; the address moves once', async () => {
  const driver = await givenACluster();
  driver.drill(driver.standby);
  await driver.settled();
  driver.drill(driver.standby);
  await driver.settled();
  expect(driver.moves).toBe(1);
  expect(driver.holds(driver.standby)).toBe(true);
});

test('a plain failover makes at most nine API calls', async () => {
  const driver = await givenACluster();
  driver.stop(driver.active);
  await driver.settled();
  const [first] = driver.eventsOf('execution-started');
  const calls = driver.eventsOf('api-call').filter(({ execution }) => execution === first?.execution);
  expect(calls.length).toBeLessThanOrEqual(9);
});

test('a check of a healthy cluster makes at most twelve API calls, tells nobody, and counts as ready', async () => {
  const driver = await givenACluster();
  driver.check();
  await driver.settled();
  expect(driver.eventsOf('api-call').length).toBeLessThanOrEqual(12);
  expect(driver.notices()).toEqual([]);
  expect(
    driver
      .eventsOf('metric')
      .filter(({ name }) => name === 'Ready')
      .map(({ value }) => value),
  ).toEqual([1]);
});

test('I start an execution with a mode that does not exist; it fails with InvalidInput, and one notice says so', async () => {
  const driver = await givenACluster();
  const execution = driver.cloud.startExecution({ cluster: 'mail', mode: 'nonsense' });
  await driver.settled();
  expect(await execution.result).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
  expect(driver.eventsOf('notice').map(({ attributes }) => attributes.outcome)).toEqual(['FAILED']);
});

test('the function that decides crashes time and again; the notice says all the same where 10.0.0.5 is', async () => {
  const driver = await givenACluster();
  for (let nth = 0; nth < 400; nth += 1) {
    driver.cloud.lambda.faults.add({ function: 'verify-instance-state', kind: 'crash', atCall: 0, when: 'before' });
  }
  driver.drill(driver.standby);
  await driver.settled();
  expect(driver.failures.map(({ error }) => error)).toEqual(['Runtime.ExitError']);
  expect(driver.notices('FAILED')).toHaveLength(1);
  expect(driver.notices('FAILED')[0]?.message).toContain(driver.active.networkInterfaceId);
});

const OTHER = {
  name: 'db',
  subnetId: 'subnet-0a1b2c3d4e5f60001',
  virtualIps: ['10.0.0.77'],
  nodes: [
    { instanceId: 'i-0a1b2c3d4e5f60077', networkInterfaceId: 'eni-0a1b2c3d4e5f60077' },
    { instanceId: 'i-0a1b2c3d4e5f60078', networkInterfaceId: 'eni-0a1b2c3d4e5f60078' },
  ],
};

test.each<[string, string, (driver: ClusterDriver) => void]>([
  ['moved', 'NotifySuccess', (driver) => driver.stop(driver.active)],
  [
    'was decided again',
    'VerifyInstanceState',
    (driver) => {
      driver.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', times: 20 });
      driver.stop(driver.active);
    },
  ],
  [
    'failed',
    'FailoverFailed',
    (driver) => {
      driver.terminate(driver.standby);
      driver.drill(driver.standby);
    },
  ],
  [
    'was asked for wrongly',
    'FailoverFailed',
    (driver) => driver.cloud.startExecution({ cluster: 'mail', mode: 'nonsense' }),
  ],
  ['had nothing to do', 'NotifyNothingToDo', (driver) => driver.drill(driver.active)],
])('an auditor reads what %s; no other cluster appears after the decision', async (_what, state, play) => {
  const { clusters } = cluster(3);
  const driver = await givenACluster({}, { clusters: [...clusters, OTHER], notifications: { emails: 'none' } });
  play(driver);
  await driver.settled();
  const history = driver
    .eventsOf('log')
    .filter(({ group }) => group?.startsWith('/aws/vendedlogs/states/'))
    .map(({ line }) => line);
  const executions = new Set(history.map((line) => JSON.parse(line).execution_arn));
  expect(history.join('')).toContain(`"name":"${state}"`);
  for (const arn of executions) {
    const events = history.filter((line) => JSON.parse(line).execution_arn === arn);
    const read = events.findIndex((line) => {
      const { type, details } = JSON.parse(line);
      return type === 'TaskStateExited' && details.name === 'VerifyInstanceState';
    });
    expect(read).toBeGreaterThan(0);
    expect(events.slice(0, read).join('')).toContain('10.0.0.77');
    expect(events.slice(read).filter((line) => line.includes('10.0.0.77'))).toEqual([]);
  }
});

test('the standby stops; the readiness alarm tells people once, and once more when it is back', async () => {
  const driver = await givenACluster({ schedules: true });
  await driver.cloud.advance(21 * 60_000);
  const settled = driver.eventsOf('notice').length;
  driver.stop(driver.standby);
  await driver.cloud.advance(60 * 60_000);
  const alarms = () =>
    driver
      .eventsOf('notice')
      .slice(settled)
      .filter(({ subject }) => /NotReady/.test(subject));
  expect(alarms().map(({ subject }) => subject.split(':')[0])).toEqual(['ALARM']);
  driver.start(driver.standby);
  await driver.cloud.advance(30 * 60_000);
  expect(alarms().map(({ subject }) => subject.split(':')[0])).toEqual(['ALARM', 'OK']);
  expect(driver.notices()).toEqual([]);
  expect(driver.moves).toBe(0);
});

test('the same seed gives the same history', async () => {
  const histories = [];
  for (let run = 0; run < 2; run += 1) {
    const driver = await givenACluster({ seed: 7, throttle: true });
    driver.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', times: 3 });
    driver.stop(driver.active);
    await driver.settled();
    const told = driver.cloud.timeline.events.filter(({ type }) => type !== 'log');
    histories.push(JSON.stringify(told));
  }
  expect(histories[0]).toBe(histories[1]);
});
