import { describe, isWell, soleHolder } from '../world-state';
import type { Context } from './context';

/** A cluster that is not well in the end, or has no standby, shows as not ready, paused or not, and people heard of it. */
export function unready({ played: { cloud, end }, told }: Context): string[] {
  return cloud.clusters.flatMap((cluster, index) => {
    const state = end.clusters[index];
    if (state === undefined) return [];
    const holder = soleHolder(state);
    if (isWell(state) && state.nodes.some((node) => node !== holder && node.eligible)) return [];
    const what = isWell(state) ? 'Without a standby' : 'Not well';
    const name = told.readinessAlarm(cluster.name);
    const alarm = cloud.alarms.list().find((each) => each.name === name);
    if (alarm?.state !== 'ALARM')
      return [`${what} in the end, and not shown as not ready. ${describe(cluster, state)}`];
    return told.heardOf(alarm.name) ? [] : [`${what}, and no message said so. ${describe(cluster, state)}`];
  });
}
