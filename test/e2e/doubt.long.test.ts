import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, node, nodeOptions } from '../../local/demo/scenarios/configs';
import type { BusEvent } from '../../local/emulator/event-bridge/event';
import type { FaultRule } from '../../local/emulator/kernel/faults';
import { closeAll } from './driver';
import {
  alarmOf,
  given,
  MINUTE,
  messages,
  metric,
  outcomes,
  SECOND,
  THREE_NODES,
  TWO_NODES,
  told,
  WITH_ALARMS,
} from './field';

afterEach(closeAll);

const WATCHED = cluster(3, ['10.0.0.5'], {
  nodes: [1, 2, 3].map((number) => ({ ...node(number), alarms: [alarmOf(number)] })),
});
const holder = (driver: ClusterDriver) => driver.nodes.find((each) => driver.holds(each));

/** No state change of an instance is delivered. */
const NO_NEWS = {
  kind: 'drop',
  times: 9,
  when: (event: BusEvent) => /Instance State/.test(event['detail-type']),
} as const;

describe('one answer that lacks something is no reason to move', () => {
  test('the node whose tag says that the cluster is paused', async () => {
    const driver = await given(THREE_NODES);
    const third = driver.nodes[2]?.instanceId ?? '';
    driver.cloud.world.setTags(third, { 'vip-failover:paused': 'kernel update' });
    driver.cloud.faults.add({ action: 'DescribeInstances', kind: 'lacks', id: third, times: 1 });
    driver.stop(driver.active);
    await driver.settled();
    expect(outcomes(driver)).toEqual(['NOTHING_TO_DO']);
    expect(holder(driver)).toBe(driver.active);
  });

  test('the status checks of all nodes, one of which is impaired', async () => {
    const driver = await given(THREE_NODES);
    driver.cloud.world.impair(driver.standby.instanceId, 'system');
    await driver.cloud.advance(MINUTE);
    driver.cloud.faults.add({ action: 'DescribeInstanceStatus', kind: 'empty', times: 1 });
    driver.stop(driver.active);
    await driver.settled();
    expect(holder(driver)).toBe(driver.nodes[2]);
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  });

  test.each<[string, FaultRule]>([
    ['lacks all', { action: 'DescribeAlarms', kind: 'empty', times: 1 }],
    ['is that CloudWatch throttles', { action: 'DescribeAlarms', kind: 'throttle', times: 3 }],
  ])('the alarms of all nodes, one of which is up: the answer %s', async (_what, fault) => {
    const driver = await given(WATCHED);
    driver.cloud.alarms.setState(alarmOf(2), 'ALARM', 'no answer');
    await driver.cloud.advance(20 * MINUTE);
    driver.cloud.faults.add(fault);
    driver.stop(driver.active);
    await driver.settled();
    expect(holder(driver)).toBe(driver.nodes[2]);
    expect(driver.moves).toBe(1);
  });
});

test.each(['DescribeNetworkInterfaces', 'DescribeInstances'])(
  'a notice does not say that an address is on nobody because one answer of %s is empty',
  async (action) => {
    const driver = await given(TWO_NODES);
    driver.stop(driver.standby);
    await driver.settled();
    driver.cloud.faults.add({ action, caller: 'notify', kind: 'empty', times: 1 });
    driver.stop(driver.active);
    await driver.settled();
    const [notice] = driver.notices();
    expect(notice?.subject).toMatch(/^\[mail\] DOWN: 10\.0\.0\.5 on (stopping|stopped) mail-1/);
  },
);

describe('good news that reads do not show yet is waited for', () => {
  test('the standby runs again', async () => {
    const driver = await given(TWO_NODES, { lag: 3 * SECOND });
    driver.stop(driver.standby);
    await driver.settled();
    driver.stop(driver.active);
    await driver.settled();
    driver.start(driver.standby);
    await driver.settled();
    expect(holder(driver)).toBe(driver.standby);
  });

  test('the standby’s alarm is over', async () => {
    const driver = await given(WITH_ALARMS, { alarmLag: 3 * SECOND });
    driver.cloud.alarms.setState(alarmOf(2), 'ALARM', 'no answer');
    await driver.cloud.advance(10 * MINUTE);
    driver.stop(driver.active);
    await driver.settled();
    driver.cloud.alarms.setState(alarmOf(2), 'OK', 'answers');
    await driver.settled();
    expect(holder(driver)).toBe(driver.standby);
  });
});

test('an alarm that has no data in between, and is not up, does not keep its node from taking over', async () => {
  const driver = await given(WITH_ALARMS);
  for (let round = 0; round < 3; round += 1) {
    driver.cloud.alarms.setState(alarmOf(2), 'INSUFFICIENT_DATA', 'no data');
    await driver.cloud.advance(2 * MINUTE);
    driver.cloud.alarms.setState(alarmOf(2), 'OK', 'answers');
    await driver.cloud.advance(MINUTE);
  }
  driver.cloud.alarms.setState(alarmOf(1), 'ALARM', 'no answer');
  await driver.settled();
  expect(holder(driver)).toBe(driver.standby);
});

describe('what a check asks for once more before it says that a failover would fail', () => {
  const WITH_ELASTIC_IP = cluster(2, [{ address: '10.0.0.5', elasticIpAllocationId: 'eipalloc-0a1b2c3d4e5f60001' }]);
  test.each<[string, unknown, (driver: ClusterDriver) => FaultRule]>([
    ['reservations', TWO_NODES, () => ({ action: 'GetSubnetCidrReservations', kind: 'error500', times: 3 })],
    ['instance types', TWO_NODES, () => ({ action: 'DescribeInstanceTypes', kind: 'error503', times: 3 })],
    ['Elastic IPs', WITH_ELASTIC_IP, () => ({ action: 'DescribeAddresses', kind: 'empty', times: 1 })],
    [
      'the node that would take over',
      TWO_NODES,
      ({ standby: { instanceId: id } }) => ({
        action: 'DescribeInstances',
        caller: 'verify-eni',
        kind: 'lacks',
        id,
        times: 1,
      }),
    ],
  ])('%s', async (_what, config, fault) => {
    const driver = await given(config);
    driver.cloud.faults.add(fault(driver));
    driver.check();
    await driver.settled();
    expect(metric(driver, 'Ready')).toEqual([1]);
  });
});

test('a configured alarm that does not exist is said by its name', async () => {
  const driver = await given(WATCHED);
  driver.cloud.faults.add({ action: 'DescribeAlarms', kind: 'lacks', id: alarmOf(3), times: 9 });
  driver.rehearsal();
  await driver.settled();
  expect(told(driver)).toContain(`Warning: a configured alarm does not exist: ${alarmOf(3)}`);
});

describe('the readiness alarm was up for want of a standby: what becomes of the service after that is told', () => {
  test.each([
    [
      'its interface is detached, which no event tells',
      (driver: ClusterDriver) => driver.cloud.world.detachNetworkInterface(driver.active.networkInterfaceId),
    ],
    [
      'its node stops, and the events are lost',
      (driver: ClusterDriver) => {
        driver.cloud.events.faults.add(NO_NEWS);
        driver.stop(driver.active);
      },
    ],
  ])('%s', async (_what, happen) => {
    const driver = await given(TWO_NODES, { schedules: true, world: nodeOptions(0, { deviceIndex: 1 }) });
    driver.stop(driver.standby);
    await driver.cloud.advance(30 * MINUTE);
    const before = messages(driver).length;
    happen(driver);
    await driver.cloud.advance(60 * MINUTE);
    const told = messages(driver).slice(before);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('10.0.0.5');
  });
});
