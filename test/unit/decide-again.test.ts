import type { Attempt, Cluster, Plan, Request, StateError, UnassignIpOutput } from '../../functions/shared/types';
import { decide } from '../../functions/verify-instance-state/decide';
import { makePlan, whatWentBefore } from '../../functions/verify-instance-state/plan';
import type { Times } from '../../functions/verify-instance-state/table';
import {
  A,
  B,
  byHand,
  C,
  check,
  cluster,
  D,
  ELASTIC_IP,
  event,
  instance,
  NOW,
  STRANGER,
  seen,
  stopped,
  vips,
  type World,
} from './support/clusters';

const RELEASED: UnassignIpOutput = {
  released: ['10.0.0.5'],
  alreadyGone: [],
  kept: [],
  releasedAt: new Date(NOW + 1_000).toISOString(),
  findings: [],
};

interface Pass {
  readonly world: World;
  /** Seconds after the first decision. */
  readonly after: number;
  /** The error that led to this pass; absent for the first. */
  readonly because?: string;
  readonly unassigned?: UnassignIpOutput;
}

/** The plans of one execution that decides again and again. */
function passes(request: Request, ...steps: readonly Pass[]): Plan[] {
  const plans: Plan[] = [];
  for (const { world, after, because, unassigned = null } of steps) {
    const plan = plans.at(-1) ?? null;
    const error: StateError | null = because === undefined ? null : { Error: because, Cause: '{}' };
    const previous = { plan, unassigned, assigned: null, error };
    const times: Times = { now: NOW + after * 1_000, executionStart: NOW - 1_000 };
    const view = seen(request.cluster, world);
    plans.push(makePlan(request, view, decide(request, view, times, whatWentBefore(previous)), previous, times.now));
  }
  return plans;
}

function lastOf(request: Request, ...steps: readonly Pass[]): string {
  const { action, target, reason } = passes(request, ...steps).at(-1) ?? {};
  return [action, target?.instanceId.slice(-1), reason].filter(Boolean).join(' ');
}

const four = cluster({ nodes: [A, B, C, D] });
const deadA = { [A.instanceId]: stopped(A) };
const first: Pass = { world: { instances: deadA }, after: 0 };
const homeless: World = { instances: deadA, holders: null };
const healthy: Pass = { world: {}, after: 0 };
const errorOf = (request: Request, ...steps: readonly Pass[]) => {
  try {
    return lastOf(request, ...steps);
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
};

describe('a target that refused or died', () => {
  test.each(['TargetCannotHold', 'TargetLost'])('after %s the next best node is tried', (because) => {
    expect(lastOf(event(four), first, { world: homeless, after: 2, because })).toBe('MOVE c HOLDER_UNHEALTHY');
  });

  test('every one that refused is left out, until none is left', () => {
    const again = (after: number): Pass => ({ world: homeless, after, because: 'TargetCannotHold' });
    expect(lastOf(event(four), first, again(2), again(4))).toBe('MOVE d HOLDER_UNHEALTHY');
    expect(errorOf(event(four), first, again(2), again(4), again(6))).toBe('NoHealthyStandby');
  });

  test('the failure says which node refused and that the address is homeless to the plan', () => {
    const run = () => lastOf(event(cluster()), first, { world: homeless, after: 2, because: 'TargetCannotHold' });
    expect(run).toThrow(/i-\w+a: NOT_RUNNING \(stopped\); i-\w+b: TargetCannotHold/);
  });

  test('a dead target that still holds the addresses is the source of the next move', () => {
    const world = { instances: { ...deadA, [B.instanceId]: stopped(B) }, holders: B };
    const plan = passes(event(four), first, { world, after: 3, because: 'TargetLost' }).at(-1);
    expect(plan).toMatchObject({ action: 'MOVE', reason: 'HOLDER_UNHEALTHY', target: C, pass: 2 });
    expect(plan?.sources).toEqual([{ ...B, addresses: ['10.0.0.5'] }]);
  });

  test('the nodes that refused are no standbys in the notice', () => {
    const plan = passes(event(four), first, { world: homeless, after: 2, because: 'TargetCannotHold' }).at(-1);
    expect(plan?.nodes[1]?.problems).toEqual([{ code: 'REFUSED', detail: 'TargetCannotHold' }]);
    expect(plan?.attempts).toEqual<Attempt[]>([{ instanceId: B.instanceId, error: 'TargetCannotHold' }]);
  });
});

describe('a plan that grew old', () => {
  test('does not rule its target out', () => {
    expect(lastOf(event(four), first, { world: homeless, after: 16, because: 'PlanStale' })).toBe(
      'MOVE b HOLDER_UNHEALTHY',
    );
  });

  test('gives up when the old holder recovered and reads have surely settled', () => {
    const later = (after: number): Pass => ({ world: {}, after, because: 'PlanStale' });
    expect(errorOf(event(four), first, later(16))).toBe('StateUnsettled');
    expect(errorOf(event(four), first, later(27))).toBe('StateUnsettled');
    expect(errorOf(event(four), first, later(28))).toBe('NONE HOLDER_HEALTHY');
  });

  test('is not undone by a pause that came in between', () => {
    const instances = { ...deadA, [C.instanceId]: instance(C, { tags: { 'vip-failover:paused': '' } }) };
    const world = { instances, holders: null };
    expect(lastOf(event(four), first, { world, after: 16, because: 'PlanStale' })).toBe('MOVE b HOLDER_UNHEALTHY');
  });
});

describe('an execution that was overtaken', () => {
  const overtaken = (after: number): Pass => ({
    world: { instances: deadA, holders: C },
    after,
    because: 'Superseded',
  });
  test('leaves the addresses where the other one put them', () => {
    expect(errorOf(event(four), first, overtaken(30))).toBe('NONE HOLDER_HEALTHY');
  });
  test('waits while reads may lag behind its own writes', () => {
    expect(errorOf(event(four), first, overtaken(12))).toBe('StateUnsettled');
  });
  test('tells the person who asked, and nobody else', () => {
    const notify = (request: Request) => passes(request, healthy, overtaken(30)).at(-1)?.notify;
    expect(notify(byHand(four, 'drill', B))).toBe(true);
    expect(passes(event(four), first, overtaken(30)).at(-1)?.notify).toBe(false);
  });
  test('two drills in opposite directions come to rest instead of playing ping-pong', () => {
    expect(errorOf(byHand(four, 'drill', B), healthy, overtaken(30))).toBe('NONE OVERTAKEN');
  });
});

describe('an execution that finds its own move', () => {
  test.each(['PlanStale', 'TargetLost', 'TargetCannotHold', 'Superseded'])(
    'after %s it walks on to the proof, with the reason of its first decision',
    (because) => {
      const world = { instances: deadA, holders: B };
      const plan = passes(event(four), first, { world, after: 2, because }).at(-1);
      expect(plan).toMatchObject({ action: 'MOVE', reason: 'HOLDER_UNHEALTHY', target: B, sources: [] });
    },
  );

  test('also when only the Elastic IP is still missing', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const world = { instances: deadA, holders: B, elasticIps: [null] };
    expect(lastOf(event(of), first, { world, after: 16, because: 'PlanStale' })).toBe('MOVE b HOLDER_UNHEALTHY');
  });

  test('an Elastic IP missing where another execution put the addresses is put back', () => {
    const of = cluster({ nodes: [A, B, C], virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const world = { instances: deadA, holders: C, elasticIps: [null] };
    const again = (after: number): Pass => ({ world, after, because: 'Superseded' });
    expect(errorOf(event(of), first, again(30))).toBe('MOVE c HOLDER_UNHEALTHY');
    expect(errorOf(check(of), { world: { elasticIps: [null] }, after: 0 }, again(30))).toBe(
      'MOVE c ELASTIC_IP_MISSING',
    );
    const drill = (because: string) =>
      errorOf(byHand(of, 'drill', B), { world: {}, after: 0 }, { world, after: 30, because });
    expect(drill('Superseded')).toBe('NONE OVERTAKEN');
    expect(drill('TargetCannotHold')).toBe('MOVE c ELASTIC_IP_MISSING');
    expect(errorOf(event(of), first, again(12))).toBe('StateUnsettled');
  });
});

describe('a drill or a failover by hand that decides again', () => {
  const drill = byHand(four, 'drill', C);
  const gone = (because: string, after = 2): Pass => ({ world: { holders: null }, after, because });

  test('still prefers the target that the person named', () => {
    expect(lastOf(drill, healthy, gone('PlanStale'))).toBe('MOVE c NO_HOLDER');
  });
  test('prefers it also when it already held some of the addresses', () => {
    const of = cluster({ nodes: [A, B, C, D], virtualIps: vips(2) });
    const split: Pass = { world: { holders: [A, C] }, after: 0 };
    expect(lastOf(byHand(of, 'drill', C), split, gone('PlanStale'))).toBe('MOVE c NO_HOLDER');
  });
  test('takes the other nodes first when the target refused', () => {
    expect(lastOf(drill, healthy, gone('TargetCannotHold'))).toBe('MOVE b NO_HOLDER');
  });
  test('takes the healthy old holder last, so that no address stays homeless', () => {
    const refused = (after: number) => gone('TargetCannotHold', after);
    expect(lastOf(drill, healthy, refused(2), refused(4), refused(6))).toBe('MOVE a NO_HOLDER');
    expect(lastOf(byHand(cluster(), 'failover', B), healthy, refused(2))).toBe('MOVE a NO_HOLDER');
  });
  test('the old holder stays last even when its checks are better', () => {
    const instances = { [D.instanceId]: instance(D, { systemCheck: 'initializing' }), [B.instanceId]: stopped(B) };
    const step: Pass = { world: { holders: null, instances }, after: 2, because: 'TargetCannotHold' };
    expect(lastOf(drill, healthy, step)).toBe('MOVE d NO_HOLDER');
  });
  test('an automatic failover has no last resort', () => {
    expect(passes(event(four), first)[0]?.lastResort).toEqual([]);
    expect(passes(byHand(four, 'failover'), first)[0]?.lastResort).toEqual([]);
    expect(passes(drill, healthy)[0]?.lastResort).toEqual([A.instanceId]);
  });
  test('that refused under an atomic handover tells the person at once that the addresses never left', () => {
    const atomic: Cluster = { ...four, handover: 'atomic' };
    const step: Pass = { world: {}, after: 2, because: 'TargetCannotHold' };
    expect(errorOf(byHand(atomic, 'drill', C), healthy, step)).toBe('TargetRefused');
  });
  test('that refused after its unassign does not believe a lagging read that the addresses never left', () => {
    const step = (after: number, unassigned: UnassignIpOutput): Pass => ({
      world: {},
      after,
      because: 'TargetCannotHold',
      unassigned,
    });
    expect(errorOf(drill, healthy, step(2, RELEASED))).toBe('StateUnsettled');
    expect(errorOf(drill, healthy, step(11, RELEASED))).toBe('TargetRefused');
    const lostAnswer = { ...RELEASED, released: [], alreadyGone: ['10.0.0.5'], releasedAt: null };
    expect(errorOf(drill, healthy, step(11, lostAnswer))).toBe('StateUnsettled');
    const homelessStep: Pass = { ...step(2, RELEASED), world: { holders: null } };
    const kept = { ...RELEASED, released: [], releasedAt: null };
    expect(errorOf(drill, healthy, homelessStep, step(4, kept))).toBe('StateUnsettled');
  });
  test('whose target died waits for settled reads before it says that the addresses are safe', () => {
    const step = (after: number): Pass => ({ world: {}, after, because: 'TargetLost' });
    expect(errorOf(drill, healthy, step(3))).toBe('StateUnsettled');
    expect(errorOf(drill, healthy, step(28))).toBe('TargetRefused');
  });
  test('an unhealthy requested target is no error any more', () => {
    const step: Pass = {
      world: { holders: null, instances: { [C.instanceId]: stopped(C) } },
      after: 16,
      because: 'PlanStale',
    };
    expect(lastOf(drill, healthy, step)).toBe('MOVE b NO_HOLDER');
  });
});

describe('what stays true in every pass', () => {
  test('a rehearsal tells what a first decision would be', () => {
    const again: Pass = { world: {}, after: 2, because: 'TargetLost' };
    expect(lastOf(byHand(four, 'rehearsal', B), healthy, again)).toBe('REHEARSE b HOLDER_HEALTHY');
    expect(lastOf(byHand(four, 'rehearsal'), healthy, again)).toBe('REHEARSE b HOLDER_HEALTHY');
  });
  test('a stranger is never robbed', () => {
    expect(errorOf(event(four), first, { world: { holders: STRANGER }, after: 2, because: 'PlanStale' })).toBe(
      'HeldByStranger',
    );
  });
  test('a check that decides again repairs and never falls back to a rehearsal', () => {
    const step: Pass = { world: { instances: deadA, holders: C }, after: 30, because: 'Superseded' };
    expect(lastOf(check(four), first, step)).toBe('NONE HOLDER_HEALTHY');
    expect(lastOf(check(four), first, { world: homeless, after: 2, because: 'TargetCannotHold' })).toBe(
      'MOVE c HOLDER_UNHEALTHY',
    );
  });
  test('the plan remembers since when this execution has left an address without a holder', () => {
    const step: Pass = { world: homeless, after: 2, because: 'TargetCannotHold', unassigned: RELEASED };
    const third: Pass = { world: homeless, after: 4, because: 'TargetCannotHold' };
    const plans = passes(event(four), first, step, third);
    expect(plans.map(({ homelessSince }) => homelessSince)).toEqual([null, RELEASED.releasedAt, RELEASED.releasedAt]);
    const found: Pass = { world: { instances: deadA, holders: B }, after: 6, because: 'PlanStale' };
    expect(passes(event(four), first, step, found).at(-1)?.homelessSince).toBe(RELEASED.releasedAt);
  });
  test('the plan remembers where the addresses were when the execution began', () => {
    const step: Pass = { world: homeless, after: 2, because: 'TargetCannotHold', unassigned: RELEASED };
    const last = passes(event(four), first, step).at(-1);
    expect(last?.heldBefore).toMatchObject([{ address: '10.0.0.5', ...A }]);
    expect(last?.holders).toMatchObject([{ address: '10.0.0.5', networkInterfaceId: null }]);
  });
  test('passes are counted', () => {
    const again: Pass = { world: homeless, after: 16, because: 'PlanStale' };
    expect(passes(event(four), first, again, again).map(({ pass }) => pass)).toEqual([1, 2, 3]);
  });
});
