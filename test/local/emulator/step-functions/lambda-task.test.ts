import { closeAll, eventsOf, invoke, startStack } from '../harness';
import { FAILS, HANGS, run } from './harness';

// https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
afterEach(closeAll);

const ECHOES = 'exports.handler = async (event) => event;';

test('lambda:invoke gives its Payload to the function, and has ExecutedVersion, Payload and StatusCode as result', async () => {
  const cloud = await startStack({
    functions: { work: ECHOES },
    startAt: 'Work',
    states: { Work: { ...invoke('work'), End: true } },
  });
  const { result } = await run(cloud, { given: [1] });
  expect(result).toEqual({
    status: 'SUCCEEDED',
    output: { ExecutedVersion: '$LATEST', Payload: { given: { given: [1] } }, StatusCode: 200 },
  });
});

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
test("a function's error has its name, and a Cause that is JSON", async () => {
  const cloud = await startStack({
    functions: { work: FAILS },
    startAt: 'Work',
    states: {
      Work: { ...invoke('work'), Catch: [{ ErrorEquals: ['Sorry'], Next: 'Right' }], End: true },
      Right: { Type: 'Succeed' },
    },
  });
  await run(cloud);
  const [caught] = eventsOf(cloud, 'state-caught');
  expect(caught).toMatchObject({ error: 'Sorry', next: 'Right' });
  expect(JSON.parse(caught?.cause ?? '')).toEqual({
    errorType: 'Sorry',
    errorMessage: 'no',
    trace: expect.arrayContaining(['Sorry: no']),
  });
});

test('a function that takes longer than its own timeout is Sandbox.Timedout, and the next invocation starts cold', async () => {
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
  expect(eventsOf(cloud, 'lambda').map(({ what }) => what)).toEqual(['cold-start', 'timeout', 'cold-start', 'timeout']);
});

test('a task that times out leaves its function working', async () => {
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

test('Arguments without a FunctionName are States.Runtime, which nothing catches', async () => {
  const cloud = await startStack({
    startAt: 'Work',
    states: {
      Work: {
        ...invoke('work'),
        Arguments: { FunctionName: '{% $states.input.name %}' },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed' },
    },
  });
  const { result } = await run(cloud, { name: 7 });
  expect(result).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
});

test('a function that does not exist, or that the role may not invoke, is an error of Lambda', async () => {
  const cloud = await startStack({
    startAt: 'Work',
    states: { Work: { ...invoke('work'), Arguments: { FunctionName: 'nobody' }, End: true } },
  });
  const { result } = await run(cloud);
  expect(result).toMatchObject({ status: 'FAILED', error: 'Lambda.AWSLambdaException' });
  expect(result).toHaveProperty(
    'cause',
    expect.stringContaining('is not authorized to perform: lambda:InvokeFunction'),
  );
});
