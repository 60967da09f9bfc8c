import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { OUTCOMES } from '../functions/shared/contract';
import { MEANING } from '../functions/shared/meaning';
import { METRICS_NAMESPACE } from '../functions/shared/metrics';
import { outcomeQuery } from './audit-query';

export interface FailoverDashboardProps {
  readonly clusterNames: readonly string[];
  /** By the name of its state. */
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly functionLogGroups: readonly ILogGroup[];
  readonly notifyLogGroup: ILogGroup;
  readonly deadLetterQueue: IQueue;
}

/** What happened, how long it took, and how the parts are: every figure comes from logs and metrics that are there anyway. */
export class FailoverDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: FailoverDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(7),
      widgets: [
        [outcomes(props), readiness(props)],
        [
          duration(`Outage (${MEANING.outageMs})`, 'Outage', props),
          duration(`Dark time (${MEANING.darkTimeMs})`, 'DarkTime', props),
        ],
        [coldStarts(props), errors(props), deadLetters(props)],
        [moves(props)],
      ],
    });
  }
}

function outcomes({ clusterNames }: FailoverDashboardProps): IWidget {
  const total = (outcome: string) => {
    const metrics = clusterNames.map(
      (Cluster, index) =>
        [
          `${outcome.toLowerCase()}${index}`,
          new Metric({
            namespace: METRICS_NAMESPACE,
            metricName: 'Outcomes',
            dimensionsMap: { Cluster, Outcome: outcome },
            statistic: Stats.SUM,
          }),
        ] as const,
    );
    return new MathExpression({
      expression: `SUM([${metrics.map(([name]) => name).join(',')}])`,
      usingMetrics: Object.fromEntries(metrics),
      label: outcome,
      period: Duration.hours(1),
    });
  };
  return new GraphWidget({ title: 'Outcomes an hour', width: 12, stacked: true, left: OUTCOMES.map(total) });
}

function readiness({ clusterNames }: FailoverDashboardProps): IWidget {
  return new GraphWidget({
    title: 'Ready to fail over (1: yes)',
    width: 12,
    leftYAxis: { min: 0, max: 1 },
    left: clusterNames.map(
      (Cluster) =>
        new Metric({
          namespace: METRICS_NAMESPACE,
          metricName: 'Ready',
          dimensionsMap: { Cluster },
          statistic: Stats.MINIMUM,
          period: Duration.hours(1),
          label: Cluster,
        }),
    ),
  });
}

function duration(title: string, metricName: string, props: FailoverDashboardProps): IWidget {
  return new GraphWidget({
    title,
    width: 12,
    leftYAxis: { min: 0, label: 'milliseconds', showUnits: false },
    left: props.clusterNames.map(
      (Cluster) =>
        new Metric({
          namespace: METRICS_NAMESPACE,
          metricName,
          dimensionsMap: { Cluster },
          statistic: Stats.MAXIMUM,
          period: Duration.hours(1),
          label: Cluster,
        }),
    ),
  });
}

/** Lambda has no metric for cold starts; its own JSON report of each invocation has the initialisation's duration. */
function coldStarts({ functionLogGroups }: FailoverDashboardProps): IWidget {
  return new LogQueryWidget({
    title: 'Cold starts a day',
    width: 8,
    logGroupNames: functionLogGroups.map(({ logGroupName }) => logGroupName),
    queryLines: [
      'filter type = "platform.report"',
      'stats count(*) as invocations, count(record.metrics.initDurationMs) as coldStarts, max(record.metrics.initDurationMs) as slowestMs by bin(1d)',
    ],
  });
}

function errors({ functions }: FailoverDashboardProps): IWidget {
  return new GraphWidget({
    title: 'Lambda errors',
    width: 8,
    left: Object.entries(functions).map(([label, lambda]) =>
      lambda.metricErrors({ label, statistic: Stats.SUM, period: Duration.hours(1) }),
    ),
  });
}

function deadLetters({ deadLetterQueue }: FailoverDashboardProps): IWidget {
  return new GraphWidget({
    title: 'Undelivered events (dead-letter queue)',
    width: 8,
    left: [
      deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(5),
        label: 'waiting',
      }),
    ],
  });
}

function moves({ notifyLogGroup }: FailoverDashboardProps): IWidget {
  return new LogQueryWidget({
    title: 'Moves, drills, rehearsals and failures',
    width: 24,
    logGroupNames: [notifyLogGroup.logGroupName],
    queryLines: [...outcomeQuery],
  });
}
