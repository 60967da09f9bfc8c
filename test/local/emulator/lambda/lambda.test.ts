import type { Cloud } from '../../../../local/emulator/cloud';
import { closeAll, eventsOf, invoke, type SmallStack, startStack } from '../harness';

afterEach(closeAll);

const stack = (source: string, more: Partial<SmallStack> = {}): SmallStack => ({
  functions: { work: source },
  startAt: 'Work',
  states: { Work: { ...invoke('work'), Output: '{% $states.result.Payload %}', End: true } },
  // As long as Lambda allows, so that a busy machine does not run into it.
  timeout: 900,
  ...more,
});

// A worker's runtime is bundled first, and a thread takes its time to start.

for (const lambda of ['in-process', 'worker'] as const) {
  describe(`a function (${lambda})`, () => {
    const clock = lambda === 'worker' ? 'real' : 'virtual';
    const start = (source: string, more: Partial<SmallStack> = {}) =>
      startStack(stack(source, more), { clock, lambda });

    async function results(source: string, inputs: readonly unknown[], more: Partial<SmallStack> = {}) {
      const cloud = await start(source, more);
      const found: unknown[] = [];
      for (const input of inputs) {
        const execution = cloud.startExecution(input);
        await cloud.idle();
        found.push(await execution.result);
      }
      return { cloud, found };
    }

    test('initialises once, and its module remembers while it is warm', async () => {
      const { cloud, found } = await results('let count = 0; exports.handler = async () => ++count;', [{}, {}]);
      expect(found).toEqual([1, 2].map((output) => ({ status: 'SUCCEEDED', output })));
      expect(eventsOf(cloud, 'lambda').map(({ what }) => what)).toEqual(['cold-start']);
    });

    test('runs in an instance of its own for each concurrent invocation', async () => {
      const cloud = await start('let count = 0; exports.handler = async () => ++count;');
      const executions = [cloud.startExecution({}), cloud.startExecution({})];
      await cloud.idle();
      const ended = await Promise.all(executions.map(({ result }) => result));
      expect(ended).toEqual([1, 1].map((output) => ({ status: 'SUCCEEDED', output })));
    });

    test('sees exactly the variables of the template and those that Lambda reserves', async () => {
      const source = 'exports.handler = async () => Object.keys(process.env).sort();';
      const { found } = await results(source, [{}], { environment: { MINE: '1' } });
      expect(found[0]).toHaveProperty('output', expect.arrayContaining(['AWS_REGION', 'AWS_ENDPOINT_URL', 'MINE']));
      expect(found[0]).not.toHaveProperty('output', expect.arrayContaining(['HOME']));
      expect(found[0]).not.toHaveProperty('output', expect.arrayContaining(['npm_config_user_agent']));
    });

    test('gets the context object, and its event as JSON made it', async () => {
      const source = `exports.handler = async (event, context) => ({
        event, name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId.length,
        left: context.getRemainingTimeInMillis() });`;
      const { found } = await results(source, [{ at: 1 }]);
      expect(found[0]).toMatchObject({
        output: { event: { given: { at: 1 } }, name: 'work', arn: expect.stringMatching(/:function:work$/), id: 36 },
      });
      const left = (found[0] as { output: { left: number } }).output.left;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(900_000);
    });

    test('that ends its process is reported as Runtime.ExitError, and is replaced', async () => {
      const source = 'let n = 0; exports.handler = async (e) => { if (e.given.die) process.exit(3); return ++n; };';
      const { found } = await results(source, [{}, { die: true }, {}]);
      expect(found[1]).toMatchObject({ error: 'Runtime.ExitError', cause: expect.stringContaining('exit status 3') });
      expect(found[2]).toEqual({ status: 'SUCCEEDED', output: 1 });
    });

    test('that cannot be loaded fails with the error of its module', async () => {
      const { found } = await results('throw new TypeError("broken module")', [{}]);
      expect(found[0]).toMatchObject({ error: 'TypeError', cause: expect.stringContaining('broken module') });
    });

    test('writes to its log group, and metrics where a line is in embedded metric format', async () => {
      const metrics = {
        _aws: {
          Timestamp: 0,
          CloudWatchMetrics: [{ Namespace: 'Mine', Dimensions: [['Cluster']], Metrics: [{ Name: 'Ready' }] }],
        },
        Cluster: 'mail',
        Ready: 1,
      };
      const source = `exports.handler = async () => { console.log('hello'); process.stdout.write(${JSON.stringify(`${JSON.stringify(metrics)}\n`)}); };`;
      const { cloud } = await results(source, [{}]);
      expect(eventsOf(cloud, 'log')).toContainEqual(
        expect.objectContaining({ group: '/aws/lambda/work', line: 'hello' }),
      );
      expect(eventsOf(cloud, 'metric')).toEqual([
        expect.objectContaining({ namespace: 'Mine', name: 'Ready', dimensions: { Cluster: 'mail' }, value: 1 }),
      ]);
    });
  });
}

/** Calls EC2 twice through `node:http`, as the SDK does at the bottom. */
const CALLS = `
const http = require('node:http');
const call = () => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL);
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID +
    '/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=00';
  const request = http.request({ hostname, host: hostname, port, method: 'POST', path: '/', headers: {
    authorization, 'x-amz-security-token': process.env.AWS_SESSION_TOKEN,
    'content-type': 'application/x-www-form-urlencoded' } }, (response) => {
    response.on('data', () => undefined);
    response.on('end', () => resolve(response.statusCode));
  });
  request.on('error', reject);
  request.end('Action=DescribeInstances&Version=2016-11-15');
});
exports.handler = async () => [await call(), await call()];`;

for (const lambda of ['in-process', 'worker'] as const) {
  describe(`a fault at a call of a function (${lambda})`, () => {
    const start = () => startStack(stack(CALLS), { clock: lambda === 'worker' ? 'real' : 'virtual', lambda });

    test('is none by default: both calls are answered', async () => {
      const cloud = await start();
      const execution = cloud.startExecution({});
      await cloud.idle();
      expect(await execution.result).toEqual({ status: 'SUCCEEDED', output: [200, 200] });
      expect(eventsOf(cloud, 'api-call').map((call) => call.execution)).toEqual([execution.arn, execution.arn]);
    });

    test('crashes it after its first call took effect; the second never happens', async () => {
      const cloud = await start();
      cloud.lambda.faults.add({ function: 'work', kind: 'crash', atCall: 1, when: 'after' });
      const execution = cloud.startExecution({});
      await cloud.idle();
      expect(await execution.result).toMatchObject({ error: 'Runtime.ExitError' });
      expect(eventsOf(cloud, 'api-call')).toHaveLength(1);
    });

    test('breaks its connection', async () => {
      const cloud = await start();
      cloud.faults.add({ action: 'DescribeInstances', kind: 'reset' });
      const execution = cloud.startExecution({});
      await cloud.idle();
      expect(await execution.result).toMatchObject({ cause: expect.stringContaining('socket hang up') });
    });
  });
}

test('a function that hangs before its second call times out', async () => {
  const cloud = await startStack(stack(CALLS, { timeout: 3 }));
  cloud.lambda.faults.add({ function: 'work', kind: 'timeout', atCall: 2, when: 'before' });
  const execution = cloud.startExecution({});
  await cloud.idle();
  expect(await execution.result).toMatchObject({ error: 'Sandbox.Timedout' });
  expect(eventsOf(cloud, 'api-call')).toHaveLength(1);
});

const NOW = 'exports.handler = async () => Date.now();';

/** One execution after the other, and how each ended. */
async function run(cloud: Cloud, times = 1): Promise<readonly unknown[]> {
  const ended: unknown[] = [];
  for (let index = 0; index < times; index += 1) {
    const execution = cloud.startExecution({});
    await cloud.idle();
    ended.push(await execution.result);
  }
  return ended;
}

test('Lambda throttles one function for as long as it is told to: its handler does not run', async () => {
  const cloud = await startStack(stack(NOW));
  cloud.lambda.faults.add({ function: 'work', kind: 'throttle', milliseconds: 45_000 });
  expect(await run(cloud, 2)).toMatchObject([
    { error: 'Lambda.TooManyRequestsException' },
    { error: 'Lambda.TooManyRequestsException' },
  ]);
  await cloud.advance(45_000);
  expect(await run(cloud)).toMatchObject([{ status: 'SUCCEEDED' }]);
  expect(eventsOf(cloud, 'metric')).toMatchObject([{ name: 'Throttles' }, { name: 'Throttles' }]);
  expect(eventsOf(cloud, 'fault')).toMatchObject([{}, { what: 'work is not run: Lambda.TooManyRequestsException' }]);
});

test('Lambda fails an invocation with an error of its own, so many times or for as long as a condition holds', async () => {
  const cloud = await startStack(stack(NOW));
  let updating = true;
  const fault = { function: 'work', kind: 'refuse', error: 'Lambda.ResourceConflictException' } as const;
  cloud.lambda.faults.add({ ...fault, times: 1 });
  cloud.lambda.faults.add({ ...fault, error: 'Runtime.OutOfMemory', during: () => updating });
  expect(await run(cloud, 3)).toMatchObject([
    { error: 'Lambda.ResourceConflictException' },
    { error: 'Runtime.OutOfMemory' },
    { error: 'Runtime.OutOfMemory' },
  ]);
  updating = false;
  expect(await run(cloud)).toMatchObject([{ status: 'SUCCEEDED' }]);
});

test('faults that are cleared do not strike any more', async () => {
  const cloud = await startStack(stack(NOW));
  cloud.lambda.faults.add({ function: 'work', kind: 'throttle' });
  cloud.lambda.faults.clear();
  expect(await run(cloud)).toMatchObject([{ status: 'SUCCEEDED' }]);
});

/** @see Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle" */
test('initialisation may take longer than the function may, and is no part of its time', async () => {
  const overhead = ({ cold }: { readonly cold: boolean }) => (cold ? 10_000 : 5);
  const cloud = await startStack(stack(NOW, { timeout: 3 }), { overhead });
  const began = cloud.now();
  expect(await run(cloud, 2)).toEqual([
    { status: 'SUCCEEDED', output: began + 10_000 },
    { status: 'SUCCEEDED', output: began + 10_005 },
  ]);
});

test('a forgotten invocation: the task gives up while the function initialises, and its handler runs all the same', async () => {
  const source = 'exports.handler = async () => console.log("ran");';
  const cloud = await startStack(
    { ...stack(source), states: { Work: { ...invoke('work'), TimeoutSeconds: 5, End: true } } },
    { overhead: () => 8_000 },
  );
  expect(await run(cloud)).toMatchObject([{ error: 'States.Timeout' }]);
  expect(eventsOf(cloud, 'log').filter(({ line }) => line === 'ran')).toHaveLength(1);
});

test("each instance has a clock of its own, ahead or behind the cloud's", async () => {
  const skews = [120_000, -120_000];
  const cloud = await startStack(stack(NOW), { skew: { lambda: () => skews.shift() ?? 0 } });
  const began = cloud.now();
  const two = [cloud.startExecution({}), cloud.startExecution({})];
  await cloud.idle();
  expect(await Promise.all(two.map(({ result }) => result))).toEqual([
    { status: 'SUCCEEDED', output: began + 120_000 },
    { status: 'SUCCEEDED', output: began - 120_000 },
  ]);
});

test('clocks of workers cannot be put off, which is said and not ignored', async () => {
  const started = startStack(stack(NOW), { clock: 'real', skew: { lambda: () => 1 } });
  await expect(started).rejects.toThrow('skew.lambda needs functions in this process');
});
