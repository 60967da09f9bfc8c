import type { Plan, Request } from '../../../functions/shared/plan';
import { FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { decide } from '../../../functions/verify-instance-state/decide';
import { invalidPlan, makePlan } from '../../../functions/verify-instance-state/plan';
import type { Facts } from '../../../functions/verify-instance-state/situation';
import { A, B, C, cluster, holders, STOPPED, STRANGER, vips } from '../notify/builders';
import { byHand, event, facts, instance, stopped, tagged, type World } from '../support/facts';

const three = cluster({ nodes: [A, B, C] });
const DEAD_A = { [A.instanceId]: stopped(A) };
const ids = ({ instanceId, networkInterfaceId }: typeof A) => ({ instanceId, networkInterfaceId });

function planned(request: Request, world: World = {}, changes: Partial<Facts> = {}, of = three): Plan {
  const from = facts(request, of, world, changes);
  return makePlan(from, decide(from));
}

test('a plan has everything that the later states need', () => {
  const request = event();
  const plan = planned(request, {
    instances: { ...DEAD_A, [B.instanceId]: instance(B, { instanceType: 'm7g.large' }) },
  });
  expect(plan).toEqual({
    ...request,
    action: 'MOVE',
    why: 'HOLDER_UNHEALTHY',
    explanation: `The holder ${A.instanceId} is unhealthy: NOT_RUNNING (stopped).`,
    notify: true,
    record: true,
    cluster: three,
    error: null,
    rehearsed: null,
    destination: { ...ids(B), instanceType: 'm7g.large' },
    sources: [{ ...ids(A), addresses: ['10.0.0.5'], healthy: false }],
    holders: holders(three, A),
    heldBefore: holders(three, A),
    nodes: [
      { ...ids(A), problems: STOPPED },
      { ...ids(B), problems: [] },
      { ...ids(C), problems: [] },
    ],
    findings: [],
    pass: 1,
    attempts: [],
    lastResort: [],
    mayHaveChanged: false,
    mayBeHomeless: false,
    homelessSince: null,
    darkTimeBeforeMs: 0,
  });
});

test('a plan that nothing can be done says what the execution ends with', () => {
  const plan = planned(byHand('drill', B), { instances: { [B.instanceId]: stopped(B) } });
  expect(plan).toMatchObject({ action: 'FAIL', destination: null, sources: [] });
  expect(plan.error).toEqual({
    Error: 'TargetUnhealthy',
    Cause: JSON.stringify({ errorType: 'TargetUnhealthy', errorMessage: plan.explanation }),
  });
});

test('a plan that nothing is to be done has no destination and no source', () => {
  expect(planned(byHand('failover'))).toMatchObject({ action: 'NONE', destination: null, sources: [], error: null });
});

describe('the nodes of a plan', () => {
  const problems = (plan: Plan) => plan.nodes.map((node) => node.problems);
  test('an excluded node is told as such', () => {
    const instances = { ...DEAD_A, [C.instanceId]: tagged(C, 'vip-failover:standby', 'never') };
    expect(problems(planned(event(), { instances }))).toEqual([
      STOPPED,
      [],
      [{ code: 'EXCLUDED', detail: 'vip-failover:standby = never' }],
    ]);
  });
  test('a node that refused is told as such, with what EC2 said', () => {
    const attempts = [
      { instanceId: C.instanceId, error: 'PlanStale', message: 'old' },
      { instanceId: B.instanceId, error: 'TargetCannotHold', message: 'No room.' },
    ];
    const before = { ...FIRST_PASS, pass: 2, attempts };
    expect(problems(planned(event(), { holders: null, instances: DEAD_A }, { before }))).toEqual([
      STOPPED,
      [{ code: 'REFUSED', detail: 'TargetCannotHold: No room.' }],
      [],
    ]);
  });
});

describe('the destination of a rehearsal', () => {
  test('may be a node that EC2 does not show', () => {
    const plan = planned(byHand('rehearsal', B), { instances: { [B.instanceId]: null } }, { retryCount: 9 });
    expect(plan.destination).toEqual({ ...ids(B), instanceType: 'unknown' });
  });
});

describe('the sources of a plan', () => {
  const two = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
  const sources = (world: World, request = event()) => planned(request, world, { retryCount: 9 }, two).sources;
  test('are the interfaces that have addresses, with those that they have', () => {
    expect(sources({ instances: DEAD_A })).toEqual([
      { ...ids(A), addresses: ['10.0.0.5', '10.0.0.6'], healthy: false },
    ]);
    expect(sources({ holders: [A, C], instances: DEAD_A }, byHand('failover', B))).toEqual([
      { ...ids(A), addresses: ['10.0.0.5'], healthy: false },
      { ...ids(C), addresses: ['10.0.0.6'], healthy: true },
    ]);
  });
  test('not the destination', () => {
    expect(sources({ holders: [A, B], instances: DEAD_A })).toEqual([
      { ...ids(A), addresses: ['10.0.0.5'], healthy: false },
    ]);
  });
  test('none, where nobody holds them', () => {
    expect(sources({ holders: null })).toEqual([]);
  });
  test('a healthy holder keeps its addresses until AssignIp takes them over', () => {
    expect(sources({}, byHand('drill', B))).toEqual([
      { ...ids(A), addresses: ['10.0.0.5', '10.0.0.6'], healthy: true },
    ]);
  });
  test('an excluded node is healthy', () => {
    const instances = { [A.instanceId]: tagged(A, 'vip-failover:standby', 'never') };
    expect(sources({ instances }, byHand('drill', B))).toMatchObject([{ healthy: true }]);
  });
  test('an interface that stayed when its instance was terminated', () => {
    const holder = { networkInterfaceId: A.networkInterfaceId, instanceId: null };
    expect(sources({ holders: holder, instances: { [A.instanceId]: null } })).toEqual([
      { ...holder, addresses: ['10.0.0.5', '10.0.0.6'], healthy: false },
    ]);
  });
  test('a rehearsal shows an interface outside the cluster, which is not healthy, but no primary address', () => {
    expect(sources({ holders: STRANGER }, byHand('rehearsal', B))).toEqual([
      { ...STRANGER, addresses: ['10.0.0.5', '10.0.0.6'], healthy: false },
    ]);
    expect(sources({ primary: true }, byHand('rehearsal', B))).toEqual([]);
  });
});

describe('whom people want the addresses off', () => {
  const lastResort = (request: Request, world: World = {}, changes: Partial<Facts> = {}) =>
    planned(request, world, changes, cluster({ nodes: [A, B, C], virtualIps: vips(2) })).lastResort;
  test('the nodes that hold them when a person names a target', () => {
    expect(lastResort(byHand('drill', B))).toEqual([A.instanceId]);
    expect(lastResort(byHand('failover', B), { holders: [A, C] })).toEqual([A.instanceId, C.instanceId]);
  });
  test('not the target itself', () => {
    expect(lastResort(byHand('drill', B), { holders: [A, B] })).toEqual([A.instanceId]);
  });
  test('nobody, where no person named a target', () => {
    expect(lastResort(byHand('failover'), { instances: DEAD_A })).toEqual([]);
    expect(lastResort(event(), { instances: DEAD_A })).toEqual([]);
    expect(lastResort({ ...event(), target: B.instanceId }, { instances: DEAD_A })).toEqual([]);
  });
  test('as in the first pass, whoever holds them later', () => {
    const before = { ...FIRST_PASS, pass: 2, lastResort: [C.instanceId], heldBefore: holders(three, C) };
    expect(lastResort(byHand('drill', B), { holders: null }, { before })).toEqual([C.instanceId]);
  });
});

test('a later pass carries on what earlier ones did', () => {
  const before = {
    ...FIRST_PASS,
    pass: 3,
    attempts: [{ instanceId: C.instanceId, error: 'PlanStale', message: 'old' }],
    heldBefore: holders(three, C),
    mayHaveChanged: true,
    mayBeHomeless: true,
    homelessSince: '2026-01-31T12:29:00.000Z',
    darkTimeBeforeMs: null,
  };
  const { why: _why, lastResort: _lastResort, overtaken: _overtaken, ...carried } = before;
  expect(planned(event(), { holders: null, instances: DEAD_A }, { before })).toMatchObject({
    ...carried,
    holders: holders(three, null),
  });
});

describe('the plan for an input that is wrong, but about a cluster', () => {
  test('fails, and keeps nothing of the request', () => {
    expect(invalidPlan(three, 'target is missing.', 'drill')).toEqual({
      action: 'FAIL',
      why: 'INVALID_INPUT',
      explanation: 'target is missing.',
      error: {
        Error: 'InvalidInput',
        Cause: '{"errorType":"InvalidInput","errorMessage":"target is missing."}',
      },
      notify: true,
      record: true,
      mode: 'drill',
      trigger: 'request',
      target: null,
      reason: null,
      requestedBy: null,
      eventTime: null,
      eventId: null,
      saidDown: [],
      eventDetail: null,
      cluster: three,
      rehearsed: null,
      destination: null,
      sources: [],
      holders: [],
      heldBefore: [],
      nodes: [],
      findings: [],
      lastResort: [],
      pass: 1,
      attempts: [],
      mayHaveChanged: false,
      mayBeHomeless: false,
      homelessSince: null,
      darkTimeBeforeMs: 0,
    });
  });
  test('is a failover where no mode is known', () => {
    expect(invalidPlan(three, 'x', null).mode).toBe('failover');
  });
});
