import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Cluster } from '../shared/cluster';
import type { VerifyEniInput, VerifyEniOutput } from '../shared/contract';
import {
  ElasticIpMissing,
  ElasticIpNotAssociated,
  NotConverged,
  Superseded,
  TargetLost,
  TargetRefused,
} from '../shared/errors';
import type { Destination, Plan } from '../shared/plan';
import { describeProblems, problemsAt } from '../shared/problems';
import { holdersOf, interfacesWith, isReady, readSnapshot, type Snapshot } from '../shared/snapshot';
import { LOOK_PAUSES_MS, VERIFY_SETTLED_RETRIES } from '../shared/timing';

/**
 * Proves the move: every virtual IP on the destination's interface, secondary, and nowhere else; the interface attached to the
 * running instance; every configured Elastic IP on its address.
 * @throws {NotConverged} not to be seen yet: look again
 * @throws {TargetLost} the destination does not run any more, or lost its interface
 * @throws {Superseded} all addresses are on another ready node of the cluster, or one was moved on before its Elastic IP came
 * @throws {ElasticIpMissing} all but an Elastic IP is there
 * @throws {ElasticIpNotAssociated} the same, after it was associated again
 * @throws {TargetRefused} proven, but not on the node that a person named, because that one could not take them
 * @throws {TransientAwsError} and EC2's own errors
 */
export async function verify(ec2: EC2Client, { execution, plan, assigned }: VerifyEniInput): Promise<VerifyEniOutput> {
  const { destination, cluster } = plan;
  if (destination === null) throw new Error('A MOVE plan has no destination. This is a defect of the decision.');
  // Only reads that are surely later than the assignment prove that somebody else moved the addresses on.
  const settled = execution.retryCount >= VERIFY_SETTLED_RETRIES;
  let missing: readonly string[] = [];
  for (const pause of [0, ...LOOK_PAUSES_MS]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const seen = await readSnapshot(ec2, cluster, execution.retryCount > 0);
    const notThere = whatIsNotThere(cluster, destination, seen);
    missing = notThere.length === 0 ? missingElasticIps(cluster, seen) : notThere;
    if (missing.length === 0) {
      assertOnRequestedTarget(plan, destination);
      return { verifiedAt: new Date().toISOString(), holders: holdersOf(cluster, seen), findings: [] };
    }
    if (settled && notThere.length === 0) throw elasticIpsMissing(plan, destination, missing, assigned.refusals);
    if (settled) assertNotSuperseded(plan, destination, seen);
    assertNotLost(destination, seen);
    if (settled) assertNotMovedOn(missing, assigned.refusals);
  }
  throw new NotConverged(`EC2 does not show the whole move yet: ${missing.join('; ')}. Looking again.`);
}

function whatIsNotThere(cluster: Cluster, destination: Destination, snapshot: Snapshot): string[] {
  const { instanceId, networkInterfaceId } = destination;
  const missing = isReady(destination, snapshot)
    ? []
    : [`${instanceId} is not shown running with ${networkInterfaceId} attached`];
  for (const { address } of cluster.virtualIps) {
    const [on, ...others] = snapshot.addresses.filter((seen) => seen.address === address);
    const proven =
      others.length === 0 &&
      on?.networkInterfaceId === networkInterfaceId &&
      on.instanceId === instanceId &&
      on.attached &&
      !on.primary;
    if (!proven) missing.push(`${address} is on ${interfacesWith(address, snapshot).join(', ') || 'no interface'}`);
  }
  return missing;
}

function missingElasticIps({ virtualIps }: Cluster, { addresses }: Snapshot): string[] {
  return virtualIps.flatMap(({ address, elasticIpAllocationId: ours }) => {
    const there = addresses.some((found) => found.address === address && found.elasticIpAllocationId === ours);
    return ours === undefined || there ? [] : [`${ours} is not on ${address}`];
  });
}

/**
 * The addresses are here and an Elastic IP is not: another execution may have moved an address on and back again, and
 * dropped it. So it is associated again, once; what is missing then is for a person to repair.
 */
function elasticIpsMissing(
  { attempts }: Plan,
  { instanceId }: Destination,
  missing: readonly string[],
  refusals: readonly string[],
): Error {
  const there = [`The addresses are on ${instanceId}, but ${missing.join('; ')}.`, ...refusals].join(' ');
  const again = attempts.some((attempt) => attempt.instanceId === instanceId && attempt.error === 'ElasticIpMissing');
  return again ? new ElasticIpNotAssociated(there) : new ElasticIpMissing(`${there} Deciding again.`);
}

/** EC2 refuses an Elastic IP for an address that is not here any more. @throws {Superseded} */
function assertNotMovedOn(missing: readonly string[], refusals: readonly string[]): void {
  if (refusals.length === 0) return;
  throw new Superseded(`${refusals.join(' ')} Now ${missing.join('; ')}. Deciding again.`);
}

/** @throws {Superseded} */
function assertNotSuperseded({ cluster }: Plan, { instanceId }: Destination, snapshot: Snapshot): void {
  const other = cluster.nodes.find(
    (node) =>
      node.instanceId !== instanceId &&
      isReady(node, snapshot) &&
      cluster.virtualIps.every(({ address }) => interfacesWith(address, snapshot).includes(node.networkInterfaceId)),
  );
  if (other === undefined) return;
  throw new Superseded(
    `All addresses are on ${other.instanceId}, which is running: another execution moved them there. Deciding again.`,
  );
}

/** An instance that one answer lacks is not lost: only what EC2 shows counts. @throws {TargetLost} */
function assertNotLost(destination: Destination, snapshot: Snapshot): void {
  const { instanceId, networkInterfaceId } = destination;
  if (snapshot.instances[instanceId] === undefined || isReady(destination, snapshot)) return;
  throw new TargetLost(`${instanceId} is not running with ${networkInterfaceId} attached any more. Deciding again.`);
}

/** The addresses are safe, yet a person asked for another node: that is told as a failure. @throws {TargetRefused} */
function assertOnRequestedTarget({ target, attempts, nodes }: Plan, { instanceId }: Destination): void {
  if (target === null || target === instanceId) return;
  const attempt = attempts.findLast((each) => each.instanceId === target);
  const problems = problemsAt(target, nodes);
  if (attempt === undefined && problems.length === 0) return;
  const why = attempt === undefined ? describeProblems(problems) : `${attempt.error}: ${attempt.message}`;
  throw new TargetRefused(
    `${target} does not have the addresses (${why}). They are safe on ${instanceId}, proven by EC2.`,
  );
}
