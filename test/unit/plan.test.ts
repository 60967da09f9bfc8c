import type { Plan, Request } from '../../functions/shared/types';
import { decide } from '../../functions/verify-instance-state/decide';
import { makePlan, whatWentBefore } from '../../functions/verify-instance-state/plan';
import { FIRST_PASS } from '../../functions/verify-instance-state/situation';
import { A, B, byHand, C, cluster, event, instance, NOW, SUBNET, seen, stopped, type World } from './support/clusters';
import { lambdaError } from './support/notices';
import { assigned, plan, unassigned } from './support/plans';

const nothing = { plan: null, unassigned: null, assigned: null, error: null };
const TIMES = { now: NOW, executionStart: NOW - 30_000 };
const planned = (request: Request, world: World, previous: Parameters<typeof makePlan>[3] = nothing): Plan => {
  const view = seen(request.cluster, world);
  return makePlan(request, view, decide(request, view, TIMES, whatWentBefore(previous)), previous, NOW);
};
const three = cluster({ nodes: [A, B, C] });

describe('what went before', () => {
  test('nothing, in the first pass', () => {
    expect(whatWentBefore(nothing)).toBe(FIRST_PASS);
  });
  test('a pass without a target attempted nothing', () => {
    const before = plan({ target: null, attempts: [{ ...A, error: 'PlanStale' }] });
    expect(whatWentBefore({ ...nothing, plan: before }).attempts).toEqual(before.attempts);
  });
  test('a pass that left no error still aimed at its target', () => {
    expect(whatWentBefore({ ...nothing, plan: plan() }).attempts).toEqual([{ instanceId: B.instanceId, error: '' }]);
  });
  test('a target that refused, with nothing unassigned for it: reads are settled at once', () => {
    const previous = { ...nothing, plan: plan(), error: lambdaError('TargetCannotHold', 'x') };
    expect(whatWentBefore(previous).settledAt).toBe(0);
    const released = unassigned({ releasedAt: new Date(NOW).toISOString() });
    expect(whatWentBefore({ ...previous, unassigned: released }).settledAt).toBe(NOW + 10_000);
  });
  test('a pass that wrote: 15 s until its plan is stale, 3 s for the last request, 10 s for reads', () => {
    const before = plan({ decidedAt: new Date(NOW).toISOString() });
    expect(whatWentBefore({ ...nothing, plan: before, error: lambdaError('PlanStale', 'x') }).settledAt).toBe(
      NOW + 28_000,
    );
    expect(whatWentBefore({ ...nothing, plan: before }).settledAt).toBe(NOW + 28_000);
  });
});

describe('the nodes of a plan', () => {
  test('an excluded node is told as such', () => {
    const excluded = instance(C, { tags: { 'vip-failover:standby': 'never' } });
    const { nodes } = planned(event(three), { instances: { [A.instanceId]: stopped(A), [C.instanceId]: excluded } });
    expect(nodes.map(({ problems }) => problems)).toEqual([
      [{ code: 'NOT_RUNNING', detail: 'stopped' }],
      [],
      [{ code: 'EXCLUDED', detail: 'vip-failover:standby = never' }],
    ]);
  });
  test('only a node that refused or died itself is told as refused', () => {
    const attempts = [{ instanceId: C.instanceId, error: 'PlanStale' }];
    const before = plan({ attempts }, three);
    const previous = { plan: before, unassigned: null, assigned: null, error: lambdaError('TargetLost', 'x') };
    const { nodes } = planned(event(three), { holders: null, instances: { [A.instanceId]: stopped(A) } }, previous);
    expect(nodes.map(({ problems }) => problems.map(({ code }) => code))).toEqual([['NOT_RUNNING'], ['REFUSED'], []]);
  });
});

describe('the target of a plan', () => {
  const face = (networkInterfaceId: string, addressCount: number) => ({
    networkInterfaceId,
    subnetId: SUBNET,
    attached: true,
    addressCount,
  });
  test('comes with the type of its instance and the addresses of its own interface', () => {
    const interfaces = [face('eni-0b', 9), face(B.networkInterfaceId, 4)];
    const instances = {
      [A.instanceId]: stopped(A),
      [B.instanceId]: instance(B, { instanceType: 'm7g.large', interfaces }),
    };
    expect(planned(event(three), { instances }).target).toEqual({ ...B, instanceType: 'm7g.large', addressCount: 4 });
  });
  test('of a rehearsal may be a node that EC2 does not know, or one without its interface', () => {
    const unknown = planned(byHand(three, 'rehearsal', B), { instances: { [B.instanceId]: null } });
    expect(unknown.target).toEqual({ ...B, instanceType: 'unknown', addressCount: 0 });
    const bare = planned(byHand(three, 'rehearsal', B), {
      instances: { [B.instanceId]: instance(B, { interfaces: [] }) },
    });
    expect(bare.target).toEqual({ ...B, instanceType: 't3.small', addressCount: 0 });
  });
});

describe('since when an address is off its holder because of this execution', () => {
  const released = unassigned({ releasedAt: '2026-01-31T12:29:59.000Z' });
  const left = { plan: plan({}, three), unassigned: released, assigned: null, error: lambdaError('PlanStale', 'x') };
  const since = (world: World, previous = {}) => planned(event(three), world, { ...left, ...previous }).homelessSince;

  test('since the unassign', () => {
    expect(since({ holders: null })).toBe(released.releasedAt);
  });
  test('also when a read shows a holder: it may be older than the unassign, or the answer to an assign was lost', () => {
    expect(since({ holders: B })).toBe(released.releasedAt);
    expect(since({ instances: { [A.instanceId]: stopped(A) } })).toBe(released.releasedAt);
  });
  test('no longer, once it was assigned, even when its new holder is gone', () => {
    expect(since({ holders: null }, { assigned: assigned() })).toBeNull();
  });
  test('not at all without an unassign', () => {
    expect(since({ holders: null }, { unassigned: null })).toBeNull();
  });
});

describe('how long earlier passes left an address dark', () => {
  const at = (ms: number) => new Date(NOW - 60_000 + ms).toISOString();
  const wasPlanned = (changes: Partial<Plan> = {}) => plan(changes, three);
  const darkAfter = (previous: Partial<Parameters<typeof makePlan>[3]>) =>
    planned(event(three), { holders: B }, { ...nothing, error: lambdaError('ElasticIpMissing', 'x'), ...previous })
      .darkTimeBeforeMs;
  const released = unassigned({ releasedAt: at(0) });
  const landed = assigned({ assignedAt: at(400) });

  test('not at all in the first pass', () => {
    expect(planned(event(three), { holders: B }).darkTimeBeforeMs).toBe(0);
  });
  test('from the unassign to the assign of the pass before', () => {
    expect(darkAfter({ plan: wasPlanned(), unassigned: released, assigned: landed })).toBe(400);
  });
  test('from an unassign of a still earlier pass', () => {
    expect(darkAfter({ plan: wasPlanned({ homelessSince: at(-1_000) }), assigned: landed })).toBe(1_400);
  });
  test('not from the assign on, although the new holder is gone', () => {
    const previous = {
      plan: wasPlanned(),
      unassigned: released,
      assigned: landed,
      error: lambdaError('TargetLost', 'x'),
    };
    const again = planned(event(three), { holders: null }, previous);
    expect([again.darkTimeBeforeMs, again.homelessSince]).toEqual([400, null]);
  });
  test('added to that of the passes before it', () => {
    const plan = wasPlanned({ darkTimeBeforeMs: 3_000 });
    expect(darkAfter({ plan, unassigned: released, assigned: landed })).toBe(3_400);
    expect(darkAfter({ plan, unassigned: released })).toBe(3_000);
  });
});
