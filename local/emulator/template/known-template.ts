import { IDENTIFIED_TYPES } from './identities';
import { isObject, type Json, TemplateError } from './json';
import type { Template } from './template';

/** What the local cloud makes of a resource type. Paths go through lists; `*` at the end stands for all below. */
export interface KnownResource {
  /** Properties that decide what happens here. */
  readonly acts: readonly string[];
  /** Properties that are accepted and change nothing here. */
  readonly idle: readonly string[];
}

const POLICY = 'PolicyDocument.*';

/** The resource types that are played. Any property that is not listed is refused by name. */
export const PLAYED: Readonly<Record<string, KnownResource>> = {
  'AWS::CloudWatch::Alarm': {
    acts: [
      'ActionsEnabled',
      'AlarmActions',
      'AlarmDescription',
      'AlarmName',
      'ComparisonOperator',
      'DatapointsToAlarm',
      'Dimensions.*',
      'EvaluationPeriods',
      'InsufficientDataActions',
      'MetricName',
      'Metrics.Expression',
      'Metrics.Id',
      'Metrics.MetricStat.Metric.Dimensions.*',
      'Metrics.MetricStat.Metric.MetricName',
      'Metrics.MetricStat.Metric.Namespace',
      'Metrics.MetricStat.Period',
      'Metrics.MetricStat.Stat',
      'Metrics.ReturnData',
      'Namespace',
      'OKActions',
      'Period',
      'Statistic',
      'Threshold',
      'TreatMissingData',
    ],
    idle: ['Metrics.Label', 'Metrics.Period', 'Tags.*'],
  },
  'AWS::EC2::ApplicationStatusCheckInstanceAssociation': { acts: ['InstanceId'], idle: ['ApplicationStatusCheckId'] },
  'AWS::Events::Rule': {
    acts: [
      'EventPattern.*',
      'Name',
      'ScheduleExpression',
      'State',
      'Targets.Arn',
      'Targets.DeadLetterConfig.Arn',
      'Targets.Input',
      'Targets.InputPath',
      'Targets.RoleArn',
    ],
    idle: ['Description', 'Tags.*', 'Targets.Id', 'Targets.RetryPolicy.*'],
  },
  'AWS::IAM::ManagedPolicy': { acts: ['ManagedPolicyName', POLICY, 'Roles'], idle: ['Description'] },
  'AWS::IAM::Policy': { acts: [POLICY, 'PolicyName', 'Roles'], idle: [] },
  'AWS::IAM::Role': {
    acts: ['AssumeRolePolicyDocument.*', 'ManagedPolicyArns', 'Policies.*', 'RoleName'],
    idle: ['Description', 'MaxSessionDuration', 'Tags.*'],
  },
  'AWS::KMS::Alias': { acts: ['AliasName'], idle: ['TargetKeyId'] },
  'AWS::KMS::Key': {
    acts: ['KeyPolicy.*'],
    idle: ['Description', 'EnableKeyRotation', 'PendingWindowInDays', 'Tags.*'],
  },
  'AWS::Lambda::Function': {
    acts: [
      'Code',
      'Code.S3Key',
      'Environment.Variables.*',
      'FunctionName',
      'Handler',
      'LoggingConfig.ApplicationLogLevel',
      'LoggingConfig.LogFormat',
      'LoggingConfig.LogGroup',
      'MemorySize',
      'Role',
      'Runtime',
      'Timeout',
    ],
    idle: [
      'Architectures',
      'Code.S3Bucket',
      'CodeSigningConfigArn',
      'Description',
      'LoggingConfig.SystemLogLevel',
      'ReservedConcurrentExecutions',
      'Tags.*',
      'TracingConfig.Mode',
    ],
  },
  'AWS::Lambda::Permission': {
    acts: ['Action', 'FunctionName', 'Principal', 'SourceAccount', 'SourceArn'],
    idle: [],
  },
  'AWS::Logs::LogGroup': { acts: ['LogGroupName'], idle: ['LogGroupClass', 'RetentionInDays', 'Tags.*'] },
  'AWS::SNS::Topic': { acts: ['KmsMasterKeyId', 'TopicName'], idle: ['DisplayName', 'Subscription.*', 'Tags.*'] },
  'AWS::SNS::TopicPolicy': { acts: [POLICY, 'Topics'], idle: [] },
  'AWS::SQS::Queue': {
    acts: ['QueueName'],
    idle: ['MessageRetentionPeriod', 'SqsManagedSseEnabled', 'Tags.*', 'VisibilityTimeout'],
  },
  'AWS::SQS::QueuePolicy': { acts: [POLICY, 'Queues'], idle: [] },
  'AWS::Scheduler::Schedule': {
    acts: [
      'GroupName',
      'Name',
      'ScheduleExpression',
      'State',
      'Target.Arn',
      'Target.DeadLetterConfig.Arn',
      'Target.Input',
      'Target.RoleArn',
    ],
    idle: ['Description', 'FlexibleTimeWindow.Mode', 'Target.RetryPolicy.*'],
  },
  'AWS::Scheduler::ScheduleGroup': { acts: ['Name'], idle: ['Tags.*'] },
  'AWS::StepFunctions::StateMachine': {
    acts: [
      'Definition.*',
      'DefinitionString',
      'LoggingConfiguration.Destinations.CloudWatchLogsLogGroup.LogGroupArn',
      'LoggingConfiguration.Level',
      'RoleArn',
      'StateMachineName',
      'StateMachineType',
    ],
    idle: ['LoggingConfiguration.IncludeExecutionData', 'Tags.*', 'TracingConfiguration.Enabled'],
  },
};

/** Types that only have an identity: what `Ref` and `Fn::GetAtt` give. Nothing happens in them, whatever they say. */
export const ONLY_IDENTITY: readonly string[] = IDENTIFIED_TYPES.filter((type) => PLAYED[type] === undefined);

/** @throws TemplateError that names a resource, or a property, of which the local cloud does not know what it does. */
export function checkKnown(template: Template): void {
  for (const { logicalId, type, properties } of template.resources) {
    const known = PLAYED[type];
    if (known === undefined) {
      if (ONLY_IDENTITY.includes(type)) continue;
      throw new TemplateError(`${logicalId}: the local cloud does not know resources of the type ${type}`);
    }
    const unknown = unknownPath(properties, '', [...known.acts, ...known.idle]);
    if (unknown !== undefined)
      throw new TemplateError(`${logicalId}: the local cloud does not know ${unknown} of ${type}`);
  }
}

/** The first path to a value that none of the known ones covers. */
function unknownPath(value: Json, path: string, known: readonly string[]): string | undefined {
  const leaf = !isObject(value);
  if (
    known.some((each) => (each === path && leaf) || (each.endsWith('.*') && `${path}.`.startsWith(each.slice(0, -1))))
  )
    return undefined;
  if (isObject(value)) {
    for (const [name, each] of Object.entries(value)) {
      const found = unknownPath(each, path === '' ? name : `${path}.${name}`, known);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!Array.isArray(value)) return path;
  for (const each of value as readonly Json[]) {
    const found = unknownPath(each, path, known);
    if (found !== undefined) return found;
  }
  return undefined;
}
