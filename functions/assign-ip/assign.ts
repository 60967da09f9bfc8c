import { AssignPrivateIpAddressesCommand, AssociateAddressCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { findAddresses } from '../shared/addresses';
import { call } from '../shared/aws';
import { TargetCannotHold, TransientAwsError } from '../shared/errors';
import { refuseStale } from '../shared/fresh';
import type { AssignIpOutput, Plan, Target, UnassignIpOutput, VirtualIp } from '../shared/types';

/**
 * EC2's codes for an interface that cannot take the addresses: it has no room for its instance's type, or it is gone.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const CANNOT_HOLD = new Set(['PrivateIpAddressLimitExceeded', 'InvalidNetworkInterfaceID.NotFound']);

/**
 * Assigns all virtual IPs to the target in one call, then associates the configured Elastic IPs that the move or a
 * termination dropped. Both may be repeated.
 * @throws {PlanStale | TargetCannotHold | TransientAwsError} and EC2's permanent errors, such as UnauthorizedOperation
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html
 */
export async function assign(
  writer: EC2Client,
  reader: EC2Client,
  plan: Plan,
  unassigned: UnassignIpOutput,
): Promise<AssignIpOutput> {
  refuseStale(plan);
  if (plan.target === null) throw new Error('A MOVE plan has no target. This is a defect of the decision.');
  const addresses = plan.cluster.virtualIps.map(({ address }) => address);
  await take(writer, reader, plan, plan.target, addresses);
  const assignedAt = new Date().toISOString();
  return {
    assigned: addresses,
    assignedAt,
    ...(await associateDropped(writer, plan, plan.target, unassigned)),
    findings: [],
  };
}

async function take(
  writer: EC2Client,
  reader: EC2Client,
  plan: Plan,
  target: Target,
  addresses: string[],
): Promise<void> {
  const { networkInterfaceId, instanceId, instanceType } = target;
  try {
    await call(
      'AssignPrivateIpAddresses',
      writer.send(
        new AssignPrivateIpAddressesCommand({
          NetworkInterfaceId: networkInterfaceId,
          PrivateIpAddresses: addresses,
          AllowReassignment: true,
        }),
      ),
    );
  } catch (error) {
    if (error instanceof TransientAwsError || !(error instanceof Error)) throw error;
    // EC2 does not document what assigning an address does that the interface already has: look before failing.
    const found = await findAddresses(reader, plan.cluster);
    const there = found.filter((candidate) => candidate.networkInterfaceId === networkInterfaceId);
    if (there.length === addresses.length) return;
    if (!CANNOT_HOLD.has(error.name)) throw error;
    throw new TargetCannotHold(
      `${networkInterfaceId} of ${instanceId} (${instanceType}) cannot take ${addresses.join(', ')}: ${error.name}: ${error.message} Trying another node.`,
      { cause: error },
    );
  }
}

/**
 * Unassigning drops an Elastic IP, and so does deleting the interface; a reassignment does not.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html
 */
async function associateDropped(
  writer: EC2Client,
  plan: Plan,
  target: Target,
  unassigned: UnassignIpOutput,
): Promise<Pick<AssignIpOutput, 'reassociated' | 'refusals'>> {
  const takenOff = new Set([...unassigned.released, ...unassigned.alreadyGone]);
  const dropped = plan.cluster.virtualIps.flatMap(({ address, elasticIpAllocationId }) => {
    if (elasticIpAllocationId === undefined) return [];
    const seen = plan.holders.find((holder) => holder.address === address)?.elasticIpAllocationId;
    return seen === elasticIpAllocationId && !takenOff.has(address) ? [] : [{ address, elasticIpAllocationId }];
  });
  const refusals = await Promise.all(dropped.map((elasticIp) => associate(writer, target, elasticIp)));
  return {
    reassociated: dropped.flatMap(({ elasticIpAllocationId }, index) =>
      refusals[index] === null ? [elasticIpAllocationId] : [],
    ),
    refusals: refusals.filter((refusal) => refusal !== null),
  };
}

/**
 * EC2 refuses, among other reasons, when another execution has just moved the address on. A look at once could not tell:
 * reads lag behind writes. VerifyEni looks until it can.
 * @returns what EC2 said when it refused, or null
 */
async function associate(
  writer: EC2Client,
  { networkInterfaceId }: Target,
  { address, elasticIpAllocationId }: Required<VirtualIp>,
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
