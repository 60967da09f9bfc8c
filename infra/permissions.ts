import { Aws, type Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EVENT_SOURCE, OUTCOME_TYPE } from '../functions/shared/bus';
import type { Cluster } from '../functions/shared/cluster';
import { claimType } from './event-pattern';
import type { FunctionName } from './functions';

/**
 * What each Lambda may do, and to what. EC2's describe actions know no resources, so they stand on `*`; what changes
 * something names the interfaces of the registry one by one.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export interface Permissions {
  readonly describe: readonly string[];
  readonly change: readonly { readonly action: string; readonly resources: readonly string[] }[];
}

export function permissionsOf(name: FunctionName, clusters: readonly Cluster[], stack: Stack): Permissions {
  const interfaces = interfaceArns(clusters, stack);
  const permissions: Readonly<Record<FunctionName, Permissions>> = {
    VerifyInstanceState: {
      describe: [
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeNetworkInterfaces',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:DescribeAlarmHistory',
        // Checks and claims read what the cluster's executions before them have recorded.
        'cloudwatch:GetMetricData',
      ],
      change: [],
    },
    UnassignIp: {
      describe: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:GetSubnetCidrReservations'],
      change: [{ action: 'ec2:UnassignPrivateIpAddresses', resources: interfaces }],
    },
    AssignIp: {
      describe: [
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeNetworkInterfaces',
        ...(withElasticIps(clusters).length > 0 ? ['ec2:DescribeAddresses'] : []),
      ],
      change: [
        { action: 'ec2:AssignPrivateIpAddresses', resources: interfaces },
        ...elasticIpPermissions(clusters, stack),
      ],
    },
    VerifyEni: { describe: ['ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces'], change: [] },
    Notify: { describe: ['ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces'], change: [] },
  };
  return permissions[name];
}

function elasticIpPermissions(clusters: readonly Cluster[], stack: Stack): Permissions['change'] {
  const concerned = withElasticIps(clusters);
  if (concerned.length === 0) return [];
  const resources = [...elasticIpArns(concerned, stack), ...interfaceArns(concerned, stack)];
  return [{ action: 'ec2:AssociateAddress', resources }];
}

export function elasticIpArns(clusters: readonly Cluster[], stack: Stack): string[] {
  return clusters
    .flatMap(({ virtualIps }) => virtualIps)
    .flatMap(({ elasticIpAllocationId }) => elasticIpAllocationId ?? [])
    .map((allocationId) => ec2Arn(stack, 'elastic-ip', allocationId));
}

function withElasticIps(clusters: readonly Cluster[]): Cluster[] {
  return clusters.filter(({ virtualIps }) =>
    virtualIps.some(({ elasticIpAllocationId }) => elasticIpAllocationId !== undefined),
  );
}

export function interfaceArns(clusters: readonly Cluster[], stack: Stack): string[] {
  return clusters
    .flatMap(({ nodes }) => nodes)
    .map(({ networkInterfaceId }) => ec2Arn(stack, 'network-interface', networkInterfaceId));
}

export function instanceArns(clusters: readonly Cluster[], stack: Stack): string[] {
  return clusters.flatMap(({ nodes }) => nodes).map(({ instanceId }) => ec2Arn(stack, 'instance', instanceId));
}

function ec2Arn(stack: Stack, resource: string, resourceName: string): string {
  return stack.formatArn({ service: 'ec2', resource, resourceName });
}

/**
 * ARNs that fit one policy: an EC2 ARN takes at most 90 characters with its quotes, a role's inline policies hold
 * 10,240 in all (some 1,200 are for logs, tracing and the describe actions), a managed policy 6,144.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const INLINE_ARNS = 95;
const MANAGED_ARNS = 62;

/**
 * The statements that change something, cut into what fits the role's inline policy and what has to go into managed
 * policies of its own: none but in stacks of more than some ninety interfaces.
 */
export function cutToFit(change: Permissions['change']): { inline: PolicyStatement[]; managed: PolicyDocument[] } {
  const pairs = change.flatMap(({ action, resources }) => resources.map((resource) => ({ action, resource })));
  const rest = pairs.slice(INLINE_ARNS);
  const managed: PolicyDocument[] = [];
  for (let start = 0; start < rest.length; start += MANAGED_ARNS) {
    managed.push(
      new PolicyDocument({ minimize: false, statements: statementsOf(rest.slice(start, start + MANAGED_ARNS)) }),
    );
  }
  return { inline: statementsOf(pairs.slice(0, INLINE_ARNS)), managed };
}

function statementsOf(pairs: readonly { readonly action: string; readonly resource: string }[]): PolicyStatement[] {
  const actions = [...new Set(pairs.map(({ action }) => action))];
  return actions.map((action) =>
    allow(
      [action],
      pairs.filter((pair) => pair.action === action).map(({ resource }) => resource),
    ),
  );
}

/** What Notify may put on the default bus: outcomes, and nothing that could start the workflow. */
export const putOutcomes = (): PolicyStatement => putEvents(OUTCOME_TYPE);

/** What a node may put there: claims for itself. */
export const putClaims = (instanceId: string): PolicyStatement => putEvents(claimType(instanceId));

/**
 * One kind of event. The two condition keys have the values of all entries of a call: each must fit, lest one entry that
 * is allowed carries others along; and `ForAllValues` alone would hold for a call that has none.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html (both are ArrayOfString)
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
function putEvents(detailType: string): PolicyStatement {
  const only = { 'events:source': EVENT_SOURCE, 'events:detail-type': detailType };
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['events:PutEvents'],
    resources: [arnHere('events', 'event-bus/default')],
    conditions: {
      'ForAllValues:StringEquals': only,
      Null: { 'events:source': 'false', 'events:detail-type': 'false' },
    },
  });
}

export function allow(actions: readonly string[], resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
}

/** What X-Ray tracing needs; none of it knows resources. @see https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html */
export const TRACING_ACTIONS = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] as const;

/**
 * An ARN of this account and Region. A wildcard in it stands for a name that CloudFormation makes up: a resource that needs
 * the role cannot exist before it.
 *
 * @param resource as the service's ARNs end: "rule/*", "stateMachine:*"
 */
export function arnHere(service: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}

/**
 * A service that may assume a role, and only for a resource of this account: its principal serves every account.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
 */
export function assumedBy(service: string, sourceArn: string): ServicePrincipal {
  return new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: {
      StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      ArnLike: { 'aws:SourceArn': sourceArn },
    },
  });
}

/**
 * A service that may use a queue, a topic or a key, and only for a resource of this account. The ARN names the account;
 * `aws:SourceAccount` is not documented for all of these.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
export function usedBy(service: string, resource: string): ServicePrincipal {
  return new ServicePrincipal(`${service}.amazonaws.com`, {
    conditions: { ArnLike: { 'aws:SourceArn': arnHere(service, resource) } },
  });
}
