import type { EC2Client } from '@aws-sdk/client-ec2';
import { type AddressOnInterface, findAddresses } from '../shared/addresses';
import { describeNodes } from '../shared/instances';
import type { Cluster } from '../shared/types';

/** What EC2 shows of a cluster at one moment. */
export interface Look {
  readonly addresses: readonly AddressOnInterface[];
  /** Instance IDs of the cluster's running nodes whose interface is attached to them. */
  readonly ready: readonly string[];
}

/**
 * Two calls at once, both by filter.
 * @throws {TransientAwsError}
 */
export async function look(ec2: EC2Client, cluster: Cluster): Promise<Look> {
  const [addresses, ready] = await Promise.all([findAddresses(ec2, cluster), findReady(ec2, cluster)]);
  return { addresses, ready };
}

async function findReady(ec2: EC2Client, cluster: Cluster): Promise<string[]> {
  const instances = await describeNodes(ec2, cluster);
  return cluster.nodes
    .filter((node) =>
      instances.some(
        ({ InstanceId, State, NetworkInterfaces = [] }) =>
          InstanceId === node.instanceId &&
          State?.Name === 'running' &&
          NetworkInterfaces.some(
            ({ NetworkInterfaceId, Attachment }) =>
              NetworkInterfaceId === node.networkInterfaceId && Attachment?.Status === 'attached',
          ),
      ),
    )
    .map(({ instanceId }) => instanceId);
}
