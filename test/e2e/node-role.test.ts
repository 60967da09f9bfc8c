import { type Cloud, startCloud } from '../../local/emulator/cloud';
import { EC2_ACTIONS } from '../../local/emulator/ec2/service';
import { AccessControl } from '../../local/emulator/iam/access';
import type { Caller } from '../../local/emulator/kernel/api';
import { accessKeyOfRole } from '../../local/emulator/kernel/caller';
import { Timeline } from '../../local/emulator/kernel/timeline';
import { loadTemplate } from '../../local/emulator/template/template';
import { claimsTemplate } from '../guests/claims';
import { signed } from '../local/emulator/services-harness';

/** A stack that gives each of its two nodes a role that may claim. */
const templateFile = claimsTemplate();
const template = loadTemplate(templateFile);
const access = new AccessControl(template, new Timeline(() => 0));
const role = template.resources.find(({ logicalId }) => logicalId.startsWith('Mail1Role'))?.logicalId ?? '';
const NODE: Caller = { kind: 'role', roleLogicalId: role, functionName: 'a-node' };

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ templateFile, clock: 'virtual' });
});
afterAll(() => cloud.close());

/** Every action of every statement of every policy in the template, with each resource that it stands on; the node's own aside. */
function granted(value: unknown): (readonly [action: string, resource: string])[] {
  if (Array.isArray(value)) return value.flatMap(granted);
  if (typeof value !== 'object' || value === null) return [];
  const { Effect, Action, Resource = '*' } = Object(value);
  if (Effect === undefined || Action === undefined) return Object.values(value).flatMap(granted);
  return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => [action, resource] as const));
}
const isClaim = ({ properties }: (typeof template.resources)[number]) =>
  JSON.stringify(properties).includes(' Claim i-');
const pairs = granted(template.resources.filter((each) => !isClaim(each)).map(({ properties }) => properties));
const ACTIONS = [...new Set(pairs.map(([action]) => action))].sort();

test('the template has the policies of five functions, of the workflow, of rules and schedules, of the topic and its key', () => {
  expect(ACTIONS.length).toBeGreaterThan(30);
  expect(ACTIONS).toEqual(
    expect.arrayContaining(['ec2:AssignPrivateIpAddresses', 'lambda:InvokeFunction', 'sns:Publish', 'sts:AssumeRole']),
  );
});

test.each(ACTIONS)('a node may not %s, on whatever some policy of the stack names', (action) => {
  const resources = new Set(pairs.flatMap(([each, resource]) => (each === action ? [resource] : [])));
  for (const resource of [...resources, '*', ...template.resources.flatMap(({ arn }) => arn ?? [])])
    expect([resource, access.authorize({ caller: NODE, action, resource }).allowed]).toEqual([resource, false]);
});

async function ask(service: string, body: string, target?: string): Promise<{ status: number; body: string }> {
  const { headers, ...request } = signed(body, service, accessKeyOfRole(role));
  let answer: Awaited<ReturnType<Cloud['dispatch']>> | undefined;
  void cloud
    .dispatch({ ...request, headers: { ...headers, ...(target && { 'x-amz-target': target }) } })
    .then((each) => {
      answer = each;
    });
  await cloud.until(() => answer !== undefined);
  if (answer === undefined || answer === 'reset') throw new Error('There is no answer.');
  return answer;
}

/** Something of the account for each parameter by which EC2's actions name what they act on. */
function named(): Readonly<Record<string, string>> {
  const [first, second] = cloud.clusters[0]?.nodes ?? [];
  return {
    'InstanceId.1': first?.instanceId ?? '',
    NetworkInterfaceId: second?.networkInterfaceId ?? '',
    'ResourceId.1': first?.instanceId ?? '',
    'Tag.1.Key': 'vip-failover:paused',
    'Tag.1.Value': '',
    AssociationId: 'eipassoc-0a1b2c3d4e5f60001',
    AllocationId: 'eipalloc-0a1b2c3d4e5f60001',
    SubnetId: cloud.clusters[0]?.subnetId ?? '',
    SubnetCidrReservationId: 'scr-0a1b2c3d4e5f60001',
    Cidr: '10.0.0.5/32',
    ReservationType: 'explicit',
    'PrivateIpAddress.1': '10.0.0.5',
  };
}

test.each(Object.keys(EC2_ACTIONS))('EC2 refuses a node’s %s', async (action) => {
  const parameters = EC2_ACTIONS[action]?.parameters ?? [];
  const isList = action !== 'AssociateAddress';
  const given = Object.entries(named()).filter(
    ([name]) => parameters.includes(name.replace(/\.\d.*$/, '')) && (isList || !name.startsWith('InstanceId')),
  );
  const body = new URLSearchParams({ Action: action, Version: '2016-11-15', ...Object.fromEntries(given) });
  const answer = await ask('ec2', body.toString());
  expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('UnauthorizedOperation')]);
});

const physicalIdOf = (wanted: string) => template.resources.find(({ type }) => type === wanted)?.physicalId ?? '';

test('Step Functions and SNS refuse a node', async () => {
  const stateMachineArn = physicalIdOf('AWS::StepFunctions::StateMachine');
  const start = await ask(
    'states',
    JSON.stringify({ stateMachineArn, input: '{}' }),
    'AWSStepFunctions.StartExecution',
  );
  expect([start.status, start.body]).toEqual([400, expect.stringContaining('AccessDeniedException')]);
  const TopicArn = physicalIdOf('AWS::SNS::Topic');
  const publish = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn, Message: 'moved' });
  const answer = await ask('sns', publish.toString());
  expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('AuthorizationError')]);
});

describe('events', () => {
  const own = () => ({
    Source: 'vip-failover',
    DetailType: `Virtual IP Claim ${cloud.clusters[0]?.nodes[0]?.instanceId}`,
    Detail: '{"cluster":"mail"}',
  });
  const other = () => ({ ...own(), DetailType: `Virtual IP Claim ${cloud.clusters[0]?.nodes[1]?.instanceId}` });
  const put = (...Entries: readonly object[]) => ask('events', JSON.stringify({ Entries }), 'AWSEvents.PutEvents');

  test('a node may claim for itself', async () => {
    const { status, body } = await put(own());
    expect([status, JSON.parse(body)]).toMatchObject([200, { FailedEntryCount: 0 }]);
    await cloud.idle();
    expect(cloud.world.holderOf('10.0.0.5', cloud.clusters[0]?.subnetId ?? '')).toBe(
      cloud.clusters[0]?.nodes[0]?.networkInterfaceId,
    );
  });

  const REFUSED: Readonly<Record<string, () => readonly object[]>> = {
    'for the other node': () => [other()],
    'for itself and for the other node in one call': () => [own(), other()],
    'from another source': () => [{ ...own(), Source: 'my.app' }],
    'as EC2': () => [{ ...own(), Source: 'aws.ec2', DetailType: 'EC2 Instance State-change Notification' }],
    'the outcome of a failover': () => [{ ...own(), DetailType: 'Virtual IP Failover Outcome' }],
    'of no type': () => [{ Source: 'vip-failover', Detail: '{}' }],
  };
  test.each(Object.entries(REFUSED))('but put none %s', async (_what, entries) => {
    const { status, body } = await put(...entries());
    expect([status, body]).toEqual([400, expect.stringContaining('AccessDeniedException')]);
  });

  test('and none on another bus', () => {
    const keys = { 'events:source': [own().Source], 'events:detail-type': [own().DetailType] };
    const may = (bus: string) =>
      access.authorize({
        caller: NODE,
        action: 'events:PutEvents',
        resource: `arn:aws:events:${template.region}:${template.accountId}:event-bus/${bus}`,
        context: keys,
      }).allowed;
    expect([may('default'), may('mine')]).toEqual([true, false]);
  });
});
