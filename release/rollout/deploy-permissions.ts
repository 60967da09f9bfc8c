/**
 * What CloudFormation calls to create, read, update and delete a resource of each type, in the name of whoever deploys (or of
 * the role that the deployment hands to it). `aws cloudformation describe-type --type RESOURCE --type-name TYPE` shows AWS's
 * own list under `handlers`; this one was put together from the services' actions and has not been tried on a real account.
 *
 * @see https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const ACTIONS: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm':
    'cloudwatch: PutMetricAlarm DescribeAlarms DeleteAlarms ListTagsForResource TagResource UntagResource',
  'AWS::CloudWatch::Dashboard': 'cloudwatch: PutDashboard GetDashboard DeleteDashboards',
  'AWS::EC2::ApplicationStatusCheck':
    'ec2: CreateApplicationStatusCheck DescribeApplicationStatusChecks ModifyApplicationStatusCheck DeleteApplicationStatusCheck',
  'AWS::EC2::ApplicationStatusCheckInstanceAssociation':
    'ec2: AssociateApplicationStatusCheck DisassociateApplicationStatusCheck DescribeApplicationStatusCheckAssociations',
  'AWS::Events::Rule': 'events: PutRule DescribeRule DeleteRule PutTargets ListTargetsByRule RemoveTargets',
  'AWS::IAM::ManagedPolicy':
    'iam: CreatePolicy GetPolicy GetPolicyVersion CreatePolicyVersion DeletePolicyVersion ListPolicyVersions DeletePolicy AttachRolePolicy DetachRolePolicy ListEntitiesForPolicy',
  'AWS::IAM::Role':
    'iam: CreateRole GetRole UpdateRole UpdateAssumeRolePolicy DeleteRole PutRolePolicy GetRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies TagRole UntagRole PassRole',
  'AWS::KMS::Key':
    'kms: CreateKey DescribeKey PutKeyPolicy GetKeyPolicy UpdateKeyDescription EnableKeyRotation DisableKeyRotation GetKeyRotationStatus ScheduleKeyDeletion ListResourceTags TagResource UntagResource',
  'AWS::Lambda::Function':
    'lambda: CreateFunction GetFunction GetFunctionCodeSigningConfig GetRuntimeManagementConfig UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction PutFunctionConcurrency DeleteFunctionConcurrency ListTags TagResource UntagResource',
  'AWS::Logs::LogGroup':
    'logs: CreateLogGroup DescribeLogGroups GetDataProtectionPolicy PutRetentionPolicy DeleteRetentionPolicy DeleteLogGroup ListTagsForResource TagResource UntagResource',
  'AWS::Logs::QueryDefinition': 'logs: PutQueryDefinition DescribeQueryDefinitions DeleteQueryDefinition',
  'AWS::SNS::Subscription':
    'sns: Subscribe GetSubscriptionAttributes SetSubscriptionAttributes ListSubscriptionsByTopic Unsubscribe',
  'AWS::SNS::Topic':
    'sns: CreateTopic GetTopicAttributes GetDataProtectionPolicy SetTopicAttributes DeleteTopic ListTagsForResource TagResource UntagResource',
  'AWS::SNS::TopicPolicy': 'sns: GetTopicAttributes SetTopicAttributes',
  'AWS::SQS::Queue':
    'sqs: CreateQueue GetQueueUrl GetQueueAttributes SetQueueAttributes DeleteQueue ListQueueTags TagQueue UntagQueue',
  'AWS::SQS::QueuePolicy': 'sqs: GetQueueAttributes SetQueueAttributes',
  'AWS::Scheduler::Schedule': 'scheduler: CreateSchedule GetSchedule UpdateSchedule DeleteSchedule',
  'AWS::Scheduler::ScheduleGroup':
    'scheduler: CreateScheduleGroup GetScheduleGroup DeleteScheduleGroup ListTagsForResource TagResource UntagResource',
  'AWS::StepFunctions::StateMachine':
    'states: CreateStateMachine DescribeStateMachine UpdateStateMachine DeleteStateMachine ListTagsForResource TagResource UntagResource',
};

/**
 * The actions that deploying resources of these types takes, by service, sorted.
 *
 * @throws {Error} that names a type of which nobody has written down what it takes
 */
export function deployActions(types: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const byService = new Map<string, Set<string>>();
  for (const type of types) {
    const line = ACTIONS[type];
    if (line === undefined)
      throw new Error(`release/rollout/deploy-permissions.ts: what deploying ${type} takes is missing.`);
    const [service = '', names = ''] = line.split(': ');
    const actions = byService.get(service) ?? new Set();
    for (const name of names.split(' ')) actions.add(name);
    byService.set(service, actions);
  }
  return new Map(
    [...byService].sort(([a], [b]) => a.localeCompare(b)).map(([service, names]) => [service, [...names].sort()]),
  );
}
