import type { Stage } from '../../local/demo/cluster-driver';
import { cluster } from '../../local/demo/scenarios/configs';
import { closeAll, givenACluster } from './stage';

afterEach(closeAll);
jest.setTimeout(60_000);

test('I stop the active node; then 10.0.0.5 is on the standby; and one notice says so', async () => {
  const stage = await givenACluster();
  stage.stop(stage.active);
  await stage.settled();
  expect(stage.holderOf('10.0.0.5')).toBe(stage.standby.networkInterfaceId);
  expect(stage.notices().map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER']);
  expect(stage.notices()[0]?.message).toContain(stage.standby.instanceId);
});

test('I terminate the active node; its interface is gone, and 10.0.0.5 is on the standby all the same', async () => {
  const stage = await givenACluster();
  stage.terminate(stage.active);
  await stage.settled();
  expect(stage.cloud.world.view().networkInterface(stage.active.networkInterfaceId)).toBeUndefined();
  expect(stage.holds(stage.standby)).toBe(true);
  expect(stage.notices('FAILED_OVER')).toHaveLength(1);
});

test('I stop the standby; nothing moves and nobody is told', async () => {
  const stage = await givenACluster();
  stage.stop(stage.standby);
  await stage.settled();
  expect(stage.moves).toBe(0);
  expect(stage.notices()).toEqual([]);
  expect(stage.successes.length).toBeGreaterThan(0);
});

test('I stop the active node, repair it, and fail back by a drill; each move has its notice', async () => {
  const stage = await givenACluster();
  stage.stop(stage.active);
  await stage.settled();
  stage.start(stage.active);
  await stage.settled();
  stage.drill(stage.active);
  await stage.settled();
  expect(stage.holds(stage.active)).toBe(true);
  expect(stage.notices().map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER', 'DRILLED']);
});

test('I start the same drill twice; the address moves once', async () => {
  const stage = await givenACluster();
  stage.drill(stage.standby);
  await stage.settled();
  stage.drill(stage.standby);
  await stage.settled();
  expect(stage.moves).toBe(1);
  expect(stage.holds(stage.standby)).toBe(true);
});

test('a plain failover makes at most eight API calls', async () => {
  const stage = await givenACluster();
  stage.stop(stage.active);
  await stage.settled();
  const [first] = stage.eventsOf('execution-started');
  const calls = stage.eventsOf('api-call').filter(({ execution }) => execution === first?.execution);
  expect(calls.length).toBeLessThanOrEqual(8);
});

test('a check of a healthy cluster makes at most ten API calls, tells nobody, and counts as ready', async () => {
  const stage = await givenACluster();
  stage.check();
  await stage.settled();
  expect(stage.eventsOf('api-call').length).toBeLessThanOrEqual(10);
  expect(stage.notices()).toEqual([]);
  expect(
    stage
      .eventsOf('metric')
      .filter(({ name }) => name === 'Ready')
      .map(({ value }) => value),
  ).toEqual([1]);
});

test('I start an execution with a mode that does not exist; it fails with InvalidInput, and one notice says so', async () => {
  const stage = await givenACluster();
  const execution = stage.cloud.startExecution({ cluster: 'mail', mode: 'nonsense' });
  await stage.settled();
  expect(await execution.result).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
  expect(stage.eventsOf('notice').map(({ attributes }) => attributes.outcome)).toEqual(['FAILED']);
});

test('the function that decides crashes time and again; the notice says all the same where 10.0.0.5 is', async () => {
  const stage = await givenACluster();
  for (let nth = 0; nth < 400; nth += 1) {
    stage.cloud.lambda.faults.add({ function: 'verify-instance-state', kind: 'crash', atCall: 0, when: 'before' });
  }
  stage.drill(stage.standby);
  await stage.settled();
  expect(stage.failures.map(({ error }) => error)).toEqual(['Runtime.ExitError']);
  expect(stage.notices('FAILED')).toHaveLength(1);
  expect(stage.notices('FAILED')[0]?.message).toContain(stage.active.networkInterfaceId);
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

test.each<[string, string, (stage: Stage) => void]>([
  ['moved', 'NotifySuccess', (stage) => stage.stop(stage.active)],
  [
    'was decided again',
    'VerifyInstanceState',
    (stage) => {
      stage.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', times: 20 });
      stage.stop(stage.active);
    },
  ],
  [
    'failed',
    'FailoverFailed',
    (stage) => {
      stage.terminate(stage.standby);
      stage.drill(stage.standby);
    },
  ],
  [
    'was asked for wrongly',
    'FailoverFailed',
    (stage) => stage.cloud.startExecution({ cluster: 'mail', mode: 'nonsense' }),
  ],
  ['had nothing to do', 'NotifyNothingToDo', (stage) => stage.drill(stage.active)],
])('an auditor reads what %s; no other cluster appears after the decision', async (_what, state, play) => {
  const { clusters } = cluster(3);
  const stage = await givenACluster({}, { clusters: [...clusters, OTHER] });
  play(stage);
  await stage.settled();
  const history = stage
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
  const stage = await givenACluster({ schedules: true });
  await stage.cloud.advance(21 * 60_000);
  const settled = stage.eventsOf('notice').length;
  stage.stop(stage.standby);
  await stage.cloud.advance(60 * 60_000);
  const alarms = () =>
    stage
      .eventsOf('notice')
      .slice(settled)
      .filter(({ subject }) => /NotReady/.test(subject));
  expect(alarms().map(({ subject }) => subject.split(':')[0])).toEqual(['ALARM']);
  stage.start(stage.standby);
  await stage.cloud.advance(30 * 60_000);
  expect(alarms().map(({ subject }) => subject.split(':')[0])).toEqual(['ALARM', 'OK']);
  expect(stage.notices()).toEqual([]);
  expect(stage.moves).toBe(0);
});

test('the same seed gives the same history', async () => {
  const histories = [];
  for (let run = 0; run < 2; run += 1) {
    const stage = await givenACluster({ seed: 7, throttle: true });
    stage.cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', times: 3 });
    stage.stop(stage.active);
    await stage.settled();
    const told = stage.cloud.timeline.events.filter(({ type }) => type !== 'log');
    histories.push(JSON.stringify(told));
  }
  expect(histories[0]).toBe(histories[1]);
});
