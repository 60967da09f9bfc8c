import type { RegistryCluster } from '../../../local/world/build';
import { type Run, runsAt, short, wasKilled } from '../runs';
import { type ClusterState, describe, isPaused } from '../world-state';
import { type Context, nodeIn } from './context';

/** An execution that has so little time to look, wait and call once more may be excused, ms. */
const GRACE = 20_000;

/** How a cluster was when a run had done what it does with addresses, and for some time before. */
interface Ending {
  readonly run: Run;
  readonly cluster: RegistryCluster;
  readonly last: ClusterState;
  readonly recent: readonly ClusterState[];
  /** Nodes that would have taken every address all that time. */
  readonly takers: readonly string[];
}

/** An address leaves a dead holder whenever assigning works, whatever happens to the courtesy of unassigning it. */
export function courtesyStopsNothing(context: Context): string[] {
  return endingsOf(context).flatMap(({ run, cluster, last, recent, takers }) => {
    if (!run.decisions.some(({ plan }) => plan.action === 'MOVE')) return [];
    const left = last.holders.flatMap((holder, index) => {
      const dead = holder !== null && recent.every((state) => nodeIn(state, holder)?.wellForEc2 === false);
      const stays = recent.every((state) => state.holders[index] === holder);
      return dead && stays ? [cluster.virtualIps[index]?.address ?? ''] : [];
    });
    if (left.length === 0 || takers.length === 0) return [];
    return [
      `${short(run)} left ${left.join(', ')} on a dead node, though ${takers.join(', ')} would have taken it. ${describe(cluster, last)}`,
    ];
  });
}

/** No execution ends with an address on nobody while some node would accept it just then. */
export function nobodyIsNeverTheLastWord(context: Context): string[] {
  return endingsOf(context).flatMap(({ run, cluster, last, recent, takers }) => {
    const dark = last.holders.flatMap((holder, index) => (holder === null ? [index] : []));
    const moved = run.decisions.some(({ plan }) => plan.action === 'MOVE');
    const seen = dark.some((index) => recent.every(({ holders }) => holders[index] === null));
    const meant = run.decisions.length > 0 && !recent.some((state) => isPaused(state, run.startedAt));
    if (dark.length === 0 || takers.length === 0 || !(moved || (seen && meant))) return [];
    const addresses = dark.map((index) => cluster.virtualIps[index]?.address).join(', ');
    return [
      `${short(run)} ended with ${addresses} on nobody, though ${takers.join(', ')} would have taken it. ${describe(cluster, last)}`,
    ];
  });
}

/** Of runs that could act, were not cut off, and left nobody behind who goes on. */
function endingsOf({ played, runs }: Context): readonly Ending[] {
  return runs.flatMap((run) => {
    const { cluster, clusterIndex, doneWithAddresses: done } = run;
    if (cluster === null || done === null || wasKilled(run) || run.mode === 'rehearsal') return [];
    const goesOn = runs.some(
      (other) =>
        other.cluster === cluster &&
        other.mode !== 'rehearsal' &&
        runsAt(other, done.index) &&
        (other !== run || run.starts.length > 1) &&
        !(other.doneWithAddresses !== null && other.doneWithAddresses.index <= done.index),
    );
    if (goesOn) return [];
    const { journal } = played.recorder;
    const from = done.at - GRACE - played.lag;
    const recent = journal.within(clusterIndex, from, done.at);
    const takers = cluster.nodes
      .map(({ networkInterfaceId }) => networkInterfaceId)
      .filter((node) => recent.every((state) => nodeIn(state, node)?.eligible))
      .filter((node) => played.couldAssign(node, from, done.at));
    return [{ run, cluster, last: journal.atIndex(clusterIndex, done.index), recent, takers }];
  });
}
