import { join } from 'node:path';
import type { Cloud } from '../../local/emulator/cloud';
import type { ApiRequest } from '../../local/emulator/kernel/api';
import { type RunningServer, startServer } from '../../local/emulator/kernel/server';
import { closeAll, eventsOf, startStack } from '../local/emulator/harness';
import { MAIL, NODE_1, NODE_2, VIP } from '../local/emulator/services-harness';
import { commands, configuration, GUEST, run, type Shell, shells, which } from './programs';
import { signedHeaders } from './signature';

const SHELLS = shells();
const [SHELL] = SHELLS;
const SOURCE = 'vip-failover';
const DETAIL_TYPE = `Virtual IP Claim ${NODE_1.instanceId}`;

const role = (action: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: 'node',
    AssumeRolePolicyDocument: { Statement: [] },
    Policies: [
      { PolicyName: 'Claim', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] } },
    ],
  },
});

let cloud: Cloud;
let front: RunningServer;
let requests: ApiRequest[];

async function given(action = 'events:PutEvents', roles = { [NODE_1.instanceId]: 'NodeRole' }): Promise<void> {
  const states = { Begin: { Type: 'Pass', Assign: { clusters: [MAIL] }, End: true } };
  cloud = await startStack(
    { startAt: 'Begin', states, resources: { NodeRole: role(action) } },
    { clock: 'real', instanceRoles: roles },
  );
  requests = [];
  front = await startServer((request) => {
    requests.push(request);
    return cloud.dispatch(request);
  }, 0);
}

afterEach(async () => {
  await front?.close();
  await closeAll();
});

async function claim(args: readonly string[], shell: Shell | undefined = SHELL, more: Record<string, string> = {}) {
  if (shell === undefined) throw new Error('There is no shell.');
  return run([...shell.command, join(GUEST, 'vip-claim'), ...args], {
    PATH: shell.path,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: await cloud.metadata.endpoint(NODE_1.instanceId),
    AWS_ENDPOINT_URL: front.endpoint,
    CONFIGURATION_DIRECTORY: configuration(`# our clusters\r\nmail ${VIP} # smtp\r\nweb 10.0.0.6\n`),
    ...more,
  });
}

const claims = () => eventsOf(cloud, 'event').filter(({ source }) => source === SOURCE);

/** What the product does with a claim, in one line. */
function answerClaims(): void {
  cloud.timeline.listen((event) => {
    if (event.type === 'event' && event.source === SOURCE)
      setTimeout(() => cloud.world.addresses.assign(NODE_1.networkInterfaceId, [VIP], true), 300);
  });
}

describe.each(SHELLS)('under $name', (shell) => {
  test('a claim is one event, signed as AWS wants it, by the instance in its role', async () => {
    await given();
    expect(await claim(['mail', '--reason', 'keepalived: "master"\n\\o/'], shell)).toMatchObject({ code: 0 });
    expect(claims()).toMatchObject([
      { detailType: DETAIL_TYPE, detail: { cluster: 'mail', reason: 'keepalived: "master" \\o/' } },
    ]);
    expect(eventsOf(cloud, 'api-call').map(({ caller, action }) => [caller, action])).toEqual([
      [NODE_1.instanceId, 'PutEvents'],
    ]);
    const [request] = requests;
    const { SecretAccessKey } = await credentials();
    expect(request && signedHeaders(request, SecretAccessKey)).toEqual(
      expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token', 'x-amz-target']),
    );
  });

  test('with --wait it returns when the address is here', async () => {
    await given();
    cloud.world.addresses.assign(NODE_2.networkInterfaceId, [VIP], true);
    answerClaims();
    const { code, errors } = await claim(['mail', '--wait', '20'], shell);
    expect([code, errors]).toEqual([0, expect.stringContaining(`mail is here: ${VIP}`)]);
    expect(cloud.world.holderOf(VIP)).toBe(NODE_1.networkInterfaceId);
  });

  test('with --wait it fails when the address does not come', async () => {
    await given();
    cloud.world.addresses.assign(NODE_2.networkInterfaceId, [VIP], true);
    const { code, errors } = await claim(['mail', '--wait', '1'], shell);
    expect([code, errors]).toEqual([1, expect.stringContaining(`the addresses of mail (${VIP}) are not all here`)]);
    expect(claims()).toHaveLength(1);
  });

  test.each([
    ['no cluster', [], 'name the cluster'],
    ['two clusters', ['mail', 'web'], 'name one cluster'],
    ['an option without its value', ['mail', '--wait'], '--wait needs a value'],
    ['a time in words', ['mail', '--wait', 'long'], "not 'long'"],
    ['an unknown option', ['mail', '--force'], 'no option --force'],
  ])('wrong usage is refused and claims nothing: %s', async (_, args, what) => {
    await given();
    const { code, errors } = await claim(args, shell);
    expect([code, errors]).toEqual([2, expect.stringContaining(what)]);
    expect(requests).toEqual([]);
  });

  test('--wait for a cluster whose addresses nobody wrote down claims all the same, and says so', async () => {
    await given();
    const { code, errors } = await claim(['files', '--wait', '5'], shell);
    expect([code, errors]).toEqual([2, expect.stringContaining('Write a line there: files ADDRESS')]);
    expect(claims()).toHaveLength(1);
  });

  test('what passes is tried again: metadata that is down, a service that fails', async () => {
    await given();
    cloud.metadata.outage(NODE_1.instanceId, 1_000);
    cloud.faults.add({ kind: 'error503', service: 'events', times: 2 });
    const { code, errors } = await claim(['mail', '--wait', '30'], shell);
    expect([code, errors]).toEqual([
      0,
      expect.stringMatching(/metadata.*Trying again[\s\S]*EventBridge.*Trying again/),
    ]);
    expect(claims()).toHaveLength(1);
  });
});

async function credentials(): Promise<{ SecretAccessKey: string }> {
  const answer = async (path: string, more = {}) =>
    (await fetch(`${await cloud.metadata.endpoint(NODE_1.instanceId)}/latest/${path}`, more)).text();
  const token = await answer('api/token', { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' } });
  const headers = { 'x-aws-ec2-metadata-token': token };
  return JSON.parse(await answer('meta-data/iam/security-credentials/node', { headers }));
}

test('a role that may not claim ends it at once, with what is missing', async () => {
  await given('events:ListRules');
  const { code, errors } = await claim(['mail', '--wait', '30']);
  expect([code, errors]).toEqual([4, expect.stringContaining('The role node needs events:PutEvents')]);
  expect(requests).toHaveLength(1);
});

test('an instance without a role says so', async () => {
  await given('events:PutEvents', {});
  const { code, errors } = await claim(['mail', '--wait', '1']);
  expect([code, errors]).toEqual([3, expect.stringContaining('this instance has no role')]);
});

test('metadata that stays silent says so', async () => {
  await given();
  cloud.metadata.outage(NODE_1.instanceId, 60_000);
  const { code, errors } = await claim(['mail', '--wait', '1']);
  expect([code, errors]).toEqual([3, expect.stringContaining('cannot be reached')]);
});

test('an event that EventBridge refuses is a failure, although the answer is 200', async () => {
  await given();
  const body = JSON.stringify({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'oh' }] });
  const refusing = await startServer(async () => ({ status: 200, headers: {}, body }), 0);
  const more = { AWS_ENDPOINT_URL_EVENTBRIDGE: refusing.endpoint, PATH: noCli() };
  const { code, errors } = await claim(['mail', '--wait', '1'], SHELL, more);
  await refusing.close();
  expect([code, errors]).toEqual([4, expect.stringContaining('InternalFailure')]);
  expect(requests).toEqual([]);
});

test.each([
  ['is not UTF-8', Buffer.from('caf\xe9 \xff', 'latin1'), 'caf? ?'],
  ['is cut within a character', Buffer.from(`${'x'.repeat(255)}用`), 'x'.repeat(255)],
  ['ends with a character of several bytes', Buffer.from('運用'), '運用'],
])('a reason that %s is made well-formed', async (_, reason, expected) => {
  await given();
  // Node hands arguments on as UTF-8 only.
  const script = `exec "$0" "$1" mail --reason "$(printf '${[...reason].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}')"`;
  const shell = { name: 'sh', command: ['/bin/sh', '-c', script, ...(SHELL?.command ?? [])], path: SHELL?.path ?? '' };
  expect(await claim([], shell)).toMatchObject({ code: 0 });
  expect(claims()).toMatchObject([{ detail: { cluster: 'mail', reason: expected } }]);
});

/** A path without the AWS CLI. */
function noCli(): string {
  const names = ['cat', 'cut', 'date', 'grep', 'iconv', 'sed', 'sleep', 'tr', 'wc', 'curl'];
  return commands(Object.fromEntries(names.map((name) => [name, `#!/bin/sh\nexec ${which(name)} "$@"\n`])));
}

describe('a curl that cannot sign', () => {
  const OLD = `#!/bin/sh\ncase "$*" in *--aws-sigv4*) exit 2 ;; esac\nexec ${which('curl')} "$@"\n`;

  test('leaves the claim to the AWS CLI', async () => {
    await given();
    const log = `${commands({})}/arguments`;
    const cli = `#!/bin/sh\nprintf '%s\\n' "$AWS_SESSION_TOKEN" "$@" >${log}\nprintf '{\\n    "FailedEntryCount": 0\\n}\\n'\n`;
    const { code } = await claim(['mail'], SHELL, { PATH: `${commands({ curl: OLD, aws: cli })}:${SHELL?.path}` });
    expect(code).toBe(0);
    const { code: read } = await run(['grep', '-q', `LOCAL/${NODE_1.instanceId}`, log], { PATH: SHELL?.path ?? '' });
    expect(read).toBe(0);
    expect((await run(['grep', '-q', DETAIL_TYPE, log], { PATH: SHELL?.path ?? '' })).code).toBe(0);
  });

  test('without the AWS CLI says what to install', async () => {
    await given();
    const { code, errors } = await claim(['mail'], SHELL, { PATH: `${commands({ curl: OLD })}:${noCli()}` });
    expect([code, errors]).toEqual([3, expect.stringContaining('7.75 or later')]);
  });
});
