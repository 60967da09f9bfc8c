import type { RegistryCluster } from '../../../local/world/build';
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

/**
 * How long before a call what it was decided by may have been read, ms: a plan is good for 15 s, the function that made it
 * and the one that acts on it may each hang for 12 s. What reads lag comes on top.
 */
const DECIDED_BEFORE = 45_000;

/** All that a run may have known of its cluster when it asked for something. */
export function statesKnownTo(
  { played }: Context,
  { clusterIndex }: Run,
  askedAt: number,
  until = askedAt,
): readonly ClusterState[] {
  return played.recorder.journal.within(clusterIndex, askedAt - DECIDED_BEFORE - played.lag, until);
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
