import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { twoChecksMinutes } from '../functions/shared/timing';
import type { ClusterConfig } from './config-schema';

/** At least one in the window is one too many. */
export const ANY = {
  threshold: 1,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const satisfies Partial<AlarmProps>;

/** How far back an alarm looks, where nothing else is said: CloudWatch may show a data point some minutes late. */
export const QUARTER_HOUR = Duration.minutes(15);

/** What every check reports again stays one alarm. */
export function twoChecks(intervalMinutes: number): Duration {
  return Duration.minutes(twoChecksMinutes(intervalMinutes));
}

/** The same for clusters that may have no checks, and at least a quarter of an hour. */
export function repeatedTrouble(clusters: readonly ClusterConfig[]): Duration {
  const longest = Math.max(...clusters.map(({ checkIntervalMinutes }) => checkIntervalMinutes || 0));
  return Duration.minutes(Math.max(15, twoChecks(longest).toMinutes()));
}

/**
 * The sum of metrics that have data only where something went wrong. Without FILL it would be missing as soon as one of
 * them is, and an alarm on it would stay up for longer than the window: CloudWatch looks back further for the last data
 * point there was, and trouble that comes meanwhile is not told.
 *
 * @param period the window
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function sumOf(metrics: Readonly<Record<string, Metric>>, period = QUARTER_HOUR): MathExpression {
  return new MathExpression({
    expression: Object.keys(metrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    usingMetrics: { ...metrics },
    period,
  });
}

/** Counts of one resource's troubles, by the names that an expression calls them. */
export function counts(
  namespace: string,
  dimensionsMap: Record<string, string>,
  names: Readonly<Record<string, string>>,
): Record<string, Metric> {
  return Object.fromEntries(
    Object.entries(names).map(([id, metricName]) => [
      id,
      new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM }),
    ]),
  );
}

/** What an alarm does when it goes up. */
export function addActions(alarm: Alarm, actions: readonly IAlarmAction[]): void {
  for (const action of actions) alarm.addAlarmAction(action);
}
