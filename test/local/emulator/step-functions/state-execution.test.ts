import { failing, outputOf, play, task } from './harness';

const GUIDE = 'https://docs.aws.amazon.com/step-functions/latest/dg';
const pass = (more: object) => ({ Type: 'Pass', End: true, ...more });
const end = { Type: 'Succeed' };

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
