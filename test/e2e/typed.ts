import { Readable } from 'node:stream';
import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  StartInstancesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { ClusterDriver } from '../../local/demo/cluster-driver';

/** The commands that a notice prints, in order. */
export function commandsIn(message: string): string[] {
  return message.split('\n').flatMap((line) => (line.startsWith('  aws ') ? [line.trim()] : []));
}

/** Options of a command line as a shell and the AWS CLI read it: `--name value value`, `--flag`, quotes around JSON. */
interface Options {
  one(name: string): string;
  all(name: string): string[];
  has(name: string): boolean;
}

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
  const all = (name: string) => {
    const found = options.get(name);
    if (found === undefined) throw new Error(`${line}: --${name} is missing`);
    return found;
  };
  const one = (name: string) => {
    const [value, ...more] = all(name);
    if (value === undefined || more.length > 0) throw new Error(`${line}: --${name} takes one value`);
    return value;
  };
  return { words: parts.slice(1, first), options: { one, all, has: (name) => options.has(name) } };
}

/** `Name=x,Values=a,b` as the AWS CLI reads it. */
function toFilter(text: string): { Name: string; Values: string[] } {
  const [, Name = '', values = ''] = /^Name=([^,]+),Values=(.+)$/.exec(text) ?? [];
  return { Name, Values: values.split(',') };
}

type Run = (options: Options, ec2: EC2Client, driver: ClusterDriver, states: SFNClient) => Promise<unknown>;

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
  'ec2 delete-tags': (options, ec2) =>
    ec2.send(
      new DeleteTagsCommand({
        Resources: options.all('resources'),
        Tags: options.all('tags').map((tag) => ({ Key: tag.replace(/^Key=/, '') })),
      }),
    ),
  'stepfunctions start-execution': async (options, _ec2, driver, states) => {
    await states.send(
      new StartExecutionCommand({ stateMachineArn: options.one('state-machine-arn'), input: options.one('input') }),
    );
    await driver.settled();
  },
};

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? '');
}

/** The SDK's way to this cloud: no socket, because a virtual clock does not wait for one. */
function carrier({ cloud }: ClusterDriver) {
  return {
    handle: async ({ method, path, headers, body }: HttpRequest) => {
      const request = { method, path, headers, body: textOf(body) };
      let isAnswered = false;
      const answer = cloud.dispatch(request).finally(() => {
        isAnswered = true;
      });
      await cloud.until(() => isAnswered);
      const response = await answer;
      if (response === 'reset') throw new Error('The connection broke.');
      const { status: statusCode } = response;
      return {
        response: new HttpResponse({ statusCode, headers: response.headers, body: Readable.from([response.body]) }),
      };
    },
  };
}

/** Types the commands one after the other, as an administrator. */
export async function type(driver: ClusterDriver, commands: readonly string[]): Promise<void> {
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'anything' };
  for (const command of commands) {
    const { words, options } = parse(command);
    const run = COMMANDS[words.join(' ')];
    if (run === undefined) throw new Error(`${command}: no test knows this command`);
    const settings = { credentials, region: options.one('region'), requestHandler: carrier(driver) };
    await run(options, new EC2Client(settings), driver, new SFNClient(settings));
  }
  await driver.settled();
}
