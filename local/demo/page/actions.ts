import type { Cloud } from '../../emulator/cloud';
import { ClusterDriver } from '../cluster-driver';
import { FAULT_CHOICES } from '../fault-kinds';

/** What a button asks for. `node` and `fault` only where the deed needs them. */
export interface Deed {
  readonly do: string;
  readonly cluster: string;
  readonly node?: string;
  readonly fault?: string;
}

/** A deed that makes no sense, or not just now. One line, for people. */
export class DeedError extends Error {
  override readonly name = 'DeedError';
}

type Node = ClusterDriver['nodes'][number];
type Act = (driver: ClusterDriver, node: () => Node) => void;

const PAUSED = 'vip-failover:paused';

/** What can be done to a cluster, by the name that the page's buttons have. */
const DEEDS: Readonly<Record<string, Act>> = {
  stop: (driver, node) => driver.stop(node()),
  start: (driver, node) => driver.start(node()),
  terminate: (driver, node) => driver.terminate(node()),
  impair: (driver, node) => driver.cloud.world.impair(node().instanceId, 'instance'),
  recover: (driver, node) => driver.cloud.world.recover(node().instanceId),
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

export const DEED_NAMES: readonly string[] = [...Object.keys(DEEDS), 'fault'];

/** @throws DeedError that says what was wrong, and what would be right */
export function perform(cloud: Cloud, given: unknown): void {
  const deed = readDeed(given);
  const cluster = cloud.clusters.find(({ name }) => name === deed.cluster);
  if (cluster === undefined) throw new DeedError(`There is no cluster ${JSON.stringify(deed.cluster)}.`);
  const driver = new ClusterDriver(cloud, cluster);
  const node = () => {
    const found = driver.nodes.find(({ instanceId }) => instanceId === deed.node);
    if (found === undefined) throw new DeedError(`Cluster ${cluster.name} has no node ${JSON.stringify(deed.node)}.`);
    return found;
  };
  if (deed.do === 'fault') {
    const fault = FAULT_CHOICES.find(({ name }) => name === deed.fault);
    if (fault === undefined) throw new DeedError(`There is no fault ${JSON.stringify(deed.fault)}.`);
    fault.apply(cloud);
  } else {
    const act = Object.hasOwn(DEEDS, deed.do) ? DEEDS[deed.do] : undefined;
    if (act === undefined) throw new DeedError(`What is to be done is one of ${DEED_NAMES.join(', ')}.`);
    try {
      act(driver, node);
    } catch (error) {
      // EC2, or the local cloud, refuses what makes no sense just then: to start a terminated instance.
      throw error instanceof DeedError ? error : new DeedError(error instanceof Error ? error.message : String(error));
    }
  }
  cloud.timeline.add({
    type: 'fault',
    what: `${deed.do} ${deed.fault ?? deed.node ?? deed.cluster}, on the live page`,
  });
}

function readDeed(given: unknown): Deed {
  const { do: what, cluster, node, fault } = Object(given);
  if (typeof what !== 'string' || typeof cluster !== 'string')
    throw new DeedError('A deed is {"do": "stop", "cluster": "mail", "node": "i-…"}.');
  return {
    do: what,
    cluster,
    ...(typeof node === 'string' && { node }),
    ...(typeof fault === 'string' && { fault }),
  };
}
