import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { THREE_NODES, TWO_NODES } from './configs';
import type { Overlap } from './interleavings';

const third = (driver: ClusterDriver) => driver.nodes[2] ?? driver.standby;

/** As EC2 tells it: `stopping`, and then `stopped`. Two executions begin. */
const diesWithBothEvents = (name: 'active' | 'standby') => ({
  says: `the ${name} node stops`,
  happen: (driver: ClusterDriver) => driver.stop(driver[name]),
});

/** The event of `stopped` alone tells it, so that one execution begins. */
const dies = (name: 'active' | 'standby') => ({
  ...diesWithBothEvents(name),
  happen: (driver: ClusterDriver) => {
    dropNewsOfInstances(driver, 1);
    driver.stop(driver[name]);
  },
});

function dropNewsOfInstances({ cloud }: ClusterDriver, times: number): void {
  cloud.events.faults.add({ kind: 'drop', times, when: ({ source }) => source === 'aws.ec2' });
}

/** So many orders of three executions: they have no end within hours. */
const OF_THREE = 3_000;

/** The event that tells of a stop, as EventBridge delivers it. */
function stopped(driver: ClusterDriver): object {
  const { cloud, active } = driver;
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
function stopSilently(driver: ClusterDriver): void {
  dropNewsOfInstances(driver, 2);
  const { world } = driver.cloud;
  world.stopInstance(driver.active.instanceId);
  world.replaceInstance({ ...world.instance(driver.active.instanceId), state: 'stopped' });
}

function start(driver: ClusterDriver, ...inputs: readonly object[]): void {
  for (const input of inputs) driver.cloud.startExecution(input);
}

function failOver(driver: ClusterDriver): void {
  stopSilently(driver);
  start(driver, stopped(driver));
}

const drill = ({ cluster }: ClusterDriver, { instanceId }: { readonly instanceId: string }) => ({
  cluster: cluster.name,
  mode: 'drill',
  target: instanceId,
  requestedBy: 'operator',
});

export const OVERLAPS: readonly Overlap[] = [
  {
    name: 'the same event twice',
    config: TWO_NODES,
    begin: (driver) => {
      stopSilently(driver);
      start(driver, stopped(driver), stopped(driver));
    },
  },
  {
    name: 'the same event twice, and a check',
    config: TWO_NODES,
    begin: (driver) => {
      stopSilently(driver);
      start(driver, stopped(driver), stopped(driver), { cluster: driver.cluster.name, mode: 'check' });
    },
    waits: 0,
    atMost: OF_THREE,
  },
  {
    name: 'a drill, and a check',
    config: TWO_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby), { cluster: driver.cluster.name, mode: 'check' }),
  },
  {
    name: 'a drill whose assignment is throttled for longer than a plan lives, and a check',
    config: TWO_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby), { cluster: driver.cluster.name, mode: 'check' }),
    throttlesAssign: true,
    waits: 0,
  },
  {
    name: 'a drill, and the active node dies',
    config: TWO_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby)),
    events: [dies('active')],
  },
  {
    name: 'a drill, and the active node dies, which both its events tell',
    config: TWO_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby)),
    events: [diesWithBothEvents('active')],
    atMost: OF_THREE,
  },
  {
    name: 'a failover that is throttled in assign, its target dies, and another failover begins',
    config: THREE_NODES,
    begin: failOver,
    events: [dies('standby')],
    throttlesAssign: true,
    waits: 0,
  },
  {
    name: 'a failover that is throttled in assign, and its target dies, which both its events tell',
    config: THREE_NODES,
    begin: failOver,
    events: [diesWithBothEvents('standby')],
    throttlesAssign: true,
    waits: 0,
    atMost: OF_THREE,
  },
  {
    name: 'two drills to different nodes',
    config: THREE_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby), drill(driver, third(driver))),
  },
  {
    name: 'two drills in opposite directions',
    config: TWO_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby), drill(driver, driver.active)),
  },
  {
    name: 'a failover that dies, and a check',
    config: TWO_NODES,
    begin: (driver) => {
      stopSilently(driver);
      start(driver, stopped(driver), { cluster: driver.cluster.name, mode: 'check' });
    },
    dies: true,
  },
  {
    name: 'a drill that dies, and a check',
    config: TWO_NODES,
    begin: (driver) => start(driver, drill(driver, driver.standby), { cluster: driver.cluster.name, mode: 'check' }),
    dies: true,
  },
];
