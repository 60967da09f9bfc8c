import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { CfnRule } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { ClusterTriggers } from './cluster-triggers';
import type { ClusterConfig } from './config-schema';

/** At least one in the period is one too many, and no data means that nothing happened. */
const ANY = {
  threshold: 1,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
} as const satisfies Partial<AlarmProps>;

const FIVE_MINUTES = Duration.minutes(5);

/**
 * How long a failed execution keeps its alarm up. Longer than the interval of the checks, so that a check that fails
 * every time is one alarm and not one every five minutes.
 */
function failedPeriod(clusters: readonly ClusterConfig[]): Duration {
  const intervals = clusters.map(({ checkIntervalMinutes }) => checkIntervalMinutes || 0);
  return Duration.minutes(Math.max(15, 2 * Math.max(...intervals)));
}

export interface WorkflowAlarmsProps {
  readonly clusters: readonly ClusterConfig[];
  readonly stateMachine: IStateMachine;
  readonly notify: IFunction;
  readonly deadLetterQueue: IQueue;
  readonly actions: readonly IAlarmAction[];
}

/** The alarms for what cannot send a notice of its own any more. */
export class WorkflowAlarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(
    scope: Construct,
    id: string,
    { clusters, stateMachine, notify, deadLetterQueue, actions }: WorkflowAlarmsProps,
  ) {
    super(scope, id);
    this.all = [
      new Alarm(this, 'ExecutionsFailed', {
        ...ANY,
        metric: stateMachine.metricFailed({ period: failedPeriod(clusters), statistic: Stats.SUM }),
        alarmDescription:
          'A virtual-IP failover workflow ended as failed. Usually a FAILED notice says where the addresses are and what to type; without one, open the newest failed execution of the state machine in the console. NoticeFailed there means that the addresses moved and only the notice could not be sent.',
      }),
      new Alarm(this, 'ExecutionsTimedOut', {
        ...ANY,
        metric: stateMachine.metricTimedOut({ period: FIVE_MINUTES, statistic: Stats.SUM }),
        alarmDescription:
          'A virtual-IP failover workflow ran into its time limit and could tell nobody. Look where the virtual IPs are (aws ec2 describe-network-interfaces) and start the workflow by hand with mode "failover": it finishes the job.',
      }),
      new Alarm(this, 'ExecutionsAborted', {
        ...ANY,
        metric: stateMachine.metricAborted({ period: FIVE_MINUTES, statistic: Stats.SUM }),
        alarmDescription:
          'A virtual-IP failover workflow was cut off in the middle and could tell nobody. The next check repairs what it left; to be sure at once, look where the virtual IPs are (aws ec2 describe-network-interfaces) and start the workflow by hand with mode "failover".',
      }),
      new Alarm(this, 'ExecutionsThrottled', {
        ...ANY,
        metric: stateMachine.metricThrottled({ period: FIVE_MINUTES, statistic: Stats.SUM }),
        alarmDescription:
          'Step Functions throttled virtual-IP failover workflows, so failovers are late. If it lasts, ask AWS to raise the StartExecution and state transition quotas of this Region.',
      }),
      new Alarm(this, 'DeadLetters', {
        ...ANY,
        metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
          period: FIVE_MINUTES,
          statistic: Stats.MAXIMUM,
        }),
        alarmDescription:
          'Events or checks could not start the virtual-IP failover workflow and lie in the dead-letter queue. Read why in the attributes of the messages, start the workflow of the clusters concerned by hand with mode "failover", then purge the queue.',
      }),
      new Alarm(this, 'NoticeErrors', {
        ...ANY,
        metric: notify.metricErrors({ period: FIVE_MINUTES, statistic: Stats.SUM }),
        alarmDescription:
          'The Lambda that sends notices failed at least once; the workflow tries again a few times. If ExecutionsFailed is up too, a notice was lost: read the outcome in the log of the state machine, and look at the topic and its key.',
      }),
    ];
    for (const alarm of this.all) act(alarm, actions);
  }
}

/**
 * An alarm on a node's status checks: a failed host often stays `running`, so no state change tells of it. Its own state
 * change starts the workflow, which tells people what it did; the alarm itself sends nothing.
 */
export function statusAlarm(scope: Construct, id: string, cluster: ClusterConfig, instanceId: string): Alarm {
  return new Alarm(scope, id, {
    metric: new Metric({
      namespace: 'AWS/EC2',
      metricName: 'StatusCheckFailed',
      dimensionsMap: { InstanceId: instanceId },
      period: Duration.minutes(1),
      statistic: Stats.MAXIMUM,
    }),
    threshold: 1,
    evaluationPeriods: 2,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // A stopped instance reports nothing; that is neither good nor bad news, and its state change is an event of its own.
    treatMissingData: TreatMissingData.MISSING,
    alarmDescription: `An EC2 status check of a node of cluster ${cluster.name} fails. The virtual-IP failover workflow looks by itself and moves the addresses if this node holds them; repair or replace the node.`,
  });
}

export interface ClusterAlarmsProps {
  readonly cluster: ClusterConfig;
  readonly triggers: ClusterTriggers;
  readonly metricsNamespace: string;
  readonly actions: readonly IAlarmAction[];
}

/** The alarms for a cluster that could not fail over, or was not asked to. */
export class ClusterAlarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: ClusterAlarmsProps) {
    super(scope, id);
    const { cluster, triggers, metricsNamespace, actions } = props;
    this.all = [
      this.failedRule('InstanceRuleFailed', cluster.name, triggers.instanceRule),
      this.failedRule('AlarmRuleFailed', cluster.name, triggers.alarmRule),
    ];
    for (const alarm of this.all) act(alarm, actions);
    if (!cluster.checkIntervalMinutes) return;
    const notReady = this.notReady(cluster.name, metricsNamespace, cluster.checkIntervalMinutes);
    act(notReady, actions);
    for (const action of actions) notReady.addOkAction(action);
    this.all = [...this.all, notReady];
  }

  private failedRule(id: string, clusterName: string, rule: CfnRule): Alarm {
    return new Alarm(this, id, {
      ...ANY,
      metric: new Metric({
        namespace: 'AWS/Events',
        metricName: 'FailedInvocations',
        dimensionsMap: { RuleName: rule.ref },
        period: FIVE_MINUTES,
        statistic: Stats.SUM,
      }),
      alarmDescription: `EventBridge could not start the virtual-IP failover workflow for cluster ${clusterName}. The event is in the dead-letter queue; start the workflow by hand with mode "failover", then find out why (the role of the rules, the state machine).`,
    });
  }

  /**
   * Down once when a check says so or when two checks are missing, and up once when checks are good again. The period
   * holds two checks, so that a late one does not look like a missing one.
   */
  private notReady(clusterName: string, namespace: string, checkIntervalMinutes: number): Alarm {
    return new Alarm(this, 'NotReady', {
      metric: new Metric({
        namespace,
        metricName: 'Ready',
        dimensionsMap: { Cluster: clusterName },
        period: Duration.minutes(2 * checkIntervalMinutes),
        statistic: Stats.MINIMUM,
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING,
      alarmDescription: `Cluster ${clusterName} could not fail over now, or its checks do not run. Start a rehearsal by hand (the stack's outputs have the command): its notice says what is in the way.`,
    });
  }
}

function act(alarm: Alarm, actions: readonly IAlarmAction[]): void {
  for (const action of actions) alarm.addAlarmAction(action);
}
