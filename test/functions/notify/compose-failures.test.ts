import { attemptsOf, composeNotice } from '../../../functions/notify/compose';
import type { Plan } from '../../../functions/shared/plan';
import {
  A,
  assigned,
  B,
  BY_HAND,
  C,
  cluster,
  destination,
  failed,
  kept,
  LEFT,
  lambdaError,
  look,
  nothingToDo,
  passBefore,
  plan,
  refusal,
  rehearsal,
  silentCheck,
  stoppedEvent,
  succeeded,
  verified,
} from './builders';

const X = lambdaError('X', 'x');
const of = (input: Parameters<typeof composeNotice>[0], snapshot?: ReturnType<typeof look>) =>
  composeNotice(input, snapshot === undefined ? null : { snapshot });
const RUNNING = look(A, ['running', 'running']);

describe('the failure', () => {
  test.each([
    ['VerifyInstanceState', failed(null)],
    ['VerifyInstanceState', failed(refusal('NO_HEALTHY_STANDBY', X))],
    ['UnassignIp', failed(silentCheck())],
    ['AssignIp', failed(silentCheck(), { unassigned: LEFT })],
    ['VerifyEni', failed(plan(), { unassigned: LEFT, assigned: assigned() })],
    ['NotifySuccess', failed(plan(), { unassigned: LEFT, assigned: assigned(), verified: verified() })],
  ])('names the state %s', (state, input) => {
    expect(of(input).failure?.state).toBe(state);
  });
  test('has the error and its message without the JSON around it', () => {
    expect(of(failed(plan(), { error: lambdaError('NotConverged', 'not yet') })).failure).toMatchObject({
      error: 'NotConverged',
      message: 'not yet',
      lookError: null,
    });
    expect(of(failed(plan(), { error: { Error: 'States.Timeout', Cause: '' } })).failure?.message).toBe(
      'States.Timeout',
    );
    expect(of(failed(plan(), { error: null })).failure?.error).toBe('unknown');
  });
  test('says why looking failed', () => {
    expect(composeNotice(failed(plan()), { lookError: 'denied' }).failure?.lookError).toBe('denied');
  });
  test('B8: names every node that was tried, and EC2’s words', () => {
    const attempts = [{ instanceId: B.instanceId, error: 'TargetCannotHold', message: 'no room' }];
    expect(of(failed(refusal('TARGET_REFUSED', X, { attempts }))).failure?.refusals).toEqual([
      { node: `mail-2 (${B.instanceId})`, error: 'TargetCannotHold', message: 'no room' },
    ]);
  });
  test('is not there where nothing failed', () => {
    expect(of(succeeded()).failure).toBeNull();
    expect(of(nothingToDo(kept('PAUSED'))).failure).toBeNull();
  });
});

describe('attempts', () => {
  const tried = { instanceId: C.instanceId, error: 'PlanStale', message: 'old' };
  const lost = lambdaError('TargetLost', 'died');
  test('are those of the plan, where there is one', () => {
    const previous = passBefore(lost, { plan: plan({ attempts: [] }) });
    expect(attemptsOf(failed(plan({ attempts: [tried] }), { previous }))).toEqual([tried]);
  });
  test('are none without a plan', () => {
    expect(attemptsOf(failed(null))).toEqual([]);
  });
  test('count the last destination of the pass before, where it had one', () => {
    const tries = (changes: Partial<Plan>) =>
      attemptsOf(failed(null, { previous: passBefore(lost, { plan: plan({ attempts: [tried], ...changes }) }) }));
    expect(tries({})).toEqual([tried, { instanceId: B.instanceId, error: 'TargetLost', message: 'died' }]);
    expect(tries({ destination: null })).toEqual([tried]);
  });
});

describe('what to do', () => {
  const whats = (notice: ReturnType<typeof of>) => notice.repair.map(({ what }) => what);
  const down = look(A, ['stopped', 'running']);
  test('is nothing after a success', () => {
    expect(of(succeeded()).repair).toEqual([]);
    expect(of(succeeded(rehearsal())).repair).toEqual([]);
  });
  test('B9: names a target to a person whose failover met a healthy holder', () => {
    expect(whats(of(nothingToDo(kept('HOLDER_HEALTHY', { ...BY_HAND, target: null }))))).toEqual(['NAME_TARGET']);
  });
  test.each<[string, Plan]>([
    ['a drill', kept('HOLDER_HEALTHY', { ...BY_HAND, mode: 'drill' })],
    ['an event', kept('HOLDER_HEALTHY')],
    ['a target that has the addresses already', kept('ALREADY_THERE', BY_HAND)],
  ])('names no other target after %s', (_name, kind) => {
    expect(of(nothingToDo(kind)).repair).toEqual([]);
  });
  test('names no target to a person whose failover was not understood', () => {
    const wrong = { error: lambdaError('InvalidInput', 'x'), input: { cluster: 'mail', mode: 'failover' } };
    expect(of(failed(null, wrong), RUNNING).repair).toEqual([]);
  });
  test('leaves the workflow out where its role was denied, in this pass or in an attempt', () => {
    const denied = lambdaError('UnauthorizedOperation', 'x');
    expect(whats(of(failed(plan()), down))[0]).toBe('FAIL_OVER');
    expect(whats(of(failed(plan(), { error: denied }), down))[0]).toBe('ASSIGN');
    const attempts = [{ instanceId: B.instanceId, error: denied.Error, message: 'x' }];
    expect(whats(of(failed(plan({ attempts })), down))[0]).toBe('ASSIGN');
    const message = 'eni-0b cannot take 10.0.0.5: UnauthorizedOperation: You are not authorized.';
    const wrapped = [{ instanceId: B.instanceId, error: 'TargetCannotHold', message }];
    expect(whats(of(failed(plan({ attempts: wrapped })), down))[0]).toBe('ASSIGN');
  });
  test('prefers the planned node, else the one that was asked for', () => {
    const three = cluster({ nodes: [A, B, C] });
    const shown = look(A, ['stopped', 'running', 'running']);
    const to = (changes: Partial<Plan>) => of(failed(plan({ cluster: three, ...changes })), shown).repair[0]?.about;
    expect(to({ destination: destination(C) })).toContain('mail-3');
    expect(to({ destination: null, target: C.instanceId })).toContain('mail-3');
    expect(to({ destination: null })).toContain('mail-2');
  });
  test('names no node that EC2 refused, but one whose plan only grew old', () => {
    const shown = look(null, ['terminated', 'running']);
    const tries = (error: string) =>
      whats(of(failed(null, { previous: passBefore(lambdaError(error, 'x')) }), shown))[0];
    expect(tries('TargetCannotHold')).toBe('NO_NODE_LEFT');
    expect(tries('PlanStale')).toBe('FAIL_OVER');
  });
  test('passes the node that an event called down by when looking failed', () => {
    const blind = composeNotice(failed(null, { input: stoppedEvent(B) }), { lookError: 'x' });
    expect(blind.repair.at(-1)?.about).toContain('mail-1');
  });
  test('is only a look where an input was not understood and looking failed', () => {
    const wrong = failed(null, { error: lambdaError('InvalidInput', 'x'), input: { cluster: 'mail' } });
    expect(whats(composeNotice(wrong, { lookError: 'x' }))).toEqual(['LOOK']);
  });
});
