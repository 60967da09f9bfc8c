import { Token } from 'aws-cdk-lib';
import type { Cluster, VirtualIp } from '../functions/shared/cluster';
import type { ClusterConfig, Config } from './config-schema';

/** How long the preferred node has to be up before an automatic failback, minutes, where the configuration does not say. */
const DEFAULT_FAILBACK_AFTER_MINUTES = 60;

const DEATH_BEGINS = ['stopping', 'shutting-down'] as const;

/** The clusters as the Lambdas know them: what stands in the state machine's definition, so that nothing has to be fetched during a failover. */
export function registryOf(config: Config): Cluster[] {
  return config.clusters.map((cluster) => ({
    name: cluster.name,
    subnetId: cluster.subnetId,
    virtualIps: virtualIpsOf(cluster),
    nodes: cluster.nodes.map(({ instanceId, networkInterfaceId, name, alarms }) => ({
      instanceId,
      networkInterfaceId,
      ...(name !== undefined && { name }),
      ...(alarms.length > 0 && { alarms }),
    })),
    handover: cluster.handover,
    ...(cluster.failback !== 'manual' && {
      failbackAfterMinutes:
        cluster.failback === 'automatic' ? DEFAULT_FAILBACK_AFTER_MINUTES : cluster.failback.afterMinutes,
    }),
    ...(cluster.dampingMinutes > 0 && { dampingMinutes: cluster.dampingMinutes }),
    ...(cluster.applicationCheck?.countsFor === 'all' && { applicationCheckCountsFor: 'all' as const }),
    // Whether `stopped` follows an event that was told already.
    ...(!DEATH_BEGINS.every((state) => cluster.triggerStates.includes(state)) && {
      triggerStates: cluster.triggerStates,
    }),
    ...(cluster.checkIntervalMinutes && { checkIntervalMinutes: cluster.checkIntervalMinutes }),
  }));
}

/** What tells a cluster's constructs and outputs from another one's. No name begins with a digit. @param position from 0 */
export function identifierOf({ name }: ClusterConfig, position: number): string {
  return Token.isUnresolved(name) ? String(position + 1) : name;
}

function virtualIpsOf({ virtualIps }: ClusterConfig): VirtualIp[] {
  return virtualIps.map((virtualIp) => {
    if (typeof virtualIp === 'string') return { address: virtualIp };
    const { address, elasticIpAllocationId } = virtualIp;
    return { address, ...(elasticIpAllocationId !== undefined && { elasticIpAllocationId }) };
  });
}
