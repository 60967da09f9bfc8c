import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import type { ConfigInput } from '../../infra/config-schema';
import { FailoverStack } from '../../infra/failover-stack';

// CDK's own template validation takes longer than everything else together; `npm run synth` and deployments have it on.
process.env.CDK_VALIDATION = 'false';

/** An ID with a serial number, such as `eni-00000000000000003`. */
export function id(prefix: string, serial: number): string {
  return `${prefix}-${serial.toString(16).padStart(17, '0')}`;
}

/** A cluster whose node IDs begin at `serial`. */
export function cluster(name: string, serial: number, nodeCount = 2) {
  return {
    name,
    subnetId: id('subnet', serial),
    virtualIps: [`10.0.${serial % 200}.5`],
    nodes: Array.from({ length: nodeCount }, (_, index) => ({
      instanceId: id('i', serial + index),
      networkInterfaceId: id('eni', serial + index),
    })),
  };
}

export function newApp(): App {
  return new App({
    outdir: mkdtempSync(join(tmpdir(), 'vip-failover-')),
    context: { ...CURRENTLY_RECOMMENDED_FLAGS },
    analyticsReporting: false,
  });
}

/** Where a test does not say who is told, nobody is. */
export function stackOf({ notifications, ...config }: ConfigInput, app = newApp()): FailoverStack {
  const told = { emails: 'none' as const, ...notifications };
  return new FailoverStack(app, 'VipFailover', { config: { ...config, notifications: told } });
}

export function templateOf(config: ConfigInput): TemplateBody {
  return bodyOf(stackOf(config));
}

export function bodyOf(stack: Stack): TemplateBody {
  return new TemplateBody(Template.fromStack(stack));
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal: unknown;
  readonly Condition?: unknown;
}

interface PolicyDocument {
  readonly Statement: readonly Statement[];
}

/** The properties that the tests look at, of whatever resource has them. */
export interface Properties {
  readonly AlarmActions?: unknown[];
  readonly AlarmDescription: string;
  readonly Architectures: string[];
  readonly AssumeRolePolicyDocument: PolicyDocument;
  readonly DashboardBody: unknown;
  readonly DefinitionString: unknown;
  readonly Dimensions: unknown[];
  readonly EnableKeyRotation: boolean;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly EventPattern: { readonly detail: unknown };
  readonly KeyPolicy: PolicyDocument;
  readonly LogGroupName: unknown;
  readonly LoggingConfig: { readonly LogGroup: { readonly Ref: string } };
  readonly ManagedPolicyArns?: unknown;
  readonly Metrics?: readonly MetricQuery[];
  readonly OKActions?: unknown[];
  readonly Policies: readonly { readonly PolicyDocument: PolicyDocument }[];
  readonly PolicyDocument: PolicyDocument;
  readonly QueryString: string;
  readonly RetentionInDays: number;
  readonly Role: unknown;
  readonly Roles: unknown[];
  readonly ScheduleExpression: string;
  readonly SqsManagedSseEnabled: boolean;
  readonly State: string;
  readonly Targets: unknown[];
  readonly Timeout: number;
}

interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData: boolean;
  readonly MetricStat?: {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions: unknown[] };
    readonly Stat: string;
    readonly Period: number;
  };
}

interface Resource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: unknown;
}

/** A synthesized template with what the tests ask of it. */
export class TemplateBody {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown; readonly Description?: string }>>;

  constructor(readonly template: Template) {
    const { Resources, Outputs } = template.toJSON();
    this.resources = Resources;
    this.outputs = Outputs ?? {};
  }

  /** Logical ID and properties of every resource of a type. */
  all(type: string): [string, Properties][] {
    return Object.entries(this.resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => [logicalId, resource.Properties]);
  }

  /** The one resource of a type whose logical ID has the text in it. */
  one(type: string, text = ''): [string, Properties] {
    const found = this.all(type).filter(([logicalId]) => logicalId.includes(text));
    const [first] = found;
    if (first === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} with ${text}.`);
    return first;
  }
}

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  // The longest name of a Region in this partition.
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '111122223333',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'VipFailover',
  'AWS::StackId':
    'arn:aws:cloudformation:ap-southeast-1:111122223333:stack/VipFailover/1a2b3c4d-0000-1111-2222-333344445555',
};

/**
 * A value with its intrinsic functions put into words: strings joined, references as `<LogicalId>` or `<LogicalId.Attribute>`.
 *
 * @param given what some references are instead
 */
export function resolve(value: unknown, given: Readonly<Record<string, unknown>> = {}): unknown {
  const inside = (part: unknown) => resolve(part, given);
  if (Array.isArray(value)) return value.map(inside);
  if (typeof value !== 'object' || value === null) return value;
  const [entry, ...more] = Object.entries(value);
  if (entry !== undefined && more.length === 0) {
    const [name, argument] = entry;
    if (name === 'Ref') return given[String(argument)] ?? PSEUDO[String(argument)] ?? `<${argument}>`;
    if (name === 'Fn::GetAtt') return `<${[argument].flat().join('.')}>`;
    if (name === 'Fn::Join') return [inside(argument[1])].flat().join(argument[0]);
    if (name === 'Fn::Split') return String(inside(argument[1])).split(argument[0]);
    if (name === 'Fn::Select') return [inside(argument[1])].flat()[argument[0]];
    if (name === 'Fn::Sub') return String(argument).replaceAll(/\$\{(.+?)\}/g, (_, ref) => PSEUDO[ref] ?? `<${ref}>`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item)]));
}
