import { Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { CfnSchedule, CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { checkSchedule } from './check-schedule';
import type { ClusterConfig } from './config-schema';
import { alarmPattern, claimPattern, instancePattern } from './event-pattern';
import { allow, arnHere, assumedBy } from './permissions';

export interface TriggerTargetProps {
  readonly stateMachine: IStateMachine;
  readonly deadLetterQueue: IQueue;
}

/** The one thing that rules and schedules start, the two roles that let them, and the group of the schedules. */
export class TriggerTarget extends Construct {
  readonly stateMachineArn: string;
  readonly deadLetterQueueArn: string;
  readonly ruleRole: Role;
  readonly scheduleRole: Role;
  /** Of this stack alone: Scheduler counts what it dropped by group, and gives the group as the source when it takes the role. */
  readonly scheduleGroup: CfnScheduleGroup;

  constructor(scope: Construct, id: string, { stateMachine, deadLetterQueue }: TriggerTargetProps) {
    super(scope, id);
    this.stateMachineArn = stateMachine.stateMachineArn;
    this.deadLetterQueueArn = deadLetterQueue.queueArn;
    const start = allow(['states:StartExecution'], [this.stateMachineArn]);
    this.ruleRole = new Role(this, 'RuleRole', {
      assumedBy: assumedBy('events', arnHere('events', 'rule/*')),
      description: 'Lets the EventBridge rules start the virtual-IP failover workflow.',
      inlinePolicies: { Start: new PolicyDocument({ minimize: false, statements: [start] }) },
    });
    // A rule's dead letters are let in by the queue's policy, a schedule's by its role.
    const sendDeadLetters = allow(['sqs:SendMessage'], [this.deadLetterQueueArn]);
    this.scheduleGroup = new CfnScheduleGroup(this, 'ScheduleGroup', {});
    this.scheduleRole = new Role(this, 'ScheduleRole', {
      assumedBy: assumedBy('scheduler', this.scheduleGroup.attrArn),
      description: 'Lets the schedules start the virtual-IP failover workflow.',
      inlinePolicies: { Start: new PolicyDocument({ minimize: false, statements: [start, sendDeadLetters] }) },
    });
  }
}

/**
 * EventBridge tries for an hour, then the event goes to the dead-letter queue. A late event still helps, because the
 * workflow decides from what EC2 says when it comes; after an hour the scheduled checks have repaired what was to repair.
 */
const RETRY_FOR_SECONDS = 3600;
const MAX_RETRIES = 185;

export interface ClusterTriggersProps {
  readonly cluster: ClusterConfig;
  /** Its position among the clusters of the stack, from 0: spreads the checks. */
  readonly position: number;
  readonly target: TriggerTarget;
  readonly statusAlarms: readonly Alarm[];
}

/** What starts the workflow for one cluster: its instances' state changes, its alarms' state changes, its nodes' claims, and the clock. */
export class ClusterTriggers extends Construct {
  readonly instanceRule: CfnRule;
  readonly alarmRule: CfnRule;
  readonly claimRule: CfnRule;
  /** Absent where the configuration switches the checks off. */
  readonly schedule: CfnSchedule | undefined;

  constructor(scope: Construct, id: string, { cluster, position, target, statusAlarms }: ClusterTriggersProps) {
    super(scope, id);
    this.instanceRule = this.rule(
      'InstanceRule',
      `An instance of cluster ${cluster.name} changed its state.`,
      instancePattern(cluster),
      target,
    );
    this.alarmRule = this.rule(
      'AlarmRule',
      `An alarm on a node of cluster ${cluster.name} changed its state.`,
      alarmPattern(cluster, statusAlarms, Stack.of(this)),
      target,
    );
    this.claimRule = this.rule(
      'ClaimRule',
      `The cluster software on a node of cluster ${cluster.name} says that the node is active.`,
      claimPattern(cluster),
      target,
    );
    this.schedule = cluster.checkIntervalMinutes
      ? this.newSchedule(cluster.name, cluster.checkIntervalMinutes, position, target)
      : undefined;
  }

  private rule(id: string, description: string, eventPattern: object, target: TriggerTarget): CfnRule {
    return new CfnRule(this, id, {
      description,
      eventPattern,
      state: 'ENABLED',
      targets: [
        {
          id: 'Workflow',
          arn: target.stateMachineArn,
          roleArn: target.ruleRole.roleArn,
          deadLetterConfig: { arn: target.deadLetterQueueArn },
          retryPolicy: { maximumEventAgeInSeconds: RETRY_FOR_SECONDS, maximumRetryAttempts: MAX_RETRIES },
        },
      ],
    });
  }

  /** EventBridge Scheduler and not a third rule: schedules do not count towards the 300 rules of the event bus. */
  private newSchedule(clusterName: string, minutes: number, position: number, target: TriggerTarget): CfnSchedule {
    return new CfnSchedule(this, 'Check', {
      description: `Checks cluster ${clusterName}, and repairs what was missed.`,
      groupName: target.scheduleGroup.ref,
      scheduleExpression: checkSchedule(minutes, position),
      flexibleTimeWindow: { mode: 'OFF' },
      state: 'ENABLED',
      target: {
        arn: target.stateMachineArn,
        roleArn: target.scheduleRole.roleArn,
        input: JSON.stringify({ cluster: clusterName, mode: 'check' }),
        deadLetterConfig: { arn: target.deadLetterQueueArn },
        // The next check supersedes this one.
        retryPolicy: { maximumEventAgeInSeconds: minutes * 60, maximumRetryAttempts: MAX_RETRIES },
      },
    });
  }
}
