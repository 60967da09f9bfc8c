import type { Previous } from '../../../functions/shared/contract';
import type { Attempt, Plan } from '../../../functions/shared/plan';
import {
  type Before,
  doubtsAbout,
  FIRST_PASS,
  refusalOf,
  whatWentBefore,
} from '../../../functions/verify-instance-state/before';
import {
  A,
  assigned,
  B,
  C,
  cluster,
  holders,
  LEFT,
  lambdaError,
  plan,
  RELEASED,
  rehearsal,
  unassigned,
} from '../notify/builders';

const lost = { Error: 'States.Timeout', Cause: '' };

function afterError(error: string, changes: Partial<Previous> = {}): Before {
  return whatWentBefore({
    plan: plan(),
    unassigned: unassigned(),
    assigned: null,
    error: lambdaError(error, `${error} it said.`),
    ...changes,
  });
}

const attempt = (node: typeof B, error: string): Attempt => ({
  instanceId: node.instanceId,
  error,
  message: `${error} it said.`,
});

describe('what went before', () => {
  test('nothing, in the first pass', () => {
    expect(whatWentBefore(null)).toBe(FIRST_PASS);
    expect(FIRST_PASS).toEqual({
      pass: 1,
      why: null,
      attempts: [],
      lastResort: [],
      heldBefore: null,
      mayHaveChanged: false,
      overtaken: false,
      mayBeHomeless: false,
      homelessSince: null,
      darkTimeBeforeMs: 0,
    });
  });
  test('nothing, after a rehearsal', () => {
    expect(afterError('TransientAwsError', { plan: rehearsal() })).toBe(FIRST_PASS);
  });
  test('the pass, the reason and the holders of the first decision, and whom a person wants the addresses off', () => {
    const heldBefore = holders(cluster(), C);
    const before = plan({ pass: 3, why: 'SPLIT', lastResort: [A.instanceId], heldBefore });
    expect(afterError('PlanStale', { plan: before })).toMatchObject({
      pass: 4,
      why: 'SPLIT',
      lastResort: [A.instanceId],
      heldBefore,
    });
  });
});

describe('the attempts of the passes before', () => {
  test('grow by the one that failed, with what it said', () => {
    const before = plan({ attempts: [attempt(C, 'TargetLost')] });
    expect(afterError('TargetCannotHold', { plan: before }).attempts).toEqual([
      attempt(C, 'TargetLost'),
      attempt(B, 'TargetCannotHold'),
    ]);
  });
  test('a plain cause is what it said', () => {
    expect(afterError('', { error: { Error: 'States.Timeout', Cause: 'too slow' } }).attempts).toEqual([
      { instanceId: B.instanceId, error: 'States.Timeout', message: 'too slow' },
    ]);
  });
  test('a pass without a destination attempted nothing', () => {
    expect(afterError('PlanStale', { plan: plan({ destination: null }) }).attempts).toEqual([]);
  });
});

describe('whether the execution may have changed something', () => {
  const healthySource = plan({
    sources: [
      { networkInterfaceId: A.networkInterfaceId, instanceId: A.instanceId, addresses: ['10.0.0.5'], healthy: true },
    ],
  });
  const changed = (error: string, changes: Partial<Previous>) => afterError(error, changes).mayHaveChanged;
  test.each<[string, boolean, string, Partial<Previous>]>([
    ['it took an address off', true, 'TargetCannotHold', {}],
    ['UnassignIp failed, whatever it did', true, 'TargetCannotHold', { unassigned: { ...LEFT, refused: lost } }],
    ['it took nothing off, and the target refused plainly', false, 'TargetCannotHold', { unassigned: LEFT }],
    ['it took nothing off, and the assignment failed otherwise', true, 'TransientAwsError', { unassigned: LEFT }],
    ['it assigned', true, 'TargetLost', { unassigned: LEFT, assigned: assigned() }],
    [
      'an earlier pass may have',
      true,
      'TargetCannotHold',
      { unassigned: LEFT, plan: plan({ ...healthySource, mayHaveChanged: true }) },
    ],
    ['it did not come as far as AssignIp, off a healthy holder', false, 'X', { unassigned: null, plan: healthySource }],
    ['it did not come as far as AssignIp, off an unhealthy holder', true, 'X', { unassigned: null }],
  ])('%s: %s', (_what, expected, error, changes) => {
    expect(changed(error, changes)).toBe(expected);
  });
});

describe('whether an address may have no holder', () => {
  const homeless = (changes: Partial<Previous> & { of?: Partial<Plan> }) => {
    const { of = {}, ...rest } = changes;
    const { mayBeHomeless, homelessSince } = afterError('TransientAwsError', { plan: plan(of), ...rest });
    return { mayBeHomeless, homelessSince };
  };
  const EARLIER = '2026-01-31T03:14:01.000Z';
  test('since the unassign', () => {
    expect(homeless({})).toEqual({ mayBeHomeless: true, homelessSince: RELEASED });
  });
  test('since the unassign of an earlier pass', () => {
    const of = { mayBeHomeless: true, homelessSince: EARLIER };
    expect(homeless({ of })).toEqual({ mayBeHomeless: true, homelessSince: EARLIER });
    expect(homeless({ of, unassigned: LEFT })).toEqual({ mayBeHomeless: true, homelessSince: EARLIER });
  });
  test('since when is not known, where the answer was lost', () => {
    const unknown = { mayBeHomeless: true, homelessSince: null };
    expect(homeless({ unassigned: { ...LEFT, refused: lost } })).toEqual(unknown);
    expect(homeless({ unassigned: null })).toEqual(unknown);
  });
  test('no longer, once it was assigned', () => {
    const of = { mayBeHomeless: true, homelessSince: EARLIER };
    expect(homeless({ of, assigned: assigned() })).toEqual({ mayBeHomeless: false, homelessSince: null });
  });
  test('not where nothing was taken off', () => {
    expect(homeless({ unassigned: LEFT })).toEqual({ mayBeHomeless: false, homelessSince: null });
  });
});

describe('how long earlier passes left an address dark', () => {
  const landed = assigned({ assignedAt: new Date(Date.parse(RELEASED) + 400).toISOString() });
  const dark = (darkTimeBeforeMs: number | null, changes: Partial<Previous>) =>
    afterError('ElasticIpMissing', { plan: plan({ darkTimeBeforeMs }), ...changes }).darkTimeBeforeMs;
  test('is added up', () => {
    expect(dark(0, { assigned: landed })).toBe(400);
    expect(dark(3_000, { assigned: landed })).toBe(3_400);
    expect(dark(3_000, {})).toBe(3_000);
  });
  test('is not known any more once it was not known', () => {
    expect(dark(null, { assigned: landed })).toBeNull();
    expect(dark(3_000, { assigned: { ...landed, certain: false } })).toBeNull();
  });
});

describe('the attempt that rules a node out', () => {
  const refusal = (...attempts: readonly Attempt[]) => refusalOf(B.instanceId, { ...FIRST_PASS, attempts })?.error;
  test.each(['TargetCannotHold', 'TargetLost'])('%s, at once', (error) => {
    expect(refusal(attempt(B, error))).toBe(error);
    expect(refusal(attempt(B, 'PlanStale'), attempt(B, error), attempt(B, 'Superseded'))).toBe(error);
  });
  test('a refusal that says nothing certain, in the twelfth pass', () => {
    const odd = attempt(B, 'AssignRefused');
    const eleven = Array.from({ length: 11 }, () => odd);
    expect(refusal(...eleven)).toBeUndefined();
    expect(refusal(...eleven, attempt(B, 'PlanStale'), odd)).toBe('AssignRefused');
    expect(refusal(...eleven, attempt(C, 'AssignRefused'))).toBeUndefined();
  });
  test.each([
    'PlanStale',
    'InternalFailure',
    'TransientAwsError',
    'DeadlineExceeded',
    'NotConverged',
    'Superseded',
    'ElasticIpMissing',
    'States.Timeout',
    'Sandbox.Timedout',
    'Lambda.TooManyRequestsException',
    'Runtime.ExitError',
  ])('%s never: nothing is known of the target', (error) => {
    const attempts = Array.from({ length: 20 }, () => attempt(B, error));
    expect(refusal(...attempts)).toBeUndefined();
    expect(doubtsAbout(B.instanceId, { ...FIRST_PASS, attempts })).toHaveLength(0);
  });
  test('is the last one of several that say nothing certain', () => {
    const attempts = Array.from({ length: 12 }, (_, pass) => ({
      ...attempt(B, 'AssignRefused'),
      message: `pass ${pass}`,
    }));
    expect(refusalOf(B.instanceId, { ...FIRST_PASS, attempts })?.message).toBe('pass 11');
  });
  test('is the node’s own', () => {
    expect(refusal(attempt(C, 'TargetLost'))).toBeUndefined();
  });
});

test('doubts about a node are its refusals that say nothing certain', () => {
  const attempts = ['AssignRefused', 'PlanStale', 'AssignRefused', 'TargetLost', 'InternalFailure'].map((error) =>
    attempt(B, error),
  );
  const before = { ...FIRST_PASS, attempts: [...attempts, attempt(C, 'AssignRefused')] };
  expect(doubtsAbout(B.instanceId, before)).toHaveLength(2);
  expect(doubtsAbout(C.instanceId, before)).toHaveLength(1);
  expect(doubtsAbout(A.instanceId, before)).toHaveLength(0);
});
