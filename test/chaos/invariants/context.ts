import type { RegistryCluster } from '../../../local/emulator/template/registry';
import type { Played } from '../play';
import { type Run, runsOf } from '../runs';
import { Told } from '../told';
import type { ClusterState } from '../world-state';

/** All that an invariant is judged by. */
export interface Context {
  readonly played: Played;
  readonly runs: readonly Run[];
  readonly told: Told;
}

export function contextOf(played: Played): Context {
  const runs = runsOf(played);
  return { played, runs, told: new Told(played, runs) };
}

/** Where Express ran an execution twice, either run's decision may be the one: so old may what it was made from be, ms. */
const DECIDED_BEFORE = 45_000;

/** All that a run may have known of its cluster when it asked for something: from when its decision began to look, less what reads lag. */
export function statesKnownTo(
  { played }: Context,
  { clusterIndex, decisions, starts }: Run,
  askedAt: number,
  until = askedAt,
): readonly ClusterState[] {
  const decided = decisions.findLast(({ at }) => at <= askedAt);
  const since =
    decided === undefined || starts.length > 1
      ? Math.min(decided?.enteredAt ?? askedAt, askedAt - DECIDED_BEFORE)
      : decided.enteredAt;
  return played.recorder.journal.within(clusterIndex, since - played.lag, until);
}

/** The latest decision of a run before a place in the timeline. */
export function decisionBefore({ decisions }: Run, index: number) {
  return decisions.findLast((decision) => decision.index < index);
}

/** Milliseconds that an alarm must have been quiet before its node takes addresses from a node that runs. */
export function dampingOf(cluster: RegistryCluster): number {
  return 'dampingMinutes' in cluster && typeof cluster.dampingMinutes === 'number'
    ? cluster.dampingMinutes * 60_000
    : 0;
}

/** A node's place among the states' nodes, by its interface. */
export function nodeIn(state: ClusterState | undefined, networkInterfaceId: string | null) {
  return state?.nodes.find((node) => node.networkInterfaceId === networkInterfaceId);
}
