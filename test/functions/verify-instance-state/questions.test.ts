import type { Previous } from '../../../functions/shared/contract';
import type { Plan, Request } from '../../../functions/shared/plan';
import { STANDBY_TAG } from '../../../functions/shared/tags';
import { DECIDE_SETTLED_RETRIES } from '../../../functions/shared/timing';
import { whatWentBefore } from '../../../functions/verify-instance-state/before';
import { decide } from '../../../functions/verify-instance-state/decide';
import { makePlan } from '../../../functions/verify-instance-state/plan';
import {
  A,
  assigned,
  B,
  C,
  cluster,
  ELASTIC_IP,
  LEFT,
  lambdaError,
  STRANGER,
  unassigned,
  vips,
} from '../notify/builders';
import { byHand, CHECK, claim, D, event, facts, minutesAgo, stopped, tagged, type World } from '../support/facts';

/** One more pass: the error that led back to the decision, what the states of the pass before did, and what is seen now. */
interface Pass {
  readonly because: string;
  readonly world: World;
  readonly unassigned?: Previous['unassigned'];
  readonly assigned?: Previous['assigned'];
  readonly retryCount?: number;
}

/** The plans of one execution that decides again and again; `first` is seen first, when no doubt is left. */
function passes(request: Request, of: typeof four, first: World, ...later: readonly Pass[]): Plan[] {
  const start = facts(request, of, first, { retryCount: 9 });
  const plans = [makePlan(start, decide(start))];
  for (const { because, world, unassigned = LEFT, assigned = null, retryCount = 0 } of later) {
    const plan = plans.at(-1);
    if (plan === undefined) throw new Error('There is no plan.');
    const error = lambdaError(because, `${because} it said.`);
    const before = whatWentBefore({ plan, unassigned, assigned, error });
    const next = facts(request, of, world, { before, retryCount });
    plans.push(makePlan(next, decide(next)));
  }
  return plans;
}

/** What the last pass decided: "MOVE c HOLDER_UNHEALTHY", "FAIL TargetRefused", "look again". */
function last(...execution: Parameters<typeof passes>): string {
  try {
    const { action, destination, why, error } = passes(...execution).at(-1) ?? {};
    return [action, destination?.instanceId.slice(-1), error?.Error ?? why].filter(Boolean).join(' ');
  } catch (error) {
    return error instanceof Error && error.name === 'StateUnsettled' ? 'look again' : String(error);
  }
}

const four = cluster({ nodes: [A, B, C, D] });
const atomic = { ...four, handover: 'atomic' as const };
const DEAD_A = { [A.instanceId]: stopped(A) };
const DEAD: World = { instances: DEAD_A };
const HOMELESS: World = { instances: DEAD_A, holders: null };
const RELEASED = { unassigned: unassigned() };
const SETTLED = { retryCount: DECIDE_SETTLED_RETRIES };
const NOT_SETTLED = { retryCount: DECIDE_SETTLED_RETRIES - 1 };

describe('a target that refused or died', () => {
  test.each(['TargetCannotHold', 'TargetLost'])('after %s the next best node is tried', (because) => {
    expect(last(event(), four, DEAD, { because, world: HOMELESS, ...RELEASED })).toBe('MOVE c HOLDER_UNHEALTHY');
  });
  test('every one that refused is left out, until none is left', () => {
    const again: Pass = { because: 'TargetCannotHold', world: HOMELESS, ...RELEASED };
    expect(last(event(), four, DEAD, again, again)).toBe('MOVE d HOLDER_UNHEALTHY');
    expect(last(event(), four, DEAD, again, again, again)).toBe('look again');
    expect(last(event(), four, DEAD, again, again, { ...again, ...SETTLED })).toBe('FAIL TargetRefused');
  });
  test('a node that EC2 refused for an uncertain reason is tried again, after all others', () => {
    const odd: Pass = { because: 'AssignRefused', world: HOMELESS, ...RELEASED };
    const chosen = passes(event(), cluster({ nodes: [A, B, C] }), DEAD, ...Array.from({ length: 7 }, () => odd));
    expect(chosen.map(({ destination }) => destination?.instanceId.slice(-1))).toEqual([...'bcbcbcbc']);
  });
  test('a dead target that still holds the addresses is the source of the next move', () => {
    const world = { instances: { ...DEAD_A, [B.instanceId]: stopped(B) }, holders: B };
    const plan = passes(event(), four, DEAD, { because: 'TargetLost', world, assigned: assigned() }).at(-1);
    expect(plan).toMatchObject({
      action: 'MOVE',
      why: 'HOLDER_UNHEALTHY',
      destination: { instanceId: C.instanceId },
      pass: 2,
      sources: [{ instanceId: B.instanceId, healthy: false }],
    });
  });
});

describe('an execution that finds its own move', () => {
  test.each(['PlanStale', 'TargetLost', 'TargetCannotHold', 'Superseded', 'NotConverged', 'States.Timeout'])(
    'after %s it walks on to the proof at once, with the reason of its first decision',
    (because) => {
      const plan = passes(event(), four, DEAD, { because, world: { ...DEAD, holders: B }, ...RELEASED }).at(-1);
      expect(plan).toMatchObject({
        action: 'MOVE',
        why: 'HOLDER_UNHEALTHY',
        sources: [],
        destination: { instanceId: B.instanceId },
      });
    },
  );
  test('also when only the Elastic IP is still missing', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const world = { ...DEAD, holders: B, elasticIps: [null] };
    expect(last(event(), of, DEAD, { because: 'ElasticIpMissing', world, assigned: assigned() })).toBe(
      'MOVE b HOLDER_UNHEALTHY',
    );
  });
  test('of two passes ago, too', () => {
    const refused: Pass = { because: 'PlanStale', world: HOMELESS, ...RELEASED };
    expect(
      last(
        event(),
        four,
        DEAD,
        { ...refused, because: 'AssignRefused' },
        { ...refused, world: { ...DEAD, holders: B } },
      ),
    ).toBe('MOVE b HOLDER_UNHEALTHY');
  });
});

describe('an execution that was overtaken', () => {
  const overtaken: Pass = { because: 'Superseded', world: { ...DEAD, holders: C }, ...RELEASED };
  test('leaves the addresses where the other one put them, once reads surely show its own writes', () => {
    expect(last(event(), four, DEAD, overtaken)).toBe('look again');
    expect(last(event(), four, DEAD, { ...overtaken, ...NOT_SETTLED })).toBe('look again');
    expect(last(event(), four, DEAD, { ...overtaken, ...SETTLED })).toBe('NONE HOLDER_HEALTHY');
  });
  test('waits for reads also where it is said to have changed nothing: EC2 may refuse what it carried out', () => {
    const refused: Pass = { ...overtaken, because: 'TargetCannotHold', unassigned: LEFT };
    expect(last(event(), atomic, DEAD, refused)).toBe('look again');
    expect(last(event(), atomic, DEAD, { ...refused, ...SETTLED })).toBe('NONE HOLDER_HEALTHY');
  });
  test('tells where the addresses are: the other one may take its move for the same', () => {
    for (const request of [event(), byHand('failover')])
      expect(passes(request, four, DEAD, { ...overtaken, ...SETTLED }).at(-1)).toMatchObject({
        notify: true,
        record: true,
      });
  });
  test('but for a person says nothing where the other one took the addresses off, or where they are as before', () => {
    const gone = { unassigned: { ...LEFT, alreadyGone: ['10.0.0.5'], overtaken: true as const } };
    const silent = { notify: false, record: false };
    expect(passes(event(), four, DEAD, { ...overtaken, ...gone, ...SETTLED }).at(-1)).toMatchObject(silent);
    expect(passes(event(), four, DEAD, { ...overtaken, world: {}, ...SETTLED }).at(-1)).toMatchObject(silent);
    expect(passes(byHand('failover'), four, DEAD, { ...overtaken, ...gone, ...SETTLED }).at(-1)).toMatchObject({
      notify: true,
    });
  });
  test('two drills in opposite directions come to rest instead of playing ping-pong', () => {
    expect(last(byHand('drill', B), four, {}, { ...overtaken, world: { holders: C }, ...SETTLED })).toBe(
      'FAIL Superseded',
    );
  });
  test('puts an Elastic IP back that the other one has not', () => {
    const of = cluster({ nodes: [A, B, C], virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const world = { ...DEAD, holders: C, elasticIps: [null] };
    expect(last(event(), of, DEAD, { ...overtaken, world, ...SETTLED })).toBe('MOVE c HOLDER_UNHEALTHY');
    expect(last(CHECK, of, { elasticIps: [null] }, { ...overtaken, world, ...SETTLED })).toBe(
      'MOVE c ELASTIC_IP_MISSING',
    );
  });
});

describe('a plan that grew old', () => {
  test('does not rule its target out', () => {
    expect(last(event(), four, DEAD, { because: 'PlanStale', world: HOMELESS })).toBe('MOVE b HOLDER_UNHEALTHY');
  });
  test('gives up when the old holder recovered and reads have surely settled', () => {
    const recovered: Pass = { because: 'PlanStale', world: {} };
    expect(last(event(), four, DEAD, { ...recovered, ...NOT_SETTLED })).toBe('look again');
    expect(last(event(), four, DEAD, { ...recovered, ...SETTLED })).toBe('NONE HOLDER_HEALTHY');
  });
  test('is not undone by a pause that came in between', () => {
    const world = { holders: null, instances: { ...DEAD_A, [C.instanceId]: tagged(C, 'vip-failover:paused') } };
    expect(last(event(), four, DEAD, { because: 'PlanStale', world })).toBe('MOVE b HOLDER_UNHEALTHY');
  });
});

describe('a request keeps its target', () => {
  const drill = byHand('drill', C);
  test.each(['PlanStale', 'TransientAwsError', 'InternalFailure', 'Lambda.TooManyRequestsException', 'States.Timeout'])(
    'after %s, at once, while the addresses are where they were',
    (because) => {
      expect(last(drill, four, {}, { because, world: {} })).toBe('MOVE c REQUESTED');
      expect(last(byHand('failover', C), four, {}, { because, world: {} })).toBe('MOVE c REQUESTED');
    },
  );
  test('until EC2 refused it in twelve passes, for whatever reason', () => {
    const odd: Pass = { because: 'AssignRefused', world: {} };
    const eleven = Array.from({ length: 11 }, () => odd);
    expect(last(drill, four, {}, ...eleven)).toBe('MOVE c REQUESTED');
    expect(last(drill, four, {}, ...eleven, { ...odd, ...SETTLED })).toBe('FAIL TargetRefused');
  });
  test('for the reason that it was begun for', () => {
    expect(last(drill, four, DEAD, { because: 'PlanStale', world: {} })).toBe('MOVE c HOLDER_UNHEALTHY');
  });
  test('until it died', () => {
    const dead: Pass = { because: 'PlanStale', world: { instances: { [C.instanceId]: stopped(C) } } };
    expect(last(drill, four, {}, dead)).toBe('look again');
    expect(last(drill, four, {}, { ...dead, ...SETTLED })).toBe('FAIL TargetRefused');
  });
  test('until it is excluded by its tag', () => {
    const excluded: Pass = {
      because: 'PlanStale',
      world: { instances: { [C.instanceId]: tagged(C, STANDBY_TAG, 'never') } },
    };
    expect(last(drill, four, {}, excluded)).toBe('look again');
    expect(last(drill, four, {}, { ...excluded, ...SETTLED })).toBe('FAIL TargetRefused');
  });
  test('until others moved the addresses', () => {
    const moved: Pass = { because: 'PlanStale', world: { holders: D } };
    expect(last(drill, four, {}, moved)).toBe('look again');
    expect(last(drill, four, {}, { ...moved, ...SETTLED })).toBe('FAIL Superseded');
  });
  test('not where one of two addresses was moved by others', () => {
    const of = cluster({ nodes: [A, B, C, D], virtualIps: vips(2) });
    const moved: Pass = { because: 'PlanStale', world: { holders: D }, ...SETTLED };
    expect(last(drill, of, { holders: [D, A] }, moved)).toBe('FAIL Superseded');
  });
  test('also where nobody held the addresses, and they are on nobody still', () => {
    expect(last(drill, four, { holders: null }, { because: 'PlanStale', world: { holders: null } })).toBe(
      'MOVE c NO_HOLDER',
    );
    expect(last(drill, four, { holders: null }, { because: 'PlanStale', world: { holders: A }, ...SETTLED })).toBe(
      'FAIL Superseded',
    );
  });
  test('prefers it also when it already held some of the addresses', () => {
    const of = cluster({ nodes: [A, B, C, D], virtualIps: vips(2) });
    expect(last(drill, of, { holders: [A, C] }, { because: 'PlanStale', world: { holders: null } })).toBe(
      'MOVE c NO_HOLDER',
    );
  });
  test('an unhealthy one is no error any more where the addresses need a node', () => {
    const world = { holders: null, instances: { [C.instanceId]: stopped(C) } };
    expect(last(drill, four, {}, { because: 'PlanStale', world })).toBe('MOVE b NO_HOLDER');
  });
});

describe('a drill or a failover by hand whose target refused', () => {
  const drill = byHand('drill', C);
  const gone: Pass = { because: 'TargetCannotHold', world: { holders: null }, ...RELEASED };
  test('takes the other nodes first', () => {
    expect(last(drill, four, {}, gone)).toBe('MOVE b NO_HOLDER');
  });
  test('takes the healthy old holder last, so that no address stays homeless', () => {
    expect(last(drill, four, {}, gone, gone, gone)).toBe('MOVE a NO_HOLDER');
    expect(last(byHand('failover', B), cluster(), {}, gone)).toBe('MOVE a NO_HOLDER');
  });
  test('the old holder stays last even when its checks are better, or others are in doubt', () => {
    const world = {
      holders: null,
      instances: { [B.instanceId]: stopped(B) },
      checks: { [D.instanceId]: { system: 'initializing' } },
    };
    expect(last(drill, four, {}, { ...gone, world })).toBe('MOVE d NO_HOLDER');
    const odd: Pass = { ...gone, because: 'AssignRefused', world };
    expect(last(drill, four, {}, odd, odd)).toBe('MOVE c NO_HOLDER');
  });
  test('tells the person so, once reads surely show that the addresses never left', () => {
    const there: Pass = { because: 'TargetCannotHold', world: {}, ...RELEASED };
    expect(last(drill, four, {}, there)).toBe('look again');
    expect(last(drill, four, {}, { ...there, ...SETTLED })).toBe('FAIL TargetRefused');
    const lostAnswer = { ...LEFT, alreadyGone: ['10.0.0.5'] };
    expect(last(drill, four, {}, { ...there, unassigned: lostAnswer })).toBe('look again');
    expect(last(drill, four, {}, gone, { because: 'TargetCannotHold', world: {} })).toBe('look again');
  });
});

describe('a request whose target refused, while only an alarm speaks against the holder', () => {
  const of = cluster({
    nodes: [{ ...A, alarms: ['smtp-a'] }, B, { ...C, alarms: ['smtp-c'] }],
    dampingMinutes: 10,
  });
  const changed = (minutes: number): World => ({
    alarms: {
      'smtp-a': { inAlarm: true, since: minutesAgo(1) },
      'smtp-c': { inAlarm: false, since: minutesAgo(minutes) },
    },
  });
  const refused: Pass = { because: 'TargetCannotHold', world: changed(1) };
  const settled: Pass = { ...refused, ...SETTLED };

  test.each([claim(B), byHand('drill', B), byHand('failover', B)])(
    'of a %j: the addresses go to no node whose alarms changed a moment ago',
    (request) => {
      expect(last(request, of, changed(1), refused)).toBe('look again');
      expect(last(request, of, changed(1), settled)).toBe('FAIL TargetRefused');
    },
  );
  test('is told why, and where the addresses are', () => {
    expect(passes(claim(B), of, changed(1), settled).at(-1)).toMatchObject({
      notify: true,
      explanation: expect.stringMatching(`^${B.instanceId} could not .* left on ${A.instanceId}, whose instance runs`),
    });
  });
  test('they go to one whose alarms are quiet', () => {
    expect(last(claim(B), of, changed(1), { ...refused, world: changed(10) })).toBe('MOVE c HOLDER_UNHEALTHY');
  });
  test('while nothing is certain the target is asked again', () => {
    const odd: Pass = { because: 'AssignRefused', world: changed(1) };
    expect(last(claim(B), of, changed(1), odd)).toBe('MOVE b HOLDER_UNHEALTHY');
    expect(last(claim(B), of, changed(1), { ...odd, world: changed(10) })).toBe('MOVE c HOLDER_UNHEALTHY');
  });
  test('who names no node leaves the choice', () => {
    expect(last(byHand('failover'), of, changed(1), refused)).toBe('MOVE c HOLDER_UNHEALTHY');
  });
});

describe('what stays true in every pass', () => {
  test('a rehearsal tells what a first decision would be', () => {
    const again: Pass = { because: 'TargetLost', world: {} };
    expect(last(byHand('rehearsal', B), four, {}, again)).toBe('REHEARSE b HOLDER_HEALTHY');
    expect(passes(byHand('rehearsal'), four, {}, again, again).at(-1)).toMatchObject({ pass: 1, attempts: [] });
  });
  test('a stranger is never robbed', () => {
    expect(last(event(), four, DEAD, { because: 'PlanStale', world: { holders: STRANGER } })).toBe(
      'FAIL HeldByStranger',
    );
  });
  test('a check that decides again repairs and never falls back to a rehearsal', () => {
    const taken: Pass = { because: 'Superseded', world: { ...DEAD, holders: C }, ...RELEASED, ...SETTLED };
    expect(last(CHECK, four, DEAD, taken)).toBe('NONE HOLDER_HEALTHY');
    expect(last(CHECK, four, DEAD, { because: 'TargetCannotHold', world: HOMELESS, ...RELEASED })).toBe(
      'MOVE c HOLDER_UNHEALTHY',
    );
  });
  test('a check that changed something and cannot place it fails, and is told', () => {
    const of = cluster();
    const refused: Pass = { because: 'TargetCannotHold', world: HOMELESS, ...RELEASED, ...SETTLED };
    expect(passes(CHECK, of, DEAD, refused).at(-1)).toMatchObject({
      action: 'FAIL',
      notify: true,
      mayHaveChanged: true,
    });
  });
  test('a check that changed nothing, and whose nodes all refused, is not ready', () => {
    const refused: Pass = { because: 'TargetCannotHold', world: HOMELESS, ...SETTLED };
    expect(passes(CHECK, cluster(), HOMELESS, refused).at(-1)).toMatchObject({
      action: 'REHEARSE',
      notify: false,
      rehearsed: 'FAIL',
      findings: [
        {
          severity: 'problem',
          code: 'NO_HEALTHY_STANDBY',
          detail: expect.stringContaining('TargetCannotHold it said.'),
        },
      ],
    });
  });
  test('the plan remembers where the addresses were when the execution began, and since when they are dark', () => {
    const step: Pass = { because: 'TargetCannotHold', world: HOMELESS, ...RELEASED };
    const [first, ...later] = passes(event(), four, DEAD, step, { ...step, unassigned: LEFT });
    expect(first).toMatchObject({ homelessSince: null, mayBeHomeless: false });
    for (const plan of later) {
      expect(plan.heldBefore).toEqual(first?.holders);
      expect(plan).toMatchObject({ homelessSince: unassigned().releasedAt, mayBeHomeless: true, mayHaveChanged: true });
    }
  });
  test('a request that was not carried out says why', () => {
    const why = (...later: readonly Pass[]) => passes(byHand('drill', C), four, {}, ...later).at(-1)?.why;
    expect(why({ because: 'TargetCannotHold', world: {}, ...SETTLED })).toBe('TARGET_REFUSED');
    expect(why({ because: 'PlanStale', world: { holders: D }, ...SETTLED })).toBe('OVERTAKEN');
    const none = {
      holders: null,
      instances: Object.fromEntries([A, B, D].map((node) => [node.instanceId, stopped(node)])),
    };
    expect(why({ because: 'TargetCannotHold', world: none, ...SETTLED })).toBe('TARGET_REFUSED');
  });
  test('passes are counted', () => {
    const again: Pass = { because: 'PlanStale', world: HOMELESS };
    expect(passes(event(), four, DEAD, again, again).map(({ pass }) => pass)).toEqual([1, 2, 3]);
  });
});
