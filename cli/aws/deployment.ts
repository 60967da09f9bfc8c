import {
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import type { Cluster } from '../../functions/shared/cluster';
import { allPages } from '../../functions/shared/snapshot';
import { Problem } from '../errors';
import type { Clients } from './clients';
import { functionOf, registryIn } from './registry';

/** The stack's name where nobody says another one (infra/config-source.ts). */
export const DEFAULT_STACK = 'VipFailover';

/** Where a deployment is to be found: by its stack, or by its state machine alone. */
export interface Where {
  readonly stack: string;
  readonly stateMachine?: string | undefined;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/** What is deployed: its clusters, and where it writes what it did. */
export interface Deployment {
  readonly stateMachineArn: string;
  readonly region: string;
  readonly accountId: string;
  readonly clusters: readonly Cluster[];
  /** When its state machine was made, milliseconds since the epoch. */
  readonly createdAt: number;
  /** Log group of the executions' histories; null where the state machine logs nothing. */
  readonly workflowLog: string | null;
  /** Log group of the outcomes' records: the log of the Lambda Notify. */
  outcomeLog(): Promise<string>;
  /** ARN of the topic of notices and alarms; null where it is not this stack's. */
  topic(): Promise<string | null>;
  /** Everything that the stack has. */
  resources(): Promise<readonly StackResource[]>;
  /** @throws {Problem} where no stack has the state machine */
  stackName(): Promise<string>;
}

/** @throws {Problem} and AWS's own errors */
export async function findDeployment(clients: Clients, where: Where): Promise<Deployment> {
  const stack = where.stateMachine === undefined ? await describeStack(clients, where.stack) : null;
  const stateMachineArn =
    where.stateMachine ?? stack?.outputs.StateMachine ?? (await onlyStateMachine(clients, where.stack));
  const {
    definition = '{}',
    loggingConfiguration,
    creationDate,
  } = await clients.states.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const groupArn = loggingConfiguration?.destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn;
  const stackName = once(async () => stack?.name ?? (await stackOf(clients, stateMachineArn)));
  const resources = once(async () => listResources(clients, await stackName()));
  const [, , , region = '', accountId = ''] = stateMachineArn.split(':');
  return {
    stateMachineArn,
    region,
    accountId,
    clusters: registryIn(definition, stateMachineArn),
    createdAt: creationDate?.getTime() ?? 0,
    workflowLog: groupArn === undefined ? null : nameOfGroup(groupArn),
    outcomeLog: once(
      async () => stack?.outputs.OutcomeLog ?? logOf(functionOf(definition, 'NotifySuccess'), await resources()),
    ),
    topic: once(
      async () =>
        stack?.outputs.Topic ?? (await resources()).find(({ type }) => type === 'AWS::SNS::Topic')?.physicalId ?? null,
    ),
    resources,
    stackName,
  };
}

interface Stack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string | undefined>>;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
async function describeStack({ cloudFormation }: Clients, StackName: string): Promise<Stack> {
  try {
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return {
      name: StackName,
      outputs: Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue])),
    };
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    if (!(error instanceof Error) || error.name !== 'ValidationError' || !/does not exist/.test(error.message))
      throw error;
    const region = await cloudFormation.config.region();
    throw new Problem(
      `There is no stack ${StackName} in ${region}. Name the stack (--stack NAME), another Region (--region NAME) or account (--profile NAME), or the state machine (--state-machine ARN).`,
    );
  }
}

/** A stack of somebody's own app has no outputs of ours. */
async function onlyStateMachine(clients: Clients, stackName: string): Promise<string> {
  const all = await listResources(clients, stackName);
  const [first, ...more] = all.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
  if (first !== undefined && more.length === 0) return first.physicalId;
  const found = [first, ...more].flatMap((each) => each?.physicalId ?? []).join(', ');
  throw new Problem(
    `Stack ${stackName} has ${found === '' ? 'no state machine' : `several state machines (${found})`}. Name one with --state-machine ARN.`,
  );
}

/** The stack that made the state machine. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html */
async function stackOf({ cloudFormation }: Clients, PhysicalResourceId: string): Promise<string> {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ PhysicalResourceId }));
  const name = StackResources[0]?.StackName;
  if (name === undefined) throw new Problem(`No stack has the state machine ${PhysicalResourceId}.`);
  return name;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html */
async function listResources({ cloudFormation }: Clients, StackName: string): Promise<StackResource[]> {
  const found = await allPages(async (NextToken) => {
    const page = await cloudFormation.send(new ListStackResourcesCommand({ StackName, NextToken }));
    return { items: page.StackResourceSummaries, next: page.NextToken };
  });
  return found.map(({ LogicalResourceId = '', ResourceType = '', PhysicalResourceId = '' }) => ({
    logicalId: LogicalResourceId,
    type: ResourceType,
    physicalId: PhysicalResourceId,
  }));
}

/** A function and its log group are made by one construct: their logical IDs begin alike. */
function logOf(functionArn: string | null, resources: readonly StackResource[]): string {
  const made = resources.find(
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && functionArn?.split(':')[6] === physicalId,
  );
  const beginning = made?.logicalId.replace(/Function[0-9A-F]{8}$/, '');
  const group = resources.find(
    ({ type, logicalId }) => type === 'AWS::Logs::LogGroup' && logicalId.replace(/Logs[0-9A-F]{8}$/, '') === beginning,
  );
  if (group === undefined)
    throw new Problem('The log group of the Lambda Notify is not in the stack: deploy it again.');
  return group.physicalId;
}

const nameOfGroup = (arn: string) => arn.replace(/^arn:[\w-]+:logs:[\w-]*:\d*:log-group:/, '').replace(/:\*$/, '');

function once<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => {
    value ??= read();
    return value;
  };
}
