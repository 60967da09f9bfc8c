import fc from 'fast-check';
import type { Cluster } from '../../../functions/shared/cluster';
import { type Reading, readInput } from '../../../functions/verify-instance-state/request';
import { A, B, C, cluster } from '../notify/builders';
import { D } from '../support/facts';

const CLUSTERS: readonly Cluster[] = [
  cluster({
    nodes: [
      { ...A, alarms: ['smtp-down', 'both-down'] },
      { ...B, alarms: ['both-down'] },
    ],
  }),
  cluster({ name: 'db', nodes: [C, D] }),
];
const read = (input: unknown) => readInput(input, CLUSTERS);

const stateChange = (state: string, instanceId = A.instanceId) => ({
  version: '0',
  id: '6f1c1c7e-0000-4000-8000-000000000001',
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  time: '2026-01-31T12:00:00Z',
  detail: { 'instance-id': instanceId, state },
});

const claimBy = (instanceId: string, detail: unknown = { cluster: 'mail' }) => ({
  id: '6f1c1c7e-0000-4000-8000-000000000001',
  source: 'vip-failover',
  'detail-type': `Virtual IP Claim ${instanceId}`,
  time: '2026-01-31T12:00:00Z',
  detail,
});

const alarmChange = (alarmName: string, dimensions: unknown = {}, value = 'ALARM') => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  time: '2026-01-31T12:00:00Z',
  detail: {
    alarmName,
    state: { value },
    configuration: { metrics: [{ metricStat: { metric: { namespace: 'AWS/EC2', dimensions } } }] },
  },
});

describe('inputs that are understood', () => {
  test.each([
    ['stopping', [A.instanceId]],
    ['stopped', [A.instanceId]],
    ['shutting-down', [A.instanceId]],
    ['terminated', [A.instanceId]],
    ['a-new-state', [A.instanceId]],
    ['pending', []],
    ['running', []],
  ])('an instance that is %s', (state, saidDown) => {
    expect(read(stateChange(state))).toEqual({
      cluster: CLUSTERS[0],
      request: {
        mode: 'failover',
        trigger: 'event',
        target: null,
        reason: null,
        requestedBy: null,
        eventTime: '2026-01-31T12:00:00.000Z',
        eventId: '6f1c1c7e-0000-4000-8000-000000000001',
        saidDown,
        eventDetail: state,
      },
    });
  });
  test.each([
    ['with a reason', { cluster: 'mail', reason: 'VRRP master' }, 'VRRP master'],
    ['without one', { cluster: 'mail' }, null],
    ['with a field of its own', { cluster: 'mail', priority: 150 }, null],
  ])('a claim %s', (_what, detail, reason) => {
    expect(read(claimBy(B.instanceId, detail))).toEqual({
      cluster: CLUSTERS[0],
      request: {
        mode: 'failover',
        trigger: 'claim',
        target: B.instanceId,
        reason,
        requestedBy: null,
        eventTime: '2026-01-31T12:00:00.000Z',
        eventId: '6f1c1c7e-0000-4000-8000-000000000001',
        saidDown: [],
        eventDetail: null,
      },
    });
  });
  test('an event of the other cluster', () => {
    expect(read(stateChange('stopped', D.instanceId))).toMatchObject({ cluster: { name: 'db' } });
  });
  test.each([
    ['no time', undefined],
    ['an empty time', ''],
    ['a time that is none', 'noon'],
    ['a number for a time', 1_769_860_800],
    ['a number that could be a year', 2026],
  ])('an event with %s: the decision does not need it', (_what, time) => {
    expect(read({ ...stateChange('stopped'), time })).toMatchObject({
      request: { eventTime: null, saidDown: [A.instanceId] },
    });
  });
  test('an event without an ID, or with a strange one', () => {
    expect(read({ ...stateChange('stopped'), id: undefined })).toMatchObject({ request: { eventId: null } });
    expect(read({ ...stateChange('stopped'), id: 7 })).toMatchObject({ request: { eventId: null } });
    expect(read({ ...stateChange('stopped'), id: 'x'.repeat(101) })).toMatchObject({
      request: { eventId: `${'x'.repeat(99)}…` },
    });
  });
  test('an event with a long state', () => {
    expect(read(stateChange('x'.repeat(41)))).toMatchObject({ request: { eventDetail: `${'x'.repeat(39)}…` } });
  });
  test("an alarm that a node's configuration names", () => {
    expect(read(alarmChange('smtp-down'))).toMatchObject({
      cluster: { name: 'mail' },
      request: {
        mode: 'failover',
        trigger: 'alarm',
        saidDown: [A.instanceId],
        eventDetail: 'smtp-down',
        eventTime: '2026-01-31T12:00:00.000Z',
        eventId: null,
      },
    });
  });
  test('an alarm that several nodes name', () => {
    expect(read(alarmChange('both-down'))).toMatchObject({ request: { saidDown: [A.instanceId, B.instanceId] } });
  });
  test("an alarm on a metric of a node's instance", () => {
    expect(read(alarmChange('any', { InstanceId: C.instanceId }))).toMatchObject({
      cluster: { name: 'db' },
      request: { saidDown: [C.instanceId], eventDetail: 'any' },
    });
  });
  test('an alarm belongs to the cluster that names it, whatever it watches', () => {
    expect(read(alarmChange('smtp-down', { InstanceId: C.instanceId }))).toMatchObject({
      cluster: { name: 'mail' },
      request: { saidDown: [A.instanceId] },
    });
  });
  test('also where that is not the first cluster', () => {
    const event = alarmChange('smtp-down', { InstanceId: C.instanceId });
    expect(readInput(event, CLUSTERS.toReversed())).toMatchObject({ cluster: { name: 'mail' } });
  });
  test.each(['OK', 'INSUFFICIENT_DATA'])('an alarm that is %s says of nobody that it is down', (value) => {
    expect(read(alarmChange('smtp-down', {}, value))).toMatchObject({ request: { trigger: 'alarm', saidDown: [] } });
  });
  test('an alarm without its state', () => {
    const { detail, ...event } = alarmChange('smtp-down');
    expect(read({ ...event, detail: { alarmName: detail.alarmName } })).toMatchObject({ request: { saidDown: [] } });
  });
  test('an alarm with a long name', () => {
    const name = 'x'.repeat(256);
    expect(read(alarmChange(name, { InstanceId: A.instanceId }))).toMatchObject({
      request: { eventDetail: `${'x'.repeat(254)}…` },
    });
  });
  test.each(['failover', 'rehearsal'])('a %s without a target', (mode) => {
    expect(read({ cluster: 'mail', mode, requestedBy: 'alice' })).toEqual({
      cluster: CLUSTERS[0],
      request: {
        mode,
        trigger: 'request',
        target: null,
        reason: null,
        requestedBy: 'alice',
        eventTime: null,
        eventId: null,
        saidDown: [],
        eventDetail: null,
      },
    });
  });
  test.each(['failover', 'rehearsal', 'drill'])('a %s with everything', (mode) => {
    const request = { cluster: 'mail', mode, target: B.instanceId, reason: 'patches', requestedBy: 'alice' };
    expect(read(request)).toMatchObject({
      cluster: CLUSTERS[0],
      request: { target: B.instanceId, reason: 'patches', requestedBy: 'alice', trigger: 'request' },
    });
  });
  test('what the schedule sends', () => {
    expect(read({ cluster: 'mail', mode: 'check' })).toMatchObject({ request: { mode: 'check', trigger: 'schedule' } });
  });
});

/** Each wrong input, and what its message must name: the field, what was found, what is allowed. */
const WRONG: readonly [string, unknown, readonly string[]][] = [
  [
    'null',
    null,
    [
      'The input is null, not an object. Send an EC2 state-change, a CloudWatch alarm, or a virtual-IP claim event as EventBridge delivers it, or ' +
        '{"cluster": "NAME", "mode": "failover" | "drill" | "rehearsal" | "check", "target"?: "i-…", "reason"?: "…", "requestedBy": "…"}.',
    ],
  ],
  ['nothing', undefined, ['The input is missing']],
  ['a bare string', 'failover', ['The input is "failover", not an object. Send']],
  ['a number', 7, ['The input is 7']],
  ['true', true, ['The input is true']],
  ['an array', [1], ['The input is a list of 1, not an object']],
  ['an empty object', {}, ['cluster is missing; one of "mail", "db" is allowed.']],
  [
    'an input that is too long',
    { tooLong: 70_000 },
    ['The input has 70000 characters; fewer than 32,768 are allowed, and less where a stack has many clusters. Send'],
  ],
  ['a field tooLong beside others', { tooLong: 70_000, mode: 'check' }, ['Unknown field "tooLong"']],
  ['a field tooLong that is no number', { tooLong: 'x' }, ['Unknown field "tooLong"']],
  ['an unknown cluster', { cluster: 'web', mode: 'failover' }, ['cluster is "web"; known are "mail", "db".']],
  ['an empty cluster name', { cluster: '', mode: 'failover' }, ['cluster is ""; one of "mail", "db" is allowed.']],
  ['a cluster of the wrong type', { cluster: 5, mode: 'failover' }, ['cluster is 5', '"mail"']],
  [
    'no mode',
    { cluster: 'mail' },
    ['mode is missing; allowed are "failover", "drill", "rehearsal", "check". There is no default.'],
  ],
  [
    'a mode that does not exist',
    { cluster: 'mail', mode: 'fail-over' },
    ['mode is "fail-over"; allowed are "failover", "drill", "rehearsal", "check".'],
  ],
  ['a mode of the wrong type', { cluster: 'mail', mode: ['drill'] }, ['mode is a list of 1']],
  [
    'a drill without target',
    { cluster: 'mail', mode: 'drill' },
    [
      `target is missing: a drill names the node that the addresses go to ("${A.instanceId}", "${B.instanceId}"), ` +
        'so that a second run of it is harmless.',
    ],
  ],
  [
    'an unknown target',
    { cluster: 'mail', mode: 'drill', target: 'i-0bad' },
    [
      'target is "i-0bad", a node of no cluster; ' +
        `the nodes of cluster "mail" are "${A.instanceId}", "${B.instanceId}".`,
    ],
  ],
  [
    'a target in another cluster',
    { cluster: 'mail', mode: 'failover', target: C.instanceId },
    [`target is "${C.instanceId}", a node of cluster "db"; the nodes of cluster "mail" are "${A.instanceId}"`],
  ],
  [
    'a target of the wrong type',
    { cluster: 'mail', mode: 'failover', target: null },
    ['target is null; a text that is not empty is allowed.'],
  ],
  ['an empty target', { cluster: 'mail', mode: 'failover', target: '' }, ['target is ""']],
  [
    'a check with a target',
    { cluster: 'mail', mode: 'check', target: A.instanceId },
    ['target is not allowed with mode "check".'],
  ],
  [
    'a reason of the wrong type',
    { cluster: 'mail', mode: 'failover', reason: {} },
    ['reason is an object with 0 fields'],
  ],
  ['an empty reason', { cluster: 'mail', mode: 'failover', reason: '' }, ['reason is ""; a text that is not empty']],
  ...['failover', 'drill'].flatMap((mode): [string, unknown, readonly string[]][] => {
    const request = { cluster: 'mail', mode, target: A.instanceId };
    const words = `a ${mode} by hand names whoever asks for it, for the record. Add "requestedBy": "YOUR NAME".`;
    return [
      [`B14: a ${mode} that nobody asked for`, request, [`requestedBy is missing: ${words}`]],
      [`B14: a ${mode} by nobody`, { ...request, requestedBy: '  ' }, [`requestedBy is "  ": ${words}`]],
    ];
  }),
  ['a requester of the wrong type', { cluster: 'mail', mode: 'failover', requestedBy: 7 }, ['requestedBy is 7']],
  [
    'extra fields',
    { cluster: 'mail', mode: 'failover', dryRun: true, force: 1 },
    ['Unknown field "dryRun", "force"; allowed are cluster, mode, target, reason, requestedBy. Send'],
  ],
  [
    'an event of another kind',
    { ...stateChange('stopped'), 'detail-type': 'EC2 Spot Instance Interruption Warning' },
    [
      'source and detail-type are "aws.ec2" and "EC2 Spot Instance Interruption Warning": an event of another kind. ' +
        'Known are "aws.ec2" with "EC2 Instance State-change Notification", "aws.cloudwatch" with "CloudWatch Alarm State Change", and "vip-failover" with "Virtual IP Claim i-…".',
    ],
  ],
  [
    'an event of another source',
    { ...stateChange('stopped'), source: 'aws.s3' },
    ['source and detail-type are "aws.s3"'],
  ],
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
  ['an event without source', { 'detail-type': 'x' }, ['source and detail-type are missing and "x"']],
  [
    'an event without detail',
    { ...stateChange('stopped'), detail: null },
    ['detail is null; an object is allowed, as EventBridge delivers it.'],
  ],
  ['an alarm without detail', { ...alarmChange('x'), detail: [] }, ['detail is a list of 0; an object is allowed']],
  [
    'an event without state',
    { ...stateChange('stopped'), detail: { 'instance-id': A.instanceId } },
    ['detail.state is missing; an instance state such as "stopped" is allowed.'],
  ],
  [
    'an event without instance',
    { ...stateChange('stopped'), detail: { state: 'stopped' } },
    ['detail.instance-id is missing; an instance ID such as "i-0123456789abcdef0" is allowed.'],
  ],
  [
    'an instance in no cluster',
    stateChange('stopped', 'i-0bad'),
    [
      'detail.instance-id is "i-0bad", which is a node of no cluster. ' +
        'Add it to a cluster in the configuration, or remove it from the rule that sent this event.',
    ],
  ],
  [
    'a claim of another cluster’s node',
    claimBy(C.instanceId),
    [`detail-type names "${C.instanceId}", which is no node of cluster "mail"; its nodes are`],
  ],
  ['a claim of nobody', claimBy(''), ['detail-type names "", which is no node of cluster "mail"']],
  [
    'a claim without cluster',
    claimBy(A.instanceId, {}),
    ['detail.cluster is missing; one of "mail", "db" is allowed.'],
  ],
  [
    'a claim of an unknown cluster',
    claimBy(A.instanceId, { cluster: 'x' }),
    ['detail.cluster is "x"; known are "mail", "db".'],
  ],
  ['a claim without detail', claimBy(A.instanceId, null), ['detail is null; an object is allowed']],
  ['a claim of another source', { ...claimBy(A.instanceId), source: 'my.app' }, ['an event of another kind']],
  [
    'an alarm of nobody',
    alarmChange('disk-full', { InstanceId: 'i-0bad' }),
    [
      'detail.alarmName is "disk-full", which belongs to no node: no cluster names it under nodes[].alarms, and ' +
        'the instances that it watches ("i-0bad") are in no cluster.',
    ],
  ],
  [
    'an alarm without a name',
    { ...alarmChange('x'), detail: {} },
    ["detail.alarmName is missing; the alarm's name is allowed."],
  ],
  ['an alarm with a strange configuration', alarmChange('disk-full', 'x'), ['the instances that it watches (none)']],
];

test.each(WRONG)('%s is refused by name', (_name, input, named) => {
  const message = messageFor(input);
  for (const part of named) expect(message).toContain(part);
});

function messageFor(input: unknown): string {
  const reading = read(input);
  if ('invalid' in reading) return reading.invalid;
  throw new Error('It was understood.');
}

describe('a wrong input that is about a cluster says so: the failure notice tells where its addresses are', () => {
  test.each<[string, unknown, string | null]>([
    ['by its name', { cluster: 'db', mode: 'x' }, 'db'],
    ['by its instance', { ...stateChange('stopped', D.instanceId), source: 'aws.s3' }, 'db'],
    ['by its alarm', { ...alarmChange('smtp-down'), source: 'aws.ec2' }, 'mail'],
    ['not at all', { cluster: 'web' }, null],
    ['not at all, for a text', 'mail', null],
  ])('%s', (_what, input, name) => {
    const reading = read(input);
    expect('invalid' in reading && (reading.cluster?.name ?? null)).toBe(name);
  });
});

test('an error that is not about the input is not swallowed', () => {
  const input = {
    cluster: 'mail',
    get mode(): string {
      throw new TypeError('a defect');
    },
  };
  expect(() => read(input)).toThrow(TypeError);
});

describe('a message is short', () => {
  test.each<[string, unknown, string]>([
    ['a list', [1, 2, 3], 'a list of 3;'],
    ['an object', { a: 1, b: 2 }, 'an object with 2 fields;'],
    ['80 characters', 'x'.repeat(78), `"${'x'.repeat(78)}";`],
    ['81 characters', 'x'.repeat(79), `"${'x'.repeat(76)}… (81 characters);`],
  ])('%s for a mode is shown in short', (_name, mode, shown) => {
    expect(messageFor({ cluster: 'mail', mode })).toContain(`mode is ${shown}`);
  });
  test('of many unknown fields the first five are named', () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
    expect(messageFor(fields(5))).toContain('Unknown field "f0", "f1", "f2", "f3", "f4"; allowed');
    expect(messageFor(fields(7))).toContain('"f3", "f4" and 2 more; allowed');
  });

  const LONG = 32 * 1024;
  const JUNK: readonly [string, unknown][] = [
    ['a long string', 'x'.repeat(LONG)],
    ['a long cluster name', { cluster: 'x'.repeat(LONG), mode: 'failover' }],
    ['a long mode', { cluster: 'mail', mode: 'x'.repeat(LONG) }],
    ['a long field name', { ['x'.repeat(LONG)]: 1 }],
    ['thousands of fields', Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`field${index}`, 1]))],
    ['a long list', Array.from({ length: LONG }, () => 0)],
    ['lists in lists', JSON.parse('['.repeat(LONG / 2) + ']'.repeat(LONG / 2))],
    ['lists in lists for a mode', { cluster: 'mail', mode: JSON.parse('['.repeat(15_000) + ']'.repeat(15_000)) }],
    ['a long event', { source: 'x'.repeat(LONG), 'detail-type': 'x'.repeat(LONG), detail: {} }],
    ['an alarm on hundreds of instances', manyInstances()],
  ];
  test.each(JUNK)('32 KB of junk, %s, gives a short message', (_name, input) => {
    expect(messageFor(input).length).toBeLessThan(1_000);
  });

  function manyInstances(): unknown {
    const metric = (index: number) => ({ metricStat: { metric: { dimensions: { InstanceId: `i-${index}` } } } });
    const event = alarmChange('x');
    return {
      ...event,
      detail: { ...event.detail, configuration: { metrics: Array.from({ length: 500 }, (_, i) => metric(i)) } },
    };
  }
});

describe('what a person says', () => {
  test.each(['reason', 'requestedBy'] as const)('%s: 2,000 characters of it go on', (field) => {
    const said = (text: string) => {
      const reading = read({ cluster: 'mail', mode: 'failover', requestedBy: 'alice', [field]: text });
      return 'request' in reading && reading.request[field];
    };
    expect(said('x'.repeat(2_000))).toBe('x'.repeat(2_000));
    expect(said('x'.repeat(2_001))).toBe(`${'x'.repeat(1_999)}…`);
    expect(said('🎉'.repeat(2_001))).toBe(`${'🎉'.repeat(1_999)}…`);
    expect(said('odd \uD83D')).toBe('odd \uFFFD');
  });
});

describe('any input', () => {
  const key = fc.constantFrom(
    ...[
      'cluster',
      'mode',
      'target',
      'reason',
      'requestedBy',
      'detail-type',
      'source',
      'detail',
      'id',
      'time',
      'tooLong',
    ],
    ...['instance-id', 'state', 'alarmName', 'configuration', 'metrics', '__proto__', 'constructor'],
  );
  const word = fc.constantFrom(
    ...[
      'mail',
      'db',
      'web',
      'drill',
      'failover',
      'rehearsal',
      'check',
      A.instanceId,
      D.instanceId,
      'smtp-down',
      'stopped',
    ],
    ...['aws.ec2', 'aws.cloudwatch', 'EC2 Instance State-change Notification', 'CloudWatch Alarm State Change', ''],
  );
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const value = fc.anything({ key, values: [word, text, fc.anything()], maxKeys: 6, maxDepth: 3 });
  const mostly = (...likely: readonly string[]) =>
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: value });
  const structured = fc.record(
    {
      cluster: mostly('mail', 'db', 'web'),
      mode: mostly('drill', 'failover', 'rehearsal', 'check', 'fail-over'),
      target: mostly(A.instanceId, D.instanceId),
      reason: fc.oneof(text, value),
      requestedBy: text,
    },
    { requiredKeys: ['cluster', 'mode'] },
  );
  const event = fc.record({
    source: mostly('aws.ec2', 'aws.cloudwatch'),
    'detail-type': mostly('EC2 Instance State-change Notification', 'CloudWatch Alarm State Change'),
    time: fc.oneof(fc.constant('2026-01-31T12:00:00Z'), text, value),
    id: fc.oneof(text, value),
    detail: fc.oneof(
      fc.record({
        'instance-id': mostly(A.instanceId, D.instanceId, 'i-0bad'),
        state: fc.oneof(word, text),
        alarmName: mostly('smtp-down', 'disk'),
        configuration: value,
      }),
      value,
    ),
  });

  /** As the workflow hands it on: JSON. */
  function asJson(input: unknown): unknown {
    const json = JSON.stringify(input ?? null, (_key, each) => (typeof each === 'bigint' ? 0 : each)) ?? 'null';
    return JSON.parse(json);
  }

  function textsOf(reading: Reading): string[] {
    if ('invalid' in reading) return [reading.invalid];
    const { target, reason, requestedBy, eventTime, eventId, eventDetail, saidDown } = reading.request;
    return [target, reason, requestedBy, eventTime, eventId, eventDetail, ...saidDown].flatMap((each) => each ?? []);
  }

  test('is understood or refused, never anything else, and its texts are well-formed and short', () => {
    let understood = 0;
    fc.assert(
      fc.property(fc.oneof(value, structured, event), (input) => {
        const reading = read(asJson(input));
        if ('request' in reading) {
          understood += 1;
          expect(CLUSTERS).toContain(reading.cluster);
          const nodes = reading.cluster.nodes.map(({ instanceId }) => instanceId);
          for (const id of [...reading.request.saidDown, reading.request.target ?? nodes[0]])
            expect(nodes).toContain(id);
        }
        for (const each of textsOf(reading)) {
          expect(each.isWellFormed()).toBe(true);
          expect(Array.from(each).length).toBeLessThanOrEqual(2_000);
        }
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(understood).toBeGreaterThan(50);
  });
});
