import type { Stage } from '../cluster-driver';
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

const onStandby = (stage: Stage) => [
  expect(`${stage.addresses.join(', ')} on the standby`, stage.holds(stage.standby)),
];
const stays = (stage: Stage) => [expect(`${stage.addresses.join(', ')} where it was`, stage.holds(stage.active))];

/** How often the cluster's readiness alarm came to this state, but for the first one that a new alarm gets. */
const readiness = (stage: Stage, to: string) =>
  stage
    .eventsOf('alarm')
    .filter((alarm) => alarm.name.includes('NotReady') && alarm.to === to && alarm.from !== 'INSUFFICIENT_DATA').length;

async function until(stage: Stage, node: { readonly instanceId: string }, state: string): Promise<void> {
  await stage.cloud.until(() => stage.cloud.world.instance(node.instanceId).state === state);
}

/** What is known before the day that it is needed, what people's own alarms say, and the way back. */
export const READINESS: readonly Scenario[] = [
  {
    name: 'standby-lost',
    description:
      'The standby stays stopped for a quarter of an hour: the readiness alarm says so once, and once that it is back; no check sends a notice.',
    cloud: IN_TIME,
    play: async (stage) => {
      stage.stop(stage.standby);
      await stage.cloud.advance(16 * MINUTE);
      stage.start(stage.standby);
      await stage.cloud.advance(16 * MINUTE);
    },
    world: stays,
    told: (stage) => [
      expect('the readiness alarm went up once', readiness(stage, 'ALARM') === 1),
      expect('and down once', readiness(stage, 'OK') === 1),
      expect('no notice of the workflow', stage.notices().length === 0),
    ],
  },
  {
    name: 'own-alarm',
    description: "The user's own alarm says that the active node's service is down; the address moves once.",
    config: withAlarms('mail-1-smtp-down', 'mail-2-smtp-down'),
    play: async (stage) => {
      stage.cloud.events.faults.add({ kind: 'duplicate', when: ({ source }) => source === 'aws.cloudwatch' });
      stage.cloud.alarms.setState('mail-1-smtp-down', 'ALARM', 'no answer on port 25');
      await stage.settled();
      stage.cloud.alarms.setState('mail-1-smtp-down', 'OK', 'answers again');
    },
    world: onStandby,
    told: (stage) => [
      expect('moved once', stage.moves === 1),
      expect('told as FAILED_OVER', stage.notices('FAILED_OVER').length > 0 && stage.notices('FAILED').length === 0),
    ],
  },
  {
    name: 'alarm-everywhere',
    description:
      'One alarm that is tied to all nodes goes up (everything is down); nothing moves, and people are told why.',
    config: withAlarms('mail-down', 'mail-down'),
    play: (stage) => stage.cloud.alarms.setState('mail-down', 'ALARM', 'no answer from anywhere'),
    world: (stage) => [...stays(stage), expect('nothing moved', stage.moves === 0)],
    told: (stage) => [
      expect(
        'a notice says FAILED and names the alarm',
        stage.notices('FAILED').some(({ message }) => message.includes('mail-down')),
      ),
      expect('the execution failed with NoHealthyStandby', stage.failures.at(-1)?.error === 'NoHealthyStandby'),
    ],
  },
  {
    name: 'excluded',
    description:
      'The first standby is excluded by its tag; the active node stops and the address goes to the third node.',
    config: cluster(3),
    play: (stage) => {
      stage.cloud.world.setTags(stage.standby.instanceId, { 'vip-failover:standby': 'never' });
      stage.stop(stage.active);
    },
    world: (stage) => [expect('10.0.0.5 on the third node', stage.holderOf('10.0.0.5') === node(3).networkInterfaceId)],
    told: (stage) => [expect('one notice', stage.notices().length === 1 && stage.notices('FAILED_OVER').length === 1)],
  },
  {
    name: 'failback',
    description:
      'Failback is automatic: the preferred node is up again, has to prove itself for 30 minutes, and gets the address back once.',
    config: cluster(2, ['10.0.0.5'], { failback: { afterMinutes: 30 } }),
    // Ten past a full hour.
    cloud: { ...IN_TIME, startTime: Date.UTC(2026, 0, 1, 12, 10) },
    play: async (stage) => {
      stage.stop(stage.active);
      await until(stage, stage.active, 'stopped');
      await stage.settled();
      stage.start(stage.active);
      await stage.cloud.advance(2 * 60 * MINUTE);
    },
    world: stays,
    told: (stage) => [
      expect('moved to the standby and back, and no more', stage.moves === 2),
      expect('two notices', stage.notices().length === 2 && stage.notices('FAILED_OVER').length === 2),
      expect(
        'back not before 30 minutes',
        stage
          .eventsOf('holder-changed')
          .some(({ at, to }) => to === stage.active.networkInterfaceId && at >= Date.UTC(2026, 0, 1, 12, 40)),
      ),
    ],
  },
];
