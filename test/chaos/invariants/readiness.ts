import { type Run, short } from '../runs';
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

/** The readiness alarm comes within two evaluations, ms. */
const ALARM_TAKES = 3 * 60_000;

/**
 * People heard of what a check found and could not repair since it came to be so: that the cluster was not ready for another
 * reason before says nothing of it.
 */
export function unrepairedUntold({ played, runs, told }: Context, run: Run): string[] {
  const { cluster, clusterIndex, mode, endedAt, failedWith, calls, decisions } = run;
  if (cluster === null || mode !== 'check' || endedAt === null || failedWith !== null) return [];
  const { rehearsed } = decisions.at(-1)?.plan ?? {};
  if (rehearsed !== 'FAIL' && rehearsed !== 'MOVE') return [];
  // It could not read what people know; or the alarm was still to come.
  if (calls.some(({ error }) => error !== null) || endedAt + ALARM_TAKES > played.end.at) return [];
  const { journal } = played.recorder;
  if (journal.within(clusterIndex, run.startedAt - played.lag, endedAt).some(isWell)) return [];
  // Between two checks it may have been well for a moment that nobody saw.
  const before = runs.findLast(
    (other) =>
      other.clusterIndex === clusterIndex &&
      other.mode === 'check' &&
      other.endedAt !== null &&
      other.endedAt < run.startedAt &&
      journal.within(clusterIndex, other.startedAt - played.lag, other.endedAt).every(isWell),
  );
  const since = Math.min(before?.endedAt ?? 0, journal.lastTime(clusterIndex, run.startedAt, isWell));
  return told.heardSince(cluster.name, since)
    ? []
    : [`${short(run)} could not repair what it found, and what people heard is older than that`];
}
