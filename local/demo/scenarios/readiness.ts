import type { ClusterDriver } from '../cluster-driver';
import { cluster, node } from './configs';
import { expect, type Scenario } from './scenario';

const MINUTE = 60_000;
const IN_TIME = { clock: 'virtual', schedules: true } as const;

/** Two nodes, each with an alarm of its own unless they share one. */
const withAlarms = (first: string, second: string) =>
  cluster(0, ['10.0.0.5'], {
    nodes: [
      { ...node(1), alarms: [first] },
      { ...node(2), alarms: [second] },
    ],
  });

const onStandby = (driver: ClusterDriver) => [
  expect(`${driver.addresses.join(', ')} on the standby`, driver.holds(driver.standby)),
];
const stays = (driver: ClusterDriver) => [
  expect(`${driver.addresses.join(', ')} where it was`, driver.holds(driver.active)),
];

/** How often the cluster's readiness alarm came to this state, but for the first one that a new alarm gets. */
const readiness = (driver: ClusterDriver, to: string) =>
  driver
    .eventsOf('alarm')
    .filter((alarm) => alarm.name.includes('NotReady') && alarm.to === to && alarm.from !== 'INSUFFICIENT_DATA').length;

async function until(driver: ClusterDriver, node: { readonly instanceId: string }, state: string): Promise<void> {
  await driver.cloud.until(() => driver.cloud.world.instance(node.instanceId).state === state);
}

/** What is known before the day that it is needed, what people's own alarms say, and the way back. */
export const READINESS: readonly Scenario[] = [
  {
    name: 'standby-lost',
    description:
      'The standby stays stopped for a quarter of an hour: the readiness alarm says so once, and once that it is back; no check sends a notice.',
    cloud: IN_TIME,
    play: async (driver) => {
      driver.stop(driver.standby);
      await driver.cloud.advance(16 * MINUTE);
      driver.start(driver.standby);
      await driver.cloud.advance(16 * MINUTE);
    },
    world: stays,
    told: (driver) => [
      expect('the readiness alarm went up once', readiness(driver, 'ALARM') === 1),
      expect('and down once', readiness(driver, 'OK') === 1),
      expect('no notice of the workflow', driver.notices().length === 0),
    ],
  },
  {
    name: 'own-alarm',
    description: "The user's own alarm says that the active node's service is down; the address moves once.",
    config: withAlarms('mail-1-smtp-down', 'mail-2-smtp-down'),
    play: async (driver) => {
      driver.cloud.events.faults.add({ kind: 'duplicate', when: ({ source }) => source === 'aws.cloudwatch' });
      driver.cloud.alarms.setState('mail-1-smtp-down', 'ALARM', 'no answer on port 25');
      await driver.settled();
      driver.cloud.alarms.setState('mail-1-smtp-down', 'OK', 'answers again');
    },
    world: onStandby,
    told: (driver) => [
      expect('moved once', driver.moves === 1),
      expect('told as FAILED_OVER', driver.notices('FAILED_OVER').length > 0 && driver.notices('FAILED').length === 0),
    ],
  },
  {
    name: 'alarm-everywhere',
    description:
      'One alarm that is tied to all nodes goes up (everything is down); nothing moves, and people are told why.',
    config: withAlarms('mail-down', 'mail-down'),
    play: (driver) => driver.cloud.alarms.setState('mail-down', 'ALARM', 'no answer from anywhere'),
    world: (driver) => [...stays(driver), expect('nothing moved', driver.moves === 0)],
    told: (driver) => [
      expect(
        'a notice says FAILED and names the alarm',
        driver.notices('FAILED').some(({ message }) => message.includes('mail-down')),
      ),
      expect('the execution failed with NoHealthyStandby', driver.failures.at(-1)?.error === 'NoHealthyStandby'),
    ],
  },
  {
    name: 'excluded',
    description:
      'The first standby is excluded by its tag; the active node stops and the address goes to the third node.',
    config: cluster(3),
    play: (driver) => {
      driver.cloud.world.setTags(driver.standby.instanceId, { 'vip-failover:standby': 'never' });
      driver.stop(driver.active);
    },
    world: (driver) => [
      expect('10.0.0.5 on the third node', driver.holderOf('10.0.0.5') === node(3).networkInterfaceId),
    ],
    told: (driver) => [
      expect('one notice', driver.notices().length === 1 && driver.notices('FAILED_OVER').length === 1),
    ],
  },
  {
    name: 'failback',
    description:
      'Failback is automatic: the preferred node is up again, has to prove itself for 30 minutes, and gets the address back once.',
    config: cluster(2, ['10.0.0.5'], { failback: { afterMinutes: 30 } }),
    // Ten past a full hour.
    cloud: { ...IN_TIME, startTime: Date.UTC(2026, 0, 1, 12, 10) },
    play: async (driver) => {
      driver.stop(driver.active);
      await until(driver, driver.active, 'stopped');
      await driver.settled();
      driver.start(driver.active);
      await driver.cloud.advance(2 * 60 * MINUTE);
    },
    world: stays,
    told: (driver) => [
      expect('moved to the standby and back, and no more', driver.moves === 2),
      expect('two notices', driver.notices().length === 2 && driver.notices('FAILED_OVER').length === 2),
      expect(
        'back not before 30 minutes',
        driver
          .eventsOf('holder-changed')
          .some(({ at, to }) => to === driver.active.networkInterfaceId && at >= Date.UTC(2026, 0, 1, 12, 40)),
      ),
    ],
  },
];
