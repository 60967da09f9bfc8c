import type { Cloud } from '../../../../local/emulator/cloud';
import type { EventFault } from '../../../../local/emulator/event-bridge/faults';
import { checkPattern, matches } from '../../../../local/emulator/event-bridge/pattern';
import { closeAll, eventsOf, startStack } from '../harness';

afterEach(closeAll);

const event = { source: 'aws.ec2', detail: { state: 'stopped', count: 3, tags: ['a', 'b'] } };

test.each<[string, object, boolean]>([
  ['one of the values', { source: ['aws.s3', 'aws.ec2'] }, true],
  ['another value', { source: ['aws.s3'] }, false],
  ['a field that is not there', { detail: { owner: ['x'] } }, false],
  ['one of several values of the event', { detail: { tags: ['b'] } }, true],
  ['a prefix', { source: [{ prefix: 'aws.' }] }, true],
  ['anything but', { detail: { state: [{ 'anything-but': ['stopped'] }] } }, false],
  ['anything but a prefix', { source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
  ['anything but another prefix', { source: [{ 'anything-but': { prefix: 'my.' } }] }, true],
  ['one of two patterns', { $or: [{ source: ['aws.s3'] }, { detail: { state: ['stopped'] } }] }, true],
  ['none of two patterns', { $or: [{ source: ['aws.s3'] }, { detail: { state: ['running'] } }] }, false],
  ['one of two patterns, but not the rest', { source: ['aws.s3'], $or: [{ detail: { state: ['stopped'] } }] }, false],
  ['a field that must not be there', { detail: { owner: [{ exists: false }] } }, true],
  ['a range', { detail: { count: [{ numeric: ['>', 1, '<=', 3] }] } }, true],
  ['all fields at once', { source: ['aws.ec2'], detail: { state: ['running'] } }, false],
])('a pattern with %s', (_, pattern, expected) => {
  expect(matches(pattern as Parameters<typeof matches>[0], event)).toBe(expected);
});

test('refuses operators that it does not know', () => {
  expect(() => checkPattern({ source: [{ wildcard: '*' }] }, 'Rule')).toThrow('wildcard');
  expect(() => checkPattern({ source: [{ 'anything-but': { suffix: '2' } }] }, 'Rule')).toThrow('suffix');
  expect(() => checkPattern({ $or: [{ source: [{ wildcard: '*' }] }] }, 'Rule')).toThrow('wildcard');
});

const rule = (target: object = {}) => ({
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['test'] },
      Targets: [{ Id: '1', Arn: { Ref: 'Machine' }, RoleArn: { 'Fn::GetAtt': ['RuleRole', 'Arn'] }, ...target }],
    },
  },
});

const DONE = { startAt: 'Done', states: { Done: { Type: 'Succeed' } } };

async function deliver(cloud: Cloud, names: readonly string[], fault?: EventFault): Promise<readonly unknown[]> {
  if (fault) cloud.events.faults.add(fault);
  for (const name of names) cloud.putEvent({ source: 'test', 'detail-type': 'Test', resources: [], detail: { name } });
  await cloud.idle();
  return eventsOf(cloud, 'execution-started').map(({ input }) => (input as { detail: { name: string } }).detail.name);
}

test('hands the target the whole event, as AWS sends it', async () => {
  const cloud = await startStack({ ...DONE, resources: rule() });
  await deliver(cloud, ['one']);
  expect(eventsOf(cloud, 'execution-started')[0]?.input).toEqual({
    version: '0',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    'detail-type': 'Test',
    source: 'test',
    account: '123456789012',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { name: 'one' },
  });
});

test.each<[EventFault, readonly string[]]>([
  [{ kind: 'duplicate' }, ['one', 'one', 'two']],
  [{ kind: 'drop' }, ['two']],
  [{ kind: 'delay' }, ['two', 'one']],
  [{ kind: 'reorder' }, ['two', 'one']],
])('an event meets the fault %j', async (fault, expected) => {
  const cloud = await startStack({ ...DONE, resources: rule() });
  expect(await deliver(cloud, ['one', 'two'], fault)).toEqual(expected);
});

/** What the services counted, a line each. */
const counted = (cloud: Cloud) =>
  eventsOf(cloud, 'metric').map(
    ({ namespace, name, dimensions }) => `${namespace} ${name} ${JSON.stringify(dimensions)}`,
  );

describe('a rule whose role may not start the state machine', () => {
  const role = {
    PoorRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: {} },
  };
  const poor = {
    RoleArn: { 'Fn::GetAtt': ['PoorRole', 'Arn'] },
    DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
  };
  const letIn = {
    QueuePolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Queue' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: { 'Fn::GetAtt': ['Queue', 'Arn'] },
            },
          ],
        },
      },
    },
  };

  test('fails to deliver, and the event goes to the dead-letter queue', async () => {
    const cloud = await startStack({ ...DONE, resources: { ...rule(poor), ...role, ...letIn } });
    expect(await deliver(cloud, ['one'])).toEqual([]);
    expect(eventsOf(cloud, 'delivery-failed')[0]).toMatchObject({ rule: 'Small-Rule', deadLettered: true });
    expect(eventsOf(cloud, 'delivery-failed')[0]?.error).toContain('states:StartExecution');
    expect(JSON.parse(cloud.events.deadLetters[0]?.body ?? '')).toMatchObject({ detail: { name: 'one' } });
    expect(counted(cloud)).toEqual(['AWS/Events InvocationsSentToDlq {"RuleName":"Small-Rule"}']);
  });

  test('loses the event where the queue does not let EventBridge in', async () => {
    const cloud = await startStack({ ...DONE, resources: { ...rule(poor), ...role } });
    await deliver(cloud, ['one']);
    expect(eventsOf(cloud, 'delivery-failed')[0]).toMatchObject({ deadLettered: false });
    expect(cloud.events.deadLetters).toEqual([]);
    expect(counted(cloud)).toEqual([
      'AWS/Events FailedInvocations {"RuleName":"Small-Rule"}',
      'AWS/Events InvocationsFailedToBeSentToDlq {"RuleName":"Small-Rule"}',
    ]);
  });
});

/** What a service says of itself is what its conditions are compared with, and nothing more. */
const onBehalfOf = (sourceArn: string) => ({
  StringEquals: { 'aws:SourceAccount': '123456789012' },
  ArnLike: { 'aws:SourceArn': sourceArn },
});

function checks(schedule: object = {}, trust: object = {}, may: object = { Ref: 'Machine' }) {
  return {
    Check: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(5 minutes)',
        ...schedule,
        Target: {
          Arn: { Ref: 'Machine' },
          RoleArn: { 'Fn::GetAtt': ['CheckRole', 'Arn'] },
          Input: '{"mode":"check"}',
        },
      },
    },
    CheckRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole', ...trust },
          ],
        },
        Policies: [
          {
            PolicyName: 'Start',
            PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: may }] },
          },
        ],
      },
    },
  };
}

test('runs a schedule with its input, each interval, once it is asked to', async () => {
  const cloud = await startStack({ ...DONE, resources: checks() });
  await cloud.advance(600_000);
  expect(eventsOf(cloud, 'execution-started')).toEqual([]);
  cloud.startSchedules();
  await cloud.advance(601_000);
  expect(eventsOf(cloud, 'execution-started').map(({ input }) => input)).toEqual([
    { mode: 'check' },
    { mode: 'check' },
  ]);
});

test('a cron schedule comes at its minutes of every hour', async () => {
  const stack = { ...DONE, resources: checks({ ScheduleExpression: 'cron(3,33 * * * ? *)' }) };
  const cloud = await startStack(stack, { schedules: true, startTime: Date.UTC(2026, 0, 1, 12, 10) });
  await cloud.advance(90 * 60_000);
  expect(eventsOf(cloud, 'execution-started').map(({ at }) => new Date(at).toISOString().slice(11, 16))).toEqual([
    '12:33',
    '13:03',
    '13:33',
  ]);
});

test.each(['cron(0 12 * * ? *)', 'cron(60 * * * ? *)', 'at(2026-01-01T00:00:00)', 'rate(0 minutes)'])(
  'refuses the schedule %s by name',
  async (ScheduleExpression) => {
    const started = startStack({ ...DONE, resources: checks({ ScheduleExpression }) });
    await expect(started).rejects.toThrow(ScheduleExpression);
  },
);

const group = { Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'mine' } } };
const GROUP_ARN = 'arn:aws:scheduler:us-east-1:123456789012:schedule-group/mine';

/** @see Scheduler User Guide, "Confused deputy prevention" */
test.each([
  ['its group', GROUP_ARN, 1],
  ['itself, which Scheduler does not name', 'arn:aws:scheduler:us-east-1:123456789012:schedule/*', 0],
])('a role can be for a schedule by the ARN of %s', async (_, sourceArn, started) => {
  const resources = { ...group, ...checks({ GroupName: { Ref: 'Group' } }, { Condition: onBehalfOf(sourceArn) }) };
  const cloud = await startStack({ ...DONE, resources }, { schedules: true });
  await cloud.advance(301_000);
  expect(eventsOf(cloud, 'execution-started')).toHaveLength(started);
});

test('a schedule that may not start the state machine is counted by its group', async () => {
  const resources = { ...group, ...checks({ GroupName: { Ref: 'Group' } }, {}, { Ref: 'MachineLogs' }) };
  const cloud = await startStack({ ...DONE, resources }, { schedules: true });
  await cloud.advance(301_000);
  expect(counted(cloud)).toContain('AWS/Scheduler InvocationDroppedCount {"ScheduleGroup":"mine"}');
});

/** A rule with a role of its own, which may be taken on behalf of one source. */
const trusted = (sourceArn: string) => ({
  ...rule({ RoleArn: { 'Fn::GetAtt': ['OwnRole', 'Arn'] } }),
  OwnRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sts:AssumeRole',
            Condition: onBehalfOf(sourceArn),
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'Start',
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'Machine' } }],
          },
        },
      ],
    },
  },
});

/** @see EventBridge User Guide, "Cross-service confused deputy prevention" */
test.each([
  ['rule/*', ['one']],
  ['rule/another', []],
])("a rule's role can be for %s", async (name, started) => {
  const cloud = await startStack({
    ...DONE,
    resources: trusted(`arn:aws:events:us-east-1:123456789012:${name}`),
  });
  expect(await deliver(cloud, ['one'])).toEqual(started);
});

test('a start that Step Functions throttles is tried again, and counted', async () => {
  const cloud = await startStack({ ...DONE, resources: rule() });
  const caller = 'service:events.amazonaws.com';
  cloud.faults.add({ service: 'states', action: 'StartExecution', caller, kind: 'throttle', times: 3 });
  expect(await deliver(cloud, ['one'])).toEqual(['one']);
  const [started] = eventsOf(cloud, 'execution-started');
  expect((started?.at ?? 0) - Date.UTC(2026, 0, 1)).toBeGreaterThan(1_000 + 2_000 + 4_000);
  const throttled = { namespace: 'AWS/States', name: 'ThrottledEvents', dimensions: { APIName: 'StartExecution' } };
  const points = cloud.metrics.points(throttled, 0, cloud.now());
  expect(points.map(({ value }) => value)).toEqual([1, 1, 1]);
});

test('whoever puts events may have a clock that is off', async () => {
  const cloud = await startStack({ ...DONE, resources: rule() }, { skew: { events: -120_000 } });
  await deliver(cloud, ['one']);
  expect(eventsOf(cloud, 'execution-started')[0]?.input).toMatchObject({ time: '2025-12-31T23:58:00Z' });
});
