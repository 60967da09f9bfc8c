import type { Cloud } from '../../local/cloud';
import type { RegistryCluster } from '../../local/world/build';
import { limitsOf } from '../../local/world/instance-types';

/** How one cluster really is, read from the world itself and not by an API that may lag. */
export interface ClusterState {
  /** All virtual IPs on one healthy node, every Elastic IP of the configuration on its address. */
  readonly well: boolean;
  /** Some node could take all virtual IPs: healthy, not excluded, with room. */
  readonly repairable: boolean;
  readonly paused: boolean;
  /** For people. */
  readonly says: string;
}

type Node = RegistryCluster['nodes'][number];

/** Running, no status check impaired, interface attached in the subnet, none of the user's alarms on it. */
export function isHealthy(cloud: Cloud, cluster: RegistryCluster, node: Node): boolean {
  const view = cloud.world.view();
  const instance = view.instance(node.instanceId);
  const networkInterface = view.networkInterface(node.networkInterfaceId);
  return (
    instance?.state === 'running' &&
    !Object.values(instance.checks).includes('impaired') &&
    networkInterface?.attachment?.instanceId === node.instanceId &&
    networkInterface.subnetId === cluster.subnetId &&
    !alarmsOf(node).some((name) => inAlarm(cloud, name))
  );
}

export function clusterState(cloud: Cloud, cluster: RegistryCluster): ClusterState {
  const { world } = cloud;
  const holders = cluster.virtualIps.map(({ address }) => world.holderOf(address, cluster.subnetId));
  const sole = cluster.nodes.find((node) => holders.every((holder) => holder === node.networkInterfaceId));
  const elastic = cluster.virtualIps.every(({ address, elasticIpAllocationId }) => {
    if (elasticIpAllocationId === undefined) return true;
    const { association } = world.elasticIp(elasticIpAllocationId);
    return (
      association?.privateAddress === address &&
      association.networkInterfaceId === world.holderOf(address, cluster.subnetId)
    );
  });
  const tags = (node: Node) => world.view().instance(node.instanceId)?.tags ?? {};
  const repairable = cluster.nodes.some(
    (node) =>
      isHealthy(cloud, cluster, node) &&
      tags(node)['vip-failover:standby'] !== 'never' &&
      hasRoom(cloud, cluster, node),
  );
  return {
    well: sole !== undefined && isHealthy(cloud, cluster, sole) && elastic,
    repairable,
    paused: cluster.nodes.some((node) => tags(node)['vip-failover:paused'] !== undefined),
    says: describe(cloud, cluster, holders),
  };
}

function hasRoom({ world }: Cloud, { virtualIps }: RegistryCluster, { instanceId, networkInterfaceId }: Node): boolean {
  const limit = limitsOf(world.instance(instanceId).type)?.addressesPerInterface ?? 0;
  const wanted = new Set([
    ...world.secondaryAddressesOf(networkInterfaceId),
    ...virtualIps.map((each) => each.address),
  ]);
  return wanted.size + 1 <= limit;
}

function describe(cloud: Cloud, cluster: RegistryCluster, holders: readonly (string | null)[]): string {
  const nodes = cluster.nodes.map((node) => {
    const instance = cloud.world.view().instance(node.instanceId);
    return `${node.networkInterfaceId} (${instance?.state ?? 'gone'}, ${isHealthy(cloud, cluster, node) ? 'healthy' : 'unhealthy'})`;
  });
  const places = cluster.virtualIps.map(({ address }, index) => `${address} on ${holders[index] ?? 'nobody'}`);
  return `${cluster.name}: ${places.join(', ')}; nodes ${nodes.join(', ')}`;
}

function alarmsOf(node: object): readonly unknown[] {
  return 'alarms' in node && Array.isArray(node.alarms) ? node.alarms : [];
}

function inAlarm({ alarms }: Cloud, name: unknown): boolean {
  return alarms.list().some((alarm) => alarm.name === name && alarm.state === 'ALARM');
}
