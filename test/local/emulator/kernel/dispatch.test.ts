import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { accessKeyOfRole } from '../../../../local/emulator/kernel/caller';
import { VirtualClock } from '../../../../local/emulator/kernel/clock';
import { Faults } from '../../../../local/emulator/kernel/faults';
import { REALISTIC, REALISTIC_LATENCIES } from '../../../../local/emulator/kernel/latency';
import { seeded } from '../../../../local/emulator/kernel/random';
import {
  ACCOUNT,
  cloud,
  NODE_1,
  NODE_2,
  plainTopic,
  REGION,
  role,
  serve,
  signed,
  template,
  VIP,
} from '../services-harness';

const DESCRIBE =
  'Action=DescribeNetworkInterfaces&Version=2016-11-15&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-*';
const MOVE = `Action=AssignPrivateIpAddresses&Version=2016-11-15&NetworkInterfaceId=${NODE_2.networkInterfaceId}&PrivateIpAddress.1=${VIP}&AllowReassignment=true`;

/** A cloud in virtual time, and what a call answers: status and error code, or "reset". */
function virtual(parts: Parameters<typeof cloud>[0] = {}) {
  const clock = new VirtualClock();
  const aws = cloud({ ...parts, clock });
  async function call(body: string, accessKey?: string): Promise<string> {
    let answer: string | undefined;
    const dispatched = aws.services.dispatch(signed(body, 'ec2', accessKey)).then((response) => {
      if (response === 'reset') answer = 'reset';
      else answer = `${response.status} ${/<Code>(.*?)<\/Code>/.exec(response.body)?.[1] ?? 'ok'}`;
    });
    await clock.run(() => answer !== undefined);
    await dispatched;
    return answer ?? '';
  }
  return { ...aws, clock, call };
}

test.each([
  ['nothing at all', { body: '', headers: {} }, 'MissingAuthenticationToken', 403],
  [
    'an unsigned action',
    { body: 'Action=DescribeInstances&Version=2016-11-15', headers: {} },
    'MissingAuthenticationToken',
    403,
  ],
  ['a foreign authorization', { headers: { authorization: 'Bearer x' } }, 'IncompleteSignature', 400],
  ['no action', { body: 'Version=2016-11-15' }, 'MissingAction', 400],
  ['garbage', { body: '\u0000\u0001%%%&&&=&a.b.c=1&a.b=2' }, 'MalformedQueryString', 400],
  ['JSON for EC2', { body: '{"Action":"DescribeInstances"}' }, 'MissingAction', 400],
  ['a name with holes', { body: 'Action=DescribeInstances&Filter..Name=x' }, 'MalformedQueryString', 400],
  [
    'a list where text belongs',
    { body: 'Action=AssignPrivateIpAddresses&NetworkInterfaceId.1=x' },
    'InvalidParameterValue',
    400,
  ],
  ['a prototype for a parameter', { body: 'Action=__proto__&__proto__.x=1&constructor=2' }, 'InvalidAction', 400],
  [
    'three megabytes',
    { body: `Action=DescribeInstances&Filter.1.Name=${'x'.repeat(3_000_000)}` },
    'RequestEntityTooLarge',
    413,
  ],
])('a request with %s gets a clean error', async (_, parts, code, status) => {
  const request = { ...signed(''), ...parts };
  const answer = await cloud().services.dispatch(request);
  expect(answer).toMatchObject({ status, body: expect.stringContaining(`<Code>${code}</Code>`) });
});

test('a service that is not there is named', async () => {
  const answer = await cloud().services.dispatch(signed('Action=ListBuckets', 's3'));
  expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('service s3') });
});

test('a role may do what its policy allows, on the interfaces that it names, and nothing else', async () => {
  const arn = `arn:aws:ec2:${REGION}:${ACCOUNT}:network-interface/${NODE_1.networkInterfaceId}`;
  const allow = { Effect: 'Allow', Action: 'ec2:AssignPrivateIpAddresses', Resource: arn };
  const aws = cloud({ template: template(plainTopic, role('Assign', [allow])) });
  const client = await serve(aws);
  await expect(client.as('Assign').ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({
    name: 'UnauthorizedOperation',
    message: `You are not authorized to perform this operation. User: arn:aws:sts::${ACCOUNT}:assumed-role/Assign/Assign is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action`,
    $metadata: { httpStatusCode: 403 },
  });
  await client.close();
  const key = accessKeyOfRole('Assign');
  expect(key).toMatch(/^ASIA[A-Z2-7]{16}$/);
  const elsewhere = await aws.services.dispatch(signed(MOVE, 'ec2', key));
  expect(elsewhere).toMatchObject({
    status: 403,
    body: expect.stringContaining(`on resource: ${arn.slice(0, -1)}2 because`),
  });
  const here = await aws.services.dispatch(
    signed(MOVE.replace(NODE_2.networkInterfaceId, NODE_1.networkInterfaceId), 'ec2', key),
  );
  expect(here).toMatchObject({ status: 200 });
  expect(aws.events('api-call').map((event) => event.caller)).toEqual(['Assign', 'Assign', 'Assign']);
});

test.each([
  ['throttle', '503 RequestLimitExceeded', false],
  ['error500', '500 InternalError', false],
  ['error503', '503 Unavailable', false],
  ['reset', 'reset', false],
  ['lost-response', 'reset', true],
] as const)('fault %s: the caller sees "%s", the change took effect: %s', async (kind, answer, moved) => {
  const faults = new Faults().add({ action: 'AssignPrivateIpAddresses', kind, times: 1 });
  const { call, world, events } = virtual({ options: { faults } });
  expect(await call(MOVE)).toBe(answer);
  expect(world.holderOf(VIP)).toBe(moved ? NODE_2.networkInterfaceId : NODE_1.networkInterfaceId);
  expect(events('fault')).toMatchObject([{ what: `${kind} at ec2:AssignPrivateIpAddresses by administrator` }]);
  expect(await call(MOVE)).toBe('200 ok');
});

const refusal = { kind: 'error', code: 'AuthFailure', status: 401 } as const;

test.each([
  ['an error by any name', refusal, '401 AuthFailure', false],
  ['an error after the change took effect', { ...refusal, after: true }, '401 AuthFailure', true],
  ['an answer cut short', { kind: 'cut-short' }, '200 ok', true],
  ['a web page', { kind: 'not-xml' }, '200 ok', false],
  ['an answer that comes late', { kind: 'slow-answer', delay: 7_000 }, '200 ok', true],
  ['an empty list, which a change does not have', { kind: 'empty' }, '200 ok', true],
] as const)('%s: what the caller sees, and whether the change took effect', async (_, fault, answer, moved) => {
  const faults = new Faults().add({ action: 'AssignPrivateIpAddresses', ...fault, times: 1 });
  const { call, world } = virtual({ options: { faults } });
  expect(await call(MOVE)).toBe(answer);
  expect(world.holderOf(VIP)).toBe(moved ? NODE_2.networkInterfaceId : NODE_1.networkInterfaceId);
  expect(await call(MOVE)).toBe('200 ok');
});

test('a change whose answer is slow takes effect at once', async () => {
  const faults = new Faults().add({ kind: 'slow-answer', delay: 7_000 });
  const { clock, services, world } = virtual({ options: { faults } });
  const answered = services.dispatch(signed(MOVE));
  await clock.run(() => world.holderOf(VIP) === NODE_2.networkInterfaceId);
  expect(clock.now() - Date.UTC(2026, 0, 1)).toBe(3);
  await clock.run(() => false);
  await answered;
  expect(clock.now() - Date.UTC(2026, 0, 1)).toBe(7_003);
});

/** The XML of a call's answer. */
async function bodyOf(aws: ReturnType<typeof virtual>, body: string): Promise<string> {
  let answer: string | undefined;
  const dispatched = aws.services.dispatch(signed(body)).then((response) => {
    answer = response === 'reset' ? response : response.body;
  });
  await aws.clock.run(() => answer !== undefined);
  await dispatched;
  return answer ?? '';
}

const INSTANCES = 'Action=DescribeInstances&Version=2016-11-15';

test.each([
  ['nothing', { kind: 'empty' }, [false, false, false]],
  ['all but the first', { kind: 'lacks' }, [false, true, false]],
  ['all but the one with this ID', { kind: 'lacks', id: NODE_2.instanceId }, [true, false, true]],
  ['a node without its interface', { kind: 'lacks', id: NODE_1.networkInterfaceId }, [true, true, false]],
] as const)('an answer that shows %s', async (_, fault, shown) => {
  const aws = virtual({ options: { faults: new Faults().add(fault) } });
  const body = await bodyOf(aws, INSTANCES);
  const ids = [NODE_1.instanceId, NODE_2.instanceId, NODE_1.networkInterfaceId];
  expect(ids.map((id) => body.includes(`>${id}<`))).toEqual(shown);
});

test('half of a body is no XML that anybody can read, and a web page is none at all', async () => {
  const half = await bodyOf(virtual({ options: { faults: new Faults().add({ kind: 'cut-short' }) } }), INSTANCES);
  expect(half).toMatch(/^<\?xml/);
  expect(half).not.toContain('</DescribeInstancesResponse>');
  const page = await bodyOf(virtual({ options: { faults: new Faults().add({ kind: 'not-xml' }) } }), INSTANCES);
  expect(page).toMatch(/^<!DOCTYPE html>/);
});

test('a rule can look at the parameters: while a zone is disrupted EC2 answers only those who name instances', async () => {
  const faults = new Faults().add({
    action: 'DescribeInstances',
    kind: 'error503',
    when: ({ parameters }) => parameters.InstanceId === undefined,
  });
  const { call } = virtual({ options: { faults } });
  expect(await call(`${INSTANCES}&Filter.1.Name=instance-id&Filter.1.Value.1=${NODE_1.instanceId}`)).toBe(
    '503 Unavailable',
  );
  expect(await call(`${INSTANCES}&InstanceId.1=${NODE_1.instanceId}`)).toBe('200 ok');
});

test('a refusal can be lost, too', async () => {
  const faults = new Faults().add({ kind: 'lost-response', times: 1 });
  const { call, events } = virtual({ options: { faults } });
  expect(await call(MOVE.replace('&AllowReassignment=true', ''))).toBe('reset');
  expect(events('api-call')).toMatchObject([
    { error: { code: 'ECONNRESET' }, result: 'refused: InvalidParameterValue' },
  ]);
});

test('a slow call takes effect late', async () => {
  const faults = new Faults().add({ kind: 'slow', delay: 7_000 });
  const { call, events } = virtual({ options: { faults } });
  expect(await call(MOVE)).toBe('200 ok');
  expect(events('api-call')).toMatchObject([{ milliseconds: 7_003 }]);
});

test('a rule can mean one call of one caller: the third', async () => {
  const faults = new Faults().add({ service: 'ec2', caller: 'administrator', nth: 3, kind: 'error500' });
  const { call } = virtual({ options: { faults } });
  const answers = [await call(DESCRIBE), await call(DESCRIBE), await call(DESCRIBE), await call(DESCRIBE)];
  expect(answers).toEqual(['200 ok', '200 ok', '500 InternalError', '200 ok']);
});

test('random faults with the same seed are the same', async () => {
  const run = async (seed: number) => {
    const faults = new Faults().randomly({ probability: 0.5, kinds: ['throttle', 'reset'], random: seeded(seed) });
    const { call } = virtual({ options: { faults } });
    const answers: string[] = [];
    for (let index = 0; index < 12; index++) answers.push(await call(DESCRIBE));
    return answers;
  };
  expect(await run(7)).toEqual(await run(7));
  expect(new Set(await run(7))).toEqual(new Set(['200 ok', '503 RequestLimitExceeded', 'reset']));
});

test.each([
  ['with a filter', DESCRIBE, 100, 20],
  ['without a filter', 'Action=DescribeNetworkInterfaces', 50, 10],
  ['AssignPrivateIpAddresses', MOVE, 100, 5],
  ['another change', `Action=CreateTags&ResourceId.1=${NODE_1.instanceId}&Tag.1.Key=a`, 50, 5],
])("EC2's bucket %s: so many at once, then so many a second", async (_, body, capacity, refill) => {
  const { clock, services } = virtual({ options: { throttle: true, latency: () => 0 } });
  const burst = async (count: number) => {
    const answers = await Promise.all(Array.from({ length: count }, () => services.dispatch(signed(body))));
    return answers.filter((answer) => answer !== 'reset' && answer.status === 200).length;
  };
  expect(await burst(capacity + 10)).toBe(capacity);
  clock.setTimeout(() => {}, 1_000);
  await clock.run(() => false);
  expect(await burst(capacity)).toBe(refill);
});

test('describe calls lag behind changes for as long as they are told to', async () => {
  const { clock, services, world } = virtual({ build: { history: 5_000 }, options: { lag: 2_000, latency: () => 0 } });
  const holder = async () => {
    const answer = await services.dispatch(
      signed(`${DESCRIBE}&Filter.2.Name=addresses.private-ip-address&Filter.2.Value.1=${VIP}`),
    );
    return answer === 'reset' ? answer : /<networkInterfaceId>(.*?)</.exec(answer.body)?.[1];
  };
  const pass = async (milliseconds: number) => {
    clock.setTimeout(() => {}, milliseconds);
    await clock.run(() => false);
  };
  await pass(10_000);
  world.addresses.assign(NODE_2.networkInterfaceId, [VIP], true);
  await pass(1_999);
  expect(await holder()).toBe(NODE_1.networkInterfaceId);
  await pass(1);
  expect(await holder()).toBe(NODE_2.networkInterfaceId);
});

test('realistic latencies lie around their medians, by a generator that can be repeated', () => {
  const random = seeded(3);
  const draws = Array.from({ length: 999 }, () => REALISTIC('ec2', 'AssignPrivateIpAddresses', random)).sort(
    (a, b) => a - b,
  );
  const [median = 0, spread = 0] = REALISTIC_LATENCIES['ec2:AssignPrivateIpAddresses'] ?? [];
  expect(Math.abs((draws[499] ?? 0) - median)).toBeLessThan(median * 0.1);
  expect(draws[998]).toBeLessThanOrEqual(median + spread);
});

test('the execution that a call belongs to is on the timeline', async () => {
  const options = { identify: () => ({ execution: 'express:1', functionName: 'assign-ip' }) };
  const aws = cloud({ template: template(plainTopic, role('Assign', [])), options });
  await aws.services.dispatch(signed(DESCRIBE, 'ec2', accessKeyOfRole('Assign')));
  expect(aws.events('api-call')).toMatchObject([
    { caller: 'assign-ip', execution: 'express:1', error: { code: 'UnauthorizedOperation' } },
  ]);
});
