import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { STSClient } from '@aws-sdk/client-sts';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { Problem, UsageError } from '../errors';

export interface Clients {
  readonly cloudFormation: CloudFormationClient;
  readonly cloudTrail: CloudTrailClient;
  readonly cloudWatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly logs: CloudWatchLogsClient;
  readonly sns: SNSClient;
  readonly states: SFNClient;
  readonly sts: STSClient;
  destroy(): void;
}

export interface Account {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

/** How IAM calls the services of these clients. */
const SERVICES: Readonly<Record<string, string>> = {
  CloudFormationClient: 'cloudformation',
  CloudTrailClient: 'cloudtrail',
  CloudWatchClient: 'cloudwatch',
  CloudWatchLogsClient: 'logs',
  EC2Client: 'ec2',
  SFNClient: 'states',
  SNSClient: 'sns',
  STSClient: 'sts',
};

/**
 * Clients with the ordinary chain of credentials: variables, profiles, SSO, web identity, container and instance roles.
 * `AWS_ENDPOINT_URL` is honoured by the SDK itself. The AWS CLI's AWS_DEFAULT_REGION is not, so it is read here.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function connect({ profile, region = defaultRegion() }: Account): Clients {
  const settings = {
    ...(profile !== undefined && { profile }),
    ...(region !== undefined && { region }),
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  };
  const clients = {
    cloudFormation: new CloudFormationClient(settings),
    // Two requests a second are allowed: the SDK then waits by itself.
    cloudTrail: new CloudTrailClient({ ...settings, retryMode: 'adaptive', maxAttempts: 10 }),
    cloudWatch: new CloudWatchClient(settings),
    ec2: new EC2Client(settings),
    logs: new CloudWatchLogsClient(settings),
    sns: new SNSClient(settings),
    states: new SFNClient(settings),
    sts: new STSClient(settings),
  };
  for (const { middlewareStack } of Object.values(clients)) nameCalls(middlewareStack);
  return {
    ...clients,
    destroy: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/**
 * What the SDK says nothing of, or something else: it goes on to other credentials where it does not find the profile.
 * @throws {UsageError | Problem}
 */
export async function checkAccount({ profile }: Account): Promise<void> {
  for (const [name, value = ''] of Object.entries(process.env))
    if (/^AWS_ENDPOINT_URL(_|$)/.test(name) && value !== '' && !isUrl(value))
      throw new Problem(`${name} is no URL: "${value}". Say http://127.0.0.1:4599, for example, or unset it.`);
  if (profile === undefined) return;
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  if (configFile[profile] === undefined && credentialsFile[profile] === undefined)
    throw new UsageError(
      `There is no profile ${profile} in AWS's configuration files ("aws configure list-profiles").`,
    );
}

const isUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

function defaultRegion(): string | undefined {
  return process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined;
}

const CALLS = new WeakMap<Error, string>();

type Next = (args: never) => Promise<never>;

/** Remembers which call an error comes from: not every message of AWS says so. */
function nameCalls(stack: unknown): void {
  const named =
    (next: Next, { clientName = '', commandName = '' }: { clientName?: string; commandName?: string }) =>
    async (args: never) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error)
          CALLS.set(error, `${SERVICES[clientName] ?? clientName}:${commandName.replace(/Command$/, '')}`);
        throw error;
      }
    };
  (stack as { add(middleware: typeof named, options: { step: 'initialize'; name: string }): void }).add(named, {
    step: 'initialize',
    name: 'nameCalls',
  });
}

/** "ec2:DescribeInstances": the call that an error comes from; null where it comes from none of ours. */
export function calledBy(error: Error): string | null {
  return CALLS.get(error) ?? null;
}
