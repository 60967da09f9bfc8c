import type { RegistryCluster } from '../../../local/emulator/template/registry';
import { type Run, runsAt, short, stateIn, wasKilled } from '../runs';
import { type ClusterState, describe, heldByStranger, isPaused } from '../world-state';
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
    const known = [...statesSinceLastLook(context, run), ...recent];
    const left = last.holders.flatMap((holder, index) => {
      const dead = holder !== null && known.every((state) => nodeIn(state, holder)?.wellForEc2 === false);
      const stays = recent.every((state) => state.holders[index] === holder);
      return dead && stays ? [cluster.virtualIps[index]?.address ?? ''] : [];
    });
    if (left.length === 0 || takers.length === 0) return [];
    return [
      `${short(run)} left ${left.join(', ')} on a dead node, though ${takers.join(', ')} would have taken it. ${describe(cluster, last)}`,
    ];
  });
}

/**
 * Of an execution that ended because EC2 did not answer: the states that its last successful read may have shown, and those
 * since. It cannot know of a node that died later.
 */
function statesSinceLastLook({ played }: Context, { calls, clusterIndex, doneWithAddresses: done, notices }: Run) {
  const look = calls.findLast(({ action, error }) => action === 'DescribeInstances' && error === null);
  // Whoever was led back to the decision has no plan until there is a new one.
  if (look === undefined || done === null || notices.at(-1)?.plan !== null) return [];
  return played.recorder.journal.within(clusterIndex, look.at - look.milliseconds - played.lag, done.at);
}

/** Longer than a healthy standby needs to be seen to be one, whatever lags, ms. */
const LONG_WELL = 60_000;

/** What is told of the holder's death moves its addresses in the same execution, however late reads show it. */
export function deathIsBelieved({ played, runs }: Context): string[] {
  const { journal } = played.recorder;
  return runs.flatMap((run) => {
    const { cluster, clusterIndex, mode, startedAt, doneWithAddresses: done } = run;
    if (cluster === null || mode !== null || done === null || wasKilled(run) || run.failedWith !== null) return [];
    if (/^(pending|running|OK)$/.test(stateIn(run))) return [];
    const told = JSON.stringify(run.input.detail);
    const meanwhile = journal.within(clusterIndex, startedAt, done.at);
    if (played.skewed || meanwhile.some((state) => isPaused(state, startedAt))) return [];
    const readable = journal.within(clusterIndex, startedAt - played.lag - LONG_WELL, done.at);
    const dead = cluster.nodes.find(
      ({ instanceId, networkInterfaceId }) =>
        told.includes(instanceId) &&
        readable.every(({ holders }) => holders.includes(networkInterfaceId)) &&
        meanwhile.every((state) => nodeIn(state, networkInterfaceId)?.wellForEc2 === false),
    );
    const before = journal.within(clusterIndex, startedAt - LONG_WELL, done.at);
    const taker = cluster.nodes.find(({ networkInterfaceId }) =>
      before.every((state) => nodeIn(state, networkInterfaceId)?.eligible && !heldByStranger(state)),
    );
    const others = runs.some((other) => other !== run && other.cluster === cluster && runsAt(other, done.index));
    if (dead === undefined || taker === undefined || others) return [];
    return [`${short(run)} was told of ${dead.instanceId}'s death and moved nothing to ${taker.instanceId}`];
  });
}

/** No execution ends with an address on nobody while some node would accept it just then. */
export function nobodyIsNeverTheLastWord(context: Context): string[] {
  return endingsOf(context).flatMap(({ run, cluster, last, recent, takers }) => {
    const dark = last.holders.flatMap((holder, index) =>
      holder === null && !justTaken(context, run, cluster.virtualIps[index]?.address ?? '') ? [index] : [],
    );
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

/** What an execution's last reads take, ms; what reads lag comes on top. */
const LAST_READS = 2_000;

/** A person, or a node's termination, took the address off its holder so late that the run's last look could not show it. */
function justTaken({ played, runs }: Context, { doneWithAddresses: done }: Run, address: string): boolean {
  const { events } = played.cloud.timeline;
  const end = done?.index ?? events.length;
  const index = events.findLastIndex(
    (event, at) => at < end && event.type === 'holder-changed' && event.address === address,
  );
  const at = events[index]?.at ?? 0;
  const ours = runs.some(({ effects }) => effects.some((effect) => effect.index === index));
  return index >= 0 && !ours && at > (done?.at ?? at) - played.lag - LAST_READS;
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
      // Where a stranger holds one of the addresses, all stay where they are.
      .filter((node) => recent.every((state) => nodeIn(state, node)?.eligible && !heldByStranger(state)))
      .filter((node) => played.couldAssign(node, from, done.at));
    return [{ run, cluster, last: journal.atIndex(clusterIndex, done.index), recent, takers }];
  });
}
