import type { Status } from '../functions/notify/notice';
import { seenNow, statusOf } from '../functions/notify/where';
import type { Cluster } from '../functions/shared/cluster';
import { type Finding, NOTHING_SAID, type NodeProblem, type Plan, type Request } from '../functions/shared/plan';
import { problemsAt } from '../functions/shared/problems';
import { readSnapshot, type Snapshot } from '../functions/shared/snapshot';
import { DOUBT_RETRIES } from '../functions/shared/timing';
import { FIRST_PASS } from '../functions/verify-instance-state/before';
import { decide } from '../functions/verify-instance-state/decide';
import { NO_HISTORY, withMoves } from '../functions/verify-instance-state/history';
import { makePlan } from '../functions/verify-instance-state/plan';
import { readSignals } from '../functions/verify-instance-state/signals';
import type { Clients } from './aws/clients';
import { type Pause, pauseNow } from './pause';

export interface NodeState {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly name: string | null;
  /** The addresses that it has. */
  readonly holds: readonly string[];
  readonly healthy: boolean;
  /** What makes it unhealthy, or unfit to be a target. */
  readonly problems: readonly NodeProblem[];
}

/** One cluster as the decision sees it now. */
export interface ClusterState {
  readonly cluster: string;
  /** How the service stands, as far as EC2 shows it. */
  readonly status: Status;
  /** True where a failover by itself would work now. */
  readonly ready: boolean;
  readonly addresses: readonly {
    readonly address: string;
    /** What people call the holder; null: nobody. */
    readonly holder: string | null;
    readonly instanceId: string | null;
    readonly networkInterfaceId: string | null;
    readonly elasticIpAllocationId: string | null;
  }[];
  readonly nodes: readonly NodeState[];
  /** Instance ID of the node that would take the addresses now, or next; null: none would. */
  readonly next: string | null;
  readonly paused: Pause | null;
  /** What the decision says in one sentence. */
  readonly explanation: string;
  readonly findings: readonly Finding[];
}

/** What would happen by itself: nobody asks, and nothing is changed. */
const LOOK: Request = { ...NOTHING_SAID, mode: 'rehearsal', trigger: 'schedule' };

export interface Look {
  readonly state: ClusterState;
  readonly snapshot: Snapshot;
  /** What a rehearsal would work from; null where two looks contradicted each other. */
  readonly plan: Plan | null;
}

/** Milliseconds. */
const BETWEEN_LOOKS = 1_000;

/**
 * Reads what the workflow reads, and decides as it decides, by its own functions. Where it would look again, this does, once.
 * @param now milliseconds since the epoch
 */
export async function lookAt(clients: Clients, cluster: Cluster, now: number): Promise<Look> {
  const first = await lookOnce(clients, cluster, now, 0);
  if (first.plan !== null) return first;
  await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  return lookOnce(clients, cluster, now, DOUBT_RETRIES);
}

async function lookOnce(
  { ec2, cloudWatch }: Clients,
  cluster: Cluster,
  now: number,
  retryCount: number,
): Promise<Look> {
  const snapshotRead = readSnapshot(ec2, cluster);
  const [snapshot, signals] = await Promise.all([
    snapshotRead,
    readSignals(ec2, cloudWatch, cluster, LOOK, snapshotRead, now),
  ]);
  const history = await withMoves(cloudWatch, NO_HISTORY, cluster, signals, now);
  const facts = { request: LOOK, cluster, snapshot, signals, history, before: FIRST_PASS, retryCount, now };
  try {
    const plan = makePlan(facts, decide(facts));
    return { snapshot, plan, state: stateOf(cluster, snapshot, plan, plan.explanation, now) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { snapshot, plan: null, state: stateOf(cluster, snapshot, null, error.message, now) };
  }
}

function stateOf(
  cluster: Cluster,
  snapshot: Snapshot,
  plan: Plan | null,
  explanation: string,
  now: number,
): ClusterState {
  const seen = seenNow(cluster, snapshot, plan?.nodes ?? []);
  const findings = plan?.findings ?? [];
  return {
    cluster: cluster.name,
    status: plan === null ? 'CHECK' : statusOf(seen, []),
    ready: plan !== null && !findings.some(({ severity }) => severity === 'problem'),
    addresses: seen.where.map(({ address, name, instanceId, networkInterfaceId, elasticIpAllocationId }) => ({
      address,
      holder: name?.full ?? null,
      instanceId,
      networkInterfaceId,
      elasticIpAllocationId,
    })),
    nodes: cluster.nodes.map(({ instanceId, networkInterfaceId, name = null }) => {
      const problems = problemsAt(instanceId, plan?.nodes ?? []);
      const holds = seen.where
        .filter((at) => at.networkInterfaceId === networkInterfaceId)
        .map(({ address }) => address);
      const healthy = plan !== null && problems.every(({ code }) => code === 'EXCLUDED');
      return { instanceId, networkInterfaceId, name, holds, healthy, problems };
    }),
    next: plan?.destination?.instanceId ?? null,
    paused: pauseNow(cluster, snapshot, now),
    explanation,
    findings,
  };
}
