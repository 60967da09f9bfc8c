import type { Cloud } from '../../../../local/emulator/cloud';
import { accessKeyOfRole } from '../../../../local/emulator/kernel/caller';
import { closeAll, eventsOf, startStack } from '../harness';
import { signed } from '../services-harness';

afterEach(closeAll);

const rule = {
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['my.app'] },
      Targets: [{ Id: '1', Arn: { Ref: 'Machine' }, RoleArn: { 'Fn::GetAtt': ['RuleRole', 'Arn'] } }],
    },
  },
};
const given = () => startStack({ startAt: 'Done', states: { Done: { Type: 'Succeed' } }, resources: rule });

const ENTRY = { Source: 'my.app', DetailType: 'Hello', Detail: '{"a":1}' };

async function send(cloud: Cloud, parameters: object, action = 'PutEvents', accessKey?: string) {
  const { headers, ...request } = signed(JSON.stringify(parameters), 'events', accessKey);
  let answer: Awaited<ReturnType<Cloud['dispatch']>> | undefined;
  cloud.dispatch({ ...request, headers: { ...headers, 'x-amz-target': `AWSEvents.${action}` } }).then((each) => {
    answer = each;
  });
  await cloud.until(() => answer !== undefined);
  if (answer === undefined || answer === 'reset') throw new Error('There is no answer.');
  return { status: answer.status, body: JSON.parse(answer.body) };
}

const put = (cloud: Cloud, ...Entries: object[]) => send(cloud, { Entries });

test('an event is matched by the template’s rules, and its target gets it whole', async () => {
  const cloud = await given();
  const { status, body } = await put(
    cloud,
    { ...ENTRY, Resources: ['arn:x'], Time: Date.UTC(2020, 0, 2) / 1_000, EventBusName: 'default' },
    { ...ENTRY, Source: 'other.app', EventBusName: 'arn:aws:events:us-east-1:123456789012:event-bus/default' },
  );
  expect(status).toBe(200);
  const EventId = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(body).toEqual({ FailedEntryCount: 0, Entries: [{ EventId }, { EventId }] });
  await cloud.idle();
  expect(eventsOf(cloud, 'execution-started').map(({ input }) => input)).toEqual([
    {
      version: '0',
      id: body.Entries[0].EventId,
      'detail-type': 'Hello',
      source: 'my.app',
      account: '123456789012',
      time: '2020-01-02T00:00:00Z',
      region: 'us-east-1',
      resources: ['arn:x'],
      detail: { a: 1 },
    },
  ]);
});

test('a role may put what its policy’s conditions on source and detail type let through, all entries or none', async () => {
  const statement = {
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: 'arn:aws:events:us-east-1:123456789012:event-bus/default',
    Condition: { 'ForAllValues:StringEquals': { 'events:source': 'my.app', 'events:detail-type': 'Hello' } },
  };
  const node = {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: { Statement: [] },
      Policies: [{ PolicyName: 'Claim', PolicyDocument: { Statement: [statement] } }],
    },
  };
  const cloud = await startStack({
    startAt: 'Done',
    states: { Done: { Type: 'Succeed' } },
    resources: { ...rule, Node: node },
  });
  const as = (...Entries: object[]) => send(cloud, { Entries }, 'PutEvents', accessKeyOfRole('Node'));
  expect(await as(ENTRY)).toMatchObject({ status: 200, body: { FailedEntryCount: 0 } });
  for (const other of [{ Source: 'your.app' }, { DetailType: 'Bye' }]) {
    expect(await as({ ...ENTRY, ...other })).toMatchObject({ status: 400, body: { __type: 'AccessDeniedException' } });
    expect(await as(ENTRY, { ...ENTRY, ...other })).toMatchObject({ status: 400 });
  }
});

test.each([
  ['a source of AWS’s', { Source: 'aws.ec2' }, 'NotAuthorizedForSourceException'],
  ['no source', { Source: undefined }, 'InvalidArgument'],
  ['no detail type', { DetailType: '' }, 'InvalidArgument'],
  ['no detail', { Detail: undefined }, 'InvalidArgument'],
  ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
  ['a detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
])('an entry with %s fails alone', async (_, more, ErrorCode) => {
  const cloud = await given();
  const { body } = await put(cloud, { ...ENTRY, ...more }, ENTRY);
  expect(body).toEqual({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode, ErrorMessage: expect.any(String) }, { EventId: expect.any(String) }],
  });
  await cloud.idle();
  expect(eventsOf(cloud, 'execution-started')).toHaveLength(1);
});

/** An entry of so many bytes, the time among them. */
const ofBytes = (bytes: number) => {
  const rest = 'my.app'.length + 'Hello'.length + '{"a":""}'.length + 14;
  return { ...ENTRY, Time: 1, Detail: JSON.stringify({ a: 'x'.repeat(bytes - rest) }) };
};

test.each([
  ['no entry', [], 'ValidationException'],
  ['eleven entries', Array.from({ length: 11 }, () => ENTRY), 'ValidationException'],
  ['an entry of 256 KiB', [ENTRY, ofBytes(256 * 1024)], 'ValidationException'],
  ['another bus', [{ ...ENTRY, EventBusName: 'mine' }], 'ValidationException'],
  ['a field that nobody knows', [{ ...ENTRY, Colour: 'red' }], 'ValidationException'],
  ['an entry that is none', ['x'], 'SerializationException'],
  ['a time in words', [ENTRY, { ...ENTRY, Time: 'now' }], 'SerializationException'],
])('%s: the request is refused as a whole', async (_, Entries, __type) => {
  const cloud = await given();
  expect(await send(cloud, { Entries })).toMatchObject({ status: 400, body: { __type } });
  expect(eventsOf(cloud, 'event')).toEqual([]);
});

test('ten entries, one of them a byte less than 256 KiB, are put', async () => {
  const cloud = await given();
  const entries = [...Array.from({ length: 9 }, () => ENTRY), ofBytes(256 * 1024 - 1)];
  expect((await put(cloud, ...entries)).body.FailedEntryCount).toBe(0);
});

test('unknown actions and parameters are refused by name', async () => {
  const cloud = await given();
  expect(await send(cloud, {}, 'ListRules')).toMatchObject({
    body: { __type: 'UnknownOperationException', message: expect.stringContaining('ListRules') },
  });
  expect(await send(cloud, { Entries: [ENTRY], EndpointId: 'a.b' })).toMatchObject({
    body: { __type: 'ValidationException', message: expect.stringContaining('EndpointId') },
  });
});

test('a role needs events:PutEvents on the bus', async () => {
  const cloud = await given();
  const { status, body } = await send(cloud, { Entries: [ENTRY] }, 'PutEvents', accessKeyOfRole('RuleRole'));
  expect([status, body.__type]).toEqual([400, 'AccessDeniedException']);
  expect(body.message).toContain(
    'events:PutEvents on resource: arn:aws:events:us-east-1:123456789012:event-bus/default',
  );
  expect(eventsOf(cloud, 'event')).toEqual([]);
});
