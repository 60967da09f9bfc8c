import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { CfnManagedPolicy, PolicyDocument, type PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  type ICodeSigningConfig,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FUNCTION_SECONDS } from '../functions/shared/timing';
import { dropDependsOn } from './depends-on';
import type { FUNCTIONS } from './functions';
import { packageRoot } from './package-root';
import { allow, cutToFit, type Permissions, TRACING_ACTIONS } from './permissions';

export interface StepLambdaProps {
  readonly definition: (typeof FUNCTIONS)[number];
  readonly permissions: Permissions;
  /** Statements for what is not EC2: the topic and its key. */
  readonly statements: readonly PolicyStatement[];
  readonly environment: Readonly<Record<string, string>>;
  readonly retention: RetentionDays;
  readonly memoryMegabytes: number;
  readonly reservedConcurrency: number | undefined;
  readonly codeSigningConfig: ICodeSigningConfig | undefined;
}

/** The Lambda of one workflow state, with its own role and its own log group. */
export class StepLambda extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: StepLambdaProps) {
    super(scope, id);
    const { definition } = props;
    // Kept when the stack is deleted: the logs are the audit trail. CloudFormation makes up the name, so a stack that
    // is deployed again does not collide with what was kept.
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.retention,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const { inline, managed } = cutToFit(props.permissions.change);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Execution role of the Lambda behind state ${definition.state}.`,
      inlinePolicies: {
        [definition.state]: new PolicyDocument({
          minimize: false,
          statements: [
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]),
            allow(TRACING_ACTIONS, ['*']),
            allow(props.permissions.describe, ['*']),
            ...inline,
            ...props.statements,
          ],
        }),
      },
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray and the describe actions of EC2 and CloudWatch know no resources.',
    });
    managed.forEach((policyDocument, index) => {
      new CfnManagedPolicy(this, `MoreInterfaces${index + 1}`, {
        description: `Further interfaces of state ${definition.state}: they do not fit the inline policy of its role.`,
        policyDocument,
        roles: [this.role.roleName],
      });
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: `State ${definition.state} of the virtual-IP failover workflow.`,
      runtime: new Runtime('nodejs24.x'),
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(join(packageRoot, 'dist/functions', definition.folder), { exclude: ['*', '!index.js'] }),
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(FUNCTION_SECONDS),
      role: this.role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      environment: {
        POWERTOOLS_SERVICE_NAME: definition.folder,
        POWERTOOLS_LOG_LEVEL: 'INFO',
        ...props.environment,
      },
      ...(props.codeSigningConfig && { codeSigningConfig: props.codeSigningConfig }),
      ...(props.reservedConcurrency !== undefined && { reservedConcurrentExecutions: props.reservedConcurrency }),
    });
    dropDependsOn(this.function);
  }
}
