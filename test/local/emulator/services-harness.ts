import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SNSClient } from '@aws-sdk/client-sns';
import type { AlarmRecord, AlarmStore } from '../../../local/emulator/cloudwatch/alarm-store';
import { Metrics } from '../../../local/emulator/cloudwatch/metrics';
import { type BuildOptions, buildWorld } from '../../../local/emulator/ec2/model/build';
import type { World } from '../../../local/emulator/ec2/model/world';
import type { ResolvedTemplate, TemplateResource } from '../../../local/emulator/iam/template';
import type { ApiRequest } from '../../../local/emulator/kernel/api';
import { accessKeyOfRole } from '../../../local/emulator/kernel/caller';
import { type Clock, RealClock } from '../../../local/emulator/kernel/clock';
import { Timeline, type TimelineEvent } from '../../../local/emulator/kernel/timeline';
import { createServices, type Services, type ServicesOptions } from '../../../local/emulator/services';
import type { RegistryCluster } from '../../../local/emulator/template/registry';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-central-1';
export const NODE_1 = { instanceId: 'i-0a1b2c3d4e5f60001', networkInterfaceId: 'eni-0a1b2c3d4e5f60001' };
export const NODE_2 = { instanceId: 'i-0a1b2c3d4e5f60002', networkInterfaceId: 'eni-0a1b2c3d4e5f60002' };
export const SUBNET = 'subnet-0a1b2c3d4e5f60001';
export const VIP = '10.0.0.5';
export const ELASTIC_IP = 'eipalloc-0a1b2c3d4e5f60001';
export const TOPIC = `arn:aws:sns:${REGION}:${ACCOUNT}:notices`;
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-4333-8444-555555555555`;

export const MAIL: RegistryCluster = {
  name: 'mail',
  subnetId: SUBNET,
  virtualIps: [{ address: VIP, elasticIpAllocationId: ELASTIC_IP }],
  nodes: [NODE_1, NODE_2],
};

export function resource(
  type: string,
  logicalId: string,
  properties: Record<string, unknown>,
  names: { physicalId?: string; arn?: string } = {},
): TemplateResource {
  return { logicalId, type, properties, physicalId: names.physicalId ?? logicalId, arn: names.arn ?? null };
}

/** A role that one AWS service may take, with one inline policy. */
export function role(
  logicalId: string,
  statements: readonly object[],
  service = 'lambda.amazonaws.com',
): TemplateResource {
  const trust = { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: service } }] };
  const properties = {
    AssumeRolePolicyDocument: trust,
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }],
  };
  return resource('AWS::IAM::Role', logicalId, properties, { arn: `arn:aws:iam::${ACCOUNT}:role/${logicalId}` });
}

export function template(...resources: readonly TemplateResource[]): ResolvedTemplate {
  return { accountId: ACCOUNT, region: REGION, resources };
}

export const plainTopic = resource('AWS::SNS::Topic', 'Topic', {}, { physicalId: TOPIC, arn: TOPIC });

/** Alarms that a test can look at. */
export class Alarms implements AlarmStore {
  private readonly states = new Map<string, AlarmRecord[]>();

  constructor(private readonly now: () => number) {
    for (const name of ['mail-1-smtp', 'mail-2-smtp', 'web-1'])
      this.states.set(name, [
        {
          name,
          arn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${name}`,
          description: `${name} is down`,
          state: 'OK',
          reason: 'fine',
          since: Date.UTC(2026, 0, 1),
          updatedAt: Date.UTC(2026, 0, 1),
          metric: { namespace: 'App', name: 'Down', dimensions: { Host: name } },
        },
      ]);
  }

  list(at = this.now()) {
    return [...this.states.keys()].flatMap((name) => this.history(name, at).slice(-1));
  }

  history(name: string, at = this.now()) {
    return this.states.get(name)?.filter(({ updatedAt }) => updatedAt <= at) ?? [];
  }

  setState(name: string, state: AlarmRecord['state'], reason: string) {
    const [latest] = this.list().filter((each) => each.name === name);
    const since = latest?.state === state ? latest.since : this.now();
    if (latest) this.states.get(name)?.push({ ...latest, state, reason, since, updatedAt: this.now() });
  }
}

export interface Cloud {
  readonly world: World;
  readonly timeline: Timeline;
  readonly services: Services;
  readonly alarms: Alarms;
  readonly metrics: Metrics;
  events<Type extends TimelineEvent['type']>(type: Type): Extract<TimelineEvent, { type: Type }>[];
}

export function cloud(
  parts: {
    clock?: Clock;
    clusters?: readonly RegistryCluster[];
    template?: ResolvedTemplate;
    build?: BuildOptions;
    options?: ServicesOptions;
  } = {},
): Cloud {
  const clock = parts.clock ?? new RealClock();
  const timeline = new Timeline(() => clock.now());
  const common = { clock, timeline, accountId: ACCOUNT, region: REGION };
  const build = { transitions: { stopping: 20, pending: 20, shuttingDown: 20, initializing: 20 }, ...parts.build };
  const world = buildWorld({ ...common, clusters: parts.clusters ?? [MAIL], options: build });
  const alarms = new Alarms(() => clock.now());
  const metrics = new Metrics(clock);
  const services = createServices({
    world,
    clock,
    timeline,
    template: parts.template ?? template(plainTopic),
    alarms,
    metrics,
    ...(parts.options && { options: parts.options }),
  });
  const events: Cloud['events'] = (type) =>
    timeline.events.filter((event): event is Extract<TimelineEvent, { type: typeof type }> => event.type === type);
  return { world, timeline, services, alarms, metrics, events };
}

/** A loopback server around a cloud's dispatch, and the real SDK clients against it. */
export async function serve(target: Cloud) {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const answer = await target.services.dispatch({
        method: incoming.method ?? '',
        path: incoming.url ?? '/',
        headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
        body: Buffer.concat(chunks).toString(),
      });
      if (answer === 'reset') {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = (accessKeyId: string) => ({
    endpoint: `http://127.0.0.1:${port}`,
    region: REGION,
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const clients = (accessKeyId = 'AKIAADMINISTRATOR') => ({
    ec2: new EC2Client(config(accessKeyId)),
    sns: new SNSClient(config(accessKeyId)),
    cloudWatch: new CloudWatchClient(config(accessKeyId)),
  });
  return {
    ...clients(),
    as: (roleLogicalId: string) => clients(accessKeyOfRole(roleLogicalId)),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A signed form, without a client. */
export function signed(body: string, service = 'ec2', accessKey = 'AKIAADMINISTRATOR'): ApiRequest {
  const credential = `Credential=${accessKey}/20260101/${REGION}/${service}/aws4_request`;
  return {
    method: 'POST',
    path: '/',
    headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host;x-amz-date, Signature=0123abcd` },
    body,
  };
}
