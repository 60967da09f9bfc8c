import { Aws, CfnResource, Stack, Token } from 'aws-cdk-lib';
import type { Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Grant, IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { advise } from './advice';
import { AuditQuery } from './audit-query';
import { TriggerTarget } from './cluster-triggers';
import { ConfigError, parseConfig } from './config';
import { tooMany } from './config-rules';
import type { ClusterConfig } from './config-schema';
import { FailoverDashboard } from './dashboard';
import { DeadLetterQueue } from './dead-letter-queue';
import { FUNCTIONS, type FunctionName } from './functions';
import { type Limits, limitsFrom } from './limits';
import { acknowledgeEncryption, Notifications } from './notifications';
import { grant, operateStatements, readStatements } from './operator-permissions';
import { allow, permissionsOf, putClaims, putOutcomes } from './permissions';
import type { VirtualIpFailoverProps } from './props';
import { identifierOf, registryOf } from './registry';
import { StepLambda } from './step-lambda';
import { WatchedCluster } from './watched-cluster';
import { Workflow } from './workflow';
import { WorkflowAlarms } from './workflow-alarms';

/**
 * Moves virtual IPs (secondary private IPv4 addresses) of clusters of EC2 instances to a healthy node when their holder
 * dies, proves that they arrived, and tells people.
 *
 * @example
 * const failover = new VirtualIpFailover(this, 'Failover', {
 *   clusters: [
 *     {
 *       name: 'mail',
 *       subnetId: subnet.subnetId,
 *       virtualIps: ['10.0.0.5'],
 *       nodes: [
 *         { instanceId: first.instanceId, networkInterfaceId: firstInterface.attrId },
 *         { instanceId: second.instanceId, networkInterfaceId: secondInterface.attrId },
 *       ],
 *     },
 *   ],
 *   emails: ['operations@example.com'],
 * });
 * failover.grantOperate(operatorRole);
 */
export class VirtualIpFailover extends Construct {
  /** The Express workflow. Its executions are in `logGroup` only. */
  readonly stateMachine: StateMachine;
  /** The history of every execution. */
  readonly logGroup: ILogGroup;
  /** The topic of notices and alarms. */
  readonly topic: ITopic;
  /** The topic of notices for chats; undefined without `chat`. */
  readonly chatTopic: ITopic | undefined;
  /** The key of the topic; undefined where an existing topic was given without one. */
  readonly key: IKey | undefined;
  /** The Lambdas, by the name of their state. */
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  /** The Lambdas' log groups, by the name of their state. */
  readonly functionLogGroups: Readonly<Record<FunctionName, ILogGroup>>;
  /** Events and checks that could not start the workflow. */
  readonly deadLetterQueue: IQueue;
  /** Every alarm that tells people something. The alarms on single nodes are `statusAlarms`. */
  readonly alarms: readonly Alarm[];
  /** The alarms on EC2's status checks, one a node. They start the workflow and tell nobody themselves. */
  readonly statusAlarms: readonly Alarm[];
  readonly dashboard: Dashboard;
  /** What `grantRead` allows. */
  readonly readStatements: readonly PolicyStatement[];
  /** What `grantOperate` allows. */
  readonly operateStatements: readonly PolicyStatement[];
  /** The clusters with every default filled in. */
  readonly clusters: readonly ClusterConfig[];

  /** @throws {ConfigError} with everything that is wrong with the properties */
  constructor(scope: Construct, id: string, props: VirtualIpFailoverProps) {
    super(scope, id);
    const { topic, key, secondAlarmTopic, emails, locale, timeZone, chat, codeSigningConfig, ...rest } = props;
    const arns = {
      topicArn: topic?.topicArn,
      keyArn: key?.keyArn,
      secondAlarmTopicArn: secondAlarmTopic?.topicArn,
    };
    const told = { emails, locale, timeZone, chat, ...arns };
    const limits = limitsFrom(this.node);
    const { region } = Stack.of(this);
    const knownRegion = Token.isUnresolved(region) ? undefined : region;
    const config = parseConfig({ ...rest, notifications: told }, limits, knownRegion);
    const registry = registryOf(config);
    this.clusters = config.clusters;

    const notifications = new Notifications(this, 'Notifications', {
      emails: config.notifications.emails,
      topic,
      key,
      chat: config.notifications.chat,
    });
    this.topic = notifications.topic;
    this.chatTopic = notifications.chatTopic;
    this.key = notifications.key;

    const step = (definition: (typeof FUNCTIONS)[number]): StepLambda => {
      const tells = definition.state === 'Notify';
      return new StepLambda(this, definition.state, {
        definition,
        permissions: permissionsOf(definition.state, registry, Stack.of(this)),
        statements: tells ? [...notifications.publishStatements(), putOutcomes()] : [],
        environment: tells
          ? {
              TOPIC_ARN: this.topic.topicArn,
              LOCALE: config.notifications.locale,
              TIME_ZONE: config.notifications.timeZone,
              EVENTS_ENDPOINT: `https://events.${Aws.REGION}.${Aws.URL_SUFFIX}`,
              ...(this.chatTopic && { CHAT_TOPIC_ARN: this.chatTopic.topicArn }),
              ...(notifications.expectsSubscribers && { EXPECTS_SUBSCRIBERS: 'true' }),
            }
          : {},
        retention: config.logRetentionDays,
        memoryMegabytes: config.memoryMegabytes,
        reservedConcurrency: config.reservedConcurrency,
        codeSigningConfig,
      });
    };
    const steps = byState(step);
    if (notifications.keys.length > 0) acknowledgeEncryption(steps.Notify.role);
    this.functions = byState(({ state }) => steps[state].function);
    this.functionLogGroups = byState(({ state }) => steps[state].logGroup);

    const workflow = new Workflow(this, 'Workflow', {
      functions: this.functions,
      clusters: registry,
      retention: config.logRetentionDays,
    });
    this.stateMachine = workflow.stateMachine;
    this.logGroup = workflow.logGroup;
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters').queue;

    const target = new TriggerTarget(this, 'Triggers', {
      stateMachine: this.stateMachine,
      deadLetterQueue: this.deadLetterQueue,
    });
    const actions = [this.topic, ...(secondAlarmTopic ? [secondAlarmTopic] : [])].map((to) => new SnsAction(to));
    const deliveryActions = [new SnsAction(secondAlarmTopic ?? this.topic)];
    const workflowAlarms = new WorkflowAlarms(this, 'Alarms', {
      clusters: config.clusters,
      stateMachine: this.stateMachine,
      notify: this.functions.Notify,
      deadLetterQueue: this.deadLetterQueue,
      scheduleGroup: target.scheduleGroup.ref,
      topic: this.topic,
      actions,
      deliveryActions,
    });
    const clusterScope = new Construct(this, 'Clusters');
    const watched = config.clusters.map(
      (cluster, position) =>
        new WatchedCluster(clusterScope, identifierOf(cluster, position), {
          cluster,
          position,
          target,
          actions,
        }),
    );
    this.statusAlarms = watched.flatMap(({ statusAlarms }) => statusAlarms);
    this.alarms = [...workflowAlarms.all, ...watched.flatMap(({ alarms }) => alarms)];

    this.dashboard = new FailoverDashboard(this, 'Overview', {
      clusterNames: config.clusters.map(({ name }) => name),
      functions: this.functions,
      functionLogGroups: Object.values(this.functionLogGroups),
      notifyLogGroup: this.functionLogGroups.Notify,
      deadLetterQueue: this.deadLetterQueue,
    }).dashboard;
    const operated = {
      clusters: registry,
      stateMachineArn: this.stateMachine.stateMachineArn,
      topicArn: this.topic.topicArn,
      logGroupArns: [this.logGroup, ...Object.values(this.functionLogGroups)].map(({ logGroupArn }) => logGroupArn),
      stack: Stack.of(this),
    };
    this.readStatements = readStatements(operated);
    this.operateStatements = [...this.readStatements, ...operateStatements(operated)];
    new AuditQuery(this, 'Audit', { logGroup: this.functionLogGroups.Notify });
    advise(this, this.clusters, secondAlarmTopic !== undefined);
    assertResourcesFit(Stack.of(this), limits);
  }

  /**
   * Lets a node claim its cluster's addresses for itself, and nothing else: put one kind of event on the default bus.
   *
   * @param grantee the instance's role
   * @param instanceId the node's instance ID; a token where it is this app's own instance
   * @throws {ConfigError} when no cluster has such a node
   * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
   */
  grantClaim(grantee: IGrantable, instanceId: string): Grant {
    const nodes = this.clusters.flatMap((cluster) => cluster.nodes.map((node) => node.instanceId));
    if (!nodes.includes(instanceId)) {
      throw new ConfigError([
        `grantClaim: found ${instanceId}; allowed: a node's instance ID, one of ${nodes.join(', ')}`,
      ]);
    }
    return grant(grantee, [putClaims(instanceId)]);
  }

  /**
   * Lets somebody start drills, rehearsals and failovers by hand, and read how they went. Express workflows keep no
   * history of their own, so reading an execution means reading the log group.
   */
  grantDrill(grantee: IGrantable): Grant {
    return grant(grantee, [
      allow(['states:StartExecution'], [this.stateMachine.stateMachineArn]),
      allow(['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'], [this.logGroup.logGroupArn]),
    ]);
  }

  /** Lets somebody see how the clusters are and what happened: EC2, the alarms, the workflow, its history and records. */
  grantRead(grantee: IGrantable): Grant {
    return grant(grantee, this.readStatements);
  }

  /**
   * Lets somebody type what the notices print, pause a cluster and keep a node from taking over, and see what became of
   * it. On the configured instances, interfaces and Elastic IPs only.
   */
  grantOperate(grantee: IGrantable): Grant {
    return grant(grantee, this.operateStatements);
  }
}

/** Counted once they are made: what each field of the configuration makes is known where it is made, and there only. */
function assertResourcesFit(stack: Stack, { resources: limit }: Limits): void {
  const found = stack.node.findAll().filter((each) => CfnResource.isCfnResource(each) && each.stack === stack).length;
  if (found <= limit) return;
  const { path, message } = tooMany({ found, limit, what: 'resources' });
  throw new ConfigError([`${path}: ${message}`]);
}

/** One value a function, by the name of its state. */
function byState<Value>(create: (definition: (typeof FUNCTIONS)[number]) => Value): Record<FunctionName, Value> {
  const [verifyInstanceState, unassignIp, assignIp, verifyEni, notify] = FUNCTIONS;
  return {
    VerifyInstanceState: create(verifyInstanceState),
    UnassignIp: create(unassignIp),
    AssignIp: create(assignIp),
    VerifyEni: create(verifyEni),
    Notify: create(notify),
  };
}
