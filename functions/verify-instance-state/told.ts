import type { Cluster } from '../shared/cluster';
import { twoChecksMinutes } from '../shared/timing';
import { newest, type Point } from './points';

const MINUTE = 60_000;
/** The metric Told: a check sent its notice. functions/notify/metrics.ts writes it. */
const TOLD_BY_CHECK = 2;

/**
 * A minute in which no notice could be sent, and after it none of a check, which tells it. A notice of anything else that could
 * be sent meanwhile tells its own story only. An attempt that failed is of the same minute as the one that made it good, because
 * both bear the time at which the workflow entered the state.
 */
export function isNoticeLost(told: readonly Point[] = []): boolean {
  const byCheck = newest(told.filter(({ value }) => value === TOLD_BY_CHECK))?.time ?? Number.NEGATIVE_INFINITY;
  return told.some(({ time, value }) => value === 0 && time > byCheck);
}

/**
 * Something made the cluster not ready lately, so the alarm is up, or may be; and people were not told that the cluster is
 * unrepaired.
 */
export function isAlarmTaken(
  ready: readonly Point[] = [],
  unrepaired: readonly Point[] = [],
  { checkIntervalMinutes = 0 }: Cluster,
  now: number,
): boolean {
  const since = now - (twoChecksMinutes(checkIntervalMinutes) + checkIntervalMinutes) * MINUTE;
  return ready.some(({ time, value }) => value === 0 && time >= since) && newest(unrepaired)?.value !== 1;
}
