import type { Cloud } from '../../emulator/cloud';
import { ClusterDriver } from '../cluster-driver';
import { FAULT_CHOICES } from '../fault-kinds';

/** What a button asks for. `node` and `fault` only where the action needs them. */
export interface Action {
  readonly do: string;
  readonly cluster: string;
  readonly node?: string;
  readonly fault?: string;
}

/** An action that makes no sense, or not just now. One line, for people. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
}

type Node = ClusterDriver['nodes'][number];
type Act = (driver: ClusterDriver, node: () => Node) => void;

const PAUSED = 'vip-failover:paused';

/** What can be done to a cluster, by the name that the page's buttons have. */
const ACTIONS: Readonly<Record<string, Act>> = {
  stop: (driver, node) => driver.stop(node()),
  start: (driver, node) => driver.start(node()),
  terminate: (driver, node) => driver.terminate(node()),
  impair: (driver, node) => driver.cloud.world.impair(node().instanceId, 'instance'),
  recover: (driver, node) => driver.cloud.world.recover(node().instanceId),
  'application-down': (driver, node) => driver.cloud.world.setApplicationStatus(node().instanceId, 'impaired'),
  'application-up': (driver, node) => driver.cloud.world.setApplicationStatus(node().instanceId, 'ok'),
  'application-unknown': (driver, node) =>
    driver.cloud.world.setApplicationStatus(node().instanceId, 'insufficient-data'),
  claim: (driver, node) => driver.claim(node()),
  drill: (driver, node) => {
    driver.drill(node(), 'the live page');
  },
  rehearse: (driver) => {
    driver.rehearsal();
  },
  check: (driver) => {
    driver.check();
  },
  pause: (driver) => driver.cloud.world.setTags(driver.active.instanceId, { [PAUSED]: 'paused on the live page' }),
  resume: (driver) => {
    for (const { instanceId } of driver.nodes) driver.cloud.world.setTags(instanceId, { [PAUSED]: null });
  },
};

export const ACTION_NAMES: readonly string[] = [...Object.keys(ACTIONS), 'fault'];

/** @throws ActionError that says what was wrong, and what would be right */
export function perform(cloud: Cloud, given: unknown): void {
  const action = readAction(given);
  const cluster = cloud.clusters.find(({ name }) => name === action.cluster);
  if (cluster === undefined) throw new ActionError(`There is no cluster ${JSON.stringify(action.cluster)}.`);
  const driver = new ClusterDriver(cloud, cluster);
  const node = () => {
    const found = driver.nodes.find(({ instanceId }) => instanceId === action.node);
    if (found === undefined)
      throw new ActionError(`Cluster ${cluster.name} has no node ${JSON.stringify(action.node)}.`);
    return found;
  };
  if (action.do === 'fault') {
    const fault = FAULT_CHOICES.find(({ name }) => name === action.fault);
    if (fault === undefined) throw new ActionError(`There is no fault ${JSON.stringify(action.fault)}.`);
    fault.apply(cloud);
  } else {
    const act = Object.hasOwn(ACTIONS, action.do) ? ACTIONS[action.do] : undefined;
    if (act === undefined) throw new ActionError(`What is to be done is one of ${ACTION_NAMES.join(', ')}.`);
    try {
      act(driver, node);
    } catch (error) {
      // EC2, or the local cloud, refuses what makes no sense just then: to start a terminated instance.
      throw error instanceof ActionError
        ? error
        : new ActionError(error instanceof Error ? error.message : String(error));
    }
  }
  cloud.timeline.add({
    type: 'fault',
    what: `${action.do} ${action.fault ?? action.node ?? action.cluster}, on the live page`,
  });
}

function readAction(given: unknown): Action {
  const { do: what, cluster, node, fault } = Object(given);
  if (typeof what !== 'string' || typeof cluster !== 'string')
    throw new ActionError('An action is {"do": "stop", "cluster": "mail", "node": "i-…"}.');
  return {
    do: what,
    cluster,
    ...(typeof node === 'string' && { node }),
    ...(typeof fault === 'string' && { fault }),
  };
}
