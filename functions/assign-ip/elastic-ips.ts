import { AssociateAddressCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { call } from '../shared/aws-clients';
import type { VirtualIp } from '../shared/cluster';
import type { AssignIpOutput, UnassignIpOutput } from '../shared/contract';
import { DENIED, TransientAwsError } from '../shared/errors';
import type { Destination, Plan } from '../shared/plan';
import { readAddresses } from '../shared/snapshot';

type ElasticIp = Required<VirtualIp>;
type Associated = Pick<AssignIpOutput, 'reassociated' | 'refusals'>;

/** Associations under way at once: where EC2 throttles, few calls are refused. */
const AT_ONCE = 10;

/**
 * Associates the configured Elastic IPs that are not on their address any more: unassigning drops them, and so does deleting
 * the interface; a reassignment does not.
 * @param repeated an earlier attempt may have associated some: only those that EC2 does not show are associated again
 * @throws {TransientAwsError} and EC2's errors that may pass, once no call is under way any more
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html
 */
export async function associateDropped(
  writer: EC2Client,
  reader: EC2Client,
  plan: Plan,
  destination: Destination,
  unassigned: UnassignIpOutput,
  repeated: boolean,
): Promise<Associated> {
  const dropped = droppedBy(plan, unassigned);
  const missing = dropped.length > 0 && repeated ? await notThere(reader, plan, destination, dropped) : dropped;
  const reassociated: string[] = [];
  const refusals: string[] = [];
  for (let start = 0; start < missing.length; start += AT_ONCE) {
    const batch = missing.slice(start, start + AT_ONCE);
    const results = await Promise.allSettled(batch.map((elasticIp) => associate(writer, destination, elasticIp)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const [index, result] of results.entries()) {
      const refusal = result.status === 'fulfilled' ? result.value : null;
      if (refusal === null) reassociated.push(batch[index]?.elasticIpAllocationId ?? '');
      else refusals.push(refusal);
    }
  }
  return { reassociated, refusals };
}

function droppedBy(
  { cluster, holders }: Plan,
  { released, alreadyGone, kept, refused }: UnassignIpOutput,
): ElasticIp[] {
  const uncertain = refused !== null && !DENIED.has(refused.Error);
  return cluster.virtualIps.flatMap(({ address, elasticIpAllocationId }) => {
    if (elasticIpAllocationId === undefined) return [];
    const seen = holders.find((holder) => holder.address === address)?.elasticIpAllocationId;
    const wasKept = kept.some((entry) => entry.address === address);
    const stayed = wasKept || (!uncertain && !released.includes(address) && !alreadyGone.includes(address));
    return seen === elasticIpAllocationId && stayed ? [] : [{ address, elasticIpAllocationId }];
  });
}

async function notThere(
  reader: EC2Client,
  { cluster }: Plan,
  { networkInterfaceId }: Destination,
  elasticIps: readonly ElasticIp[],
) {
  const seen = await readAddresses(reader, cluster);
  return elasticIps.filter(
    ({ address, elasticIpAllocationId }) =>
      !seen.some(
        (candidate) =>
          candidate.address === address &&
          candidate.networkInterfaceId === networkInterfaceId &&
          candidate.elasticIpAllocationId === elasticIpAllocationId,
      ),
  );
}

/**
 * EC2 refuses, among other reasons, when another execution has just moved the address on. A look at once could not tell:
 * reads lag behind writes. VerifyEni looks until it can.
 * @returns what EC2 said when it refused, or null
 */
async function associate(
  writer: EC2Client,
  { networkInterfaceId }: Destination,
  { address, elasticIpAllocationId }: ElasticIp,
): Promise<string | null> {
  try {
    await call(
      'AssociateAddress',
      writer.send(
        new AssociateAddressCommand({
          AllocationId: elasticIpAllocationId,
          NetworkInterfaceId: networkInterfaceId,
          PrivateIpAddress: address,
          AllowReassociation: true,
        }),
      ),
    );
    return null;
  } catch (error) {
    if (error instanceof TransientAwsError || !(error instanceof Error)) throw error;
    return `EC2 refused to associate ${elasticIpAllocationId} with ${address} on ${networkInterfaceId}: ${error.name}: ${error.message}`;
  }
}
