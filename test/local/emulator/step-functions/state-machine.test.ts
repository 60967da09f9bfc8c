import { closeAll, eventsOf, invoke, startStack } from '../harness';
import { COUNTS, FAILS, HANGS, run } from './harness';

afterEach(closeAll);

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: "Maximum execution time", Express: 5 minutes
test('an execution ends after five minutes at most, whatever it waits for, and nothing goes on', async () => {
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

test('an execution ends when the TimeoutSeconds of its definition are over, and what it invoked is forgotten', async () => {
  const cloud = await startStack({
    functions: { work: HANGS },
    startAt: 'Work',
    timeoutSeconds: 2,
    states: { Work: { ...invoke('work'), End: true } },
  });
  const { result } = await run(cloud);
  expect(result).toMatchObject({ status: 'TIMED_OUT' });
  expect(eventsOf(cloud, 'execution-failed').map(({ error }) => error)).toEqual(['States.Timeout']);
  expect(eventsOf(cloud, 'lambda').map(({ what }) => what)).toEqual(['cold-start', 'timeout']);
});

describe('an execution that is killed', () => {
  const stack = {
    functions: { work: COUNTS },
    startAt: 'One',
    states: { One: { ...invoke('work'), Next: 'Two' }, Two: { ...invoke('work'), End: true } },
  };

  test('when it enters a state does not start its task', async () => {
    const cloud = await startStack(stack);
    cloud.stateMachine.killAt({ state: 'Two', when: 'entered' });
    const { result } = await run(cloud);
    expect(result).toEqual({ status: 'ABORTED', error: 'Aborted', cause: 'The execution was killed.' });
    expect(eventsOf(cloud, 'state-exited').map(({ state }) => state)).toEqual(['One']);
    expect(eventsOf(cloud, 'fault').map(({ what }) => what)).toEqual(['execution killed, Two entered']);
  });

  test('when it leaves a state has done its task, and no more', async () => {
    const cloud = await startStack(stack);
    cloud.stateMachine.killAt({ state: 'One', when: 'exited' });
    expect((await run(cloud)).result).toMatchObject({ status: 'ABORTED' });
    expect(eventsOf(cloud, 'state-entered').map(({ state }) => state)).toEqual(['One']);
  });

  test('at the second time only, where the second is asked for', async () => {
    const cloud = await startStack(stack);
    cloud.stateMachine.killAt({ state: 'One', when: 'entered', nth: 2 });
    expect((await run(cloud)).result).toMatchObject({ status: 'SUCCEEDED' });
    expect((await run(cloud)).result).toMatchObject({ status: 'ABORTED' });
    expect((await run(cloud)).result).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('while its task works does nothing with the answer', async () => {
    const cloud = await startStack({ ...stack, functions: { work: HANGS } });
    const execution = cloud.startExecution({});
    await cloud.advance(1_000);
    execution.kill();
    const before = execution.history.length;
    await cloud.idle();
    expect(execution.history.length).toBe(before);
    expect(execution.history.at(-1)).toMatchObject({ type: 'ExecutionAborted' });
    expect(await execution.result).toMatchObject({ status: 'ABORTED' });
  });
});

// https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html: "At-least-once workflow execution"
test('an execution may run twice under one ARN, as Express does', async () => {
  const cloud = await startStack({ startAt: 'Done', states: { Done: { Type: 'Succeed' } } });
  cloud.stateMachine.doubleNext(100);
  const { execution } = await run(cloud);
  expect(eventsOf(cloud, 'execution-succeeded').map((event) => event.execution)).toEqual([
    execution.arn,
    execution.arn,
  ]);
});

test('faults that have not struck are taken back', async () => {
  const cloud = await startStack({ startAt: 'Done', states: { Done: { Type: 'Succeed' } } });
  cloud.stateMachine.doubleNext();
  cloud.stateMachine.killAt({ state: 'Done', when: 'entered' });
  cloud.stateMachine.clearFaults();
  expect((await run(cloud)).result.status).toBe('SUCCEEDED');
  expect(cloud.stateMachine.executions.length).toBe(1);
});

test('the definition is refused by the name of what it has that does not run here', async () => {
  const start = (states: Record<string, object>) => startStack({ startAt: 'Odd', states });
  await expect(start({ Odd: { Type: 'Map', ItemProcessor: {}, End: true } })).rejects.toThrow('Odd');
  const resource = 'arn:aws:states:::sqs:sendMessage';
  await expect(start({ Odd: { Type: 'Task', Resource: resource, End: true } })).rejects.toThrow(resource);
});

test('the timeline shows what each state was given, made and assigned', async () => {
  const cloud = await startStack({
    functions: { work: COUNTS },
    startAt: 'Begin',
    states: {
      Begin: { Type: 'Pass', Assign: { total: null }, Next: 'Work' },
      Work: {
        ...invoke('work'),
        Assign: { total: '{% $states.result.Payload %}' },
        Output: { done: true },
        End: true,
      },
    },
  });
  const { execution } = await run(cloud, { given: 1 });
  const shown = { execution: execution.arn, state: 'Work', stateType: 'Task' };
  expect(eventsOf(cloud, 'state-entered')[1]).toMatchObject({
    ...shown,
    input: { given: 1 },
    variables: { total: null },
  });
  expect(eventsOf(cloud, 'state-exited')[1]).toMatchObject({
    ...shown,
    output: { done: true },
    assigned: { total: 1 },
  });
});
