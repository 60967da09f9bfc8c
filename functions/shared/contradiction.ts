import type { Cluster } from './cluster';
import { interfaceOf, interfacesWith, isReady, type Snapshot } from './snapshot';

/**
 * Where the two answers contradict each other, in one sentence; null where they agree. Reads of one moment lag differently,
 * an answer may be empty or lack a part: absence in one of them is not death. What an instance that does not run shows is
 * not asked: its node is unhealthy either way. Nor is an interface in another subnet than the cluster's, where addresses
 * are not looked for.
 */
export function contradictionIn(cluster: Cluster, snapshot: Snapshot): string | null {
  return missingFromInstances(cluster, snapshot) ?? missingFromInterfaces(cluster, snapshot);
}

function missingFromInstances({ nodes }: Cluster, { instances, addresses }: Snapshot): string | null {
  for (const { address, networkInterfaceId, instanceId, attached } of addresses) {
    const node = nodes.find((candidate) => candidate.networkInterfaceId === networkInterfaceId);
    if (node === undefined || instanceId !== node.instanceId || !attached) continue;
    const shown = `DescribeNetworkInterfaces shows ${address} on ${networkInterfaceId}, attached to ${instanceId}`;
    const instance = instances[node.instanceId];
    if (instance === undefined) return `${shown}; DescribeInstances does not show ${instanceId}.`;
    if (instance.state !== 'running') continue;
    const seen = instance.interfaces.find((candidate) => candidate.networkInterfaceId === networkInterfaceId);
    if (seen === undefined) return `${shown}; DescribeInstances shows ${instanceId} without ${networkInterfaceId}.`;
    if (!seen.addresses.includes(address)) {
      return `${shown}; DescribeInstances shows ${networkInterfaceId} without ${address}.`;
    }
  }
  return null;
}

function missingFromInterfaces({ nodes, subnetId, virtualIps }: Cluster, snapshot: Snapshot): string | null {
  for (const node of nodes.filter((candidate) => isReady(candidate, snapshot))) {
    for (const { address } of virtualIps) {
      const own = interfaceOf(node, snapshot);
      if (own?.subnetId !== subnetId || !own.addresses.includes(address)) continue;
      const on = interfacesWith(address, snapshot);
      if (on.includes(node.networkInterfaceId)) continue;
      return `DescribeInstances shows ${address} on ${node.networkInterfaceId} of ${node.instanceId}; DescribeNetworkInterfaces shows it on ${on.join(', ') || 'no interface'}.`;
    }
  }
  return null;
}
