import { failing, outputOf, play, task } from './harness';

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

describe(`variables: ${GUIDE}/workflow-variables.html`, () => {
  test('are evaluated all first, then assigned, and seen from the next state on', async () => {
    const output = await outputOf({
      Set: { Type: 'Pass', Assign: { x: 3, a: 6 }, Next: 'Swap' },
      Swap: {
        Type: 'Pass',
        Assign: { x: '{% $a %}', nextX: '{% $x %}' },
        Output: { during: '{% $x %}' },
        Next: 'Look',
      },
      Look: pass({ Output: { x: '{% $x %}', nextX: '{% $nextX %}', before: '{% $states.input.during %}' } }),
    });
    expect(output).toEqual({ x: 6, nextX: 3, before: 3 });
  });

  test('keep null, and arrays with one item', async () => {
    const output = await outputOf(
      {
        Set: { Type: 'Pass', Assign: { none: null, one: '{% $states.input.one %}' }, Next: 'Look' },
        Look: pass({ Output: { none: '{% $none %}', one: '{% $one %}', made: '{% [$one[0]] %}' } }),
      },
      { input: { one: [1] } },
    );
    expect(output).toEqual({ none: null, one: [1], made: [1] });
  });

  test('are not assigned where the Output of the same state fails', async () => {
    const { ofType } = await play({
      Set: { Type: 'Pass', Assign: { x: 1 }, Next: 'Work' },
      Work: task({
        Assign: { x: 2 },
        Output: '{% $states.input.missing %}',
        Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Look' }],
      }),
      Look: end,
    });
    expect(ofType('state-entered').at(-1)).toMatchObject({ state: 'Look', variables: { x: 1 } });
  });

  test('that a state sees are those of its entry, also for whoever watches', async () => {
    const { ofType } = await play({
      Set: { Type: 'Pass', Assign: { x: 1 }, Next: 'Change' },
      Change: { Type: 'Pass', Assign: { x: 2 }, Next: 'End' },
      End: end,
    });
    expect(ofType('state-entered').map(({ variables }) => variables)).toEqual([{}, { x: 1 }, { x: 2 }]);
    expect(ofType('state-exited').map(({ assigned }) => assigned)).toEqual([{ x: 1 }, { x: 2 }, {}]);
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

describe(`expressions that fail: ${GUIDE}/transforming-data.html`, () => {
  test('in a Pass, Choice, Wait or Succeed state end the execution', async () => {
    const broken = '{% $states.input.missing %}';
    for (const state of [
      pass({ Output: broken }),
      pass({ Assign: { x: broken } }),
      { Type: 'Wait', Seconds: 1, Output: broken, End: true },
      { Type: 'Succeed', Output: broken },
    ]) {
      const { outcome, ofType } = await play({ Broken: state });
      expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
      expect(ofType('state-exited')).toEqual([]);
    }
  });

  test('say which expression, in which field of which state', async () => {
    const { outcome } = await play({ Broken: pass({ Output: { a: [1, '{% $states.input.missing %}'] } }) });
    expect(outcome).toMatchObject({
      cause:
        "An error occurred while executing the state 'Broken' (entered at the event id #2). The JSONata expression '$states.input.missing' specified for the field 'Output/a[1]' returned nothing (undefined).",
    });
  });

  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_EvaluationFailedEventDetails.html
  test('are in the history with their location', async () => {
    const { history } = await play({ Broken: pass({ Output: "{% 'a' + 1 %}" }) });
    expect(history.map(({ type }) => type)).toEqual(['ExecutionStarted', 'PassStateEntered', 'EvaluationFailed']);
    expect(history.at(-1)?.details).toEqual({
      error: 'States.QueryEvaluationError',
      cause: expect.stringMatching(/^The JSONata expression ''a' \+ 1' .* threw an error during evaluation\. T2001: /),
      location: 'Output',
      state: 'Broken',
    });
  });
});

describe(`the context object: ${GUIDE}/input-output-contextobject.html`, () => {
  test('tells of the execution, the state and the state machine', async () => {
    const output = await outputOf(
      {
        Wait: { Type: 'Wait', Seconds: 2, Next: 'Look' },
        Look: pass({ Output: '{% $states.context %}' }),
      },
      { input: { given: 1 } },
    );
    expect(output).toEqual({
      Execution: {
        Id: 'arn:execution',
        Input: { given: 1 },
        Name: 'name',
        RoleArn: 'arn:role',
        StartTime: '2026-01-01T00:00:00Z',
        RedriveCount: 0,
      },
      State: { Name: 'Look', EnteredTime: '2026-01-01T00:00:02Z' },
      StateMachine: { Id: 'arn:machine', Name: 'machine' },
    });
  });

  test('counts the retries of a Task state, and keeps the time of its entry', async () => {
    const { calls } = await play(
      {
        Work: task({
          Arguments: {
            FunctionName: 'work',
            Payload: { tried: '{% $states.context.State.RetryCount %}', at: '{% $states.context.State.EnteredTime %}' },
          },
          Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }],
        }),
      },
      { work: failing('Sorry') },
    );
    expect(calls).toMatchObject([0, 1, 2].map((tried) => ({ Payload: { tried, at: '2026-01-01T00:00:00Z' } })));
  });
});

test('a definition that goes round without waiting times out, and does not hang', async () => {
  const { outcome, ofType } = await play(
    {
      Round: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.stop %}', Next: 'End' }], Default: 'Round' },
      End: end,
    },
    { input: { stop: false }, timeoutSeconds: 2 },
  );
  expect(outcome).toMatchObject({ status: 'TIMED_OUT' });
  expect(ofType('state-entered').length).toBeGreaterThan(100);
});

test('an execution that is aborted does nothing more', async () => {
  const played = await play({ Wait: { Type: 'Wait', Seconds: 5, Next: 'End' }, End: end }, { timeoutSeconds: 1 });
  const { length } = played.history;
  played.execution.abort('again');
  await played.clock.run(() => false);
  expect(played.history.length).toBe(length);
  expect(played.outcome).toMatchObject({ status: 'TIMED_OUT' });
});
