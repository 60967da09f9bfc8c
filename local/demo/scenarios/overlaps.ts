import type { Stage } from '../cluster-driver';
import { cluster, ELASTIC_VIP, elasticIpOn, node } from './configs';
import { expect, type Scenario } from './scenario';

const healthyHolder = (stage: Stage) =>
  stage.nodes.some((each) => stage.holds(each) && stage.cloud.world.instance(each.instanceId).state === 'running');

const onHealthyNode = (stage: Stage) => [
  expect(`${stage.addresses.join(', ')} on one node that runs`, healthyHolder(stage)),
];

/** Does it at the moment when the standby is given the address. */
function onceOnStandby(stage: Stage, act: () => void): void {
  const stop = stage.cloud.timeline.listen((event) => {
    if (event.type !== 'holder-changed' || event.to !== stage.standby.networkInterfaceId) return;
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
    play: (stage) => {
      onceOnStandby(stage, () => stage.stop(stage.standby));
      stage.stop(stage.active);
    },
    world: (stage) => [expect('10.0.0.5 on the third node', stage.holderOf('10.0.0.5') === node(3).networkInterfaceId)],
    told: (stage) => [
      expect('a notice says FAILED_OVER', stage.notices('FAILED_OVER').length > 0),
      expect('no execution failed', stage.failures.length === 0),
    ],
  },
  {
    name: 'stale-read',
    description:
      'EC2 shows the stopped node as running for six more seconds; the workflow looks again instead of believing it.',
    cloud: { clock: 'virtual', lag: 6_000 },
    play: async (stage) => {
      stage.stop(stage.active);
      await stage.cloud.advance(8_000);
    },
    world: (stage) => [expect('10.0.0.5 on the standby', stage.holds(stage.standby))],
    told: (stage) => [
      expect(
        'one notice, and it says FAILED_OVER',
        stage.notices().length === 1 && stage.notices('FAILED_OVER').length === 1,
      ),
      expect(
        'the decision was taken again',
        stage.eventsOf('state-retried').some(({ error }) => error === 'StateUnsettled'),
      ),
    ],
  },
  {
    name: 'restarted',
    description:
      'The active node is stopped and started at once, and the events come late: nothing is wrong any more, nothing moves.',
    cloud: { clock: 'virtual' },
    play: async (stage) => {
      stage.cloud.events.faults.add({
        kind: 'delay',
        milliseconds: 10_000,
        times: 2,
        when: ({ detail }) => detail.state === 'stopping' || detail.state === 'stopped',
      });
      stage.stop(stage.active);
      await stage.cloud.until(() => stage.cloud.world.instance(stage.active.instanceId).state === 'stopped');
      stage.start(stage.active);
    },
    world: onHealthyNode,
    told: (stage) => [
      expect('nothing moved', stage.moves === 0),
      expect('nobody was disturbed', stage.notices().length === 0),
    ],
  },
  {
    name: 'opposite-drills',
    description: 'Two people drill in opposite directions at the same time; the address comes to rest on one node.',
    cloud: { clock: 'virtual' },
    play: (stage) => {
      onceOnStandby(stage, () => stage.drill(stage.active, 'other'));
      stage.drill(stage.standby, 'one');
    },
    world: onHealthyNode,
    told: (stage) => [
      expect('somebody is told DRILLED', stage.notices('DRILLED').length > 0),
      expect('no execution failed for having lost', stage.failures.length === 0),
    ],
  },
  {
    name: 'drill-and-death',
    description: 'The active node dies while a drill moves the address off it; both executions end well.',
    cloud: { clock: 'virtual' },
    play: (stage) => {
      stage.drill(stage.standby);
      stage.stop(stage.active);
    },
    world: (stage) => [expect('10.0.0.5 on the standby', stage.holds(stage.standby))],
    told: (stage) => [
      expect('somebody is told', stage.notices('DRILLED').length + stage.notices('FAILED_OVER').length > 0),
      expect('no execution failed', stage.failures.length === 0),
    ],
  },
  {
    name: 'lost-race',
    description:
      'Somebody moves the address on before its Elastic IP is associated, and reads lag: the Elastic IP follows, and nothing fails.',
    config: cluster(3, [ELASTIC_VIP]),
    cloud: { clock: 'virtual', lag: 4_000 },
    play: async (stage) => {
      onceOnStandby(stage, () =>
        queueMicrotask(() => stage.cloud.world.addresses.assign(node(3).networkInterfaceId, ['10.0.0.5'], true)),
      );
      // A second execution could not see for four seconds what that somebody did.
      stage.cloud.events.faults.add({ kind: 'drop', when: ({ detail }) => detail.state === 'stopped' });
      stage.stop(stage.active);
      await stage.cloud.advance(8_000);
    },
    world: (stage) => [
      ...onHealthyNode(stage),
      expect('the Elastic IP is on it', elasticIpOn(stage) === stage.holderOf('10.0.0.5')),
    ],
    told: (stage) => [
      expect('10.0.0.5 on the third node', stage.holderOf('10.0.0.5') === node(3).networkInterfaceId),
      expect('a notice says FAILED_OVER', stage.notices('FAILED_OVER').length > 0),
      expect('no execution failed', stage.failures.length === 0),
    ],
  },
];
