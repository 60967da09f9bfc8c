import type { Cloud } from '../../local/emulator/cloud';
import { type ClusterState, clusterState } from './world-state';

/** From this place of the timeline on a cluster was so, until its next entry. */
interface Entry {
  readonly at: number;
  readonly index: number;
  readonly state: ClusterState;
  readonly key: string;
}

const CHANGES_CLUSTERS = new Set(['instance-state', 'holder-changed', 'elastic-ip-changed', 'alarm']);

/** How every cluster really was at every moment. */
export class Journal {
  /** By cluster, in the order of time. */
  private readonly entries: readonly Entry[][];

  constructor(private readonly cloud: Cloud) {
    this.entries = cloud.clusters.map(() => []);
    this.record();
    cloud.timeline.listen(({ type }) => {
      if (CHANGES_CLUSTERS.has(type)) this.record();
    });
  }

  /** To be called after whatever the timeline does not show: status checks, tags. */
  record(): void {
    const { cloud } = this;
    for (const [number, cluster] of cloud.clusters.entries()) {
      const state = clusterState(cloud, cluster);
      const key = JSON.stringify(state);
      const entries = this.entries[number] ?? [];
      if (entries.at(-1)?.key !== key)
        entries.push({ at: cloud.now(), index: cloud.timeline.events.length, state, key });
    }
  }

  /** How a cluster was when the timeline had come to this place. */
  atIndex(cluster: number, index: number): ClusterState {
    const entries = this.entries[cluster] ?? [];
    const found = entries.findLast((entry) => entry.index <= index) ?? entries[0];
    if (found === undefined) throw new Error(`There is no cluster ${cluster}.`);
    return found.state;
  }

  /** Until when a cluster was so for the last time before a moment, ms since the epoch; the moment itself where it still was. */
  lastTime(cluster: number, before: number, wasSo: (state: ClusterState) => boolean): number {
    const entries = (this.entries[cluster] ?? []).filter(({ at }) => at <= before);
    const last = entries.findLastIndex(({ state }) => wasSo(state));
    return last < 0 ? 0 : (entries[last + 1]?.at ?? before);
  }

  /** All that a cluster was from one time to another, ms since the epoch, both included: before and after what changed in the first. */
  within(cluster: number, from: number, to: number): readonly ClusterState[] {
    const entries = this.entries[cluster] ?? [];
    const first = Math.max(
      0,
      entries.findLastIndex(({ at }) => at < from),
    );
    return entries.filter(({ at }, index) => index >= first && at <= to).map(({ state }) => state);
  }
}
