import { clusterOf, composeNotice, describeHolder, onlyElasticIps } from '../../../functions/notify/compose';
import type { Cluster } from '../../../functions/shared/cluster';
import type { Plan } from '../../../functions/shared/plan';
import {
  A,
  assigned,
  B,
  BY_HAND,
  BY_SCHEDULE,
  C,
  cluster,
  destination,
  drill,
  ELASTIC,
  ELASTIC_IP,
  execution,
  failed,
  finding,
  holders,
  kept,
  LEFT,
  lambdaError,
  look,
  nothingToDo,
  passBefore,
  plan,
  refusal,
  rehearsal,
  reports,
  STOPPED,
  STRANGER,
  silentCheck,
  stoppedEvent,
  succeeded,
  unassigned,
  verified,
  vips,
} from './builders';

const X = lambdaError('X', 'x');
const of = (input: Parameters<typeof composeNotice>[0], snapshot?: ReturnType<typeof look>) =>
  composeNotice(input, snapshot === undefined ? null : { snapshot });
const RUNNING = look(A, ['running', 'running']);

describe('the headline', () => {
  test.each<[string, ReturnType<typeof succeeded>]>([
    ['MOVED', succeeded()],
    ['DRILLED', succeeded(drill())],
    ['WOULD_WORK', succeeded(rehearsal())],
    ['WOULD_WORK', succeeded(rehearsal({ findings: [finding('NO_RESERVATION', '', 'warning')] }))],
    ['WOULD_FAIL', succeeded(rehearsal(), { assigned: assigned({ findings: [finding('NO_ROOM', '')] }) })],
    [
      'NOTICE_LOST',
      succeeded(rehearsal({ findings: [finding('NO_ROOM', ''), finding('NOTICE_LOST', '', 'warning')] })),
    ],
    ['MOVED', succeeded(plan({ findings: [finding('NOTICE_LOST', '', 'warning')] }))],
    ['KEPT', nothingToDo(kept('HOLDER_HEALTHY'))],
    ['FAILED', failed(plan())],
    ['FAILED', failed(null)],
  ])('is %s', (headline, input) => {
    expect(of(input).headline).toBe(headline);
  });
});

describe('an Elastic IP that is put back', () => {
  const back = (changes: Partial<Plan> = {}) =>
    plan({
      why: 'ELASTIC_IP_MISSING',
      cluster: ELASTIC,
      holders: holders(ELASTIC, A, false),
      destination: destination(A),
      ...changes,
    });
  test('is not called a move', () => {
    expect(of(succeeded(back())).headline).toBe('ELASTIC_IP_BACK');
    expect(of(succeeded(back({ mode: 'drill' }))).headline).toBe('ELASTIC_IP_BACK');
  });
  test('after an address was moved on is called one', () => {
    const two = cluster({ virtualIps: vips(2) });
    const [first] = holders(two, A);
    const [, second] = holders(two, B);
    const heldBefore = [first, second].flatMap((holder) => holder ?? []);
    expect(onlyElasticIps(back({ cluster: two, heldBefore }))).toBe(false);
  });
  test('when the addresses came back for another reason is called one', () => {
    expect(onlyElasticIps(back({ why: 'HOLDER_UNHEALTHY' }))).toBe(false);
  });
});

describe('how the service stands', () => {
  test('is OK after a proven move, and is not shown as it was before it', () => {
    expect(of(succeeded())).toMatchObject({ status: 'OK', where: null, unmoved: false });
  });
  test('is what a look shows after a failure', () => {
    expect(of(failed(plan()), look(A, ['stopped', 'running']))).toMatchObject({
      status: 'DOWN',
      where: [{ address: '10.0.0.5', instanceState: 'stopped' }],
    });
  });
  test('is to be looked at when the look failed, when nobody looked, or when there is nothing to look at', () => {
    expect(composeNotice(failed(plan()), { lookError: 'x' })).toMatchObject({ status: 'CHECK', where: null });
    expect(of(failed(plan()))).toMatchObject({ status: 'CHECK', where: null });
    expect(of(failed(null, { input: 'junk' }))).toMatchObject({ status: 'CHECK', where: null, cluster: null });
  });
  test('is what was decided where nothing was changed', () => {
    const paused = kept('PAUSED', { nodes: reports([A, B], { [A.instanceId]: STOPPED }) });
    expect(of(nothingToDo(paused))).toMatchObject({ status: 'DOWN', where: [{ instanceState: 'stopped' }] });
    expect(of(succeeded(rehearsal())).status).toBe('OK');
  });
  test('is doubtful after a failure when an event called the holder down, though it runs', () => {
    expect(of(failed(plan({ nodes: reports([A, B]) })), RUNNING).status).toBe('CHECK');
    expect(of(failed(null, { input: stoppedEvent(A) }), RUNNING).status).toBe('CHECK');
    expect(of(failed(null, { input: stoppedEvent(B) }), RUNNING).status).toBe('OK');
  });
  test('is what EC2 calls it where an event was believed to be over', () => {
    expect(of(nothingToDo(kept('HOLDER_HEALTHY'))).status).toBe('OK');
  });
  test('knows of sickness from the decision of the pass before', () => {
    const sick = plan({ nodes: reports([A, B], { [A.instanceId]: [{ code: 'ALARM', detail: 'x' }] }), saidDown: [] });
    expect(of(failed(null, { previous: passBefore(X, { plan: sick }) }), RUNNING).status).toBe('DEGRADED');
  });
});

describe('whether the addresses moved', () => {
  const refused = (changes: Partial<Plan> = {}) =>
    failed(refusal('TARGET_UNHEALTHY', X, { ...BY_HAND, mode: 'drill', ...changes }));
  test('is seen by comparing', () => {
    expect(of(refused(), RUNNING).unmoved).toBe(true);
    expect(of(refused(), look(B, ['running', 'running'])).unmoved).toBe(false);
    expect(of(refused({ holders: holders(cluster(), B) }), RUNNING).unmoved).toBe(false);
  });
  test('is not known without a look', () => {
    expect(composeNotice(refused(), { lookError: 'x' }).unmoved).toBe(false);
  });
  test('is no question without a plan: this execution moved nothing', () => {
    expect(of(failed(null), RUNNING).unmoved).toBe(true);
  });
});

describe('what was asked', () => {
  test('stands in the plan', () => {
    expect(of(succeeded(drill()))).toMatchObject({
      mode: 'drill',
      trigger: 'request',
      target: { short: 'mail-2' },
      requestedBy: 'alice',
      reason: 'kernel update',
      why: 'REQUESTED',
    });
    expect(of(succeeded(rehearsal()))).toMatchObject({ target: null, rehearsed: 'NONE' });
  });
  test('by an event: when, which, what, of which node', () => {
    const said = {
      trigger: 'event',
      eventTime: '2026-01-31T03:14:07.000Z',
      eventId: '6f1c1c7e-0000-4000-8000-000000000001',
      eventDetail: 'stopped',
      saidDown: [`mail-1 (${A.instanceId})`],
    };
    expect(of(succeeded())).toMatchObject(said);
    expect(of(failed(null))).toMatchObject({ ...said, mode: 'failover', why: null });
  });
  test('is read in the input where there is no plan', () => {
    const input = { cluster: 'mail', mode: 'drill', target: 'i-0c', requestedBy: 'bob', reason: 'test', id: 'x' };
    expect(of(failed(null, { input }))).toMatchObject({
      cluster: 'mail',
      mode: 'drill',
      trigger: 'request',
      target: { short: 'i-0c', full: 'i-0c' },
      requestedBy: 'bob',
      reason: 'test',
      eventTime: null,
      eventId: null,
      eventDetail: null,
      saidDown: [],
    });
    expect(of(failed(null, { input: { cluster: 'mail', mode: 'check' } })).trigger).toBe('schedule');
  });
  test('by an alarm is read in the input, too', () => {
    const detail = { alarmName: 'smtp-down' };
    const input = { 'detail-type': 'CloudWatch Alarm State Change', detail };
    const clusters = [cluster(), cluster({ name: 'db', nodes: [{ ...A, alarms: ['smtp-down'] }, B] })];
    expect(of(failed(null, { input, clusters }))).toMatchObject({
      cluster: 'db',
      trigger: 'alarm',
      eventDetail: 'smtp-down',
      saidDown: [`mail-1 (${A.instanceId})`],
    });
  });
  test('is read in the input where the plan says that it was not understood', () => {
    const wrong = refusal('INVALID_INPUT', lambdaError('InvalidInput', 'x'), { holders: [], nodes: [], ...BY_HAND });
    expect(of(failed(wrong, { input: { cluster: 'mail', requestedBy: 7 } }), RUNNING)).toMatchObject({
      mode: null,
      trigger: null,
      requestedBy: null,
      target: null,
      why: null,
      unmoved: true,
      nodes: [],
      repair: [],
    });
  });
  test('by junk is nothing', () => {
    expect(of(failed(null, { input: 'junk' }))).toMatchObject({
      cluster: null,
      addresses: [],
      mode: null,
      trigger: null,
      saidDown: [],
      repair: [],
    });
  });
});

test('the cluster is that of the plan, of the pass before, or the one that the input is about', () => {
  const db = cluster({ name: 'db' });
  expect(clusterOf(failed(plan({ cluster: db })))?.name).toBe('db');
  expect(clusterOf(failed(null, { previous: passBefore(X, { plan: plan({ cluster: db }) }) }))?.name).toBe('db');
  expect(clusterOf(failed(null, { input: { cluster: 'db' }, clusters: [cluster(), db] }))?.name).toBe('db');
  expect(clusterOf(failed(null, { input: { cluster: 'mail' }, clusters: null }))).toBeNull();
});

describe('findings', () => {
  const one = finding('NO_RESERVATION', '1', 'warning');
  test('of all states stand together, each once', () => {
    const input = succeeded(plan({ findings: [one] }), {
      unassigned: unassigned({ findings: [one, finding('NO_ROOM', '2')] }),
      assigned: assigned({ findings: [finding('NO_ROOM', '3')] }),
      verified: verified({ findings: [finding('NOT_READ', '4')] }),
    });
    expect(of(input).findings.map(({ detail }) => detail)).toEqual(['1', '2', '3', '4']);
  });
  test('A1: an unassign that was refused is one, in EC2’s words', () => {
    const refused = { ...LEFT, refused: lambdaError('UnauthorizedOperation', 'You are not authorized.') };
    const said = { severity: 'warning', code: 'UNASSIGN_REFUSED', detail: 'You are not authorized.' };
    expect(of(succeeded(plan(), { unassigned: refused })).findings).toEqual([said]);
    expect(of(failed(null, { previous: passBefore(X, { unassigned: refused }) })).findings).toEqual([said]);
  });
  test('an unassign that was refused and told by its state is told once', () => {
    const own = finding('UNASSIGN_REFUSED', 'own words', 'warning');
    const refused = { ...LEFT, refused: X, findings: [own] };
    expect(of(succeeded(plan(), { unassigned: refused })).findings).toEqual([own]);
  });
  test('of the pass before count where the last pass has no plan', () => {
    const previous = passBefore(X, { plan: plan({ findings: [one] }) });
    expect(of(failed(null, { previous })).findings).toEqual([one]);
  });
  test('B2: a pause has its reason', () => {
    const paused = finding('PAUSED', 'kernel update', 'warning');
    expect(of(succeeded(rehearsal({ findings: [paused] }))).paused).toBe('kernel update');
    expect(of(nothingToDo(kept('PAUSED'))).paused).toBe('');
    expect(of(succeeded()).paused).toBeNull();
  });
});

describe('the standbys that are left', () => {
  test('are counted after a move, the destination not among them', () => {
    const three = { nodes: reports([A, B, C], { [A.instanceId]: STOPPED }) };
    expect(of(succeeded(plan(three))).standbysLeft).toBe(1);
    expect(of(succeeded(plan())).standbysLeft).toBe(0);
    expect(of(succeeded(drill())).standbysLeft).toBe(1);
  });
  test('a node whose application does not answer is one, unless that counts for all nodes', () => {
    const nodes = reports([A, B], { [A.instanceId]: [{ code: 'APPLICATION_CHECK_IMPAIRED', detail: 'impaired' }] });
    const left = (changes: Partial<Cluster>) => of(succeeded(plan({ nodes, cluster: cluster(changes) }))).standbysLeft;
    expect([left({}), left({ applicationCheckCountsFor: 'all' })]).toEqual([1, 0]);
  });
  test('are not told where nothing moved', () => {
    expect(of(succeeded(rehearsal())).standbysLeft).toBeNull();
    expect(of(nothingToDo(kept('PAUSED'))).standbysLeft).toBeNull();
    expect(of(failed(plan())).standbysLeft).toBeNull();
  });
});

describe('the moves', () => {
  test('say from where to where, each address from its own holder', () => {
    const two = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
    const heldBefore = [...holders(two, A).slice(0, 1), ...holders(two, C).slice(1)];
    expect(of(succeeded(plan({ cluster: two, heldBefore }))).moves).toEqual([
      {
        address: '10.0.0.5',
        from: `mail-1 (${A.instanceId}), ${A.networkInterfaceId}`,
        to: `mail-2 (${B.instanceId}), ${B.networkInterfaceId}`,
        elasticIpAllocationId: null,
      },
      expect.objectContaining({ address: '10.0.0.6', from: `mail-3 (${C.instanceId}), ${C.networkInterfaceId}` }),
    ]);
  });
  test('after several passes still come from where the first one found them', () => {
    const later = plan({ pass: 2, holders: holders(cluster(), null), heldBefore: holders(cluster(), A) });
    expect(of(succeeded(later)).moves[0]?.from).toContain(A.instanceId);
  });
  test('name the Elastic IP that goes along', () => {
    expect(of(succeeded(plan({ cluster: ELASTIC }))).moves[0]?.elasticIpAllocationId).toBe(ELASTIC_IP);
  });
  test('of a plan without a destination, or of no plan, are none', () => {
    expect(of(succeeded(rehearsal({ destination: null })))).toMatchObject({ moves: [], destination: null });
    expect(of(failed(null)).moves).toEqual([]);
  });
  test('come from an interface alone, or from nobody', () => {
    const [nobody] = holders(cluster(), null);
    const [detached] = holders(cluster(), { ...STRANGER, instanceId: null });
    expect(describeHolder(cluster(), nobody)).toBeNull();
    expect(describeHolder(cluster(), undefined)).toBeNull();
    expect(describeHolder(cluster(), detached)).toBe(STRANGER.networkInterfaceId);
  });
});

test('D17: a state that is tried again says that it may be a repetition', () => {
  expect(of(succeeded()).repetition).toBe(false);
  expect(of(succeeded(plan(), { execution: execution({ retryCount: 1 }) })).repetition).toBe(true);
});

test('the durations, the start and the link stand in every notice', () => {
  const { id, startTime } = execution();
  expect(of(succeeded())).toMatchObject({ outageMs: 2_700, tookMs: 1_580, darkTimeMs: 290, startTime });
  expect(of(failed(null)).consoleLink).toContain(id);
});

test('a check knows that it is one', () => {
  expect(of(succeeded(plan(BY_SCHEDULE)))).toMatchObject({
    mode: 'check',
    trigger: 'schedule',
    outcome: 'FAILED_OVER',
  });
  expect(of(succeeded(silentCheck())).outcome).toBe('CHECKED');
});
