import type { AlarmState } from './alarm-store';
import type { Series } from './metric-math';

/** How data becomes a state. */
export interface AlarmRule {
  /** How many periods count. */
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly breaches: (value: number) => boolean;
  readonly missing: Treatment;
}

export const TREATMENTS = ['breaching', 'ignore', 'missing', 'notBreaching'] as const;
export type Treatment = (typeof TREATMENTS)[number];

/**
 * CloudWatch looks at more periods than count, in case some of the newest have no data. AWS does not say how many more;
 * its examples have two.
 */
export const EXTRA_PERIODS = 2;

/**
 * The state that CloudWatch gives an alarm. Real data of the whole evaluation range comes first; only where it has fewer
 * real points than count is the setting for missing data asked, once for each point that lacks.
 * @param points of the evaluation range, the newest first
 * @param before the state that the alarm has; a setting or the data may leave it as it is
 * @see CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data"; the tests are its tables
 */
export function evaluate(points: Series, rule: AlarmRule, before: AlarmState): AlarmState {
  const { evaluationPeriods, datapointsToAlarm, breaches, missing } = rule;
  const real = points.filter((point): point is number => point !== null);
  const breaching = real.slice(0, evaluationPeriods).filter(breaches).length;
  const lacking = Math.max(0, evaluationPeriods - real.length);
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (lacking === 0) return 'OK';
  switch (missing) {
    case 'notBreaching':
      return 'OK';
    case 'breaching':
      return breaching + lacking >= datapointsToAlarm ? 'ALARM' : 'OK';
    case 'ignore':
      return real.length > breaching ? 'OK' : before;
    case 'missing':
      if (real.length === 0) return 'INSUFFICIENT_DATA';
      if (real.length > breaching) return 'OK';
      return isOldEnough(points.slice(0, evaluationPeriods), datapointsToAlarm) ? 'ALARM' : before;
  }
}

/** Too few points, and all of them bad: enough for an alarm when the oldest is so old that no good one is to be expected. */
function isOldEnough(counting: Series, datapointsToAlarm: number): boolean {
  const oldest = counting.findLastIndex((point) => point !== null);
  return oldest + 1 >= datapointsToAlarm;
}
