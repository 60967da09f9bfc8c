import type { Cloud } from '../../local/emulator/cloud';
import { limitsOf } from '../../local/emulator/ec2/model/instance-types';
import type { RegistryCluster } from '../../local/emulator/template/registry';

type Node = RegistryCluster['nodes'][number];

/** How one node really is. */
export interface NodeState {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly instanceState: string;
  /** Running, no status check impaired, interface attached in the subnet: all that EC2 knows. */
  readonly wellForEc2: boolean;
  /** One of the user's alarms on it is up. */
  readonly alarmed: boolean;
  /** EC2 says that the application on it does not answer, and that counts there: it holds one of the addresses. */
  readonly applicationDown: boolean;
  /** All of that is well. That a new holder has time to start the application is left out here. */
  readonly healthy: boolean;
  /** Tagged as never to take the addresses. */
  readonly excluded: boolean;
  /** And it may and can take all virtual IPs: not excluded, with room. */
  readonly eligible: boolean;
  /** When one of the user's alarms on it last changed, ms since the epoch. */
  readonly alarmChangedAt: number;
}

/** How one cluster really is, read from the world itself and not by an API that may lag. */
export interface ClusterState {
  /** By virtual IP: the interface that holds it, or null. */
  readonly holders: readonly (string | null)[];
  /** By virtual IP of the configuration that has an Elastic IP there: whether it has it. */
  readonly elasticIpsWell: boolean;
  readonly nodes: readonly NodeState[];
  /** When the pause of automatic moves ends, ms since the epoch; null: there is none. */
  readonly pausedUntil: number | null;
}

export function clusterState(cloud: Cloud, cluster: RegistryCluster): ClusterState {
  const { world } = cloud;
  const holders = cluster.virtualIps.map(({ address }) => world.holderOf(address, cluster.subnetId));
  const elasticIpsWell = cluster.virtualIps.every(({ address, elasticIpAllocationId }, index) => {
    if (elasticIpAllocationId === undefined) return true;
    const { association } = world.elasticIp(elasticIpAllocationId);
    return association?.privateAddress === address && association.networkInterfaceId === holders[index];
  });
  const nodes = cluster.nodes.map((node) => nodeState(cloud, cluster, node));
  return { holders, elasticIpsWell, nodes, pausedUntil: pausedUntil(cloud, cluster) };
}

/** The one node that holds all virtual IPs, if any. */
export function soleHolder({ holders, nodes }: ClusterState): NodeState | undefined {
  return nodes.find(({ networkInterfaceId }) => holders.every((holder) => holder === networkInterfaceId));
}

/** All virtual IPs on one healthy node, every Elastic IP of the configuration on its address. */
export function isWell(state: ClusterState): boolean {
  return state.elasticIpsWell && (soleHolder(state)?.healthy ?? false);
}

/** Some node may and can take all virtual IPs, and none is held by an interface outside the cluster. */
export function isRepairable(state: ClusterState): boolean {
  return !heldByStranger(state) && state.nodes.some(({ eligible }) => eligible);
}

export function heldByStranger({ holders, nodes }: ClusterState): boolean {
  return holders.some(
    (holder) => holder !== null && !nodes.some(({ networkInterfaceId }) => networkInterfaceId === holder),
  );
}

export function isPaused({ pausedUntil }: ClusterState, at: number): boolean {
  return pausedUntil !== null && at < pausedUntil;
}

/** All would be well, were it not for the application on the holder. */
export function isOnlyApplicationDown(state: ClusterState): boolean {
  const holder = soleHolder(state);
  if (holder === undefined || !state.elasticIpsWell) return false;
  return holder.wellForEc2 && !holder.alarmed && holder.applicationDown;
}

/**
 * The holder's only trouble is the user's alarm, and the alarms of all others that could take the addresses changed a
 * moment ago: nobody can say which of them is well.
 */
export function isFlapping(state: ClusterState, dampingMilliseconds: number, at: number): boolean {
  const holder = soleHolder(state);
  if (holder === undefined || !holder.wellForEc2 || holder.healthy) return false;
  return state.nodes
    .filter(({ eligible }) => eligible)
    .every(({ alarmChangedAt }) => at - alarmChangedAt < dampingMilliseconds);
}

/** For people. */
export function describe({ name, virtualIps }: RegistryCluster, state: ClusterState): string {
  const places = virtualIps.map(({ address }, index) => `${address} on ${state.holders[index] ?? 'nobody'}`);
  const nodes = state.nodes.map(
    ({ networkInterfaceId, instanceState, healthy, eligible }) =>
      `${networkInterfaceId} (${instanceState}, ${healthy ? (eligible ? 'healthy' : 'healthy, but cannot take them') : 'unhealthy'})`,
  );
  return `${name}: ${places.join(', ')}; nodes ${nodes.join(', ')}`;
}

function nodeState(cloud: Cloud, cluster: RegistryCluster, node: Node): NodeState {
  const view = cloud.world.view();
  const instance = view.instance(node.instanceId);
  const networkInterface = view.networkInterface(node.networkInterfaceId);
  const wellForEc2 =
    instance?.state === 'running' &&
    !Object.values(instance.checks).includes('impaired') &&
    networkInterface?.attachment?.instanceId === node.instanceId &&
    networkInterface.subnetId === cluster.subnetId;
  const names = 'alarms' in node && Array.isArray(node.alarms) ? node.alarms : [];
  const alarms = names.length === 0 ? [] : cloud.alarms.list().filter(({ name }) => names.includes(name));
  const applicationDown = isApplicationDown(cloud, cluster, node);
  const alarmed = alarms.some(({ state }) => state === 'ALARM');
  const healthy = wellForEc2 && !applicationDown && !alarmed;
  const excluded = instance?.tags['vip-failover:standby']?.trim().toLowerCase() === 'never';
  return {
    instanceId: node.instanceId,
    networkInterfaceId: node.networkInterfaceId,
    instanceState: instance?.state ?? 'gone',
    wellForEc2,
    alarmed,
    applicationDown,
    healthy,
    excluded,
    eligible: healthy && !excluded && hasRoom(cloud, cluster, node),
    alarmChangedAt: Math.max(0, ...alarms.map(({ since }) => since)),
  };
}

/** On a standby the application does not run: it counts for the holder only, unless the configuration says otherwise. */
function isApplicationDown({ world }: Cloud, cluster: RegistryCluster, node: Node): boolean {
  if (world.view().instance(node.instanceId)?.application.status !== 'impaired') return false;
  const holds = cluster.virtualIps.some(
    ({ address }) => world.holderOf(address, cluster.subnetId) === node.networkInterfaceId,
  );
  return holds || ('applicationCheckCountsFor' in cluster && cluster.applicationCheckCountsFor === 'all');
}

function hasRoom({ world }: Cloud, { virtualIps }: RegistryCluster, { instanceId, networkInterfaceId }: Node): boolean {
  const limit = limitsOf(world.instance(instanceId).type)?.addressesPerInterface ?? 0;
  const wanted = new Set([
    ...world.secondaryAddressesOf(networkInterfaceId),
    ...virtualIps.map((each) => each.address),
  ]);
  return 1 + wanted.size + world.networkInterface(networkInterfaceId).prefixes.length <= limit;
}

function pausedUntil({ world }: Cloud, { nodes }: RegistryCluster): number | null {
  const ends = nodes.flatMap(({ instanceId }) => {
    const tag = world.view().instance(instanceId)?.tags['vip-failover:paused'];
    if (tag === undefined) return [];
    const [, day, time] = /until=(\S{10}).(\S+)/.exec(tag) ?? [];
    // A number that JSON knows: the journal compares states as text.
    return [day === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(`${day}T${time}`)];
  });
  return ends.length === 0 ? null : Math.max(...ends);
}
