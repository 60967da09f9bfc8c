import { Aws, type Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Cluster } from '../functions/shared/cluster';
import { PAUSED_TAG, STANDBY_TAG } from '../functions/shared/tags';
import { allow, elasticIpArns, instanceArns, interfaceArns } from './permissions';

/** What people look at and operate. */
export interface Operated {
  readonly clusters: readonly Cluster[];
  readonly stateMachineArn: string;
  /** ARNs that end with `:*`: the workflow's and the Lambdas'. */
  readonly logGroupArns: readonly string[];
  readonly topicArn: string;
  readonly stack: Stack;
}

/**
 * Reading how the clusters are and what happened, changing nothing. EC2's and CloudWatch's describe actions, and those of
 * Logs that go by a query's ID, know no resources. DescribeStackResources finds the stack of a state machine: such a call
 * names no stack, and what it is authorized against is not documented.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
 */
export function readStatements({ stateMachineArn, logGroupArns, topicArn }: Operated): PolicyStatement[] {
  return [
    allow(
      [
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeAddresses',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeSubnets',
        'ec2:GetSubnetCidrReservations',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'cloudformation:DescribeStackResources',
        'logs:DescribeLogGroups',
        'logs:DescribeQueryDefinitions',
        'logs:GetQueryResults',
        'logs:StopQuery',
      ],
      ['*'],
    ),
    allow(['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:StartQuery'], logGroupArns),
    allow(['states:DescribeStateMachine'], [stateMachineArn]),
    allow(['sns:GetTopicAttributes'], [topicArn]),
    allow(
      ['cloudformation:DescribeStacks', 'cloudformation:GetTemplate', 'cloudformation:ListStackResources'],
      [Aws.STACK_ID],
    ),
  ];
}

/**
 * What the notices print, and the tags that pause a cluster or keep a node from taking over: on the configured instances,
 * interfaces and Elastic IPs, and no other tag than ours. `Null` because ForAllValues is also true of no keys at all, and
 * DeleteTags without any takes off every tag. No StartSyncExecution: CloudTrail does not record it, so nobody could prove who
 * asked.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition_examples-multi-valued-context-keys.html
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
 */
export function operateStatements({ clusters, stateMachineArn, stack }: Operated): PolicyStatement[] {
  const instances = instanceArns(clusters, stack);
  const elasticIps = elasticIpArns(clusters, stack);
  return [
    allow(['states:StartExecution'], [stateMachineArn]),
    ...inParts(interfaceArns(clusters, stack), [
      'ec2:AssignPrivateIpAddresses',
      ...(elasticIps.length > 0 ? ['ec2:AssociateAddress'] : []),
    ]),
    ...inParts(elasticIps, ['ec2:AssociateAddress']),
    ...inParts(instances, ['ec2:StartInstances']),
    ...inParts(instances, ['ec2:CreateTags', 'ec2:DeleteTags'], {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [PAUSED_TAG, STANDBY_TAG] },
      Null: { 'aws:TagKeys': 'false' },
    }),
  ];
}

/** ARNs in one statement: with up to 90 characters each, two statements fit a managed policy. */
const ARNS = 30;

function inParts(resources: readonly string[], actions: string[], conditions: object = {}): PolicyStatement[] {
  const parts = Array.from({ length: Math.ceil(resources.length / ARNS) }, (_, nth) =>
    resources.slice(nth * ARNS, (nth + 1) * ARNS),
  );
  return parts.map((part) => new PolicyStatement({ actions, resources: part, conditions: { ...conditions } }));
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MANAGED_POLICY = 6_144;

/** The statements as documents, each of which fits a managed policy: one, but in stacks of more than some ten nodes. */
export function packed(statements: readonly PolicyStatement[]): PolicyDocument[] {
  const packs: PolicyStatement[][] = [[]];
  let room = MANAGED_POLICY;
  for (const statement of statements) {
    const size = sizeOf(statement);
    if (size > room) {
      packs.push([]);
      room = MANAGED_POLICY;
    }
    packs.at(-1)?.push(statement);
    room -= size;
  }
  return packs.map((pack) => new PolicyDocument({ minimize: false, statements: pack }));
}

/** At most so many characters: names that CloudFormation makes up are counted with all that they can have. */
function sizeOf(statement: PolicyStatement): number {
  const arns = statement.resources.map((arn) => (arn.includes(':ec2:') ? 90 : 220));
  return (
    60 + JSON.stringify([statement.actions, statement.conditions]).length + arns.reduce((sum, arn) => sum + arn, 0)
  );
}

/** One statement each, for whoever it is. */
export function grant(grantee: IGrantable, statements: readonly PolicyStatement[]): Grant {
  return statements
    .map(({ actions, resources, conditions }) =>
      Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }),
    )
    .reduce((all, one) => all.combine(one));
}
