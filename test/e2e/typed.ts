import { Readable } from 'node:stream';
import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  CreateSubnetCidrReservationCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
  type SubnetCidrReservationType,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import type { ApiRequest, ApiResponse } from '../../local/emulator/kernel/api';

/** The commands that a notice prints, in order. */
export function commandsIn(message: string): string[] {
  return message.split('\n').flatMap((line) => (line.startsWith('  aws ') ? [line.trim()] : []));
}

/** The commands that a document prints: in blocks of code, over several lines too, and whole ones in the text. */
export function commandsOf(markdown: string): string[] {
  const fence = /^ *```.*\n([\s\S]*?)^ *```/gm;
  const blocks = [...markdown.matchAll(fence)].map(([, code = '']) => code.replace(/\s*\\\n\s*/g, ' '));
  const inBlocks = blocks.flatMap((code) => code.split('\n').filter((line) => /^\s*aws /.test(line)));
  const inText = [...markdown.replace(fence, '').matchAll(/`(aws [^`]*--[^`]*)`/g)].map(([, command = '']) => command);
  return [...inBlocks, ...inText].map((command) => command.trim());
}

/** Options of a command line as a shell and the AWS CLI read it: `--name value value`, `--flag`, quotes around JSON. */
interface Options {
  one(name: string): string;
  all(name: string): string[];
  has(name: string): boolean;
  /** Those that nobody has asked for. */
  readonly unread: readonly string[];
}

/** The CLI's own: they are no part of the request. `--region` is read for every command. */
const OF_THE_CLI = ['query', 'output', 'region'];

function parse(line: string): { readonly words: string[]; readonly options: Options } {
  const parts = (line.match(/'[^']*'|\S+/g) ?? []).map((part) => part.replace(/^'(.*)'$/, '$1'));
  const first = parts.findIndex((part) => part.startsWith('--'));
  const options = new Map<string, string[]>();
  for (const [index, part] of parts.entries()) {
    if (!part.startsWith('--')) continue;
    const rest = parts.slice(index + 1);
    const next = rest.findIndex((each) => each.startsWith('--'));
    options.set(part.slice(2), next < 0 ? rest : rest.slice(0, next));
  }
  const read = new Set(OF_THE_CLI);
  const has = (name: string) => {
    read.add(name);
    return options.has(name);
  };
  const all = (name: string) => {
    read.add(name);
    const found = options.get(name);
    if (found === undefined) throw new Error(`${line}: --${name} is missing`);
    return found;
  };
  const one = (name: string) => {
    const [value, ...more] = all(name);
    if (value === undefined || more.length > 0) throw new Error(`${line}: --${name} takes one value`);
    return value;
  };
  return {
    words: parts.slice(1, first < 0 ? undefined : first),
    options: {
      one,
      all,
      has,
      get unread() {
        return [...options.keys()].filter((name) => !read.has(name));
      },
    },
  };
}

/** `Name=x,Values=a,b` as the AWS CLI reads it. */
function toFilter(text: string): { Name: string; Values: string[] } {
  const [, Name = '', values = ''] = /^Name=([^,]+),Values=(.+)$/.exec(text) ?? [];
  return { Name, Values: values.split(',') };
}

/** @param accessKey of whoever types, for requests for which there is no client here */
type Run = (
  options: Options,
  ec2: EC2Client,
  driver: ClusterDriver,
  states: SFNClient,
  accessKey: string,
) => Promise<unknown>;

/** `Key=x,Value=y` as the AWS CLI reads it. */
function toTag(text: string): { Key: string; Value?: string } {
  const [, Key = '', Value] = /^Key=([^,]+)(?:,Value=(.*))?$/.exec(text) ?? [];
  return { Key, ...(Value !== undefined && { Value }) };
}

type Kind = 'text' | 'number' | 'texts' | 'flag' | 'json';

/** The options of a request, as its API calls them. */
function given(options: Options, kinds: Readonly<Record<string, Kind>>): Record<string, unknown> {
  const read: Record<Kind, (name: string) => unknown> = {
    text: options.one,
    number: (name) => Number(options.one(name)),
    texts: options.all,
    flag: () => true,
    json: (name) => JSON.parse(options.one(name)),
  };
  return Object.fromEntries(
    Object.entries(kinds)
      .filter(([name]) => options.has(name))
      .map(([name, kind]) => [name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()), read[kind](name)]),
  );
}

const capital = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A request for which there is no client here: signed, and sent as the CLI would send it. */
async function send(
  driver: ClusterDriver,
  accessKey: string,
  service: string,
  body: string,
  headers = {},
): Promise<void> {
  const credential = `Credential=${accessKey}/20260101/us-east-1/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=00`;
  const request = { method: 'POST', path: '/', headers: { authorization, ...headers }, body };
  const { status, body: answer } = await carried(driver, request);
  if (status !== 200) throw new Error(`${service}: ${answer}`);
}

const query =
  (service: string, Version: string, Action: string, kinds: Readonly<Record<string, Kind>> = {}): Run =>
  (options, _ec2, driver, _states, accessKey) => {
    const values = Object.entries(given(options, kinds)).map(([name, value]) => [capital(name), String(value)]);
    return send(
      driver,
      accessKey,
      service,
      String(new URLSearchParams({ Action, Version, ...Object.fromEntries(values) })),
    );
  };

const json =
  (service: string, target: string, kinds: Readonly<Record<string, Kind>>, name = (each: string) => each): Run =>
  (options, _ec2, driver, _states, accessKey) => {
    const values = Object.entries(given(options, kinds)).map(([each, value]) => [name(each), value]);
    return send(driver, accessKey, service, JSON.stringify(Object.fromEntries(values)), { 'x-amz-target': target });
  };

const sns = (action: string, kinds: Readonly<Record<string, Kind>> = {}) => query('sns', '2010-03-31', action, kinds);
const logs = (action: string, kinds: Readonly<Record<string, Kind>>) => json('logs', `Logs_20140328.${action}`, kinds);

const IN_GROUP = { 'log-group-name': 'text', 'start-time': 'number', 'end-time': 'number', limit: 'number' } as const;

/** Waits like the AWS CLI, but on the cloud's clock. */
const waitFor =
  (state: string): Run =>
  async (options, ec2, driver) => {
    await driver.settled();
    const InstanceIds = options.all('instance-ids');
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
    const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
    if (states.some((each) => each !== state)) throw new Error(`${InstanceIds} did not become ${state}: ${states}`);
  };

const COMMANDS: Readonly<Record<string, Run>> = {
  'ec2 describe-network-interfaces': (options, ec2) =>
    ec2.send(new DescribeNetworkInterfacesCommand({ Filters: options.all('filters').map(toFilter) })),
  'ec2 start-instances': (options, ec2) =>
    ec2.send(new StartInstancesCommand({ InstanceIds: options.all('instance-ids') })),
  'ec2 stop-instances': (options, ec2) =>
    ec2.send(new StopInstancesCommand({ InstanceIds: options.all('instance-ids') })),
  'ec2 wait instance-running': waitFor('running'),
  'ec2 wait instance-stopped': waitFor('stopped'),
  'ec2 assign-private-ip-addresses': (options, ec2) =>
    ec2.send(
      new AssignPrivateIpAddressesCommand({
        NetworkInterfaceId: options.one('network-interface-id'),
        PrivateIpAddresses: options.all('private-ip-addresses'),
        AllowReassignment: options.has('allow-reassignment'),
      }),
    ),
  'ec2 unassign-private-ip-addresses': (options, ec2) =>
    ec2.send(
      new UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: options.one('network-interface-id'),
        PrivateIpAddresses: options.all('private-ip-addresses'),
      }),
    ),
  'ec2 associate-address': (options, ec2) =>
    ec2.send(
      new AssociateAddressCommand({
        AllocationId: options.one('allocation-id'),
        NetworkInterfaceId: options.one('network-interface-id'),
        PrivateIpAddress: options.one('private-ip-address'),
        AllowReassociation: options.has('allow-reassociation'),
      }),
    ),
  'ec2 create-tags': (options, ec2) =>
    ec2.send(new CreateTagsCommand({ Resources: options.all('resources'), Tags: options.all('tags').map(toTag) })),
  'ec2 delete-tags': (options, ec2) =>
    ec2.send(
      new DeleteTagsCommand({
        Resources: options.all('resources'),
        ...(options.has('tags') && { Tags: options.all('tags').map(toTag) }),
      }),
    ),
  'ec2 create-subnet-cidr-reservation': (options, ec2) =>
    ec2.send(
      new CreateSubnetCidrReservationCommand({
        SubnetId: options.one('subnet-id'),
        Cidr: options.one('cidr'),
        ReservationType: options.one('reservation-type') as SubnetCidrReservationType,
      }),
    ),
  'stepfunctions start-execution': async (options, _ec2, driver, states) => {
    await states.send(
      new StartExecutionCommand({ stateMachineArn: options.one('state-machine-arn'), input: options.one('input') }),
    );
    await driver.settled();
  },
  'stepfunctions start-sync-execution': (options, _ec2, _driver, states) =>
    states.send(
      new StartSyncExecutionCommand({ stateMachineArn: options.one('state-machine-arn'), input: options.one('input') }),
    ),
  'sns list-topics': sns('ListTopics'),
  'sns list-subscriptions-by-topic': sns('ListSubscriptionsByTopic', { 'topic-arn': 'text' }),
  'sns get-topic-attributes': sns('GetTopicAttributes', { 'topic-arn': 'text' }),
  'sns unsubscribe': sns('Unsubscribe', { 'subscription-arn': 'text' }),
  'sts get-caller-identity': query('sts', '2011-06-15', 'GetCallerIdentity'),
  'events put-events': json('events', 'AWSEvents.PutEvents', { entries: 'json' }, capital),
  'logs describe-log-groups': logs('DescribeLogGroups', { 'log-group-name-prefix': 'text', limit: 'number' }),
  'logs describe-log-streams': logs('DescribeLogStreams', {
    'log-group-name': 'text',
    'order-by': 'text',
    descending: 'flag',
    limit: 'number',
  }),
  'logs filter-log-events': logs('FilterLogEvents', { ...IN_GROUP, 'filter-pattern': 'text' }),
  'logs get-log-events': logs('GetLogEvents', { ...IN_GROUP, 'log-stream-name': 'text', 'start-from-head': 'flag' }),
  'logs start-query': logs('StartQuery', { ...IN_GROUP, 'log-group-names': 'texts', 'query-string': 'text' }),
};

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? '');
}

/** A request on its way, without a socket, because a virtual clock does not wait for one. */
async function carried({ cloud }: ClusterDriver, request: ApiRequest): Promise<ApiResponse> {
  let isAnswered = false;
  const answer = cloud.dispatch(request).finally(() => {
    isAnswered = true;
  });
  await cloud.until(() => isAnswered);
  const response = await answer;
  if (response === 'reset') throw new Error('The connection broke.');
  return response;
}

/** The SDK's way to this cloud. */
function carrier(driver: ClusterDriver) {
  return {
    handle: async ({ method, path, headers, body }: HttpRequest) => {
      const response = await carried(driver, { method, path, headers, body: textOf(body) });
      const { status: statusCode } = response;
      return {
        response: new HttpResponse({ statusCode, headers: response.headers, body: Readable.from([response.body]) }),
      };
    },
  };
}

/**
 * Types the commands one after the other.
 * @param accessKey of a role, or else an administrator's
 */
export async function type(
  driver: ClusterDriver,
  commands: readonly string[],
  accessKey = 'administrator',
): Promise<void> {
  const credentials = { accessKeyId: accessKey, secretAccessKey: 'anything' };
  for (const command of commands) {
    const { words, options } = parse(command);
    const run = COMMANDS[words.join(' ')];
    if (run === undefined) throw new Error(`${command}: no test knows this command`);
    const region = options.has('region') ? options.one('region') : 'us-east-1';
    const settings = { credentials, region, requestHandler: carrier(driver) };
    await run(options, new EC2Client(settings), driver, new SFNClient(settings), accessKey);
    if (options.unread.length > 0) throw new Error(`${command}: no test knows --${options.unread.join(', --')}`);
  }
  await driver.settled();
}
