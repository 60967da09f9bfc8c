import type { TimelineEvent } from '../../../local/emulator/kernel/timeline';
import type { RegistryCluster } from '../../../local/emulator/template/registry';
import { type ClusterState, describe, isFlapping, isPaused, isRepairable, isWell } from '../world-state';
import { mayStayDown } from './application';
import { type Context, dampingOf } from './context';

/** At rest, an address without a healthy holder has been told, or the next check repairs it. */
export function noSilentLoss(context: Context): string[] {
  const { played, runs, told } = context;
  return played.cloud.clusters.flatMap((cluster, index) => {
    const rest = played.rest.clusters[index];
    const checked = played.checked.clusters[index];
    if (rest === undefined || isWell(rest) || !isRepairable(rest)) return [];
    if (checked !== undefined && isWell(checked)) return [];
    if (mayStay(context, cluster, index)) return [];
    const last = runs.findLast((run) => run.cluster === cluster && run.index < played.rest.index);
    const wasTold = last !== undefined && last.failedWith !== null && told.is(last);
    return wasTold ? [] : [`Nobody was told, and the next check did not repair it. ${describe(cluster, rest)}`];
  });
}

/** One scheduled check brings everything to one healthy node, and then nothing moves. */
export function convergence(context: Context): string[] {
  const { cloud, checked, end } = context.played;
  const after = cloud.timeline.events.slice(checked.index).filter(isMove);
  return cloud.clusters.flatMap((cluster, index) => {
    const atCheck = checked.clusters[index];
    const atEnd = end.clusters[index];
    if (atCheck === undefined || atEnd === undefined) return [];
    const problems: string[] = [];
    const waits = mayStay(context, cluster, index);
    if (!waits && lies(atCheck)) problems.push(`The check did not repair it. ${describe(cluster, atCheck)}`);
    const left = isPaused(atEnd, end.at) || mayStayDown(context, index, atEnd, [lastCheckOf(context, cluster), end.at]);
    if (!left && lies(atEnd)) problems.push(`It did not stay well. ${describe(cluster, atEnd)}`);
    for (const { address } of cluster.virtualIps) {
      const moves = after.filter((event) => event.address === address && event.to !== null);
      const failback =
        failsBack(cluster) && moves.length === 1 && moves[0]?.to === cluster.nodes[0]?.networkInterfaceId;
      if (moves.length > (waits ? 1 : 0) && !failback)
        problems.push(`${address} moved again after the check: ${moves.map(({ to }) => to).join(', ')}`);
    }
    return problems;
  });
}

/** When the last check of a cluster began, ms since the epoch. */
function lastCheckOf({ played, runs }: Context, cluster: RegistryCluster): number {
  return runs.findLast((run) => run.cluster === cluster && run.mode === 'check')?.startedAt ?? played.end.at;
}

const lies = (state: ClusterState) => isRepairable(state) && !isWell(state);

/** A pause, alarms that change in turn, or an application that may be starting kept the addresses where they are when the cluster was checked. */
function mayStay(context: Context, cluster: RegistryCluster, index: number): boolean {
  const {
    played: { checked },
    runs,
  } = context;
  const state = checked.clusters[index];
  const check = runs.findLast((run) => run.cluster === cluster && run.mode === 'check' && run.index < checked.index);
  const at = check?.startedAt ?? checked.at;
  return state !== undefined && (isPaused(state, at) || isLeft(context, cluster, index, state, at));
}

/** For what alarms and the application say the addresses stay where they are, for a time. */
function isLeft(context: Context, cluster: RegistryCluster, index: number, state: ClusterState, at: number): boolean {
  return (
    isFlapping(state, dampingOf(cluster), at) || mayStayDown(context, index, state, [at, context.played.checked.at])
  );
}

const failsBack = (cluster: object) => 'failbackAfterMinutes' in cluster;

function isMove(event: TimelineEvent): event is Extract<TimelineEvent, { type: 'holder-changed' }> {
  return event.type === 'holder-changed';
}
