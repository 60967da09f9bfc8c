import type { BuildOptions, NodeOptions } from '../../emulator/ec2/model/build';
import type { RegistryCluster } from '../../emulator/template/registry';
import type { ClusterDriver } from '../cluster-driver';

/** The nth node of the example in cdk.json, continued. */
export const node = (number: number) => ({
  instanceId: `i-0a1b2c3d4e5f6000${number}`,
  networkInterfaceId: `eni-0a1b2c3d4e5f6000${number}`,
});

/** A configuration with one cluster named mail; scenarios count on these IDs. */
export const cluster = (nodes: number, virtualIps: readonly unknown[] = ['10.0.0.5'], more: object = {}) => ({
  clusters: [
    {
      name: 'mail',
      subnetId: 'subnet-0a1b2c3d4e5f60001',
      virtualIps,
      nodes: Array.from({ length: nodes }, (_, index) => node(index + 1)),
      ...more,
    },
  ],
  notifications: { emails: ['operations@example.com'] },
});

/** Options for the node at this place, 0 the active one, of the first cluster, whatever its ID. */
export const nodeOptions =
  (place: number, options: NodeOptions) =>
  (clusters: readonly RegistryCluster[]): BuildOptions => {
    const instanceId = clusters[0]?.nodes[place]?.instanceId;
    return instanceId === undefined ? {} : { nodes: { [instanceId]: options } };
  };

/** The virtual IP with an Elastic IP. */
export const ELASTIC_VIP = { address: '10.0.0.5', elasticIpAllocationId: 'eipalloc-0a1b2c3d4e5f60001' };

/** The interface that the Elastic IP is on. */
export const elasticIpOn = (driver: ClusterDriver) =>
  driver.cloud.world.elasticIp(ELASTIC_VIP.elasticIpAllocationId).association?.networkInterfaceId;
