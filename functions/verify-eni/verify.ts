import type { EC2Client } from '@aws-sdk/client-ec2';
import { holdersOf } from '../shared/addresses';
import {
  ElasticIpMissing,
  ElasticIpNotAssociated,
  NotConverged,
  Superseded,
  TargetLost,
  TargetRefused,
} from '../shared/errors';
import { READS_SETTLE_MS } from '../shared/fresh';
import type { AssignIpOutput, Cluster, Plan, Target, VerifyEniOutput } from '../shared/types';
import { type Look, look } from './look';

/** Pauses between the looks of one call, milliseconds: a fast EC2 is not slowed down, a slow one is not hammered. */
const PAUSES_MS = [100, 200, 400, 800, 1_500];

/**
 * Proves the move: every virtual IP on the target's interface, secondary, and nowhere else; the interface attached to the
 * running target; every configured Elastic IP on its address.
 * @throws {NotConverged} not to be seen yet: look again
 * @throws {TargetLost} the target does not run any more, or lost its interface
 * @throws {Superseded} all addresses are on another ready node of the cluster, or one was moved on before its Elastic IP came
 * @throws {ElasticIpMissing} all but an Elastic IP is there
 * @throws {ElasticIpNotAssociated} the same, after it was associated again
 * @throws {TargetRefused} proven, but not on the node that a person named, because that one could not take them
 * @throws {TransientAwsError}
 */
export async function verify(
  ec2: EC2Client,
  plan: Plan,
  { assignedAt, refusals }: AssignIpOutput,
): Promise<VerifyEniOutput> {
  const { target, cluster } = plan;
  if (target === null) throw new Error('A MOVE plan has no target. This is a defect of the decision.');
  let missing: readonly string[] = [];
  for (const pause of [0, ...PAUSES_MS]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const seen = await look(ec2, cluster);
    const notThere = whatIsNotThere(cluster, target, seen);
    missing = notThere.length === 0 ? missingElasticIps(cluster, seen) : notThere;
    if (missing.length === 0) {
      refuseOtherThanAsked(plan, target);
      return { verifiedAt: new Date().toISOString(), holders: holdersOf(cluster, seen.addresses), findings: [] };
    }
    const settled = Date.now() - Date.parse(assignedAt ?? plan.decidedAt) > READS_SETTLE_MS;
    if (settled && notThere.length === 0) refuseElasticIps(plan, target, missing, refusals);
    if (settled) refuseSuperseded(plan, target, seen);
    refuseLostTarget(target, seen);
    if (settled) refuseMovedOn(missing, refusals);
  }
  throw new NotConverged(`EC2 does not show the whole move yet: ${missing.join('; ')}. Looking again.`);
}

function whatIsNotThere(
  cluster: Cluster,
  { networkInterfaceId, instanceId }: Target,
  { addresses, ready }: Look,
): string[] {
  const missing = ready.includes(instanceId)
    ? []
    : [`${instanceId} is not running with ${networkInterfaceId} attached`];
  for (const { address } of cluster.virtualIps) {
    const on = addresses.filter((candidate) => candidate.address === address);
    const proven =
      on.length === 1 &&
      on[0]?.networkInterfaceId === networkInterfaceId &&
      on[0].instanceId === instanceId &&
      on[0].attached &&
      !on[0].primary;
    if (!proven) {
      missing.push(`${address} is on ${on.map((found) => found.networkInterfaceId).join(', ') || 'no interface'}`);
    }
  }
  return missing;
}

function missingElasticIps({ virtualIps }: Cluster, { addresses }: Look): string[] {
  return virtualIps.flatMap(({ address, elasticIpAllocationId: ours }) => {
    const there = addresses.some((found) => found.address === address && found.elasticIpAllocationId === ours);
    return ours === undefined || there ? [] : [`${ours} is not on ${address}`];
  });
}

/**
 * The addresses are here and an Elastic IP is not: another execution may have moved an address on and back again, and
 * dropped it. So it is associated again, once; what is missing then is for a person to repair.
 */
function refuseElasticIps(
  { attempts }: Plan,
  { instanceId }: Target,
  missing: readonly string[],
  refusals: readonly string[],
): never {
  const there = [`The addresses are on ${instanceId}, but ${missing.join('; ')}.`, ...refusals].join(' ');
  if (attempts.some((attempt) => attempt.instanceId === instanceId && attempt.error === 'ElasticIpMissing')) {
    throw new ElasticIpNotAssociated(there);
  }
  throw new ElasticIpMissing(`${there} Deciding again.`);
}

/** EC2 refuses an Elastic IP for an address that is not here any more. */
function refuseMovedOn(missing: readonly string[], refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new Superseded(`${refusals.join(' ')} Now ${missing.join('; ')}. Deciding again.`);
}

/** Only reads that are surely later than the assignment prove that somebody else moved the addresses on. */
function refuseSuperseded({ cluster }: Plan, target: Target, { addresses, ready }: Look): void {
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
  const attempt = attempts.findLast(({ instanceId }) => instanceId === requestedTarget);
  if (attempt === undefined) return;
  throw new TargetRefused(
    `${requestedTarget} does not have the addresses (${attempt.error}). They are safe on ${target.instanceId}, proven by EC2.`,
  );
}
