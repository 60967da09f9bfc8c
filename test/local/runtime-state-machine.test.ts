import type { Cloud } from '../../local/cloud';
import { closeAll, eventsOf, invoke, startStack } from './runtime-harness';

afterEach(closeAll);

const FAILS = `exports.handler = async () => { throw Object.assign(new Error('no'), { name: 'Sorry' }); };`;
const COUNTS = 'let count = 0; exports.handler = async () => ++count;';

/** Waits for the end of an execution while virtual time runs. */
async function run(cloud: Cloud, input: unknown = {}) {
  const execution = cloud.startExecution(input);
  await cloud.idle();
  return { execution, result: await execution.result };
}

const elapsed = (cloud: Cloud) => cloud.timeline.events.map(({ at }) => at - (cloud.timeline.events[0]?.at ?? 0));

describe('a task that fails', () => {
  const retried = (retry: object) =>
    startStack({
      functions: { work: FAILS },
      startAt: 'Work',
      states: { Work: { ...invoke('work', { Retry: [{ ErrorEquals: ['Sorry'], ...retry }] }), End: true } },
    });

  it('is tried again as often as MaxAttempts says, after growing pauses that MaxDelaySeconds caps', async () => {
    const cloud = await retried({ IntervalSeconds: 1, BackoffRate: 3, MaxDelaySeconds: 5, MaxAttempts: 4 });
    const { result } = await run(cloud);
    expect(result).toMatchObject({ status: 'FAILED', error: 'Sorry' });
    const retries = eventsOf(cloud, 'state-retried');
    expect(retries.map(({ attempt, error }) => [attempt, error])).toEqual([1, 2, 3, 4].map((n) => [n, 'Sorry']));
    const began = cloud.timeline.events[0]?.at ?? 0;
    expect(retries.map(({ at }) => at - began)).toEqual([1_000, 4_000, 9_000, 14_000]);
  });

  it('is not tried again where MaxAttempts is 0', async () => {
    const cloud = await retried({ MaxAttempts: 0 });
    await run(cloud);
    expect(eventsOf(cloud, 'state-retried')).toEqual([]);
  });

  it('waits at most the full pause with jitter', async () => {
    const cloud = await retried({ IntervalSeconds: 2, BackoffRate: 1, MaxAttempts: 5, JitterStrategy: 'FULL' });
    await run(cloud);
    expect(Math.max(...elapsed(cloud))).toBeLessThanOrEqual(10_000);
  });

  it('gives the first Catch that fits the error as AWS words it: the cause is JSON', async () => {
    const cloud = await startStack({
      functions: { work: FAILS },
      startAt: 'Work',
      states: {
        Work: {
          ...invoke('work'),
          Catch: [
            { ErrorEquals: ['Other'], Next: 'Wrong' },
            { ErrorEquals: ['Sorry'], ResultPath: '$.deep.error', Next: 'Right' },
            { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
          ],
          End: true,
        },
        Right: { Type: 'Succeed' },
        Wrong: { Type: 'Fail' },
      },
    });
    const { result } = await run(cloud, { kept: 1 });
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { kept: 1, deep: { error: { Error: 'Sorry' } } } });
    const [caught] = eventsOf(cloud, 'state-caught');
    expect(JSON.parse(caught?.cause ?? '')).toEqual({
      errorType: 'Sorry',
      errorMessage: 'no',
      trace: expect.arrayContaining(['Sorry: no']),
    });
    expect(caught).toMatchObject({ error: 'Sorry', next: 'Right' });
  });
});

describe('data', () => {
  it('replaces the input under the ResultPath that stands for the whole', async () => {
    const cloud = await startStack({
      functions: { work: 'exports.handler = async () => "made";' },
      startAt: 'Work',
      states: {
        Work: { ...invoke('work'), ResultSelector: { 'made.$': '$.Payload' }, ResultPath: '$', Next: 'None' },
        None: { Type: 'Pass', Result: null, ResultPath: '$.nothing', End: true },
      },
    });
    const { result } = await run(cloud, { given: 1 });
    expect(result).toEqual({ status: 'SUCCEEDED', output: { made: 'made', nothing: null } });
  });

  it('has the context object of AWS', async () => {
    const cloud = await startStack({
      startAt: 'Look',
      states: { Look: { Type: 'Pass', Parameters: { 'all.$': '$$' }, End: true } },
    });
    const { execution, result } = await run(cloud, { given: 1 });
    expect(result).toMatchObject({
      output: {
        all: {
          Execution: {
            Id: execution.arn,
            Name: execution.name,
            Input: { given: 1 },
            StartTime: '2026-01-01T00:00:00.000Z',
            RoleArn: expect.stringMatching(/^arn:aws:iam::\d{12}:role\//),
          },
          State: { Name: 'Look', EnteredTime: '2026-01-01T00:00:00.000Z', RetryCount: 0 },
          StateMachine: { Name: 'machine', Id: expect.stringMatching(/stateMachine:machine$/) },
        },
      },
    });
    expect(execution.arn).toMatch(/^arn:aws:states:us-east-1:\d{12}:express:machine:[\w-]{36}:[\w-]{36}$/);
  });

  it('over 256 KiB fails the execution, and States.ALL does not catch it', async () => {
    const cloud = await startStack({
      functions: { work: `exports.handler = async () => 'x'.repeat(300 * 1024);` },
      startAt: 'Work',
      states: {
        Work: { ...invoke('work'), Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], End: true },
        Caught: { Type: 'Succeed' },
      },
    });
    expect((await run(cloud)).result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

describe('time', () => {
  const HANGS = 'exports.handler = () => new Promise(() => undefined);';

  it('runs out for a function: Sandbox.Timedout, and the next invocation starts cold', async () => {
    const cloud = await startStack({
      functions: { work: HANGS },
      startAt: 'Work',
      states: {
        Work: { ...invoke('work', { Retry: [{ ErrorEquals: ['Sandbox.Timedout'], MaxAttempts: 1 }] }), End: true },
      },
    });
    const { result } = await run(cloud);
    expect(result).toMatchObject({ status: 'FAILED', error: 'Sandbox.Timedout' });
    expect(result).toHaveProperty('cause', expect.stringContaining('Task timed out after 3.00 seconds'));
    expect(eventsOf(cloud, 'lambda').map(({ what }) => what)).toEqual([
      'cold-start',
      'timeout',
      'cold-start',
      'timeout',
    ]);
  });

  it('runs out for a task: States.Timeout, while its function goes on', async () => {
    const cloud = await startStack({
      functions: { work: HANGS },
      startAt: 'Work',
      states: { Work: { ...invoke('work', { TimeoutSeconds: 1 }), End: true } },
    });
    const execution = cloud.startExecution({});
    await cloud.until(() => eventsOf(cloud, 'execution-failed').length > 0);
    expect(await execution.result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(cloud.lambda.busy).toBe(1);
  });

  it('runs out for an execution after five minutes at most, whatever it waits for, and nothing goes on', async () => {
    const cloud = await startStack({
      functions: { work: FAILS },
      startAt: 'Work',
      timeoutSeconds: 900,
      states: {
        Work: {
          ...invoke('work', { Retry: [{ ErrorEquals: ['Sorry'], IntervalSeconds: 200, MaxAttempts: 9 }] }),
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Succeed' },
      },
    });
    const { result } = await run(cloud);
    expect(result).toEqual({ status: 'TIMED_OUT', error: 'States.Timeout', cause: '' });
    expect(cloud.now() - Date.UTC(2026, 0, 1)).toBe(300_000);
    const before = cloud.timeline.events.length;
    await cloud.advance(600_000);
    expect(cloud.timeline.events.length).toBe(before);
  });
});

describe('an execution that is killed', () => {
  const stack = {
    functions: { work: COUNTS },
    startAt: 'One',
    states: { One: { ...invoke('work'), ResultPath: '$.one', Next: 'Two' }, Two: { ...invoke('work'), End: true } },
  };

  it('when it enters a state does not start its task', async () => {
    const cloud = await startStack(stack);
    cloud.stateMachine.killAt({ state: 'Two', when: 'entered' });
    expect((await run(cloud)).result).toMatchObject({ status: 'ABORTED' });
    expect(eventsOf(cloud, 'state-exited').map(({ state }) => state)).toEqual(['One']);
  });

  it('when it leaves a state has done its task, and no more', async () => {
    const cloud = await startStack(stack);
    cloud.stateMachine.killAt({ state: 'One', when: 'exited' });
    expect((await run(cloud)).result).toMatchObject({ status: 'ABORTED' });
    expect(eventsOf(cloud, 'state-entered').map(({ state }) => state)).toEqual(['One']);
  });
});

it('may run twice under one ARN, as Express does', async () => {
  const cloud = await startStack({ startAt: 'Done', states: { Done: { Type: 'Succeed' } } });
  cloud.stateMachine.doubleNext(100);
  const { execution } = await run(cloud);
  expect(eventsOf(cloud, 'execution-succeeded').map((event) => event.execution)).toEqual([
    execution.arn,
    execution.arn,
  ]);
});

it('writes its history to its log group, each event after the one before', async () => {
  const cloud = await startStack({
    functions: { work: COUNTS },
    startAt: 'Work',
    states: { Work: { ...invoke('work'), End: true } },
  });
  const { execution } = await run(cloud);
  const lines = eventsOf(cloud, 'log').filter(({ group }) => group === '/aws/vendedlogs/states/machine');
  const events = lines.map(({ line }) => JSON.parse(line));
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  expect(events.map(({ previous_event_id }) => previous_event_id)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(events.every(({ execution_arn }) => execution_arn === execution.arn)).toBe(true);
});

it('refuses what it does not run, by name', async () => {
  const start = (states: Record<string, object>) => startStack({ startAt: 'Odd', states });
  await expect(start({ Odd: { Type: 'Map', ItemProcessor: {}, End: true } })).rejects.toThrow('Odd');
  const resource = 'arn:aws:states:::sqs:sendMessage';
  await expect(start({ Odd: { Type: 'Task', Resource: resource, End: true } })).rejects.toThrow(resource);
});
