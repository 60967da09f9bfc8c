import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RegistryCluster } from '../../local/emulator/template/registry';
import { BENCH_DIRECTORY, writeTemplate } from '../template';
import { editWorkflow, type Resource, readTemplate, resourcesOf, stateMachineOf } from '../workflow';

interface Environment {
  readonly Variables: Record<string, unknown>;
}

/**
 * The product's template with its workflow replaced by the naive Lambda alone, so that it gets the same events in the same
 * cloud. What EventBridge does with a Lambda that fails is in its retry: Lambda tries an asynchronous invocation twice
 * more, after one and after two minutes.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function naiveTemplate(templateFile: string, bundle: string, cluster: RegistryCluster): string {
  const template = readTemplate(templateFile);
  const named = (name: string) => functionNamed(resourcesOf(template, 'AWS::Lambda::Function'), name);
  const naive = named('verify-instance-state');
  const topic = environmentOf(named('notify')).TOPIC_ARN;
  naive.Properties.Code = { S3Bucket: 'assets', S3Key: 'naive.zip' };
  naive.Properties.Timeout = 30;
  naive.Properties.Environment = {
    Variables: { POWERTOOLS_SERVICE_NAME: 'naive', TOPIC_ARN: topic, ...interfacesOf(cluster) },
  };
  const { 'Fn::GetAtt': role } = naive.Properties.Role as { 'Fn::GetAtt': [string, string] };
  const everything = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  const found = template.Resources[role[0]];
  if (found !== undefined) found.Properties.Policies = [{ PolicyName: 'everything', PolicyDocument: everything }];
  editWorkflow<{ States: Record<string, { Arguments?: { FunctionName?: unknown } }> }>(
    stateMachineOf(template),
    ({ States }) => ({
      QueryLanguage: 'JSONata',
      StartAt: 'Naive',
      States: {
        Naive: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Arguments: {
            FunctionName: States.VerifyInstanceState?.Arguments?.FunctionName,
            Payload: { clusters: [cluster] },
          },
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 2 }],
          End: true,
        },
      },
    }),
  );
  return withBundle(writeTemplate(templateFile, 'naive', template), bundle);
}

/** What the naive handler is told by its environment. */
export function interfacesOf({ nodes, virtualIps }: RegistryCluster): Record<string, string> {
  return {
    VIRTUAL_IP: virtualIps[0]?.address ?? '',
    ACTIVE_INTERFACE: nodes[0]?.networkInterfaceId ?? '',
    STANDBY_INTERFACE: nodes[1]?.networkInterfaceId ?? '',
  };
}

function functionNamed(functions: readonly Resource[], name: string): Resource {
  const found = functions.find((each) => environmentOf(each).POWERTOOLS_SERVICE_NAME === name);
  if (found === undefined) throw new Error(`The template has no function ${name}`);
  return found;
}

function environmentOf({ Properties }: Resource): Record<string, unknown> {
  return (Properties.Environment as Environment).Variables;
}

function withBundle(file: string, bundle: string): string {
  const asset = join(BENCH_DIRECTORY, 'naive/asset');
  mkdirSync(asset, { recursive: true });
  writeFileSync(join(asset, 'index.js'), readFileSync(bundle));
  const manifestFile = join(BENCH_DIRECTORY, 'naive', basename(file).replace('.template.', '.assets.'));
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  manifest.files.naive = { source: { path: 'asset' }, destinations: { here: { objectKey: 'naive.zip' } } };
  writeFileSync(manifestFile, JSON.stringify(manifest));
  return file;
}
