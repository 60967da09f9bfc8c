import type { JsonObject } from '../../../../local/emulator/template/json';
import { failing, outputOf, play, task } from './harness';

const GUIDE = 'https://docs.aws.amazon.com/step-functions/latest/dg';
const end = { Type: 'Succeed' };
const hangs = () => new Promise(() => undefined);

describe(`Task: ${GUIDE}/state-task.html`, () => {
  test('gives its Arguments to the task, and its result to Output and Assign', async () => {
    const { calls, outcome, ofType } = await play(
      {
        Work: task({
          Arguments: { FunctionName: 'work', Payload: { asked: '{% $states.input.question %}' } },
          Assign: { answer: '{% $states.result.Payload.answer %}' },
          Output: { of: '{% $states.input.question %}', answer: '{% $states.result.Payload.answer %}' },
        }),
      },
      { input: { question: 'why' }, work: () => ({ Payload: { answer: 42 } }) },
    );
    expect(calls).toEqual([{ FunctionName: 'work', Payload: { asked: 'why' } }]);
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { of: 'why', answer: 42 } });
    expect(ofType('state-exited')).toMatchObject([{ assigned: { answer: 42 }, output: { of: 'why', answer: 42 } }]);
  });

  test('hands its result on where it has no Output', async () => {
    const work = () => ({ Payload: 1, StatusCode: 200 });
    expect(await outputOf({ Work: task() }, { work })).toEqual({ Payload: 1, StatusCode: 200 });
  });

  test('fails with States.Timeout when its TimeoutSeconds are over', async () => {
    const { outcome, elapsed } = await play({ Work: task({ TimeoutSeconds: 4 }) }, { work: hangs });
    expect(outcome).toEqual({ status: 'FAILED', error: 'States.Timeout', cause: '' });
    expect(elapsed).toBe(4_000);
  });

  test('takes its TimeoutSeconds from an expression', async () => {
    const Work = task({ TimeoutSeconds: '{% $states.input.seconds %}' });
    expect((await play({ Work }, { work: hangs, input: { seconds: 6 } })).elapsed).toBe(6_000);
    for (const seconds of ['6', 0, -1, 1.5]) {
      const { outcome, calls } = await play({ Work }, { input: { seconds } });
      expect(outcome).toMatchObject({ error: 'States.QueryEvaluationError' });
      expect(calls).toEqual([]);
    }
  });

  test('that answers in time is not timed out afterwards', async () => {
    const { outcome, elapsed } = await play({
      Work: task({ TimeoutSeconds: 4, Next: 'Wait' }),
      Wait: { Type: 'Wait', Seconds: 9, End: true },
    });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(elapsed).toBe(9_000);
  });
});

describe(`Retry: ${GUIDE}/concepts-error-handling.html`, () => {
  const retried = (...retriers: readonly JsonObject[]) => ({ Work: task({ Retry: retriers }) });

  test('tries again after growing pauses: 1 s, doubled, three times by default', async () => {
    const { outcome, ofType } = await play(retried({ ErrorEquals: ['Sorry'] }), { work: failing('Sorry') });
    expect(outcome).toEqual({ status: 'FAILED', error: 'Sorry', cause: 'cause of Sorry' });
    const retries = ofType('state-retried');
    expect(retries.map(({ attempt, error }) => [attempt, error])).toEqual([1, 2, 3].map((n) => [n, 'Sorry']));
    expect(retries.map(({ at }) => at)).toEqual([1_000, 3_000, 7_000]);
  });

  test('caps the pauses with MaxDelaySeconds', async () => {
    const retrier = { ErrorEquals: ['Sorry'], IntervalSeconds: 1, BackoffRate: 3, MaxDelaySeconds: 5, MaxAttempts: 4 };
    const { ofType } = await play(retried(retrier), { work: failing('Sorry') });
    expect(ofType('state-retried').map(({ at }) => at)).toEqual([1_000, 4_000, 9_000, 14_000]);
  });

  test('never tries again with MaxAttempts 0, and asks no further retrier', async () => {
    const retriers = [
      { ErrorEquals: ['Sorry'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 9 },
    ];
    expect((await play(retried(...retriers), { work: failing('Sorry') })).calls.length).toBe(1);
  });

  test('counts for each retrier apart: the example of the page', async () => {
    const retriers = [
      { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
      { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
    ];
    const { calls, ofType, outcome } = await play(
      {
        Work: task({ Retry: retriers, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] }),
        Caught: end,
      },
      { work: failing('ErrorA', 'ErrorB', 'ErrorC', 'ErrorB') },
    );
    expect(calls.length).toBe(4);
    expect(ofType('state-retried').map(({ at }) => at)).toEqual([1_000, 3_000, 8_000]);
    expect(outcome).toMatchObject({ output: { Error: 'ErrorB' } });
  });

  test('counts anew when the state is entered again', async () => {
    const { calls } = await play(
      {
        Begin: { Type: 'Pass', Assign: { passes: 0 }, Next: 'Work' },
        Work: task({
          Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Assign: { passes: '{% $passes + 1 %}' }, Next: 'Again' }],
        }),
        Again: { Type: 'Choice', Choices: [{ Condition: '{% $passes < 2 %}', Next: 'Work' }], Default: 'End' },
        End: end,
      },
      { work: failing('Sorry') },
    );
    expect(calls.length).toBe(4);
  });

  test('waits a random part of the pause with full jitter', async () => {
    const retrier = { ErrorEquals: ['Sorry'], IntervalSeconds: 4, BackoffRate: 1, JitterStrategy: 'FULL' };
    const numbers = [0, 0.25, 0.999];
    const random = () => numbers.shift() ?? 0;
    const { ofType } = await play(retried(retrier), { work: failing('Sorry'), random });
    expect(ofType('state-retried').map(({ at }) => at)).toEqual([0, 1_000, 4_996]);
  });

  test('tries again what timed out', async () => {
    const { calls, elapsed } = await play(
      { Work: task({ TimeoutSeconds: 2, Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] }) },
      { work: hangs },
    );
    expect(calls.length).toBe(2);
    expect(elapsed).toBe(5_000);
  });

  test('ends with the execution', async () => {
    const retrier = { ErrorEquals: ['Sorry'], IntervalSeconds: 60 };
    const { outcome, calls } = await play(retried(retrier), { work: failing('Sorry'), timeoutSeconds: 30 });
    expect(outcome).toMatchObject({ status: 'TIMED_OUT' });
    expect(calls.length).toBe(1);
  });
});

describe(`Catch: ${GUIDE}/concepts-error-handling.html`, () => {
  const caught = (...catchers: readonly JsonObject[]) => ({
    Work: task({ Catch: catchers }),
    Right: { Type: 'Pass', Output: { input: '{% $states.input %}' }, End: true },
    Wrong: { Type: 'Fail' },
  });

  test('goes where the first catcher leads that names the error, with the error as output', async () => {
    const states = caught(
      { ErrorEquals: ['Other'], Next: 'Wrong' },
      { ErrorEquals: ['Sorry'], Next: 'Right' },
      { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
    );
    const { outcome, ofType } = await play(states, { work: failing('Sorry') });
    expect(outcome).toMatchObject({ output: { input: { Error: 'Sorry', Cause: 'cause of Sorry' } } });
    expect(ofType('state-caught')).toMatchObject([{ error: 'Sorry', cause: 'cause of Sorry', next: 'Right' }]);
  });

  test("uses the catcher's Assign and Output, which see the error, the input and the variables", async () => {
    const { outcome, ofType } = await play(
      {
        Set: { Type: 'Pass', Assign: { x: 1 }, Next: 'Work' },
        Work: task({
          Assign: { x: 'never' },
          Output: 'never',
          Catch: [
            {
              ErrorEquals: ['States.ALL'],
              Assign: { error: '{% $states.errorOutput %}', x: null, before: '{% $x %}' },
              Output: { why: '{% $states.errorOutput.Error %}', given: '{% $states.input.given %}' },
              Next: 'End',
            },
          ],
        }),
        End: end,
      },
      { input: { given: 1 }, work: failing('Sorry') },
    );
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { why: 'Sorry', given: 1 } });
    expect(ofType('state-entered').at(-1)?.variables).toEqual({
      x: null,
      before: 1,
      error: { Error: 'Sorry', Cause: 'cause of Sorry' },
    });
  });

  test('comes after the last retry', async () => {
    const Retry = [{ ErrorEquals: ['Sorry'], MaxAttempts: 2, IntervalSeconds: 3, BackoffRate: 1 }];
    const { calls, ofType } = await play(
      { Work: task({ Retry, Catch: [{ ErrorEquals: ['Sorry'], Next: 'End' }] }), End: end },
      { work: failing('Sorry') },
    );
    expect(calls.length).toBe(3);
    expect(ofType('state-caught').map(({ at }) => at)).toEqual([6_000]);
  });

  test('that fails itself ends the execution', async () => {
    const Output = '{% $states.errorOutput.missing %}';
    const states = caught(
      { ErrorEquals: ['Other'], Next: 'Wrong' },
      { ErrorEquals: ['States.ALL'], Output, Next: 'Right' },
    );
    const { outcome } = await play(states, { work: failing('Sorry') });
    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("'Catch[1]/Output'"),
    });
  });

  // GUIDE/transforming-data.html: "Your Task … states can provide a Catch field to catch the error, and a Retry field"
  test.each(['Arguments', 'Output', 'Assign'])(
    'catches, and Retry retries, an expression that fails in %s',
    async (field) => {
      const broken = '{% $states.input.missing %}';
      const value = { Arguments: { FunctionName: 'work', Payload: broken }, Output: broken, Assign: { x: broken } };
      const { outcome, history, ofType } = await play(
        {
          Work: task({
            [field]: value[field as keyof typeof value],
            Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }],
          }),
          End: end,
        },
        { work: () => ({}) },
      );
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.QueryEvaluationError' } });
      expect(ofType('state-retried').length).toBe(1);
      expect(history.filter(({ type }) => type === 'EvaluationFailed').length).toBe(2);
    },
  );

  test.each(['States.Runtime', 'States.DataLimitExceeded'])('catches no %s, not even by its name', async (name) => {
    const Catch = [
      { ErrorEquals: [name], Next: 'Right' },
      { ErrorEquals: ['States.ALL'], Next: 'Right' },
    ];
    const { outcome, calls } = await play(
      {
        Work: task({ Catch, Retry: [{ ErrorEquals: ['States.ALL'] }] }),
        Right: end,
      },
      { work: failing(name) },
    );
    expect(outcome).toMatchObject({ status: 'FAILED', error: name });
    expect(calls.length).toBe(1);
  });
});
