import type { ClusterDriver } from '../cluster-driver';
import { cluster, ELASTIC_VIP, elasticIpOn, node } from './configs';
import { expect, type Scenario } from './scenario';

const healthyHolder = (driver: ClusterDriver) =>
  driver.nodes.some((each) => driver.holds(each) && driver.cloud.world.instance(each.instanceId).state === 'running');

const onHealthyNode = (driver: ClusterDriver) => [
  expect(`${driver.addresses.join(', ')} on one node that runs`, healthyHolder(driver)),
];

/** Does it at the moment when the standby is given the address. */
function onceOnStandby(driver: ClusterDriver, act: () => void): void {
  const stop = driver.cloud.timeline.listen((event) => {
    if (event.type !== 'holder-changed' || event.to !== driver.standby.networkInterfaceId) return;
    stop();
    act();
  });
}

/** The world changes while the workflow works: targets die, reads lag, and executions overlap. */
export const OVERLAPS: readonly Scenario[] = [
  {
    name: 'target-dies',
    description: 'The standby dies just after it was given the address; the third node takes it in the same execution.',
    config: cluster(3),
    play: (driver) => {
      onceOnStandby(driver, () => driver.stop(driver.standby));
      driver.stop(driver.active);
    },
    world: (driver) => [
      expect('10.0.0.5 on the third node', driver.holderOf('10.0.0.5') === node(3).networkInterfaceId),
    ],
    told: (driver) => [
      expect('a notice says FAILED_OVER', driver.notices('FAILED_OVER').length > 0),
      expect('no execution failed', driver.failures.length === 0),
    ],
  },
  {
    name: 'stale-read',
    description:
      'EC2 shows the stopped node as running for three more seconds; the workflow looks again instead of believing it.',
    cloud: { clock: 'virtual', lag: 3_000 },
    play: async (driver) => {
      driver.stop(driver.active);
      await driver.cloud.advance(8_000);
    },
    world: (driver) => [expect('10.0.0.5 on the standby', driver.holds(driver.standby))],
    told: (driver) => [
      expect(
        'one notice, and it says FAILED_OVER',
        driver.notices().length === 1 && driver.notices('FAILED_OVER').length === 1,
      ),
      expect(
        'the decision was taken again',
        driver.eventsOf('state-retried').some(({ error }) => error === 'StateUnsettled'),
      ),
    ],
  },
  {
    name: 'restarted',
    description:
      'The active node is stopped and started at once, and the events come late: nothing is wrong any more, nothing moves.',
    cloud: { clock: 'virtual' },
    play: async (driver) => {
      driver.cloud.events.faults.add({
        kind: 'delay',
        milliseconds: 10_000,
        times: 2,
        when: ({ detail }) => detail.state === 'stopping' || detail.state === 'stopped',
      });
      driver.stop(driver.active);
      await driver.cloud.until(() => driver.cloud.world.instance(driver.active.instanceId).state === 'stopped');
      driver.start(driver.active);
    },
    world: onHealthyNode,
    told: (driver) => [
      expect('nothing moved', driver.moves === 0),
      expect('nobody was disturbed', driver.notices().length === 0),
    ],
  },
  {
    name: 'opposite-drills',
    description: 'Two people drill in opposite directions at the same time; the address comes to rest on one node.',
    cloud: { clock: 'virtual' },
    play: (driver) => {
      onceOnStandby(driver, () => driver.drill(driver.active, 'other'));
      driver.drill(driver.standby, 'one');
    },
    world: onHealthyNode,
    told: (driver) => [
      expect('somebody is told DRILLED', driver.notices('DRILLED').length > 0),
      expect('no execution failed for having lost', driver.failures.length === 0),
    ],
  },
  {
    name: 'drill-and-death',
    description: 'The active node dies while a drill moves the address off it; both executions end well.',
    cloud: { clock: 'virtual' },
    play: (driver) => {
      driver.drill(driver.standby);
      driver.stop(driver.active);
    },
    world: (driver) => [expect('10.0.0.5 on the standby', driver.holds(driver.standby))],
    told: (driver) => [
      expect('somebody is told', driver.notices('DRILLED').length + driver.notices('FAILED_OVER').length > 0),
      expect('no execution failed', driver.failures.length === 0),
    ],
  },
  {
    name: 'lost-race',
    description:
      'Somebody moves the address on before its Elastic IP is associated, and reads lag: the Elastic IP follows, and nothing fails.',
    config: cluster(3, [ELASTIC_VIP]),
    cloud: { clock: 'virtual', lag: 3_000 },
    play: async (driver) => {
      onceOnStandby(driver, () =>
        queueMicrotask(() => driver.cloud.world.addresses.assign(node(3).networkInterfaceId, ['10.0.0.5'], true)),
      );
      // A second execution could not see for three seconds what that somebody did.
      driver.cloud.events.faults.add({ kind: 'drop', when: ({ detail }) => detail.state === 'stopped' });
      driver.stop(driver.active);
      await driver.cloud.advance(8_000);
    },
    world: (driver) => [
      ...onHealthyNode(driver),
      expect('the Elastic IP is on it', elasticIpOn(driver) === driver.holderOf('10.0.0.5')),
    ],
    told: (driver) => [
      expect('10.0.0.5 on the third node', driver.holderOf('10.0.0.5') === node(3).networkInterfaceId),
      expect('a notice says FAILED_OVER', driver.notices('FAILED_OVER').length > 0),
      expect('no execution failed', driver.failures.length === 0),
    ],
  },
];
