/** Commands of notices about holders that run, of claims, of pauses, and of what was lost before: typed as in notice-commands.test.ts. */
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, ELASTIC_VIP, elasticIpOn } from '../../local/demo/scenarios/configs';
import { addInterface } from '../../local/emulator/ec2/model/build';
import '../functions/support/quiet';
import { closeAll } from './driver';
import { alarmOf, MINUTE, SECOND, THREE_NODES, WITH_ALARMS } from './field';
import { givenAnOperator, isWorkflow, OPERATOR_KEY } from './operator';
import { commandsIn, type as typeAs } from './typed';

afterEach(closeAll);

const PAUSED = 'vip-failover:paused';
const NOT_ANSWERING = cluster(2, ['10.0.0.5'], { applicationCheck: { port: 25_080, path: '/health' } });

/** What the last notice says, and what is typed of it, in order. */
function last(driver: ClusterDriver) {
  const notice = driver.notices().at(-1);
  if (notice === undefined) throw new Error('Nobody was told.');
  const commands = commandsIn(notice.message);
  return { ...notice, commands, verbs: commands.map((command) => command.split(' ')[2]) };
}

async function typeLast(driver: ClusterDriver): Promise<void> {
  const { commands } = last(driver);
  driver.cloud.faults.clear();
  await typeAs(driver, commands, OPERATOR_KEY);
}

const snsIsDown = (driver: ClusterDriver) =>
  driver.cloud.faults.add({ service: 'sns', kind: 'error503', times: 1_000 });

async function checked(driver: ClusterDriver): Promise<void> {
  driver.cloud.faults.clear();
  driver.check();
  await driver.settled();
}

test('nothing of EC2 can be read: what to do does not depend on it', async () => {
  const driver = await givenAnOperator();
  driver.cloud.faults.add({ action: 'DescribeInstances', when: isWorkflow, kind: 'error503' });
  driver.stop(driver.active);
  await driver.settled();
  const { subject, verbs } = last(driver);
  expect(subject).toContain('CHECK: failover failed, could not read where 10.0.0.5 is');
  expect(verbs).toEqual(['describe-network-interfaces', 'start-execution', 'assign-private-ip-addresses']);
  await typeLast(driver);
  expect(driver.holds(driver.standby)).toBe(true);
});

describe('claims', () => {
  test('one that came late: the node that claims is named', async () => {
    const driver = await givenAnOperator();
    driver.cloud.events.faults.add({ kind: 'delay', milliseconds: 3 * MINUTE });
    driver.claim(driver.standby);
    await driver.settled();
    expect(last(driver).subject).toContain('CHECK: late claim of');
    expect(last(driver).verbs).toEqual(['start-execution']);
    await typeLast(driver);
    expect(driver.holds(driver.standby)).toBe(true);
  });

  test('in turn: the other node is named', async () => {
    const driver = await givenAnOperator();
    for (const node of [driver.standby, driver.active, driver.standby, driver.active]) {
      driver.claim(node);
      await driver.cloud.advance(20 * SECOND);
    }
    await driver.settled();
    expect(last(driver).subject).toContain('nodes claim it in turn');
    expect(last(driver).verbs).toEqual(['start-execution']);
    await typeLast(driver);
    expect(driver.holds(driver.active)).toBe(true);
  });

  test('of a sick node, refused: somebody should look, and nothing that moves a working address is printed', async () => {
    const driver = await givenAnOperator();
    driver.cloud.world.impair(driver.standby.instanceId, 'instance');
    await driver.cloud.advance(MINUTE);
    driver.claim(driver.standby);
    await driver.settled();
    expect(last(driver).subject).toMatch(/CHECK: 10\.0\.0\.5 on \S+, claim of \S+ refused$/);
    expect(last(driver).commands).toEqual([]);
  });

  test('of a paused cluster: the node that claims is named, and the pause ends', async () => {
    const driver = await givenAnOperator(THREE_NODES);
    const [, , third] = driver.nodes;
    if (third === undefined) throw new Error('The cluster has three nodes.');
    driver.cloud.world.setTags(driver.active.instanceId, { [PAUSED]: 'upgrade' });
    driver.claim(third);
    await driver.settled();
    expect(last(driver).verbs).toEqual(['start-execution', 'delete-tags']);
    await typeLast(driver);
    expect(driver.holds(third)).toBe(true);
  });
});

describe('a holder that runs and is not well', () => {
  test('its application does not answer, and the standby is stopped: that is started, and named', async () => {
    const driver = await givenAnOperator(NOT_ANSWERING, { schedules: true });
    driver.stop(driver.standby);
    await driver.cloud.advance(20 * MINUTE);
    driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
    await driver.cloud.advance(3 * MINUTE);
    expect(last(driver).subject).toContain(`DEGRADED: 10.0.0.5 on ${driver.active.instanceId} (application`);
    expect(last(driver).verbs).toEqual(['start-instances', 'wait', 'start-execution']);
    await typeLast(driver);
    expect(driver.holds(driver.standby)).toBe(true);
  });

  test('the same, while the cluster is paused: not OK, not ready, and the standby is named', async () => {
    const driver = await givenAnOperator(NOT_ANSWERING, { schedules: true });
    driver.cloud.world.setTags(driver.standby.instanceId, { [PAUSED]: 'upgrade' });
    await driver.cloud.advance(10 * MINUTE);
    driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
    await driver.cloud.advance(3 * MINUTE);
    expect(last(driver).subject).toMatch(/DEGRADED: 10\.0\.0\.5 on \S+ \(application check impaired\), PAUSED$/);
    expect(last(driver).verbs).toEqual(['start-execution', 'delete-tags']);
    await typeLast(driver);
    expect(driver.holds(driver.standby)).toBe(true);
  });

  test('its alarm comes and goes in turn with the other’s: the other node is named', async () => {
    const driver = await givenAnOperator(WITH_ALARMS);
    for (const number of [1, 2]) {
      driver.cloud.alarms.setState(alarmOf(number), 'ALARM', 'no answer');
      await driver.cloud.advance(30 * SECOND);
      driver.cloud.alarms.setState(alarmOf(number), 'OK', 'answers');
    }
    await driver.settled();
    expect(last(driver).subject).toContain('DEGRADED: 10.0.0.5 on');
    expect(last(driver).verbs).toEqual(['start-execution']);
    await typeLast(driver);
    expect(driver.holds(driver.active)).toBe(true);
  });
});

describe('a node that is on its way down', () => {
  test('it is still stopping: waited for, and started again', async () => {
    const driver = await givenAnOperator();
    driver.stop(driver.standby);
    await driver.settled();
    driver.cloud.world.setTransitions({ stopping: 5 * MINUTE });
    driver.stop(driver.active);
    await driver.cloud.advance(MINUTE);
    expect(last(driver).verbs).toEqual(['wait', 'start-instances', 'wait']);
    await typeLast(driver);
    expect(driver.cloud.world.instance(driver.active.instanceId).state).toBe('running');
    expect(driver.holds(driver.active)).toBe(true);
  });
});

describe('a notice that was lost: the check that tells it prints what to do', () => {
  test('the holder of a paused cluster stopped', async () => {
    const driver = await givenAnOperator();
    driver.cloud.world.setTags(driver.active.instanceId, { [PAUSED]: 'upgrade' });
    snsIsDown(driver);
    driver.stop(driver.active);
    await driver.settled();
    await checked(driver);
    expect(last(driver).subject).toMatch(/DOWN: 10\.0\.0\.5 on stopped \S+; a notice was lost, PAUSED$/);
    expect(last(driver).message).toContain('Act now. What to do stands below.');
    expect(last(driver).verbs).toEqual(['start-execution', 'delete-tags']);
    await typeLast(driver);
    expect(driver.holds(driver.standby)).toBe(true);
  });

  test('all nodes stopped', async () => {
    const driver = await givenAnOperator();
    driver.stop(driver.standby);
    await driver.settled();
    snsIsDown(driver);
    driver.stop(driver.active);
    await driver.settled();
    await checked(driver);
    expect(last(driver).verbs).toEqual(['start-instances', 'wait']);
    await typeLast(driver);
    expect(driver.cloud.world.instance(driver.active.instanceId).state).toBe('running');
  });

  test('a stranger has the address', async () => {
    const driver = await givenAnOperator();
    snsIsDown(driver);
    driver.stop(driver.active);
    await driver.settled();
    const { world } = driver.cloud;
    world.addresses.unassign(driver.standby.networkInterfaceId, ['10.0.0.5']);
    addInterface(world, driver.cluster.subnetId, 'eni-0aaaaaaaaaaaaaaaa', null, 0, false, ['10.0.0.5']);
    await checked(driver);
    expect(last(driver).subject).toContain('CHECK: 10.0.0.5 on eni-0aaaaaaaaaaaaaaaa outside the cluster');
    expect(last(driver).verbs).toEqual(['assign-private-ip-addresses', 'start-execution']);
    await typeLast(driver);
    expect(driver.holds(driver.standby)).toBe(true);
  });
});

test('a rehearsal while the holder is down says so first, and what to do', async () => {
  const driver = await givenAnOperator(THREE_NODES);
  driver.cloud.events.faults.add({ kind: 'drop', times: 100 });
  driver.stop(driver.active);
  await driver.cloud.advance(MINUTE);
  driver.rehearsal();
  await driver.settled();
  expect(last(driver).subject).toMatch(/DOWN: 10\.0\.0\.5 on stopped \S+; a failover would work$/);
  expect(last(driver).verbs[0]).toBe('start-execution');
  await typeLast(driver);
  expect(driver.holds(driver.standby)).toBe(true);
});

test('nothing can be read, of three nodes with an Elastic IP: what is typed brings both', async () => {
  const driver = await givenAnOperator(cluster(3, [ELASTIC_VIP]));
  driver.cloud.faults.add({ action: 'DescribeInstances', when: isWorkflow, kind: 'error503' });
  driver.stop(driver.active);
  await driver.settled();
  expect(last(driver).verbs.at(-1)).toBe('associate-address');
  await typeLast(driver);
  expect(driver.holds(driver.standby)).toBe(true);
  expect(elasticIpOn(driver)).toBe(driver.standby.networkInterfaceId);
});
