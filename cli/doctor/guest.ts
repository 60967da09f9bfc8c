import type { Cluster } from '../../functions/shared/cluster';
import type { ClusterState } from '../cluster-state';
import { line } from '../output/text';
import type { Diagnosis } from './diagnosis';

/**
 * Whether the guest has its addresses. EC2 sees interfaces, not what an operating system configured on them, and vip-follow
 * reports to nobody: only somebody on the node can look.
 */
export function aboutGuests(cluster: Cluster, { addresses }: Pick<ClusterState, 'addresses'>): Diagnosis[] {
  const nodes = [...new Set(addresses.flatMap(({ holder }) => (holder === null ? [] : [holder])))];
  return nodes.map((node) => {
    const held = addresses.filter(({ holder }) => holder === node).map(({ address }) => address);
    const looks = held.map((address) => `ip -4 address show to ${address}`).join('; ');
    return {
      verdict: 'NOTE',
      about: cluster.name,
      what: `AWS cannot see whether the guest of ${line(node)} has ${held.join(', ')}`,
      todo: `Type there: ${looks}. It must print the address; on every other node it must print nothing.`,
    };
  });
}
