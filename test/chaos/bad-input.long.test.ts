import fc from 'fast-check';
import { ConfigError, parseConfig } from '../../infra/config';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { synthesize } from '../../local/demo/synth';
import { type Cloud, startCloud } from '../../local/emulator/cloud';
import { everyChange, mutated, raw } from './bad-input';
import { CONFIGS } from './configs';
import { isMutating, record } from './runs';

const [{ config } = { config: {} }] = CONFIGS;
/** Executions that are started together, as starting a cloud costs more than an execution. */
const TOGETHER = 25;

/** Names of errors that say what is wrong with an input. Anything else is a crash. */
const CLEAR = new Set(['InvalidInput', 'TargetUnhealthy', 'NoHealthyStandby']);

const INSTANCE = 'i-0a1b2c3d4e5f61001';

const REQUESTS = [
  { cluster: 'mail', mode: 'failover', reason: 'hangs', requestedBy: 'me' },
  { cluster: 'mail', mode: 'rehearsal', target: 'i-0a1b2c3d4e5f61002' },
  { cluster: 'mail', mode: 'drill', target: INSTANCE, reason: 'the yearly one', requestedBy: 'me' },
  { cluster: 'mail', mode: 'check' },
  {
    version: '0',
    id: 'c3b7cf3c-2563-42b9-8240-9d3fb64afebe',
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-01-01T12:00:00Z',
    region: 'us-east-1',
    resources: [`arn:aws:ec2:us-east-1:123456789012:instance/${INSTANCE}`],
    detail: { 'instance-id': INSTANCE, state: 'running' },
  },
  {
    version: '0',
    id: 'c3b7cf3c-2563-42b9-8240-9d3fb64afebf',
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account: '123456789012',
    time: '2026-01-01T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {
      alarmName: 'node-1-failed',
      state: { value: 'ALARM', reason: 'x', timestamp: '2026-01-01T12:00:00.000+0000' },
      configuration: {
        metrics: [{ id: 'm1', metricStat: { metric: { namespace: 'AWS/EC2', dimensions: { InstanceId: INSTANCE } } } }],
      },
    },
  },
  {
    version: '0',
    id: 'c3b7cf3c-2563-42b9-8240-9d3fb64afec0',
    'detail-type': `Virtual IP Claim ${INSTANCE}`,
    source: 'vip-failover',
    account: '123456789012',
    time: '2026-01-01T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { cluster: 'mail', reason: 'MASTER' },
  },
];

let template = '';
beforeAll(() => {
  template = synthesize(config);
});

/** Starts executions with these inputs on a healthy cluster, and insists that each ends with a clear word and nothing moves. */
async function expectClearEnds(inputs: readonly unknown[]): Promise<void> {
  const cloud = await startCloud({ templateFile: template, clock: 'virtual', reuseInstances: true });
  try {
    const driver = new ClusterDriver(cloud);
    const executions = inputs.map((input) => cloud.startExecution(input));
    await cloud.idle();
    for (const execution of executions) {
      const result = await execution.result;
      if (result.status === 'SUCCEEDED') continue;
      expect({ input: execution.input, error: result.error, clear: CLEAR.has(result.error) }).toMatchObject({
        clear: true,
      });
      expect(messageOf(result.cause)).not.toMatch(/undefined|\[object Object\]|Cannot read|is not a function/);
      const quiet = record(execution.input).mode === 'check' && result.error !== 'InvalidInput';
      expect(published(cloud, execution.arn)).toBe(!quiet);
    }
    expect(driver.holds(driver.active)).toBe(true);
    const calls = driver.eventsOf('api-call').map((call) => ({ ...call, index: 0 }));
    expect(calls.filter(isMutating)).toEqual([]);
  } finally {
    await cloud.close();
  }
}

const messageOf = (cause: string) => String(record(JSON.parse(cause)).errorMessage);

function published(cloud: Cloud, arn: string): boolean {
  return cloud.timeline.events.some(
    (event) =>
      event.type === 'api-call' && event.action === 'Publish' && event.execution === arn && event.error === null,
  );
}

test.each(REQUESTS)('whatever stands in a field of %j: a clear word, a notice, and no change', async (request) => {
  await expectClearEnds(everyChange(request));
});

test('a thousand inputs that were valid once end with a clear word, a notice, and no change', async () => {
  const batches = fc.array(mutated(REQUESTS), { minLength: TOGETHER, maxLength: TOGETHER });
  await fc.assert(fc.asyncProperty(batches, expectClearEnds), { seed: 1, numRuns: 40, endOnFailure: true });
});

test('any JSON at all as an input ends with a clear word, a notice, and no change', async () => {
  const batches = fc.array(raw, { minLength: TOGETHER, maxLength: TOGETHER });
  await fc.assert(fc.asyncProperty(batches, expectClearEnds), { seed: 2, numRuns: 20, endOnFailure: true });
});

/** Problems in words, each with its field; never another kind of error. */
function expectClearProblems(given: unknown): void {
  try {
    parseConfig(given);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { problems } = error instanceof ConfigError ? error : { problems: [] };
    expect(problems.length).toBeGreaterThan(0);
    for (const problem of problems) {
      expect(problem).toMatch(/^[^:]+: \S/);
      expect(problem.length).toBeLessThan(100_000);
    }
  }
}

test('two thousand configurations that were valid once are taken or refused in words', () => {
  const configurations = mutated(CONFIGS.map((each) => each.config));
  fc.assert(fc.property(configurations, expectClearProblems), { seed: 3, numRuns: 2_000 });
});

test('any JSON at all as a configuration is refused in words', () => {
  fc.assert(fc.property(raw, expectClearProblems), { seed: 4, numRuns: 1_500 });
});
