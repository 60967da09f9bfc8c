import type { EC2Client } from '@aws-sdk/client-ec2';
import { holdersOf } from '../shared/addresses';
import { NotConverged, Superseded, TargetLost, TargetRefused } from '../shared/errors';
import { READS_SETTLE_MS } from '../shared/fresh';
import type { AssignIpOutput, Plan, Target, VerifyEniOutput } from '../shared/types';
import { type Look, look } from './look';

/** Pauses between the looks of one call, milliseconds: a fast EC2 is not slowed down, a slow one is not hammered. */
const PAUSES_MS = [100, 200, 400, 800, 1_500];

/**
 * Proves the move: every virtual IP on the target's interface, secondary, and nowhere else; the interface attached to the
 * running target; every configured Elastic IP on its address.
 * @throws {NotConverged} not to be seen yet: look again
 * @throws {TargetLost} the target does not run any more, or lost its interface
 * @throws {Superseded} all addresses are on another ready node of the cluster
 * @throws {TargetRefused} proven, but not on the node that a person named, because that one could not take them
 * @throws {TransientAwsError}
 */
export async function verify(ec2: EC2Client, plan: Plan, { assignedAt }: AssignIpOutput): Promise<VerifyEniOutput> {
  const { target, cluster } = plan;
  if (target === null) throw new Error('A MOVE plan has no target. This is a defect of the decision.');
  let missing: string[] = [];
  for (const pause of [0, ...PAUSES_MS]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const seen = await look(ec2, cluster);
    missing = whatIsMissing(plan, target, seen);
    if (missing.length === 0) {
      refuseOtherThanAsked(plan, target);
      return { verifiedAt: new Date().toISOString(), holders: holdersOf(cluster, seen.addresses), findings: [] };
    }
    const settled = Date.now() - Date.parse(assignedAt ?? plan.decidedAt) > READS_SETTLE_MS;
    refuseSuperseded(plan, target, seen, settled);
    refuseLostTarget(target, seen);
  }
  throw new NotConverged(`EC2 does not show the whole move yet: ${missing.join('; ')}. Looking again.`);
}

function whatIsMissing(
  { cluster }: Plan,
  { networkInterfaceId, instanceId }: Target,
  { addresses, ready }: Look,
): string[] {
  const missing: string[] = [];
  if (!ready.includes(instanceId)) missing.push(`${instanceId} is not running with ${networkInterfaceId} attached`);
  for (const { address, elasticIpAllocationId } of cluster.virtualIps) {
    const on = addresses.filter((candidate) => candidate.address === address);
    const proven =
      on.length === 1 &&
      on[0]?.networkInterfaceId === networkInterfaceId &&
      on[0].instanceId === instanceId &&
      on[0].attached &&
      !on[0].primary;
    if (!proven) {
      missing.push(`${address} is on ${on.map((found) => found.networkInterfaceId).join(', ') || 'no interface'}`);
    } else if (elasticIpAllocationId !== undefined && on[0]?.elasticIpAllocationId !== elasticIpAllocationId) {
      missing.push(`${elasticIpAllocationId} is not on ${address}`);
    }
  }
  return missing;
}

/** Only reads that are surely later than the assignment prove that somebody else moved the addresses on. */
function refuseSuperseded({ cluster }: Plan, target: Target, { addresses, ready }: Look, settled: boolean): void {
  if (!settled) return;
  const other = cluster.nodes.find(
    (node) =>
      node.instanceId !== target.instanceId &&
      ready.includes(node.instanceId) &&
      cluster.virtualIps.every(({ address }) =>
        addresses.some((found) => found.address === address && found.networkInterfaceId === node.networkInterfaceId),
      ),
  );
  if (other === undefined) return;
  throw new Superseded(
    `All addresses are on ${other.instanceId}, which is running: another execution moved them there. Deciding again.`,
  );
}

function refuseLostTarget({ instanceId, networkInterfaceId }: Target, { ready }: Look): void {
  if (ready.includes(instanceId)) return;
  throw new TargetLost(`${instanceId} is not running with ${networkInterfaceId} attached any more. Deciding again.`);
}

/** The addresses are safe, yet a person asked for another node: that is told as a failure. */
function refuseOtherThanAsked({ requestedTarget, attempts }: Plan, target: Target): void {
  if (requestedTarget === null || requestedTarget === target.instanceId) return;
  const attempt = attempts.find(({ instanceId }) => instanceId === requestedTarget);
  if (attempt === undefined) return;
  throw new TargetRefused(
    `${requestedTarget} did not take the addresses (${attempt.error}). They are safe on ${target.instanceId}, proven by EC2.`,
  );
}
