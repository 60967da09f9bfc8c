/** Configurations to measure with: any number of clusters of two nodes, each in a subnet of its own, any number of virtual IPs. */
export function clustersConfig(count: number, virtualIpsEach: number, handover: 'unassign-first' | 'atomic') {
  return {
    clusters: Array.from({ length: count }, (_, index) => ({
      name: `cluster-${index + 1}`,
      subnetId: id('subnet', index),
      virtualIps: Array.from({ length: virtualIpsEach }, (_address, host) => `10.${network(index)}.${host + 5}`),
      nodes: [0, 1].map((node) => ({
        instanceId: id('i', 2 * index + node),
        networkInterfaceId: id('eni', 2 * index + node),
      })),
      handover,
    })),
    notifications: { emails: 'none', locale: 'en' },
  };
}

function id(prefix: string, number: number): string {
  return `${prefix}-${(number + 1).toString(16).padStart(17, '0')}`;
}

/** Second and third octet. */
function network(index: number): string {
  return `${Math.floor(index / 250)}.${index % 250}`;
}
