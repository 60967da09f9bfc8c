import type { Stage } from '../cluster-driver';
import { nodeOptions } from './configs';
import { expect, type Scenario } from './scenario';

const MINUTE = 60_000;
const IN_TIME = { clock: 'virtual', schedules: true } as const;

const onStandby = (stage: Stage) => [
  expect(`${stage.addresses.join(', ')} on the standby`, stage.holds(stage.standby)),
];

const once = (stage: Stage, outcome: string) =>
  expect(
    `one notice of the cluster, and it says ${outcome}`,
    stage.notices().length === 1 && stage.notices(outcome).length === 1,
  );

/** Deaths that no event tells of, events that get lost, executions that die, and nodes that people set aside. */
export const DEATHS: readonly Scenario[] = [
  {
    name: 'detached-interface',
    description: 'The active node is terminated and its interface stays, detached, with the address; it gives it up.',
    cloud: { world: nodeOptions(0, { deleteOnTermination: false }) },
    play: (stage) => stage.terminate(stage.active),
    world: onStandby,
    told: (stage) => [once(stage, 'FAILED_OVER')],
  },
  {
    name: 'hung-application',
    description: 'The node runs but its application hangs; a person names the target and the address moves.',
    play: (stage) => {
      stage.failover(stage.standby);
    },
    world: onStandby,
    told: (stage) => [once(stage, 'FAILED_OVER')],
  },
  {
    name: 'flapping',
    description: 'The active node stops, starts and stops again within seconds; the address ends on a healthy node.',
    play: async (stage) => {
      const state = () => stage.cloud.world.instance(stage.active.instanceId).state;
      stage.stop(stage.active);
      await stage.cloud.until(() => state() === 'stopped');
      stage.start(stage.active);
      await stage.cloud.until(() => state() === 'running');
      stage.stop(stage.active);
    },
    world: onStandby,
    told: (stage) => [
      expect('at least one notice says FAILED_OVER', stage.notices('FAILED_OVER').length > 0),
      expect('no notice says FAILED', stage.notices('FAILED').length === 0),
    ],
  },
  {
    name: 'impaired',
    description:
      'The host of the active node fails; the instance stays "running". Its status alarm starts the failover.',
    cloud: IN_TIME,
    play: async (stage) => {
      stage.cloud.world.impair(stage.active.instanceId, 'system');
      await stage.cloud.advance(4 * MINUTE);
    },
    world: onStandby,
    told: (stage) => [once(stage, 'FAILED_OVER')],
  },
  {
    name: 'lost-event',
    description: 'The event of the stop is lost; the next scheduled check finds the dead holder and repairs.',
    cloud: IN_TIME,
    play: async (stage) => {
      stage.cloud.events.faults.add({ kind: 'drop', when: ({ detail }) => detail.state === 'stopped' });
      stage.stop(stage.active);
      await stage.cloud.advance(6 * MINUTE);
    },
    world: onStandby,
    told: (stage) => [once(stage, 'FAILED_OVER')],
  },
  {
    name: 'killed-execution',
    description: 'The execution dies between unassign and assign; the next scheduled check brings the address home.',
    cloud: IN_TIME,
    play: async (stage) => {
      stage.cloud.stateMachine.killAt({ state: 'UnassignIp', when: 'exited' });
      stage.stop(stage.active);
      await stage.cloud.advance(6 * MINUTE);
    },
    world: onStandby,
    told: (stage) => [once(stage, 'FAILED_OVER')],
  },
  {
    name: 'paused',
    description:
      'The cluster is paused by a tag: the active node stops, nothing moves, and people are told once; a request by hand still works.',
    play: async (stage) => {
      stage.cloud.world.setTags(stage.active.instanceId, { 'vip-failover:paused': 'patch day' });
      stage.stop(stage.active);
      await stage.settled();
      if (stage.moves === 0) stage.failover();
      await stage.settled();
      stage.cloud.world.setTags(stage.active.instanceId, { 'vip-failover:paused': null });
    },
    world: onStandby,
    told: (stage) => [
      expect('people are told once that the pause keeps it there', stage.notices('NOTHING_TO_DO').length === 1),
      expect('and once of the move', stage.notices('FAILED_OVER').length === 1),
      expect('moved once', stage.moves === stage.addresses.length),
    ],
  },
];
