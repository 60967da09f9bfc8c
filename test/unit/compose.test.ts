import { attemptsOf, composeNotice, describeHolder, durationsOf } from '../../functions/notify/compose';
import { consoleLink, stateMachineArn } from '../../functions/notify/console';
import { quote, toSubject } from '../../functions/notify/notice';
import type { NotifyInput, StateError } from '../../functions/shared/types';
import { A, B, C, cluster, STRANGER, vips } from './support/clusters';
import { failure, LOCALES, lambdaError, see } from './support/notices';
import { assigned, plan, rehearsal, succeeded, unassigned } from './support/plans';

const VERIFIED = { verifiedAt: new Date().toISOString(), holders: [], findings: [] };
const failed = (changes: Partial<NotifyInput> = {}, error: StateError = lambdaError('X', 'x')) =>
  failure('', error, see(null, ['stopped', 'running', 'running']), changes);
const noticeOfFailure = (changes: Parameters<typeof failure>[3] = {}, error?: StateError) => {
  const { input, looked } = failed(changes, error);
  return composeNotice(input, 'FAILED', looked);
};
const body = (input: NotifyInput, outcome: Parameters<typeof composeNotice>[1]) =>
  LOCALES.en.body(composeNotice(input, outcome, null));
const both = [
  { ...A, problems: [] },
  { ...B, problems: [] },
];

describe('where the addresses come from', () => {
  const two = cluster({ virtualIps: vips(2) });
  const from = (heldBefore: ReturnType<typeof plan>['heldBefore']) =>
    composeNotice(succeeded(plan({ heldBefore }, two)), 'FAILED_OVER', null).moves.map((move) => move.from);
  const holder = (address: string, on: object) => ({
    address,
    networkInterfaceId: null,
    instanceId: null,
    elasticIpAllocationId: null,
    ...on,
  });
  test('each from its own holder', () => {
    expect(from([holder('10.0.0.5', A), holder('10.0.0.6', C)])).toEqual([
      `${A.instanceId} (${A.networkInterfaceId})`,
      `${C.instanceId} (${C.networkInterfaceId})`,
    ]);
  });
  test('an interface without an instance, nobody, and one of which nothing is known', () => {
    const { networkInterfaceId } = STRANGER;
    expect(from([holder('10.0.0.5', { networkInterfaceId }), holder('10.0.0.6', {})])).toEqual([
      networkInterfaceId,
      null,
    ]);
    expect(describeHolder(undefined)).toBeNull();
  });
  test('a plan without a target, or no plan, moves nothing', () => {
    expect(composeNotice(succeeded(rehearsal({ target: null })), 'REHEARSED', null).moves).toEqual([]);
    expect(noticeOfFailure().moves).toEqual([]);
    expect(body(succeeded(rehearsal({ target: null })), 'REHEARSED')).not.toContain('What a move would look like');
  });
});

describe('what a notice knows', () => {
  test('a rehearsal knows what a real run would have been', () => {
    expect(composeNotice(succeeded(rehearsal()), 'REHEARSED', null).rehearsed).toBe('NONE');
  });
  test('a drill tells how many standbys are left, as a failover does', () => {
    const of = plan({ mode: 'drill', nodes: both });
    expect(composeNotice(succeeded(of), 'DRILLED', null).standbysLeft).toBe(1);
    expect(composeNotice(succeeded(of), 'FAILED_OVER', null).standbysLeft).toBe(1);
    expect(composeNotice(succeeded(of), 'REHEARSED', null).standbysLeft).toBeNull();
  });
  test('two problems of a node are two', () => {
    const problems = [
      { code: 'SYSTEM_CHECK_IMPAIRED', detail: 'impaired' },
      { code: 'EBS_CHECK_IMPAIRED', detail: 'impaired' },
    ] as const;
    const line = body(succeeded(plan({ nodes: [{ ...A, problems }] })), 'FAILED_OVER')
      .split('\n')
      .find((each) => each.includes(`${A.instanceId} (${A.networkInterfaceId}): `));
    expect(line?.split(', ')).toHaveLength(2);
  });
  test('one of two addresses without a holder is told', () => {
    const { now } = see(A, ['stopped', 'running']) as Extract<ReturnType<typeof see>, { now: object }>;
    const second = { ...now.addresses[0], address: '10.0.0.6', networkInterfaceId: null, instanceId: null };
    const addresses = [
      ...now.addresses,
      { primary: false, instanceState: null, elasticIpAllocationId: null, ...second },
    ];
    const notice = composeNotice(failed().input, 'FAILED', { now: { ...now, addresses } });
    expect(LOCALES.en.body(notice)).toContain('An address has no holder');
  });
  test('an alarm that belongs to no cluster is told without one, also when clusters have alarms', () => {
    const clusters = [cluster({ nodes: [{ ...A, alarms: ['smtp-down'] }, B] })];
    const input = { 'detail-type': 'CloudWatch Alarm State Change', detail: { alarmName: 'disk-full' } };
    expect(noticeOfFailure({ input, clusters }).cluster).toBeNull();
  });
  test('where ReadRequest does not run, the notice finds the cluster by itself', () => {
    const clusters = [cluster({ name: 'db', nodes: [C] }), cluster({ nodes: [A, B] })];
    const of = (input: unknown) => noticeOfFailure({ input, reading: { clusters } });
    expect(of({ cluster: 'mail', mode: 'drill', requestedBy: 'alice' })).toMatchObject({
      cluster: 'mail',
      mode: 'drill',
      requestedBy: 'alice',
      failure: { state: 'ReadRequest', where: [{ address: '10.0.0.5' }] },
    });
    expect(of({ 'detail-type': 'x', detail: { 'instance-id': B.instanceId } })).toMatchObject({
      cluster: 'mail',
      mode: 'failover',
    });
    expect(of('junk')).toMatchObject({ cluster: null, mode: null, failure: { state: 'ReadRequest', repair: [] } });
  });
  test('a failure before there is a plan is told with what was asked', () => {
    const request = { cluster: 'mail', mode: 'check' };
    expect(noticeOfFailure({ input: request })).toMatchObject({ cluster: 'mail', mode: 'check', trigger: 'schedule' });
    expect(noticeOfFailure()).toMatchObject({ cluster: 'mail', mode: 'failover', trigger: 'event' });
    expect(noticeOfFailure({ input: 'junk' })).toMatchObject({ cluster: null, mode: null, trigger: null });
  });
});

describe('durations', () => {
  test('belong to what succeeded', () => {
    expect(durationsOf({ ...succeeded(), kind: 'FAILURE' })).toEqual({ eventToVerifiedMs: null, darkTimeMs: null });
    expect(durationsOf(succeeded(plan(), { verified: null }))).toEqual({ eventToVerifiedMs: null, darkTimeMs: null });
  });
  test('dark time is that of all passes together', () => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const gap = { unassigned: unassigned({ releasedAt: at(0) }), assigned: assigned({ assignedAt: at(300) }) };
    expect(durationsOf(succeeded(plan(), gap)).darkTimeMs).toBe(300);
    expect(durationsOf(succeeded(plan({ darkTimeBeforeMs: 2_000 }), gap)).darkTimeMs).toBe(2_300);
  });
  test('without an unassign or an assign of its own there is no dark time', () => {
    expect(durationsOf(succeeded(plan(), { unassigned: null })).darkTimeMs).toBe(0);
    expect(durationsOf(succeeded(plan(), { assigned: null })).darkTimeMs).toBe(0);
    expect(durationsOf(succeeded(plan(), { assigned: assigned({ assignedAt: null }) })).darkTimeMs).toBe(0);
  });
});

describe('attempts', () => {
  const tried = { instanceId: C.instanceId, error: 'PlanStale' };
  const previous = (
    changes: Parameters<typeof plan>[0] = {},
    error: StateError | null = lambdaError('TargetLost', 'x'),
  ) => ({
    plan: plan({ attempts: [tried], ...changes }),
    unassigned: null,
    assigned: null,
    error,
  });
  test('are those of the plan, where there is one', () => {
    const input = { ...succeeded(plan({ attempts: [tried] })), previous: previous() };
    expect(attemptsOf(input)).toEqual([tried]);
  });
  test('are none without a plan', () => {
    const { previous: _previous, ...input } = failed().input;
    expect(attemptsOf(input)).toEqual([]);
    expect(attemptsOf(failed().input)).toEqual([]);
  });
  test('count the last target of the pass before, where it had one', () => {
    const tries = (before: ReturnType<typeof previous>) => attemptsOf({ ...failed().input, previous: before });
    expect(tries(previous())).toEqual([tried, { instanceId: B.instanceId, error: 'TargetLost' }]);
    expect(tries(previous({}, null))).toEqual([tried, { instanceId: B.instanceId, error: '' }]);
    expect(tries(previous({ target: null }))).toEqual([tried]);
  });
  test('only a refusal keeps a node out of the commands', () => {
    const of = plan({ attempts: [{ instanceId: B.instanceId, error: 'PlanStale' }] });
    const repair = noticeOfFailure({ plan: of, unassigned: unassigned() }).failure?.repair;
    expect(repair?.[0]?.about).toContain(B.instanceId);
  });
});

describe('the failure', () => {
  test('of the last state is told as one of NotifySuccess', () => {
    const changes = { plan: plan(), unassigned: unassigned(), assigned: assigned(), verified: VERIFIED };
    expect(noticeOfFailure(changes).failure?.state).toBe('NotifySuccess');
  });
  test.each([
    ['no JSON', 'plain text', 'plain text'],
    ['JSON without a message', '{"errorType":"X"}', '{"errorType":"X"}'],
    ['JSON with an odd message', '{"errorMessage":5}', '{"errorMessage":5}'],
    ['empty', '', 'X'],
  ])('whose cause is %s is quoted all the same', (_name, Cause, message) => {
    expect(noticeOfFailure({}, { Error: 'X', Cause }).failure?.message).toBe(message);
  });
});

describe('the console link', () => {
  const id = (partition: string) => `arn:${partition}:states:eu-west-1:111122223333:express:Failover:0a1b:9f8e`;
  test.each([
    ['aws', 'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#'],
    ['aws-cn', 'https://eu-west-1.console.amazonaws.cn/states/home'],
    ['aws-us-gov', 'https://eu-west-1.console.amazonaws-us-gov.com/states/home'],
    ['aws-new', 'https://eu-west-1.console.aws.amazon.com/states/home'],
  ])('of the partition %s', (partition, link) => {
    expect(consoleLink(id(partition), '2026-01-31T00:00:00Z')).toContain(link);
    expect(consoleLink(id(partition), '2026-01-31T00:00:00Z')).toContain(`${id(partition)}?startDate=1769817600000`);
    expect(stateMachineArn(id(partition))).toBe(`arn:${partition}:states:eu-west-1:111122223333:stateMachine:Failover`);
  });
});

describe('texts of any origin', () => {
  test('a subject is one line: what breaks lines is one space, at the ends none', () => {
    expect(toSubject(' a\r\n\u2028b\t')).toBe('a b');
  });
  test('a subject of 99 characters stays whole, a longer one is cut', () => {
    expect(toSubject('x'.repeat(99))).toBe('x'.repeat(99));
    expect(toSubject('x'.repeat(100))).toBe(`${'x'.repeat(98)}…`);
    expect(toSubject(`😀${'x'.repeat(100)}`)).toBe(`😀${'x'.repeat(96)}…`);
  });
  test('a quoted text keeps its lines, loses other control characters and what is too long', () => {
    expect(quote('a\nb\tc')).toBe('a\nb c');
    expect(quote('abc', 3)).toBe('abc');
    expect(quote('abcd', 3)).toBe('abc…');
  });
});
