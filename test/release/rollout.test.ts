import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigInput } from '../../infra/config-schema';
import { difference, type TemplateBody, totalOf, usageOf } from '../../release/rollout/costs';
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
const templates = { one: stackOf(1), two: stackOf(2) };

test.each(SHEETS)('%s lists what the template costs and takes (UPDATE_DOCS=1 writes the lists)', (name, words) => {
  const file = join(__dirname, '../..', name);
  const text = readFileSync(file, 'utf8');
  const filled = withLists(text, (list) => LISTS[list]?.(templates, words) ?? `There is no list ${list}.`);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, filled);
  expect(readFileSync(file, 'utf8')).toBe(filled);
  expect(listsIn(text).sort()).toEqual(Object.keys(LISTS).sort());
});

test('a cluster takes what its checks, alarms and metrics take, and no key or dashboard', () => {
  const usage = difference(usageOf(templates.one), usageOf(templates.two));
  expect(usage).toMatchObject({ key: 0, dashboard: 0, metric: 3, schedule: 8640 / 1e6, lambdaRequest: 51840 / 1e6 });
  expect(usage.logIngestion).toBeCloseTo(0.67, 2);
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

test('a type of which nobody wrote down what deploying it takes is named', () => {
  expect(() => deployActions(['AWS::SNS::Topic', 'AWS::Odd::Thing'])).toThrow(
    'what deploying AWS::Odd::Thing takes is missing',
  );
  expect(deployActions(['AWS::SNS::TopicPolicy', 'AWS::SNS::Topic']).get('sns')).toContain('SetTopicAttributes');
});
