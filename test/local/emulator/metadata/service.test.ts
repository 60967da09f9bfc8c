import type { Cloud } from '../../../../local/emulator/cloud';
import type { ApiResponse } from '../../../../local/emulator/kernel/api';
import { accessKeyOfRole } from '../../../../local/emulator/kernel/caller';
import { closeAll, eventsOf, startStack } from '../harness';
import { MAIL, NODE_1, NODE_2, signed, VIP } from '../services-harness';

afterEach(closeAll);

const clusters = { Type: 'Pass', Assign: { clusters: [MAIL] }, End: true };
const given = (options: Parameters<typeof startStack>[1] = {}, resources = {}) =>
  startStack({ startAt: 'Begin', states: { Begin: clusters }, resources }, options);

const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';

async function ask(
  cloud: Cloud,
  request: { method?: string; path: string; headers?: Record<string, string> },
  id = NODE_1.instanceId,
) {
  return cloud.metadata.dispatchFor(id)({ method: 'GET', headers: {}, body: '', ...request });
}

async function tokenOf(cloud: Cloud, seconds = '60', id = NODE_1.instanceId): Promise<string> {
  return bodyOf(await ask(cloud, { method: 'PUT', path: '/latest/api/token', headers: { [TTL]: seconds } }, id));
}

async function get(cloud: Cloud, path: string, id = NODE_1.instanceId) {
  const headers = { 'x-aws-ec2-metadata-token': await tokenOf(cloud, '60', id) };
  return ask(cloud, { path: `/latest/${path}`, headers }, id);
}

function bodyOf(answer: ApiResponse | 'reset'): string {
  if (answer === 'reset') throw new Error('There is no answer.');
  return answer.body;
}

const statusOf = (answer: ApiResponse | 'reset') => (answer === 'reset' ? answer : answer.status);
const text = async (cloud: Cloud, path: string, id?: string) => bodyOf(await get(cloud, path, id));

describe('tokens', () => {
  test('without a token, or with one that nobody gave, nothing is told', async () => {
    const cloud = await given();
    const path = '/latest/meta-data/instance-id';
    expect(statusOf(await ask(cloud, { path }))).toBe(401);
    expect(statusOf(await ask(cloud, { path, headers: { 'x-aws-ec2-metadata-token': 'any' } }))).toBe(401);
  });

  test('a token holds for as long as was asked for, and for its own instance', async () => {
    const cloud = await given();
    const headers = { 'x-aws-ec2-metadata-token': await tokenOf(cloud, '10') };
    const path = '/latest/meta-data/instance-id';
    await cloud.advance(9_000);
    expect(bodyOf(await ask(cloud, { path, headers }))).toBe(NODE_1.instanceId);
    expect(statusOf(await ask(cloud, { path, headers }, NODE_2.instanceId))).toBe(401);
    await cloud.advance(1_000);
    expect(statusOf(await ask(cloud, { path, headers }))).toBe(401);
  });

  test.each([
    ['no time', {}, 400],
    ['a time in words', { [TTL]: 'long' }, 400],
    ['no seconds at all', { [TTL]: '0' }, 400],
    ['more than six hours', { [TTL]: '21601' }, 400],
    ['a proxy in between', { [TTL]: '60', 'x-forwarded-for': '10.0.0.9' }, 403],
    ['six hours', { [TTL]: '21600' }, 200],
  ])('asked for with %s: %j → %i', async (_, headers, status) => {
    const cloud = await given();
    expect(statusOf(await ask(cloud, { method: 'PUT', path: '/latest/api/token', headers }))).toBe(status);
  });

  test('other methods and other places to put are refused', async () => {
    const cloud = await given();
    expect(statusOf(await ask(cloud, { method: 'POST', path: '/latest/api/token' }))).toBe(405);
    expect(statusOf(await ask(cloud, { method: 'PUT', path: '/latest/user-data', headers: { [TTL]: '60' } }))).toBe(
      404,
    );
  });
});

describe('what an instance is told', () => {
  test('who and where it is', async () => {
    const cloud = await given();
    expect(await text(cloud, 'meta-data/instance-id')).toBe(NODE_1.instanceId);
    expect(await text(cloud, 'meta-data/placement/region')).toBe('us-east-1');
    expect(await text(cloud, 'meta-data/services/domain')).toBe('amazonaws.com');
    const document = JSON.parse(await text(cloud, 'dynamic/instance-identity/document'));
    expect(document).toMatchObject({ instanceId: NODE_1.instanceId, region: 'us-east-1', accountId: '123456789012' });
  });

  test('each interface by its MAC address, with its addresses, the primary one first', async () => {
    const cloud = await given();
    const { macAddress, primaryAddress } = cloud.world.networkInterface(NODE_1.networkInterfaceId);
    expect(await text(cloud, 'meta-data/mac')).toBe(macAddress);
    expect(await text(cloud, 'meta-data/network/interfaces/macs/')).toBe(`${macAddress}/`);
    const of = (name: string) => text(cloud, `meta-data/network/interfaces/macs/${macAddress}/${name}`);
    expect(await of('local-ipv4s')).toBe(`${primaryAddress}\n${VIP}`);
    expect(await of('interface-id')).toBe(NODE_1.networkInterfaceId);
    expect(await of('device-number')).toBe('0');
    expect(await of('subnet-ipv4-cidr-block')).toBe('10.0.0.0/24');
    expect(await of('public-ipv4s')).toBe('203.0.113.1');
    expect(await of('ipv4-associations/203.0.113.1')).toBe(VIP);
  });

  test('an address that EC2 gives to another node is shown there, and here no more', async () => {
    const cloud = await given();
    cloud.world.addresses.assign(NODE_2.networkInterfaceId, [VIP], true);
    const addresses = async ({ instanceId, networkInterfaceId }: typeof NODE_1) => {
      const { macAddress } = cloud.world.networkInterface(networkInterfaceId);
      return text(cloud, `meta-data/network/interfaces/macs/${macAddress}/local-ipv4s`, instanceId);
    };
    expect(await addresses(NODE_1)).not.toContain(VIP);
    expect(await addresses(NODE_2)).toContain(VIP);
  });

  test('it may lag behind EC2', async () => {
    const cloud = await given({ metadataLag: 3_000 });
    const { macAddress } = cloud.world.networkInterface(NODE_2.networkInterfaceId);
    const path = `meta-data/network/interfaces/macs/${macAddress}/local-ipv4s`;
    cloud.world.addresses.assign(NODE_2.networkInterfaceId, [VIP], true);
    await cloud.advance(2_999);
    expect(await text(cloud, path, NODE_2.instanceId)).not.toContain(VIP);
    await cloud.advance(1);
    expect(await text(cloud, path, NODE_2.instanceId)).toContain(VIP);
  });

  test('what the local cloud does not know is not found, by its name', async () => {
    const cloud = await given();
    const answer = await get(cloud, 'meta-data/ami-id');
    expect(statusOf(answer)).toBe(404);
    expect(bodyOf(answer)).toContain('/latest/meta-data/ami-id');
    expect(statusOf(await get(cloud, 'meta-data/instance-id/more'))).toBe(404);
    expect(statusOf(await get(cloud, 'meta-data/constructor'))).toBe(404);
  });
});

describe('it is silent', () => {
  test('for as long as it is down', async () => {
    const cloud = await given();
    cloud.metadata.outage(NODE_1.instanceId, 60_000);
    const token = { method: 'PUT', path: '/latest/api/token', headers: { [TTL]: '60' } };
    expect(await ask(cloud, token)).toBe('reset');
    expect(statusOf(await ask(cloud, token, NODE_2.instanceId))).toBe(200);
    await cloud.advance(60_000);
    expect(statusOf(await ask(cloud, token))).toBe(200);
  });

  test('where no guest runs', async () => {
    const cloud = await given();
    cloud.world.stopInstance(NODE_1.instanceId);
    await cloud.idle();
    expect(await ask(cloud, { path: '/latest/meta-data/instance-id' })).toBe('reset');
  });
});

describe('the role', () => {
  const resources = {
    NodeRole: {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'node', AssumeRolePolicyDocument: { Statement: [] } },
    },
  };
  const CREDENTIALS = 'meta-data/iam/security-credentials';

  test('an instance without one has no category iam', async () => {
    const cloud = await given();
    expect(statusOf(await get(cloud, `${CREDENTIALS}/`))).toBe(404);
  });

  test('its credentials are those that the services take for the role, and the session is named after the instance', async () => {
    const cloud = await given({ instanceRoles: { [NODE_1.instanceId]: 'NodeRole' } }, resources);
    expect(await text(cloud, `${CREDENTIALS}/`)).toBe('node');
    const { Code, AccessKeyId, Token, Expiration } = JSON.parse(await text(cloud, `${CREDENTIALS}/node`));
    expect([Code, AccessKeyId]).toEqual(['Success', accessKeyOfRole('NodeRole')]);
    expect(Date.parse(Expiration)).toBe(cloud.now() + 6 * 3_600_000);

    const request = signed('Action=DescribeInstances&Version=2016-11-15', 'ec2', AccessKeyId);
    let answer: ApiResponse | 'reset' | undefined;
    cloud.dispatch({ ...request, headers: { ...request.headers, 'x-amz-security-token': Token } }).then((each) => {
      answer = each;
    });
    await cloud.until(() => answer !== undefined);
    expect(eventsOf(cloud, 'api-call').map(({ caller, error }) => [caller, error?.code])).toEqual([
      [NODE_1.instanceId, 'UnauthorizedOperation'],
    ]);
  });

  test('it is the one of the instance profile, where the template has the instance', async () => {
    const more = {
      ...resources,
      Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'NodeRole' }] } },
      Node: { Type: 'AWS::EC2::Instance', Properties: { IamInstanceProfile: { Ref: 'Profile' } } },
    };
    const cloud = await given({}, more);
    const { physicalId } = cloud.template.resource('Node');
    cloud.world.addInstance({ ...cloud.world.instance(NODE_1.instanceId), id: physicalId });
    expect(await text(cloud, `${CREDENTIALS}/`, physicalId)).toBe('node');
  });

  test('a role that the template does not have is a mistake, and said', async () => {
    const cloud = await given({ instanceRoles: { [NODE_1.instanceId]: 'Nobody' } });
    await expect(get(cloud, CREDENTIALS)).rejects.toThrow('no role Nobody');
  });
});

test('each instance has an address of its own, which a client finds over HTTP', async () => {
  const cloud = await given();
  const first = await cloud.metadata.endpoint(NODE_1.instanceId);
  expect(await cloud.metadata.endpoint(NODE_1.instanceId)).toBe(first);
  expect(await cloud.metadata.endpoint(NODE_2.instanceId)).not.toBe(first);
  await expect(cloud.metadata.endpoint('i-0123456789abcdef0')).rejects.toThrow('does not exist');
  const token = await fetch(`${first}/latest/api/token`, { method: 'PUT', headers: { [TTL]: '60' } });
  const headers = { 'x-aws-ec2-metadata-token': await token.text() };
  const answer = await fetch(`${first}/latest/meta-data/instance-id`, { headers });
  expect(await answer.text()).toBe(NODE_1.instanceId);
});
