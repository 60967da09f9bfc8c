import { Alarm, type IAlarmAction, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ANY, addActions, counts, QUARTER_HOUR, repeatedTrouble, sumOf } from './alarms';
import type { ClusterConfig } from './config-schema';

export interface WorkflowAlarmsProps {
  readonly clusters: readonly ClusterConfig[];
  readonly stateMachine: IStateMachine;
  readonly notify: IFunction;
  readonly deadLetterQueue: IQueue;
  /** Name of the group of the checks' schedules. */
  readonly scheduleGroup: string;
  readonly actions: readonly IAlarmAction[];
  readonly topic: ITopic;
  /** Of the alarm on the topic: another one, where there is one. */
  readonly deliveryActions: readonly IAlarmAction[];
}

/** The alarms for what cannot send a notice of its own any more, and is not one cluster's. */
export class WorkflowAlarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, props: WorkflowAlarmsProps) {
    super(scope, id);
    const { clusters, stateMachine, notify, deadLetterQueue, scheduleGroup, actions } = props;
    this.all = [
      new Alarm(this, 'ExecutionsFailed', {
        ...ANY,
        metric: sumOf({ failed: stateMachine.metricFailed({ statistic: Stats.SUM }) }, repeatedTrouble(clusters)),
        alarmDescription:
          'A virtual-IP failover workflow ended as failed. Usually a FAILED notice says where the addresses are and what to type; without one, open the newest failed execution of the state machine in the console. NoticeFailed there means that only the notice could not be sent.',
      }),
      new Alarm(this, 'ExecutionsTimedOut', {
        ...ANY,
        metric: sumOf({ timedOut: stateMachine.metricTimedOut({ statistic: Stats.SUM }) }),
        alarmDescription:
          'A virtual-IP failover workflow ran into its time limit and could tell nobody. Look where the virtual IPs are (aws ec2 describe-network-interfaces) and start the workflow by hand with mode "failover": it finishes the job.',
      }),
      new Alarm(this, 'ExecutionsAborted', {
        ...ANY,
        metric: sumOf({ aborted: stateMachine.metricAborted({ statistic: Stats.SUM }) }),
        alarmDescription:
          'A virtual-IP failover workflow was cut off in the middle and could tell nobody. The next check repairs what it left; to be sure at once, look where the virtual IPs are (aws ec2 describe-network-interfaces) and start the workflow by hand with mode "failover".',
      }),
      new Alarm(this, 'StartsThrottled', {
        ...ANY,
        // Of the whole account and Region: that is where the quota is. State transitions of Express have no quota.
        metric: sumOf(counts('AWS/States', { APIName: 'StartExecution' }, { throttled: 'ThrottledEvents' })),
        alarmDescription:
          'Step Functions throttled starts of executions in this account and Region, so virtual-IP failovers may be late. If it lasts, ask AWS to raise the StartExecution quotas (bucket size and refill rate), or find out who starts so many.',
      }),
      new Alarm(this, 'DeadLetters', {
        ...ANY,
        metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({
          period: QUARTER_HOUR,
          statistic: Stats.MAXIMUM,
        }),
        alarmDescription:
          'Events or checks that could not start the virtual-IP failover workflow lie in the dead-letter queue. Read why in the attributes of the messages, start the workflow of the clusters concerned by hand with mode "failover", then purge the queue.',
      }),
      new Alarm(this, 'ChecksUndelivered', {
        ...ANY,
        metric: sumOf(
          counts(
            'AWS/Scheduler',
            { ScheduleGroup: scheduleGroup },
            {
              dropped: 'InvocationDroppedCount',
              dead: 'InvocationsSentToDeadLetterCount',
              lost: 'InvocationsFailedToBeSentToDeadLetterCount',
            },
          ),
        ),
        alarmDescription:
          'EventBridge Scheduler gave up starting a check of a virtual-IP cluster. The alarm NotReady names the clusters that stay unchecked; find out why (the role of the schedules, the state machine). The dead-letter queue has the error, unless that could not be reached either.',
      }),
      new Alarm(this, 'NoticeErrors', {
        ...ANY,
        metric: sumOf({ errors: notify.metricErrors({ statistic: Stats.SUM }) }),
        alarmDescription:
          'The Lambda that sends notices failed at least once; the workflow tries again for as long as there is time. If ExecutionsFailed or NoticeFailed is up too, a notice was lost: read the outcome in the log of the state machine, and look at the topic and its key.',
      }),
    ];
    for (const alarm of this.all) addActions(alarm, actions);
    const deliveriesFailed = this.deliveriesFailed(props.topic);
    addActions(deliveriesFailed, props.deliveryActions);
    this.all = [...this.all, deliveriesFailed];
  }

  /** SNS took the notice, and gave up bringing it to somebody. @see https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
  private deliveriesFailed(topic: ITopic): Alarm {
    return new Alarm(this, 'DeliveriesFailed', {
      ...ANY,
      metric: sumOf({ failed: topic.metricNumberOfNotificationsFailed({ statistic: Stats.SUM }) }),
      alarmDescription:
        'SNS could not deliver a notice or an alarm of the virtual-IP failover to a subscriber. What happened stands in the log of the Lambda Notify (the dashboard lists it). Look at the subscriptions of the topic: an address that bounces, an endpoint that is gone.',
    });
  }
}
