import type { ClusterDriver } from '../cluster-driver';
import { nodeOptions } from './configs';
import { expect, type Scenario } from './scenario';

const MINUTE = 60_000;
const IN_TIME = { clock: 'virtual', schedules: true } as const;

const onStandby = (driver: ClusterDriver) => [
  expect(`${driver.addresses.join(', ')} on the standby`, driver.holds(driver.standby)),
];

const once = (driver: ClusterDriver, outcome: string) =>
  expect(
    `one notice of the cluster, and it says ${outcome}`,
    driver.notices().length === 1 && driver.notices(outcome).length === 1,
  );

/** Deaths that no event tells of, events that get lost, executions that die, and nodes that people set aside. */
export const DEATHS: readonly Scenario[] = [
  {
    name: 'detached-interface',
    description: 'The active node is terminated and its interface stays, detached, with the address; it gives it up.',
    cloud: { world: nodeOptions(0, { deleteOnTermination: false }) },
    play: (driver) => driver.terminate(driver.active),
    world: onStandby,
    told: (driver) => [once(driver, 'FAILED_OVER')],
  },
  {
    name: 'hung-application',
    description: 'The node runs but its application hangs; a person names the target and the address moves.',
    play: (driver) => {
      driver.failover(driver.standby);
    },
    world: onStandby,
    told: (driver) => [once(driver, 'FAILED_OVER')],
  },
  {
    name: 'flapping',
    description: 'The active node stops, starts and stops again within seconds; the address ends on a healthy node.',
    play: async (driver) => {
      const state = () => driver.cloud.world.instance(driver.active.instanceId).state;
      driver.stop(driver.active);
      await driver.cloud.until(() => state() === 'stopped');
      driver.start(driver.active);
      await driver.cloud.until(() => state() === 'running');
      driver.stop(driver.active);
    },
    world: onStandby,
    told: (driver) => [
      expect('at least one notice says FAILED_OVER', driver.notices('FAILED_OVER').length > 0),
      expect('no notice says FAILED', driver.notices('FAILED').length === 0),
    ],
  },
  {
    name: 'impaired',
    description:
      'The host of the active node fails; the instance stays "running". Its status alarm starts the failover.',
    cloud: IN_TIME,
    play: async (driver) => {
      driver.cloud.world.impair(driver.active.instanceId, 'system');
      await driver.cloud.advance(4 * MINUTE);
    },
    world: onStandby,
    told: (driver) => [once(driver, 'FAILED_OVER')],
  },
  {
    name: 'lost-event',
    description: 'The event of the stop is lost; the next scheduled check finds the dead holder and repairs.',
    cloud: IN_TIME,
    play: async (driver) => {
      driver.cloud.events.faults.add({ kind: 'drop', when: ({ detail }) => detail.state === 'stopped' });
      driver.stop(driver.active);
      await driver.cloud.advance(6 * MINUTE);
    },
    world: onStandby,
    told: (driver) => [once(driver, 'FAILED_OVER')],
  },
  {
    name: 'killed-execution',
    description: 'The execution dies between unassign and assign; the next scheduled check brings the address home.',
    cloud: IN_TIME,
    play: async (driver) => {
      driver.cloud.stateMachine.killAt({ state: 'UnassignIp', when: 'exited' });
      driver.stop(driver.active);
      await driver.cloud.advance(6 * MINUTE);
    },
    world: onStandby,
    told: (driver) => [once(driver, 'FAILED_OVER')],
  },
  {
    name: 'paused',
    description:
      'The cluster is paused by a tag: the active node stops, nothing moves, and people are told once; a request by hand still works.',
    play: async (driver) => {
      driver.cloud.world.setTags(driver.active.instanceId, { 'vip-failover:paused': 'patch day' });
      driver.stop(driver.active);
      await driver.settled();
      if (driver.moves === 0) driver.failover();
      await driver.settled();
      driver.cloud.world.setTags(driver.active.instanceId, { 'vip-failover:paused': null });
    },
    world: onStandby,
    told: (driver) => [
      expect('people are told once that the pause keeps it there', driver.notices('NOTHING_TO_DO').length === 1),
      expect('and once of the move', driver.notices('FAILED_OVER').length === 1),
      expect('moved once', driver.moves === driver.addresses.length),
    ],
  },
];
