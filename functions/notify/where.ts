import type { EC2Client } from '@aws-sdk/client-ec2';
import { findAddresses, holdersOf } from '../shared/addresses';
import { describeNodes } from '../shared/instances';
import type { Cluster } from '../shared/types';
import type { Whereabouts } from './notice';

/** What a node looks like to the person who repairs. */
export interface NodeNow {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  /** "running", "stopped", …; null: EC2 does not know the instance. */
  readonly state: string | null;
  readonly attached: boolean;
}

export interface Now {
  readonly addresses: readonly (Whereabouts & { readonly primary: boolean })[];
  readonly nodes: readonly NodeNow[];
}

/**
 * Looks where the addresses are and what state the nodes are in.
 * @throws {TransientAwsError} and EC2's permanent errors
 */
export async function lookAround(ec2: EC2Client, cluster: Cluster): Promise<Now> {
  const [found, instances] = await Promise.all([findAddresses(ec2, cluster), describeNodes(ec2, cluster)]);
  const nodes = cluster.nodes.map(({ instanceId, networkInterfaceId }) => {
    const instance = instances.find((candidate) => candidate.InstanceId === instanceId);
    const networkInterface = instance?.NetworkInterfaces?.find(
      (candidate) => candidate.NetworkInterfaceId === networkInterfaceId,
    );
    return {
      instanceId,
      networkInterfaceId,
      state: instance?.State?.Name ?? null,
      attached: networkInterface?.Attachment?.Status === 'attached',
    };
  });
  const addresses = holdersOf(cluster, found).map((holder) => ({
    ...holder,
    primary: found.some(({ address, primary }) => primary && address === holder.address),
    instanceState: nodes.find(({ instanceId }) => instanceId === holder.instanceId)?.state ?? null,
  }));
  return { addresses, nodes };
}
