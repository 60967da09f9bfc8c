import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OVERHEAD } from '../../bench/overhead';
import { CONSOLES } from '../../functions/shared/consoles';
import type { ConfigInput } from '../../infra/config-schema';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { synthesize } from '../../local/demo/synth';
import { startCloud } from '../../local/emulator/cloud';
import { REALISTIC } from '../../local/emulator/kernel/latency';
import { CHECK, difference, type TemplateBody, totalOf, usageOf } from '../../release/rollout/costs';
import { deployActions } from '../../release/rollout/deploy-permissions';
import { LISTS } from '../../release/rollout/lists';
import { ENGLISH, JAPANESE } from '../../release/rollout/words';
import { cluster, templateOf } from '../infra/support';
import { listsIn, withLists } from '../strict/markdown';

const SHEETS = [
  ['docs/rollout.md', ENGLISH],
  ['docs/ja/rollout.md', JAPANESE],
] as const;

function bodyOf(config: ConfigInput): TemplateBody {
  const { Resources } = templateOf(config).template.toJSON();
  return { Resources };
}

const stackOf = (count: number) =>
  bodyOf({
    clusters: Array.from({ length: count }, (_, index) => cluster(`mail${index + 1}`, 1 + 10 * index)),
    notifications: { emails: ['operations@example.com'] },
  });
const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

const templates = { one: stackOf(1), two: stackOf(2) };

test.each(SHEETS)('%s lists what the template costs and takes (UPDATE_DOCS=1 writes the lists)', (name, words) => {
  const file = join(__dirname, '../..', name);
  const text = readFileSync(file, 'utf8');
  const filled = withLists(text, (list) => LISTS[list]?.(templates, words) ?? `There is no list ${list}.`);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, filled);
  expect(readFileSync(file, 'utf8')).toBe(filled);
  expect(listsIn(text).sort()).toEqual(Object.keys(LISTS).sort());
});

test.each(SHEETS)('%s names every partition to whose console the links lead', (name) => {
  const paragraph = readFileSync(join(__dirname, '../..', name), 'utf8')
    .split(/^#+ /m)
    .find((section) => section.includes('`aws-cn`'));
  const links = paragraph?.split(/(?<=[.。])\s*/).find((sentence) => /links|リンク/.test(sentence)) ?? '';
  expect([...links.matchAll(/`(aws[\w-]*)`/g)].map(([, partition]) => partition)).toEqual(Object.keys(CONSOLES));
});

test('a check takes what the sheet says', async () => {
  const config = { clusters: [cluster('mail', 1)], notifications: { emails: ['operations@example.com'] } };
  const cloud = await startCloud({
    templateFile: synthesize(config),
    clock: 'virtual',
    latency: REALISTIC,
    overhead: OVERHEAD,
  });
  try {
    const driver = new ClusterDriver(cloud);
    driver.check();
    await cloud.idle();
    const from = cloud.timeline.events.length;
    driver.check();
    await cloud.idle();
    const events = cloud.timeline.events.slice(from);
    const seconds = ((events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0)) / 1000;
    const invocations = events.filter((event) => event.type === 'state-exited' && event.stateType === 'Task').length;
    const bytes = sum(events.map((event) => (event.type === 'log' ? Buffer.byteLength(event.line) : 0)));
    const read = events.flatMap((event) =>
      event.type === 'api-call' ? (JSON.stringify(event.parameters).match(/"MetricName":"\w+"/g) ?? []) : [],
    );
    const written = events.filter(({ type }) => type === 'metric');
    expect({ invocations, metricsRead: new Set(read).size, metricsWritten: written.length }).toEqual({
      invocations: CHECK.invocations,
      metricsRead: CHECK.metricsRead,
      metricsWritten: CHECK.metricsWritten,
    });
    // A tenth more or less: names have other lengths, and latencies chance.
    for (const ratio of [
      bytes / 1000 / CHECK.kilobytes,
      seconds / CHECK.seconds,
      seconds / invocations / CHECK.invocationSeconds,
    ]) {
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
    }
  } finally {
    await cloud.close();
  }
});

test('a cluster takes what its checks, alarms and metrics take, and no key or dashboard', () => {
  const usage = difference(usageOf(templates.one), usageOf(templates.two));
  expect(usage).toMatchObject({ key: 0, dashboard: 0, metric: 4, schedule: 8640 / 1e6, lambdaRequest: 43200 / 1e6 });
  expect(usage.logIngestion).toBeCloseTo(0.3, 2);
});

test('a stack has one key and one dashboard, whatever clusters it has', () => {
  expect(usageOf(templates.one)).toMatchObject({ key: 1, dashboard: 1 });
  expect(usageOf(templates.two)).toMatchObject({ key: 1, dashboard: 1 });
});

test('alarms on expressions are charged by their metrics', () => {
  const alarm = (Properties: object) => ({ Type: 'AWS::CloudWatch::Alarm', Properties });
  const sum = alarm({ Metrics: [{ Expression: 'a + b' }, { MetricStat: {} }, { MetricStat: {} }] });
  expect(usageOf({ Resources: { sum, single: alarm({ MetricName: 'm' }) } }).alarm).toBe(3);
});

test('checks every minute cost more than checks every five', () => {
  const usage = usageOf(bodyOf({ clusters: [{ ...cluster('mail', 1), checkIntervalMinutes: 1 }] }));
  expect(usage.schedule).toBeCloseTo(0.0432, 6);
  expect(totalOf(usage, 'ap-northeast-1')).toBeGreaterThan(totalOf(usageOf(templates.one), 'ap-northeast-1') + 1);
});

test.each([
  ['AWS::Logs::LogGroup', 'logs', ['GetDataProtectionPolicy']],
  ['AWS::SNS::Topic', 'sns', ['GetDataProtectionPolicy']],
  ['AWS::Lambda::Function', 'lambda', ['GetFunctionCodeSigningConfig', 'GetRuntimeManagementConfig']],
])('what AWS’s handler of %s reads, whatever was asked for, is allowed', (type, service, reads) => {
  expect(deployActions([type]).get(service)).toEqual(expect.arrayContaining(reads));
});

test('a type of which nobody wrote down what deploying it takes is named', () => {
  expect(() => deployActions(['AWS::SNS::Topic', 'AWS::Odd::Thing'])).toThrow(
    'what deploying AWS::Odd::Thing takes is missing',
  );
  expect(deployActions(['AWS::SNS::TopicPolicy', 'AWS::SNS::Topic']).get('sns')).toContain('SetTopicAttributes');
});
