import { describe, isWell, soleHolder } from '../world-state';
import { mayBeStarting } from './application';
import type { Context } from './context';

/** A cluster that is not well in the end, or has no standby, shows as not ready, paused or not, and people heard of it. */
export function unready(context: Context): string[] {
  const {
    played: { cloud, end },
    runs,
    told,
  } = context;
  return cloud.clusters.flatMap((cluster, index) => {
    const state = end.clusters[index];
    if (state === undefined) return [];
    const holder = soleHolder(state);
    if (isWell(state) && state.nodes.some((node) => node !== holder && node.eligible)) return [];
    const check = runs.findLast((run) => run.cluster === cluster && run.mode === 'check');
    if (mayBeStarting(context, index, state, [check?.startedAt ?? end.at, end.at])) return [];
    const what = isWell(state) ? 'Without a standby' : 'Not well';
    const name = told.readinessAlarm(cluster.name);
    const alarm = cloud.alarms.list().find((each) => each.name === name);
    if (alarm?.state !== 'ALARM')
      return [`${what} in the end, and not shown as not ready. ${describe(cluster, state)}`];
    return told.heardOf(alarm.name) ? [] : [`${what}, and no message said so. ${describe(cluster, state)}`];
  });
}
