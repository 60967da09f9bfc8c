import type { Cloud } from '../../local/cloud';
import type { EventFault } from '../../local/event-faults';
import { checkPattern, matches } from '../../local/event-pattern';
import { closeAll, eventsOf, startStack } from './runtime-harness';

afterEach(closeAll);

const event = { source: 'aws.ec2', detail: { state: 'stopped', count: 3, tags: ['a', 'b'] } };

it.each<[string, object, boolean]>([
  ['one of the values', { source: ['aws.s3', 'aws.ec2'] }, true],
  ['another value', { source: ['aws.s3'] }, false],
  ['a field that is not there', { detail: { owner: ['x'] } }, false],
  ['one of several values of the event', { detail: { tags: ['b'] } }, true],
  ['a prefix', { source: [{ prefix: 'aws.' }] }, true],
  ['anything but', { detail: { state: [{ 'anything-but': ['stopped'] }] } }, false],
  ['a field that must not be there', { detail: { owner: [{ exists: false }] } }, true],
  ['a range', { detail: { count: [{ numeric: ['>', 1, '<=', 3] }] } }, true],
  ['all fields at once', { source: ['aws.ec2'], detail: { state: ['running'] } }, false],
])('a pattern with %s', (_, pattern, expected) => {
  expect(matches(pattern as Parameters<typeof matches>[0], event)).toBe(expected);
});

it('refuses operators that it does not know', () => {
  expect(() => checkPattern({ source: [{ wildcard: '*' }] }, 'Rule')).toThrow('wildcard');
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

it('hands the target the whole event, as AWS sends it', async () => {
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

it.each<[EventFault, readonly string[]]>([
  [{ kind: 'duplicate' }, ['one', 'one', 'two']],
  [{ kind: 'drop' }, ['two']],
  [{ kind: 'delay' }, ['two', 'one']],
  [{ kind: 'reorder' }, ['two', 'one']],
])('an event meets the fault %j', async (fault, expected) => {
  const cloud = await startStack({ ...DONE, resources: rule() });
  expect(await deliver(cloud, ['one', 'two'], fault)).toEqual(expected);
});

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

  it('fails to deliver, and the event goes to the dead-letter queue', async () => {
    const cloud = await startStack({ ...DONE, resources: { ...rule(poor), ...role, ...letIn } });
    expect(await deliver(cloud, ['one'])).toEqual([]);
    expect(eventsOf(cloud, 'delivery-failed')[0]).toMatchObject({ rule: 'Small-Rule', deadLettered: true });
    expect(eventsOf(cloud, 'delivery-failed')[0]?.error).toContain('states:StartExecution');
    expect(JSON.parse(cloud.events.deadLetters[0]?.body ?? '')).toMatchObject({ detail: { name: 'one' } });
  });

  it('loses the event where the queue does not let EventBridge in', async () => {
    const cloud = await startStack({ ...DONE, resources: { ...rule(poor), ...role } });
    await deliver(cloud, ['one']);
    expect(eventsOf(cloud, 'delivery-failed')[0]).toMatchObject({ deadLettered: false });
    expect(cloud.events.deadLetters).toEqual([]);
  });
});

it('runs a schedule with its input, each interval, once it is asked to', async () => {
  const resources = {
    Check: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: 'rate(5 minutes)',
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
          Statement: [{ Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' }],
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
  };
  const cloud = await startStack({ ...DONE, resources });
  await cloud.advance(600_000);
  expect(eventsOf(cloud, 'execution-started')).toEqual([]);
  cloud.startSchedules();
  await cloud.advance(601_000);
  expect(eventsOf(cloud, 'execution-started').map(({ input }) => input)).toEqual([
    { mode: 'check' },
    { mode: 'check' },
  ]);
});
