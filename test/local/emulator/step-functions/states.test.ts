import { outputOf, play } from './harness';

const GUIDE = 'https://docs.aws.amazon.com/step-functions/latest/dg';
const pass = (more: object) => ({ Type: 'Pass', End: true, ...more });
const end = { Type: 'Succeed' };

describe(`Pass: ${GUIDE}/state-pass.html`, () => {
  test('hands its input on where it has no Output', async () => {
    expect(await outputOf({ Pass: pass({}) }, { input: { given: 1 } })).toEqual({ given: 1 });
  });

  test('makes its Output of JSON in which strings may be expressions', async () => {
    const Output = { literal: 'as it is', list: [1, '{% $states.input.given %}'], deep: { x: '{% 1 + 1 %}' } };
    expect(await outputOf({ Pass: pass({ Output }) }, { input: { given: 'yes' } })).toEqual({
      literal: 'as it is',
      list: [1, 'yes'],
      deep: { x: 2 },
    });
  });

  test('gives any JSON value as Output, null and false too', async () => {
    expect(await outputOf({ Pass: pass({ Output: null }) })).toBeNull();
    expect(await outputOf({ Pass: pass({ Output: false }) })).toBe(false);
    expect(await outputOf({ Pass: pass({ Output: '{% $states.input %}' }) }, { input: [[]] })).toEqual([[]]);
  });
});

describe(`Choice: ${GUIDE}/state-choice.html`, () => {
  const choice = {
    Choose: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 10 %}', Next: 'Big' },
        { Condition: '{% $states.input.n > 5 %}', Assign: { size: 'middle' }, Output: { n: 'hidden' }, Next: 'Middle' },
        { Condition: '{% $states.input.broken.deep %}', Next: 'Big' },
      ],
      Default: 'Small',
      Assign: { size: 'small' },
      Output: { by: 'default' },
    },
    Big: pass({ Output: { state: 'Big', input: '{% $states.input %}' } }),
    Middle: pass({ Output: { state: 'Middle', input: '{% $states.input %}', size: '{% $size %}' } }),
    Small: pass({ Output: { state: 'Small', input: '{% $states.input %}', size: '{% $size %}' } }),
  };

  test('follows the first rule whose Condition is true, and hands its input on', async () => {
    expect(await outputOf(choice, { input: { n: 11 } })).toEqual({ state: 'Big', input: { n: 11 } });
  });

  test("uses the rule's own Assign and Output", async () => {
    const output = { state: 'Middle', input: { n: 'hidden' }, size: 'middle' };
    expect(await outputOf(choice, { input: { n: 6 } })).toEqual(output);
  });

  test("uses the state's Assign and Output where no rule fits", async () => {
    const output = { state: 'Small', input: { by: 'default' }, size: 'small' };
    expect(await outputOf(choice, { input: { n: 1, broken: { deep: false } } })).toEqual(output);
  });

  test('fails with States.QueryEvaluationError where a Condition gives nothing, or no boolean', async () => {
    const missing = await play(choice, { input: { n: 1 } });
    expect(missing.outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    const text = await play(choice, { input: { n: 1, broken: { deep: 'yes' } } });
    expect(text.outcome).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining(
        "'Choices[2]/Condition' has a value that it does not take. Expected true or false",
      ),
    });
  });

  test('fails with States.NoChoiceMatched where no rule fits and there is no Default', async () => {
    const { outcome } = await play({
      Choose: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'End' }] },
      End: end,
    });
    expect(outcome).toEqual({
      status: 'FAILED',
      error: 'States.NoChoiceMatched',
      cause:
        "An error occurred while executing the state 'Choose' (entered at the event id #2). No choice rule matched, and there is no Default.",
    });
  });
});

describe(`Wait: ${GUIDE}/state-wait.html`, () => {
  test('lets so many seconds pass, and hands its input on', async () => {
    const { outcome, elapsed } = await play({ Wait: { Type: 'Wait', Seconds: 7, End: true } }, { input: { given: 1 } });
    expect(outcome).toEqual({ status: 'SUCCEEDED', output: { given: 1 } });
    expect(elapsed).toBe(7_000);
  });

  test('takes the seconds, or the time, from an expression', async () => {
    const seconds = { Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', End: true } };
    expect((await play(seconds, { input: { seconds: 3 } })).elapsed).toBe(3_000);
    const time = { Wait: { Type: 'Wait', Timestamp: '{% $states.input.time %}', End: true } };
    expect((await play(time, { input: { time: '2026-01-01T00:00:04.5Z' } })).elapsed).toBe(4_500);
    expect((await play(time, { input: { time: '2025-01-01T00:00:00Z' } })).elapsed).toBe(0);
  });

  test.each([{ seconds: -1 }, { seconds: 1.5 }, { seconds: '3' }, { seconds: null }])('refuses %j', async (input) => {
    const { outcome } = await play(
      { Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', End: true } },
      { input },
    );
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test.each(['2026-01-01', '2026-01-01 00:00:00Z', 'soon', '2026-13-01T00:00:00Z'])(
    'refuses the time %j',
    async (time) => {
      const { outcome } = await play({ Wait: { Type: 'Wait', Timestamp: time, End: true } });
      expect(outcome).toMatchObject({ error: 'States.QueryEvaluationError' });
    },
  );

  test('ends with the execution when its TimeoutSeconds come first', async () => {
    const { outcome, elapsed } = await play({ Wait: { Type: 'Wait', Seconds: 60, End: true } }, { timeoutSeconds: 10 });
    expect(outcome).toEqual({ status: 'TIMED_OUT', error: 'States.Timeout', cause: '' });
    expect(elapsed).toBe(10_000);
  });
});

describe(`Succeed: ${GUIDE}/state-succeed.html`, () => {
  test('ends the execution with its input, or its Output', async () => {
    expect(await outputOf({ End: end }, { input: { given: 1 } })).toEqual({ given: 1 });
    const Output = { name: "{% 'Last=>' & $states.input.name %}" };
    expect(await outputOf({ End: { Type: 'Succeed', Output } }, { input: { name: 'Rivera' } })).toEqual({
      name: 'Last=>Rivera',
    });
  });
});

describe(`Fail: ${GUIDE}/state-fail.html`, () => {
  test('ends the execution with its Error and Cause', async () => {
    const { outcome } = await play({ Stop: { Type: 'Fail', Error: 'Wrong', Cause: 'because' } });
    expect(outcome).toEqual({ status: 'FAILED', error: 'Wrong', cause: 'because' });
  });

  test('takes both from expressions', async () => {
    const Stop = { Type: 'Fail', Error: '{% $states.input.Error %}', Cause: '{% $states.input.Cause %}' };
    const { outcome } = await play({ Stop }, { input: { Error: 'Wrong', Cause: '' } });
    expect(outcome).toEqual({ status: 'FAILED', error: 'Wrong', cause: '' });
  });

  test('ends with States.QueryEvaluationError where an expression gives no string', async () => {
    const Stop = { Type: 'Fail', Error: '{% $states.input.Error %}' };
    for (const input of [{}, { Error: 1 }, { Error: null }]) {
      const { outcome } = await play({ Stop }, { input });
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    }
  });
});
