import fc from 'fast-check';
import { InvalidInput } from '../../functions/shared/errors';
import type { Cluster } from '../../functions/shared/types';
import { parseRequest } from '../../functions/verify-instance-state/request';
import { A, B, C, cluster, D } from './support/clusters';

const CLUSTERS: readonly Cluster[] = [
  cluster({ nodes: [{ ...A, alarms: ['smtp-down'] }, B] }),
  cluster({ name: 'db', nodes: [C, D] }),
];

const stateChange = (state: string, instanceId = A.instanceId) => ({
  version: '0',
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  time: '2026-01-31T12:00:00Z',
  detail: { 'instance-id': instanceId, state },
});

const alarmChange = (alarmName: string, dimensions: unknown = {}) => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  time: '2026-01-31T12:00:00Z',
  detail: {
    alarmName,
    state: { value: 'ALARM' },
    configuration: { metrics: [{ metricStat: { metric: { namespace: 'AWS/EC2', dimensions } } }] },
  },
});

describe('inputs that are understood', () => {
  test.each([
    ['stopping', A.instanceId],
    ['stopped', A.instanceId],
    ['shutting-down', A.instanceId],
    ['terminated', A.instanceId],
    ['pending', null],
    ['running', null],
  ])('an instance that is %s', (state, saidDown) => {
    expect(parseRequest(stateChange(state), CLUSTERS)).toEqual({
      cluster: CLUSTERS[0],
      mode: 'failover',
      trigger: 'event',
      target: null,
      reason: null,
      requestedBy: null,
      eventTime: '2026-01-31T12:00:00Z',
      saidDown,
    });
  });
  test('an event of the other cluster', () => {
    expect(parseRequest(stateChange('stopped', D.instanceId), CLUSTERS).cluster.name).toBe('db');
  });
  test("an alarm that a node's configuration names", () => {
    expect(parseRequest(alarmChange('smtp-down'), CLUSTERS)).toMatchObject({
      cluster: { name: 'mail' },
      mode: 'failover',
      trigger: 'alarm',
      saidDown: null,
    });
  });
  test("an alarm on a metric of a node's instance", () => {
    expect(parseRequest(alarmChange('any', { InstanceId: C.instanceId }), CLUSTERS).cluster.name).toBe('db');
  });
  test.each(['failover', 'rehearsal'])('a %s without a target', (mode) => {
    expect(parseRequest({ cluster: 'mail', mode }, CLUSTERS)).toMatchObject({ mode, trigger: 'request', target: null });
  });
  test.each(['failover', 'rehearsal', 'drill'])('a %s with everything', (mode) => {
    const request = { cluster: 'mail', mode, target: B.instanceId, reason: 'patches', requestedBy: 'alice' };
    expect(parseRequest(request, CLUSTERS)).toMatchObject({
      cluster: CLUSTERS[0],
      target: B.instanceId,
      reason: 'patches',
      requestedBy: 'alice',
      eventTime: null,
      saidDown: null,
    });
  });
  test('what the schedule sends', () => {
    expect(parseRequest({ cluster: 'mail', mode: 'check' }, CLUSTERS)).toMatchObject({
      mode: 'check',
      trigger: 'schedule',
    });
  });
});

/** Each wrong input, and what its message must name: the field, what was found, what is allowed. */
const WRONG: readonly [string, unknown, readonly string[]][] = [
  ['null', null, ['input is null', 'Send an EC2 state-change or a CloudWatch alarm event', '"cluster"', '"mode"']],
  ['a bare string', 'failover', ['input is "failover"', 'not an object']],
  ['a number', 7, ['input is 7']],
  ['true', true, ['input is true']],
  ['an array', [1], ['not an object']],
  ['an empty object', {}, ['cluster is missing', '"mail", "db"']],
  ['an unknown cluster', { cluster: 'web', mode: 'failover' }, ['cluster is "web"', '"mail", "db"']],
  ['an empty cluster name', { cluster: '', mode: 'failover' }, ['cluster is ""', '"mail", "db"']],
  ['a cluster of the wrong type', { cluster: 5, mode: 'failover' }, ['cluster is 5', '"mail"']],
  ['no mode', { cluster: 'mail' }, ['mode is missing', '"drill"', 'no default']],
  [
    'a mode that does not exist',
    { cluster: 'mail', mode: 'fail-over' },
    ['mode is "fail-over"', 'allowed are "failover", "drill", "rehearsal", "check".'],
  ],
  ['a mode of the wrong type', { cluster: 'mail', mode: ['drill'] }, ['mode is', '"drill"']],
  [
    'a drill without target',
    { cluster: 'mail', mode: 'drill' },
    ['target is missing', `("${A.instanceId}", "${B.instanceId}")`],
  ],
  [
    'an unknown target',
    { cluster: 'mail', mode: 'drill', target: 'i-0bad' },
    ['target is "i-0bad"', 'no cluster', A.instanceId, B.instanceId],
  ],
  [
    'a target in another cluster',
    { cluster: 'mail', mode: 'failover', target: C.instanceId },
    [`target is "${C.instanceId}"`, 'cluster "db"', A.instanceId],
  ],
  ['a target of the wrong type', { cluster: 'mail', mode: 'failover', target: null }, ['target is null', 'a text']],
  ['an empty target', { cluster: 'mail', mode: 'failover', target: '' }, ['target is ""']],
  ['a check with a target', { cluster: 'mail', mode: 'check', target: A.instanceId }, ['target', 'check']],
  ['a reason of the wrong type', { cluster: 'mail', mode: 'failover', reason: {} }, ['reason is', 'a text']],
  ['a requester of the wrong type', { cluster: 'mail', mode: 'failover', requestedBy: 7 }, ['requestedBy is 7']],
  [
    'extra fields',
    { cluster: 'mail', mode: 'failover', dryRun: true, force: 1 },
    ['"dryRun"', '"force"', 'cluster, mode, target, reason, requestedBy'],
  ],
  [
    'an event of another kind',
    { ...stateChange('stopped'), 'detail-type': 'EC2 Spot Instance Interruption Warning' },
    ['detail-type', 'Spot Instance', 'State-change Notification'],
  ],
  ['an event of another source', { ...stateChange('stopped'), source: 'aws.s3' }, ['source', '"aws.s3"', '"aws.ec2"']],
  [
    'an alarm event of another source',
    { ...alarmChange('smtp-down'), source: 'aws.ec2' },
    ['source and detail-type are "aws.ec2" and "CloudWatch Alarm State Change"'],
  ],
  [
    'another event of CloudWatch',
    { ...alarmChange('smtp-down'), 'detail-type': 'CloudWatch Alarm Configuration Change' },
    ['"aws.cloudwatch" and "CloudWatch Alarm Configuration Change": an event of another kind'],
  ],
  ['an empty reason', { cluster: 'mail', mode: 'failover', reason: '' }, ['reason is ""', 'not empty']],
  ['an event without detail', { ...stateChange('stopped'), detail: null }, ['detail is null', 'an object']],
  [
    'an event without state',
    { ...stateChange('stopped'), detail: { 'instance-id': 'i-0' } },
    ['detail.state is missing; an instance state such as "stopped" is allowed'],
  ],
  [
    'an event without instance',
    { ...stateChange('stopped'), detail: { state: 'stopped' } },
    ['detail.instance-id is missing; an instance ID such as "i-0123456789abcdef0"'],
  ],
  [
    'an instance in no cluster',
    stateChange('stopped', 'i-0bad'),
    [
      'detail.instance-id is "i-0bad"',
      'no cluster',
      'Add it to a cluster in the configuration, or remove it from the rule',
    ],
  ],
  [
    'an event without time',
    { ...stateChange('stopped'), time: undefined },
    ['time is missing; an ISO 8601 time is allowed'],
  ],
  ['an event at no time', { ...stateChange('stopped'), time: 'noon' }, ['time is "noon"', 'ISO 8601']],
  [
    'an alarm of nobody',
    alarmChange('disk-full', { InstanceId: 'i-0bad' }),
    ['detail.alarmName is "disk-full"', 'i-0bad'],
  ],
  [
    'an alarm without a name',
    { ...alarmChange('x'), detail: {} },
    ["detail.alarmName is missing; the alarm's name is allowed"],
  ],
  ['an alarm with a strange configuration', alarmChange('disk-full', 'x'), ['none']],
];

/** What a message shows of values that are long or deep. */
const SHOWN: readonly [string, unknown, string][] = [
  ['a list', [1, 2, 3], 'a list of 3;'],
  ['an object', { a: 1, b: 2 }, 'an object with 2 fields;'],
  ['80 characters', 'x'.repeat(78), `"${'x'.repeat(78)}";`],
  ['81 characters', 'x'.repeat(79), `"${'x'.repeat(76)}… (81 characters);`],
];
test.each(SHOWN)('%s for a mode is shown in short', (_name, mode, shown) => {
  expect(messageFor({ cluster: 'mail', mode })).toContain(`mode is ${shown}`);
});

test('of many unknown fields the first five are named', () => {
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
  expect(messageFor(fields(5))).toContain('Unknown field "f0", "f1", "f2", "f3", "f4"; allowed');
  expect(messageFor(fields(7))).toContain('"f3", "f4" and 2 more; allowed');
});

test.each(WRONG)('%s is refused by name', (_name, input, named) => {
  const message = messageFor(input);
  for (const part of named) expect(message).toContain(part);
});

function messageFor(input: unknown): string {
  try {
    parseRequest(input, CLUSTERS);
  } catch (error) {
    if (error instanceof InvalidInput) return error.message;
    throw error;
  }
  throw new Error('It was understood.');
}

const LONG = 64 * 1024;
const JUNK: readonly [string, unknown][] = [
  ['a long string', 'x'.repeat(LONG)],
  ['a long cluster name', { cluster: 'x'.repeat(LONG), mode: 'failover' }],
  ['a long mode', { cluster: 'mail', mode: 'x'.repeat(LONG) }],
  ['a long field name', { ['x'.repeat(LONG)]: 1 }],
  ['thousands of fields', Object.fromEntries(Array.from({ length: 8_000 }, (_, index) => [`field${index}`, 1]))],
  ['a long list', Array.from({ length: LONG }, () => 0)],
  ['lists in lists', JSON.parse('['.repeat(LONG / 2) + ']'.repeat(LONG / 2))],
  ['lists in lists for a mode', { cluster: 'mail', mode: JSON.parse('['.repeat(30_000) + ']'.repeat(30_000)) }],
  ['a long event', { source: 'x'.repeat(LONG), 'detail-type': 'x'.repeat(LONG), detail: {} }],
  ['an alarm on thousands of instances', manyInstances()],
];

function manyInstances(): unknown {
  const metric = (index: number) => ({ metricStat: { metric: { dimensions: { InstanceId: `i-${index}` } } } });
  const event = alarmChange('x');
  return {
    ...event,
    detail: { ...event.detail, configuration: { metrics: Array.from({ length: 2_000 }, (_, i) => metric(i)) } },
  };
}

test.each(['reason', 'requestedBy'] as const)(
  'a long %s is no reason to refuse: 2,000 characters of it go on, as it stands several times in what states are given',
  (field) => {
    const long = (length: number) =>
      parseRequest({ cluster: 'mail', mode: 'failover', [field]: 'x'.repeat(length) }, CLUSTERS)[field];
    expect(long(2_000)).toBe('x'.repeat(2_000));
    expect(long(2_001)).toBe(`${'x'.repeat(2_000)}…`);
  },
);

test.each(JUNK)('64 KB of junk, %s, gives a short message', (_name, input) => {
  expect(messageFor(input).length).toBeLessThan(1_000);
});

test('any input is understood or refused, never anything else', () => {
  const odd = fc.constantFrom(
    'cluster',
    'mode',
    'target',
    'detail-type',
    'source',
    'detail',
    '__proto__',
    'mail',
    'drill',
  );
  const value = fc.anything({
    key: odd,
    values: [fc.constantFrom('mail', 'drill', 'failover', A.instanceId), fc.anything()],
  });
  fc.assert(
    fc.property(value, (input) => {
      const json: unknown = JSON.parse(
        JSON.stringify(input ?? null, (_key, each) => (typeof each === 'bigint' ? 0 : each)) ?? 'null',
      );
      try {
        parseRequest(json, CLUSTERS);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInput);
      }
    }),
    { numRuns: 2_000 },
  );
});
