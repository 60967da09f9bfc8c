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
import type { ClusterConfig } from './config-schema';

/** At least one in the period is one too many, and no data means that nothing happened. */
export const ANY = {
  threshold: 1,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const satisfies Partial<AlarmProps>;

export const FIVE_MINUTES = Duration.minutes(5);

/**
 * Longer than two intervals of the checks: what every check reports again stays one alarm, and one late check is not a
 * missing one. Metrics that are written as logs may be seen a minute or two late.
 */
export function twoChecks(intervalMinutes: number): Duration {
  return Duration.minutes(2 * intervalMinutes + 2);
}

/** The same for a cluster that may have no checks, and at least a quarter of an hour. */
export function repeatedTrouble(clusters: readonly ClusterConfig[]): Duration {
  const longest = Math.max(...clusters.map(({ checkIntervalMinutes }) => checkIntervalMinutes || 0));
  return Duration.minutes(Math.max(15, twoChecks(longest).toMinutes()));
}

/**
 * The sum of metrics that exist only where something went wrong. Without FILL a sum is missing as soon as one of its
 * metrics is.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function sumOf(metrics: Readonly<Record<string, Metric>>): MathExpression {
  return new MathExpression({
    expression: Object.keys(metrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    usingMetrics: { ...metrics },
    period: FIVE_MINUTES,
  });
}

/** Counts of one resource's troubles in five minutes, by the names that an expression calls them. */
export function counts(
  namespace: string,
  dimensionsMap: Record<string, string>,
  names: Readonly<Record<string, string>>,
): Record<string, Metric> {
  return Object.fromEntries(
    Object.entries(names).map(([id, metricName]) => [
      id,
      new Metric({ namespace, metricName, dimensionsMap, period: FIVE_MINUTES, statistic: Stats.SUM }),
    ]),
  );
}

/** What an alarm does when it goes up. */
export function addActions(alarm: Alarm, actions: readonly IAlarmAction[]): void {
  for (const action of actions) alarm.addAlarmAction(action);
}
