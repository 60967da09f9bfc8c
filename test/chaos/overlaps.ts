import type { Stage } from '../../local/demo/cluster-driver';
import { THREE_NODES, TWO_NODES } from './configs';
import type { Overlap } from './interleavings';

const third = (stage: Stage) => stage.nodes[2] ?? stage.standby;

const dies = (name: 'active' | 'standby') => ({
  says: `the ${name} node stops`,
  happen: (stage: Stage) => stage.stop(stage[name]),
});

/** The event that tells of a stop, as EventBridge delivers it. */
function stopped(stage: Stage): object {
  const { cloud, active } = stage;
  return {
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    account: cloud.template.accountId,
    time: new Date(cloud.now()).toISOString(),
    region: cloud.template.region,
    resources: [],
    detail: { 'instance-id': active.instanceId, state: 'stopped' },
  };
}

/** Stops the active node without a word of it from EventBridge, so that exactly the executions wanted begin. */
function stopSilently(stage: Stage): void {
  stage.cloud.events.faults.add({ kind: 'drop', times: 2, when: ({ source }) => source === 'aws.ec2' });
  const { world } = stage.cloud;
  world.stopInstance(stage.active.instanceId);
  world.replaceInstance({ ...world.instance(stage.active.instanceId), state: 'stopped' });
}

function start(stage: Stage, ...inputs: readonly object[]): void {
  for (const input of inputs) stage.cloud.startExecution(input);
}

const drill = ({ cluster }: Stage, { instanceId }: { readonly instanceId: string }) => ({
  cluster: cluster.name,
  mode: 'drill',
  target: instanceId,
});

export const OVERLAPS: readonly Overlap[] = [
  {
    name: 'the same event twice',
    config: TWO_NODES,
    begin: (stage) => {
      stopSilently(stage);
      start(stage, stopped(stage), stopped(stage));
    },
  },
  {
    name: 'the same event twice, and a check',
    config: TWO_NODES,
    begin: (stage) => {
      stopSilently(stage);
      start(stage, stopped(stage), stopped(stage), { cluster: stage.cluster.name, mode: 'check' });
    },
    waits: 0,
  },
  {
    name: 'a drill, and a check',
    config: TWO_NODES,
    begin: (stage) => start(stage, drill(stage, stage.standby), { cluster: stage.cluster.name, mode: 'check' }),
  },
  {
    name: 'a drill whose assignment is throttled for longer than a plan lives, and a check',
    config: TWO_NODES,
    begin: (stage) => start(stage, drill(stage, stage.standby), { cluster: stage.cluster.name, mode: 'check' }),
    throttlesAssign: true,
    waits: 0,
  },
  {
    name: 'a drill, and the active node dies',
    config: TWO_NODES,
    begin: (stage) => start(stage, drill(stage, stage.standby)),
    events: [dies('active')],
  },
  {
    name: 'a failover that is throttled in assign, its target dies, and another failover begins',
    config: THREE_NODES,
    begin: (stage) => {
      stopSilently(stage);
      start(stage, stopped(stage));
    },
    events: [dies('standby')],
    throttlesAssign: true,
    waits: 0,
  },
  {
    name: 'two drills to different nodes',
    config: THREE_NODES,
    begin: (stage) => start(stage, drill(stage, stage.standby), drill(stage, third(stage))),
  },
  {
    name: 'two drills in opposite directions',
    config: TWO_NODES,
    begin: (stage) => start(stage, drill(stage, stage.standby), drill(stage, stage.active)),
  },
  {
    name: 'a failover that dies, and a check',
    config: TWO_NODES,
    begin: (stage) => {
      stopSilently(stage);
      start(stage, stopped(stage), { cluster: stage.cluster.name, mode: 'check' });
    },
    dies: true,
  },
  {
    name: 'a drill that dies, and a check',
    config: TWO_NODES,
    begin: (stage) => start(stage, drill(stage, stage.standby), { cluster: stage.cluster.name, mode: 'check' }),
    dies: true,
  },
];
