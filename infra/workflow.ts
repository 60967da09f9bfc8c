import { Aws, Fn, RemovalPolicy, Stack, Token, Validations } from 'aws-cdk-lib';
import { PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Cluster } from '../functions/shared/cluster';
import { addressesAtDeployment } from './addresses-at-deployment';
import { dropDependsOn } from './depends-on';
import type { FunctionName } from './functions';
import { allow, arnHere, assumedBy, TRACING_ACTIONS } from './permissions';
import { fillPlaceholders, readDefinition } from './workflow-definition';

/**
 * What Express workflows need to deliver logs; none of it knows resources.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
const LOG_DELIVERY_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

export interface WorkflowProps {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly clusters: readonly Cluster[];
  readonly retention: RetentionDays;
}

/** The Express state machine of statemachine/failover.asl.yaml, and the log group that is its only history. */
export class Workflow extends Construct {
  readonly stateMachine: StateMachine;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: logGroupName(this),
      retention: props.retention,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const functions = Object.values(props.functions);
    const role = new Role(this, 'Role', {
      assumedBy: assumedBy('states', arnHere('states', 'stateMachine:*')),
      description: 'Role of the virtual-IP failover workflow.',
      inlinePolicies: {
        Workflow: new PolicyDocument({
          minimize: false,
          statements: [
            allow(
              ['lambda:InvokeFunction'],
              functions.map(({ functionArn }) => functionArn),
            ),
            allow(LOG_DELIVERY_ACTIONS, ['*']),
            allow([...TRACING_ACTIONS, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], ['*']),
          ],
        }),
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray and the log delivery actions of CloudWatch Logs know no resources.',
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      comment: 'Moves virtual IPs between EC2 instances.',
      stateMachineType: StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromString(definition(this, props)),
      role: role.withoutPolicyUpdates(),
      logs: { destination: this.logGroup, level: LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
    dropDependsOn(this.stateMachine);
  }
}

/**
 * The prefix keeps log delivery clear of the size limit of CloudWatch Logs resource policies. The end of the stack's ID
 * keeps a stack that is deployed again clear of the log group that its predecessor left.
 */
function logGroupName(scope: Construct): string {
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  const suffix = Fn.select(4, Fn.split('-', stackUuid));
  // Two constructs may live in one stack.
  const address = scope.node.addr.slice(-8);
  return `/aws/vendedlogs/states/${Aws.STACK_NAME}-${address}-${suffix}`;
}

/** A cluster as it stands in the definition: addresses that are a list known only at deployment are written there. */
function asWritten(cluster: Cluster): object {
  const addresses = cluster.virtualIps.map(({ address }) => address);
  return Token.isUnresolved(addresses) ? { ...cluster, virtualIps: addressesAtDeployment(addresses) } : cluster;
}

/** What a state's data may have. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const STATE_DATA_BYTES = 256 * 1024;
/** What stands beside the registry and the input: the execution, and the error of a step. */
const BESIDE_BYTES = 32 * 1024;
const BYTES_A_CHARACTER = 4;

/** How many characters an execution's input may have, so that it fits into a state's data beside the registry, whatever they are. */
function inputLimit(registry: readonly object[]): number {
  const left = STATE_DATA_BYTES - BESIDE_BYTES - Buffer.byteLength(JSON.stringify(registry));
  return Math.min(32_768, Math.floor(left / BYTES_A_CHARACTER));
}

/** The definition as JSON, with the functions' ARNs and the registry in their places. */
function definition(scope: Construct, { functions, clusters }: WorkflowProps): string {
  const functionArns = Object.entries(functions).map(([name, { functionArn }]) => [name, functionArn]);
  const registry = clusters.map(asWritten);
  const values = {
    ...Object.fromEntries(functionArns),
    Partition: Aws.PARTITION,
    Clusters: registry,
    InputLimit: String(inputLimit(registry)),
  };
  return Stack.of(scope).toJsonString(fillPlaceholders(readDefinition(), values));
}
