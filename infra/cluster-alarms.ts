import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { METRICS_NAMESPACE } from '../functions/shared/metrics';
import { ANY, addActions, counts, repeatedTrouble, sumOf, twoChecks } from './alarms';
import type { ClusterTriggers } from './cluster-triggers';
import type { ClusterConfig } from './config-schema';

/**
 * An alarm on a node's status checks: a failed host often stays `running`, so no state change tells of it. Its own state
 * change starts the workflow, which tells people what it did; the alarm itself sends nothing.
 */
export function statusAlarm(scope: Construct, id: string, cluster: ClusterConfig, instanceId: string): Alarm {
  return checkAlarm(
    scope,
    id,
    'StatusCheckFailed',
    2,
    instanceId,
    `An EC2 status check of a node of cluster ${cluster.name}`,
  );
}

/**
 * The same on the application status check, which has waited for its own failure threshold already.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ApplicationStatus.html
 */
export function applicationAlarm(scope: Construct, id: string, cluster: ClusterConfig, instanceId: string): Alarm {
  return checkAlarm(
    scope,
    id,
    'StatusCheckFailed_Application',
    1,
    instanceId,
    `The application status check of a node of cluster ${cluster.name}`,
  );
}

function checkAlarm(
  scope: Construct,
  id: string,
  metricName: string,
  evaluationPeriods: number,
  instanceId: string,
  what: string,
): Alarm {
  return new Alarm(scope, id, {
    metric: new Metric({
      namespace: 'AWS/EC2',
      metricName,
      dimensionsMap: { InstanceId: instanceId },
      period: Duration.minutes(1),
      statistic: Stats.MAXIMUM,
    }),
    threshold: 1,
    evaluationPeriods,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // A stopped instance reports nothing; that is neither good nor bad news, and its state change is an event of its own.
    treatMissingData: TreatMissingData.MISSING,
    alarmDescription: `${what} fails. The virtual-IP failover workflow looks by itself and moves the addresses if this node holds them; repair or replace the node.`,
  });
}

export interface ClusterAlarmsProps {
  readonly cluster: ClusterConfig;
  readonly triggers: ClusterTriggers;
  readonly actions: readonly IAlarmAction[];
}

/**
 * The alarms for a cluster that could not fail over, was not asked to, or did and could not say so. Each cluster has its
 * own, because an alarm that one cluster holds up for days says nothing when another one is in trouble.
 */
export class ClusterAlarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ClusterAlarmsProps) {
    super(scope, id);
    const { cluster, triggers, actions } = props;
    this.all = [this.eventsUndelivered(cluster, triggers), this.noticeFailed(cluster)];
    for (const alarm of this.all) addActions(alarm, actions);
    if (!cluster.checkIntervalMinutes) return;
    const notReady = this.notReady(cluster.name, cluster.checkIntervalMinutes);
    addActions(notReady, actions);
    for (const action of actions) notReady.addOkAction(action);
    const pausedTooLong = this.pausedTooLong(cluster);
    addActions(pausedTooLong, actions);
    this.all = [...this.all, notReady, pausedTooLong];
  }

  /** FailedInvocations leaves out what went to the dead-letter queue. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
  private eventsUndelivered({ name }: ClusterConfig, { instanceRule, alarmRule, claimRule }: ClusterTriggers): Alarm {
    return new Alarm(this, 'EventsUndelivered', {
      ...ANY,
      metric: sumOf({
        ...lostEvents('instance', instanceRule),
        ...lostEvents('alarm', alarmRule),
        ...lostEvents('claim', claimRule),
      }),
      alarmDescription: `EventBridge could not start the virtual-IP failover workflow for cluster ${name}. Start it by hand with mode "failover", then find out why (the role of the rules, the state machine). The dead-letter queue has the event and the error, unless that could not be reached either.`,
    });
  }

  private noticeFailed(cluster: ClusterConfig): Alarm {
    const period = repeatedTrouble([cluster]);
    const told = new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: 'Told',
      dimensionsMap: { Cluster: cluster.name },
      period,
      statistic: Stats.MINIMUM,
    });
    return new Alarm(this, 'NoticeFailed', {
      // Where nothing happens, nobody is told anything, and that is fine.
      metric: new MathExpression({ expression: 'FILL(told, 1)', usingMetrics: { told }, period }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `A notice about cluster ${cluster.name} could not be sent. What happened stands in the log of the Lambda Notify (the dashboard lists it), and the next check tries to tell it again. Look at the topic, its policy and its key.`,
    });
  }

  /**
   * Up once when a check says so or when two checks are missing, and down once when checks are good again. Missing data
   * alone would not raise it in time: CloudWatch looks back further than the period, and as long as it finds an older
   * point there, it fills nothing. FILL leaves nothing missing.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
   */
  private notReady(clusterName: string, checkIntervalMinutes: number): Alarm {
    const period = twoChecks(checkIntervalMinutes);
    const ready = new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: 'Ready',
      dimensionsMap: { Cluster: clusterName },
      period,
      statistic: Stats.MINIMUM,
    });
    return new Alarm(this, 'NotReady', {
      metric: new MathExpression({ expression: 'FILL(ready, 0)', usingMetrics: { ready }, period }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: `Cluster ${clusterName} could not fail over now, or its checks do not run. Start a rehearsal by hand (the stack's outputs have the command): its notice says what is in the way.`,
    });
  }

  /**
   * Each hour has at least one check, and each said that the cluster is paused. CloudWatch looks at seven days at most, in
   * periods of an hour.
   *
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
   */
  private pausedTooLong({ name, pauseAlarmHours }: ClusterConfig): Alarm {
    return new Alarm(this, 'PausedTooLong', {
      metric: new Metric({
        namespace: METRICS_NAMESPACE,
        metricName: 'Paused',
        dimensionsMap: { Cluster: name },
        period: Duration.hours(1),
        statistic: Stats.MINIMUM,
      }),
      threshold: 1,
      evaluationPeriods: pauseAlarmHours,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `Cluster ${name} has been paused for ${pauseAlarmHours} hours: if its active node fails, the addresses stay on it. End the pause (take the tag vip-failover:paused off all nodes), or say in the tag until when it is wanted: until=2026-12-01T18:00+09:00.`,
    });
  }
}

/** What a rule could not deliver; `what` tells the rules apart in the expression. */
function lostEvents(what: string, { ref: RuleName }: CfnRule): Record<string, Metric> {
  return counts(
    'AWS/Events',
    { RuleName },
    {
      [`${what}Failed`]: 'FailedInvocations',
      [`${what}Dead`]: 'InvocationsSentToDlq',
      [`${what}Lost`]: 'InvocationsFailedToBeSentToDlq',
    },
  );
}
