import type { Cluster } from '../functions/shared/cluster';
import { twoChecksMinutes } from '../functions/shared/timing';
import type { Clients } from './aws/clients';
import type { Deployment } from './aws/deployment';
import { newestReadiness, type Point } from './aws/metrics';
import { type ClusterState, lookAt } from './cluster-state';
import type { RecordedOutcome } from './collect/records';
import { explain } from './failures';
import { lastMoves } from './last-move';
import { eachOf } from './output/parallel';

export interface Check {
  /** ISO 8601, to the minute. */
  readonly at: string;
  readonly ready: boolean;
}

export interface LastMove {
  /** ISO 8601. */
  readonly at: string;
  readonly outcome: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly why: string | null;
  readonly trigger: string | null;
  /** As the person stated. */
  readonly requestedBy: string | null;
  readonly reason: string | null;
  readonly executionId: string;
}

/**
 * What the scheduled checks say, as the readiness alarm judges: two that are missing are as bad as one that is not ready.
 * NOT YET: the deployment is so new that none has come.
 */
export type Checks = 'READY' | 'NOT READY' | 'LATE' | 'NONE' | 'NOT YET' | 'OFF' | 'NOT KNOWN';

/** What `status --json` prints of each cluster. */
export interface ClusterStatus extends ClusterState {
  /** Nothing is wrong: the service stands, a failover would work, and no check says otherwise. */
  readonly well: boolean;
  readonly checks: Checks;
  /** What the last scheduled check said; null: `checks` says why there is none. */
  readonly lastCheck: Check | null;
  /** Null: none in the last 15 months, or it is not known. */
  readonly lastMove: LastMove | null;
}

export interface StatusReport {
  readonly clusters: readonly ClusterStatus[];
  /** What could not be read beside EC2, in words for people. */
  readonly notKnown: readonly string[];
}

/** A stack's clusters, all at once: one describe call of each kind a cluster, and EC2 allows bursts of 100 of each. */
const AT_ONCE = 40;
const MINUTE = 60_000;

/** What EC2 shows is needed; what metrics and logs add is left out, with the reason, where it cannot be read. */
export async function readStatus(
  clients: Clients,
  deployment: Deployment,
  clusters: readonly Cluster[],
  now: number,
): Promise<StatusReport> {
  const notKnown: string[] = [];
  const optional = async <Value>(read: Promise<Value>): Promise<Value | null> => {
    try {
      return await read;
    } catch (error) {
      notKnown.push(explain(error));
      return null;
    }
  };
  const [states, checks, moves] = await Promise.all([
    eachOf(clusters, AT_ONCE, async (cluster) => (await lookAt(clients, cluster, now)).state),
    optional(newestReadiness(clients, clusters, now)),
    optional(deployment.outcomeLog().then((group) => lastMoves(clients, clusters, group, now))),
  ]);
  return {
    notKnown,
    clusters: clusters.flatMap((cluster, index) => {
      const state = states[index];
      if (state === undefined) return [];
      const check = checks?.get(cluster.name);
      const said = checks === null ? 'NOT KNOWN' : checksOf(cluster, check, deployment, now);
      return {
        ...state,
        well: whatIsWrong({ ...state, checks: said }).length === 0,
        checks: said,
        lastCheck: check === undefined ? null : { at: new Date(check.at).toISOString(), ready: check.value >= 1 },
        lastMove: toLastMove(moves?.get(cluster.name)),
      };
    }),
  };
}

export function checksOf(
  { checkIntervalMinutes }: Pick<Cluster, 'checkIntervalMinutes'>,
  newest: Point | undefined,
  { createdAt }: Pick<Deployment, 'createdAt'>,
  now: number,
): Checks {
  if (!checkIntervalMinutes) return 'OFF';
  const atMost = twoChecksMinutes(checkIntervalMinutes) * MINUTE;
  if (newest === undefined) return now - createdAt <= atMost ? 'NOT YET' : 'NONE';
  if (newest.value < 1) return 'NOT READY';
  return now - newest.at <= atMost ? 'READY' : 'LATE';
}

export type Wrong = Exclude<ClusterStatus['status'], 'OK'> | 'NOT READY' | 'WAS NOT READY' | 'CHECK LATE' | 'NO CHECK';

const WRONG: Readonly<Partial<Record<Checks, Wrong>>> = {
  'NOT READY': 'WAS NOT READY',
  LATE: 'CHECK LATE',
  NONE: 'NO CHECK',
};

/** What is wrong now, the worst first; where that is nothing, what the checks say. */
export function whatIsWrong({ status, ready, checks }: Pick<ClusterStatus, 'status' | 'ready' | 'checks'>): Wrong[] {
  const now: Wrong[] = [...(status === 'OK' ? [] : [status]), ...(ready ? [] : ['NOT READY' as const])];
  return now.length > 0 ? now : [WRONG[checks] ?? []].flat();
}

function toLastMove(record: RecordedOutcome | undefined): LastMove | null {
  if (record === undefined) return null;
  const { at, outcome, from, to, why, trigger, requestedBy, reason, executionId } = record;
  return { at: new Date(at).toISOString(), outcome, from, to, why, trigger, requestedBy, reason, executionId };
}
