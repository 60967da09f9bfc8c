import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cloud, type CloudOptions, startCloud } from '../../../local/emulator/cloud';
import type { TimelineEvent } from '../../../local/emulator/kernel/timeline';

const LOGS = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
].map((name) => `logs:${name}`);

const trust = (principal: string) => ({
  Statement: [{ Effect: 'Allow', Principal: { Service: principal }, Action: 'sts:AssumeRole' }],
});

const allow = (name: string, action: string | readonly string[], resource: unknown) => ({
  PolicyName: name,
  PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] },
});

export interface SmallStack {
  /** JavaScript of each function, by name; the module must export `handler`. */
  readonly functions?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** `FUNCTION:name` stands for the ARN of a function. */
  readonly states: Readonly<Record<string, object>>;
  readonly startAt: string;
  readonly timeoutSeconds?: number;
  /** Further resources of the template. */
  readonly resources?: Readonly<Record<string, object>>;
}

/** Writes a template with one state machine and its functions, and the assets that it names. */
export function writeStack(stack: SmallStack): string {
  const directory = mkdtempSync(join(tmpdir(), 'stack-'));
  const functions = Object.entries(stack.functions ?? {});
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: stack.startAt,
    States: stack.states,
    ...(stack.timeoutSeconds && { TimeoutSeconds: stack.timeoutSeconds }),
  });
  const parts = definition.split(/(FUNCTION:\w+)/).map((part) => {
    const name = /^FUNCTION:(\w+)$/.exec(part)?.[1];
    return name === undefined ? part : { 'Fn::GetAtt': [name, 'Arn'] };
  });
  const resources: Record<string, object> = {
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineType: 'EXPRESS',
        StateMachineName: 'machine',
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        DefinitionString: { 'Fn::Join': ['', parts] },
        LoggingConfiguration: {
          Level: 'ALL',
          IncludeExecutionData: true,
          Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': ['MachineLogs', 'Arn'] } } }],
        },
      },
    },
    MachineLogs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/vendedlogs/states/machine' } },
    MachineRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('states.amazonaws.com'),
        Policies: [
          allow('Logs', LOGS, '*'),
          ...functions.map(([name]) => allow(name, 'lambda:InvokeFunction', { 'Fn::GetAtt': [name, 'Arn'] })),
        ],
      },
    },
    RuleRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('events.amazonaws.com'),
        Policies: [allow('Start', 'states:StartExecution', { Ref: 'Machine' })],
      },
    },
  };
  const files: Record<string, object> = {};
  for (const [name, source] of functions) {
    mkdirSync(join(directory, `asset.${name}`));
    writeFileSync(join(directory, `asset.${name}`, 'index.js'), source);
    files[name] = { source: { path: `asset.${name}` }, destinations: { here: { objectKey: `${name}.zip` } } };
    resources[name] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
        Role: { 'Fn::GetAtt': [`${name}Role`, 'Arn'] },
        Timeout: stack.timeout ?? 3,
        Environment: { Variables: stack.environment ?? {} },
      },
    };
    resources[`${name}Role`] = {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
        Policies: [allow('Logs', 'logs:PutLogEvents', '*'), allow('Look', 'ec2:DescribeInstances', '*')],
      },
    };
  }
  const file = join(directory, 'Small.template.json');
  writeFileSync(file, JSON.stringify({ Resources: { ...resources, ...stack.resources } }));
  writeFileSync(join(directory, 'Small.assets.json'), JSON.stringify({ files }));
  return file;
}

const open: Cloud[] = [];

export async function startStack(stack: SmallStack, options: Partial<CloudOptions> = {}): Promise<Cloud> {
  const cloud = await startCloud({ clock: 'virtual', ...options, templateFile: writeStack(stack) });
  open.push(cloud);
  return cloud;
}

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const cloud of open.splice(0)) await cloud.close();
}

export function eventsOf<Type extends TimelineEvent['type']>(cloud: Cloud, type: Type) {
  return cloud.timeline.events.filter((event): event is Extract<TimelineEvent, { type: Type }> => event.type === type);
}

/** A task that invokes a function. */
export const invoke = (name: string, more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `FUNCTION:${name}`, Payload: { given: '{% $states.input %}' } },
  ...more,
});
