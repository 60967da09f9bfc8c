import { mayHaveChanged, modeOf, outcomeOf, type Silence, silenceOf } from '../../../functions/notify/audience';
import type { NotifyInput } from '../../../functions/shared/contract';
import type { Plan } from '../../../functions/shared/plan';
import {
  A,
  assigned,
  B,
  BY_SCHEDULE,
  claimed,
  destination,
  drill,
  failed,
  kept,
  LEFT,
  lambdaError,
  nothingToDo,
  passBefore,
  plan,
  refusal,
  rehearsal,
  silentCheck,
  succeeded,
  unassigned,
} from './builders';

const X = lambdaError('X', 'x');
const NO_STANDBY = lambdaError('NoHealthyStandby', 'No node.');
const repairing = (changes: Partial<Plan> = {}) => plan({ ...BY_SCHEDULE, ...changes });
const OVERTAKEN = unassigned({ released: [], releasedAt: null, alreadyGone: ['10.0.0.5'], overtaken: true });
const CHECK = { cluster: 'mail', mode: 'check' };
const STALE = lambdaError('PlanStale', 'x');

test.each<[string, NotifyInput]>([
  ['FAILED_OVER', succeeded()],
  ['FAILED_OVER', succeeded(repairing())],
  ['DRILLED', succeeded(drill())],
  ['REHEARSED', succeeded(rehearsal())],
  ['CHECKED', succeeded(silentCheck())],
  ['CLAIMED', succeeded(claimed())],
  ['CLAIMED', succeeded(claimed({ why: 'HOLDER_UNHEALTHY' }))],
  ['NOTHING_TO_DO', nothingToDo(kept('ALREADY_THERE'))],
  ['FAILED', failed(plan())],
  ['FAILED', failed(drill())],
])('the outcome is %s', (outcome, input) => {
  expect(outcomeOf(input)).toBe(outcome);
});

describe('the mode', () => {
  test('is that of the plan, also of the pass before', () => {
    expect(modeOf(succeeded(drill()))).toBe('drill');
    expect(modeOf(failed(null, { previous: passBefore(X, { plan: drill() }) }))).toBe('drill');
  });
  test.each<[string | null, unknown]>([
    ['failover', { 'detail-type': 'anything' }],
    ['drill', { cluster: 'mail', mode: 'drill' }],
    ['check', CHECK],
    [null, { mode: 'nonsense' }],
    [null, 'junk'],
    [null, null],
  ])('is %s without a plan when the input is %j', (mode, input) => {
    expect(modeOf(failed(null, { input }))).toBe(mode);
  });
  test('of an input that was not understood is what stands in it, not what the plan had to say', () => {
    const of = refusal('INVALID_INPUT', lambdaError('InvalidInput', 'x'));
    expect(modeOf(failed(of, { input: { cluster: 'mail' } }))).toBeNull();
    expect(modeOf(failed(of, { input: CHECK }))).toBe('check');
  });
});

test.each<[string, Silence | null, NotifyInput]>([
  ['a failover', null, succeeded()],
  ['a repair by a check', null, succeeded(repairing())],
  ['a rehearsal by hand', null, succeeded(rehearsal())],
  ['a check that found nothing', 'NOT_WANTED', succeeded(silentCheck())],
  ['a check that tells of a lost notice', null, succeeded(silentCheck({ notify: true }))],
  ['nothing to do, to the person who asked', null, nothingToDo(kept('HOLDER_HEALTHY'))],
  ['a pause that was told before', 'NOT_WANTED', nothingToDo(kept('PAUSED', { notify: false }))],
  ['a refusal', null, failed(refusal('NO_HEALTHY_STANDBY', NO_STANDBY))],
  [
    'a refusal that was told before',
    'NOT_WANTED',
    failed(refusal('NO_HEALTHY_STANDBY', NO_STANDBY, { notify: false })),
  ],
  [
    'a refusal that was told before, of an execution that may have changed something',
    null,
    failed(refusal('NO_HEALTHY_STANDBY', NO_STANDBY, { notify: false, mayHaveChanged: true })),
  ],
  ['a failure of a move whose plan asked for no notice', null, failed(plan({ notify: false }))],
  ['a failure of a silent rehearsal', 'CHECK_FAILED', failed(silentCheck(), { error: X })],
  ['a failure of a check before it had a plan', 'CHECK_FAILED', failed(null, { input: CHECK, error: X })],
  ['a failure of an event before it had a plan', null, failed(null)],
  [
    'a check that somebody asked for wrongly',
    null,
    failed(null, { input: CHECK, error: lambdaError('InvalidInput', 'x') }),
  ],
  ['a check that failed while it moved something', null, failed(repairing(), { error: X })],
  [
    'a check that failed after a pass that moved something',
    null,
    failed(null, { input: CHECK, error: X, previous: passBefore(STALE, { plan: repairing(), unassigned: null }) }),
  ],
  [
    'a check that failed after a pass that rehearsed',
    'CHECK_FAILED',
    failed(null, { input: CHECK, error: X, previous: passBefore(STALE, { plan: silentCheck(), unassigned: null }) }),
  ],
  [
    'a check that gave up after it may have changed something',
    null,
    failed(refusal('NO_HEALTHY_STANDBY', NO_STANDBY, { ...BY_SCHEDULE, mayHaveChanged: true })),
  ],
  ['a copy of an event that came second', 'OVERTAKEN', succeeded(plan(), { unassigned: OVERTAKEN })],
  ['a check that came second', 'OVERTAKEN', succeeded(repairing(), { unassigned: OVERTAKEN })],
  ['a person who came second', null, succeeded(drill(), { unassigned: OVERTAKEN })],
  ['a second pass', null, succeeded(plan({ pass: 2 }), { unassigned: OVERTAKEN })],
  ['a rehearsal while another execution moves', null, succeeded(rehearsal(), { unassigned: OVERTAKEN })],
  [
    'an address that was gone with its interface',
    null,
    succeeded(plan(), { unassigned: unassigned({ released: [], alreadyGone: ['10.0.0.5'] }) }),
  ],
  ['a copy that came second and failed', null, failed(plan(), { unassigned: OVERTAKEN })],
])('%s: %s', (_name, silence, input) => {
  expect(silenceOf(input)).toBe(silence);
});

describe('a check that cannot put an Elastic IP back', () => {
  const error = lambdaError('ElasticIpNotAssociated', 'x');
  const putsBack = (attempts: Plan['attempts'], changes: Partial<NotifyInput> = {}) =>
    failed(repairing({ why: 'ELASTIC_IP_MISSING', destination: destination(B), attempts, mayHaveChanged: true }), {
      unassigned: LEFT,
      assigned: assigned(),
      error,
      ...changes,
    });
  const missing = { instanceId: B.instanceId, error: 'ElasticIpMissing', message: 'x' };

  test('would say so at every check', () => {
    expect(silenceOf(putsBack([missing]))).toBe('CHECK_FAILED');
  });
  test('is told when it was overtaken by another node', () => {
    expect(silenceOf(putsBack([missing, { ...missing, instanceId: A.instanceId, error: 'Superseded' }]))).toBeNull();
  });
  test('is told when it met another error', () => {
    expect(silenceOf(putsBack([missing], { error: lambdaError('NotConverged', 'x') }))).toBeNull();
  });
  test('is told when it moved the addresses first', () => {
    expect(silenceOf(failed(repairing(), { unassigned: LEFT, assigned: assigned(), error }))).toBeNull();
  });
});

test('an execution without a plan has changed nothing', () => {
  expect(mayHaveChanged(failed(null))).toBe(false);
});
