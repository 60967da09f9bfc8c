import '../support/quiet';
import type { Silence } from '../../../functions/notify/audience';
import { silenceOf } from '../../../functions/notify/audience';
import { composeNotice } from '../../../functions/notify/compose';
import { readiness, writeClusterMetrics, writeOutcome, writeTold } from '../../../functions/notify/metrics';
import type { NotifyInput } from '../../../functions/shared/contract';
import type { Plan } from '../../../functions/shared/plan';
import type { Snapshot } from '../../../functions/shared/snapshot';
import {
  A,
  assigned,
  B,
  BY_CLAIM,
  BY_HAND,
  BY_SCHEDULE,
  C,
  claimed,
  cluster,
  destination,
  drill,
  ELASTIC,
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
  silentCheck,
  succeeded,
  unassigned,
} from './builders';

let written: string[] = [];
beforeEach(() => {
  written = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const DEAD = reports([A, B], { [A.instanceId]: STOPPED });
const X = lambdaError('X', 'x');
const NO_STANDBY = lambdaError('NoHealthyStandby', 'No node.');
const CHECK = { cluster: 'mail', mode: 'check' };
const repairing = (changes: Partial<Plan> = {}) => plan({ ...BY_SCHEDULE, ...changes });

function cluster_(input: NotifyInput, silence: Silence | null = null): Record<string, unknown> {
  written = [];
  writeClusterMetrics(input, composeNotice(input, null), silence);
  return written[0] === undefined ? {} : JSON.parse(written[0]);
}

test('one line in embedded metric format, as CloudWatch reads it', () => {
  expect(cluster_(succeeded())).toEqual({
    _aws: {
      // When the workflow entered the state, the same for every try of it.
      Timestamp: Date.parse(execution().stateEnteredTime),
      CloudWatchMetrics: [
        {
          Namespace: 'VipFailover',
          Dimensions: [['Cluster']],
          Metrics: [
            { Name: 'Outage', Unit: 'Milliseconds' },
            { Name: 'DarkTime', Unit: 'Milliseconds' },
            { Name: 'AutomaticMoveTo', Unit: 'Count' },
            { Name: 'AutomaticMoveFrom', Unit: 'Count' },
          ],
        },
      ],
    },
    Cluster: 'mail',
    Outcome: 'FAILED_OVER',
    Outage: 2_700,
    DarkTime: 290,
    AutomaticMoveTo: 2,
    AutomaticMoveFrom: 1,
  });
  expect(written).toHaveLength(1);
  expect(written[0]?.endsWith('}\n')).toBe(true);
});

test('what is not known has no metric, and nothing known no line', () => {
  const dark = succeeded(plan({ eventTime: null }), { unassigned: { ...LEFT, refused: X } });
  expect(cluster_(dark)).not.toHaveProperty('Outage');
  expect(cluster_(dark)).not.toHaveProperty('DarkTime');
  expect(cluster_(succeeded(rehearsal()))).toEqual({});
  expect(written).toEqual([]);
});

test('outcomes are counted, each by its name', () => {
  const input = failed(null, { input: 'junk' });
  writeOutcome(input, composeNotice(input, null));
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    _aws: {
      CloudWatchMetrics: [{ Dimensions: [['Cluster', 'Outcome']], Metrics: [{ Name: 'Outcomes', Unit: 'Count' }] }],
    },
    Cluster: 'unknown',
    Outcome: 'FAILED',
    Outcomes: 1,
  });
});

test.each([
  ['a failover', true, 1, {}],
  ['a failover', false, 0, {}],
  ['a check', true, 2, { mode: 'check' }],
  ['a check', false, 0, { mode: 'check' }],
] as const)('D12: whether a notice of %s was sent (%s) is a metric of its cluster', (_what, sent, Told, more) => {
  const input = succeeded(plan(more));
  writeTold(input, composeNotice(input, null), sent);
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Dimensions: [['Cluster']], Metrics: [{ Name: 'Told', Unit: 'Count' }] }] },
    Cluster: 'mail',
    Told,
  });
});

test.each([
  ['that nodes claim in turn', 'CLAIMED_IN_TURN', true, 1],
  ['that, which could not be sent', 'CLAIMED_IN_TURN', false, undefined],
  ['that a claim came late', 'CLAIM_OUTDATED', true, undefined],
] as const)('a notice says %s: the next claims know', (_what, why, sent, ToldInTurn) => {
  const input = nothingToDo(kept(why, BY_CLAIM));
  writeTold(input, composeNotice(input, null), sent);
  expect(written.map((line) => JSON.parse(line).ToldInTurn)).toEqual([ToldInTurn]);
});

describe('whether people know that the addresses are where they cannot stay', () => {
  const said = (input: NotifyInput) => cluster_(input).Unrepaired;
  test.each<[string, NotifyInput, number | undefined]>([
    ['a check that finds all well', succeeded(silentCheck()), 0],
    ['a check that repaired it', succeeded(repairing()), 0],
    ['a check that cannot repair it', succeeded(silentCheck({ rehearsed: 'FAIL', why: 'NO_HEALTHY_STANDBY' })), 1],
    ['a check that a pause keeps from it', succeeded(silentCheck({ rehearsed: 'MOVE' })), 1],
    ['a check that failed', failed(repairing()), undefined],
    ['a rehearsal', succeeded(rehearsal({ rehearsed: 'FAIL' })), undefined],
    ['a failover', succeeded(), undefined],
  ])('as %s says', (_what, input, value) => {
    expect(said(input)).toBe(value);
  });
  test.each<[string, NotifyInput, boolean, number | undefined]>([
    ['a failure that was told', failed(plan()), true, 1],
    ['a failure that could not be told', failed(plan()), false, undefined],
    ['a pause that keeps them on a dead node', nothingToDo(kept('PAUSED', { nodes: DEAD })), true, 1],
    ['a move', succeeded(), true, undefined],
  ])('as %s says', (_what, input, sent, value) => {
    writeTold(input, composeNotice(input, null), sent);
    expect(written.map((line) => JSON.parse(line).Unrepaired)).toEqual([value]);
  });
  test('a drill that was refused says nothing of it, where all is well', () => {
    const input = failed(drill());
    writeTold(input, composeNotice(input, { snapshot: look(A, ['running', 'running']) }), true);
    expect(written.map((line) => JSON.parse(line).Unrepaired)).toEqual([undefined]);
  });
});

describe('who moved the addresses last, for failback', () => {
  const moved = (input: NotifyInput) => {
    const { AutomaticMoveTo, AutomaticMoveFrom, MoveByPerson } = cluster_(input);
    return { AutomaticMoveTo, AutomaticMoveFrom, MoveByPerson };
  };
  const nobody = { AutomaticMoveTo: undefined, AutomaticMoveFrom: undefined, MoveByPerson: undefined };
  test.each<[string, NotifyInput, number]>([
    ['an event', succeeded(), 2],
    ['a check', succeeded(repairing({ destination: destination(A) })), 1],
    [
      'an alarm',
      succeeded(plan({ trigger: 'alarm', cluster: cluster({ nodes: [A, B, C] }), destination: destination(C) })),
      3,
    ],
  ])('%s: the position of the node that it moved to', (_name, input, position) => {
    expect(moved(input)).toMatchObject({ AutomaticMoveTo: position, MoveByPerson: undefined });
  });
  test.each<[string, NotifyInput]>([
    ['a drill', succeeded(drill())],
    ['a failover by hand', succeeded(plan(BY_HAND))],
    ['a failover by hand that failed halfway', failed(plan(BY_HAND))],
    ['a drill that failed after a pass that moved', failed(null, { previous: passBefore(X, { plan: drill() }) })],
    [
      'a drill that was refused after it may have moved',
      failed(refusal('TARGET_REFUSED', X, { ...BY_HAND, mayHaveChanged: true })),
    ],
  ])('%s: a person', (_name, input) => {
    expect(moved(input)).toEqual({ ...nobody, MoveByPerson: 1 });
  });
  test.each<[string, NotifyInput, number]>([
    ['a claim', succeeded(claimed()), 4],
    ['a claim that failed halfway', failed(claimed()), 4],
    ['a claim that failed before it had a target', failed(claimed({ destination: null })), 2],
    ['a check that follows a claim', succeeded(repairing({ why: 'CLAIMED', destination: destination(A) })), 3],
  ])('%s: a claim, and 2 more than the position of its node', (_name, input, MoveByPerson) => {
    expect(moved(input)).toEqual({ ...nobody, MoveByPerson });
  });
  test.each<[string, NotifyInput]>([
    ['a failover by hand', nothingToDo(kept('ALREADY_THERE', BY_HAND))],
    ['a claim', nothingToDo(kept('ALREADY_THERE', BY_CLAIM))],
  ])('%s to where they are: it moved nothing, and wants them there', (_name, input) => {
    expect(moved(input)).toEqual({ ...nobody, MoveByPerson: 0 });
  });
  const elasticBack = { why: 'ELASTIC_IP_MISSING' as const, cluster: ELASTIC, holders: holders(ELASTIC, B, false) };
  test.each<[string, NotifyInput]>([
    ['a rehearsal', succeeded(rehearsal())],
    ['a check that found nothing', succeeded(silentCheck())],
    ['a drill that was refused at once', failed(refusal('TARGET_UNHEALTHY', X, BY_HAND))],
    ['an automatic failover that failed', failed(plan())],
    ['nothing to do', nothingToDo(kept('HOLDER_HEALTHY', BY_HAND))],
    ['a claim that came late', nothingToDo(kept('CLAIM_OUTDATED', BY_CLAIM))],
    ['an Elastic IP put back by a check', succeeded(repairing(elasticBack))],
    ['an Elastic IP put back by a person', succeeded(plan({ ...BY_HAND, ...elasticBack }))],
    ['a move to a node that is not in the configuration', succeeded(plan({ destination: destination({ ...C }) }))],
    ['a move without a destination', succeeded(plan({ destination: null }))],
  ])('%s: nobody', (_name, input) => {
    expect(moved(input)).toEqual(nobody);
  });
});

describe('readiness', () => {
  const problem = finding('NO_ROOM', 'x');
  const warning = finding('NO_RESERVATION', 'x', 'warning');
  const ready = (input: NotifyInput, snapshot: Snapshot | null = null) =>
    readiness(input, composeNotice(input, snapshot === null ? null : { snapshot }), silenceOf(input));

  test.each<[string, NotifyInput, number | null]>([
    ['a good check', succeeded(silentCheck()), 1],
    ['a check with a warning', succeeded(silentCheck(), { unassigned: { ...LEFT, findings: [warning] } }), 1],
    ['a check that found a problem', succeeded(silentCheck(), { assigned: assigned({ findings: [problem] }) }), 0],
    ['a plan with a problem', succeeded(silentCheck({ findings: [problem] })), 0],
    ['B1: a paused check where a move is needed', succeeded(silentCheck({ findings: [finding('PAUSED', 'x')] })), 0],
    ['a paused check where none is', succeeded(silentCheck({ findings: [finding('PAUSED', 'x', 'warning')] })), 1],
    ['a check that failed', failed(null, { input: CHECK, error: X }), 0],
    ['a repair that leaves no standby', succeeded(repairing()), 0],
    ['a repair that leaves a standby', succeeded(repairing({ nodes: reports([A, B]) })), 1],
    ['a check with nothing to do', nothingToDo(kept('HOLDER_HEALTHY', BY_SCHEDULE)), 0],
    ['a failover by event', succeeded(), null],
    ['a rehearsal by hand', succeeded(rehearsal({ findings: [problem] })), null],
    ['nothing to do by hand', nothingToDo(kept('ALREADY_THERE', BY_HAND)), null],
    [
      'B1: a pause that keeps the address on a dead node',
      nothingToDo(kept('PAUSED', { nodes: reports([A, B], { [A.instanceId]: STOPPED }) })),
      0,
    ],
    ['a pause that keeps nothing back', nothingToDo(kept('PAUSED')), null],
    ['A11: alarms in turn', nothingToDo(kept('FLAPPING')), 0],
    ['claims in turn', nothingToDo(kept('CLAIMED_IN_TURN', BY_CLAIM)), 0],
    ['a late claim', nothingToDo(kept('CLAIM_OUTDATED', BY_CLAIM)), null],
    ['a refusal that was told before', failed(refusal('NO_HEALTHY_STANDBY', NO_STANDBY, { notify: false })), 0],
    ['an input that names no cluster', failed(null, { input: 'junk' }), null],
  ])('%s', (_name, input, expected) => {
    expect(ready(input)).toBe(expected);
  });

  const running = look(A, ['running', 'running']);
  const stopped = look(A, ['stopped', 'running']);
  const asked = { ...BY_HAND, mode: 'drill' as const };
  const wrong = (mode: string) =>
    failed(null, { input: { cluster: 'mail', mode }, error: lambdaError('InvalidInput', 'x') });
  test.each<[string, NotifyInput, Snapshot, number | null]>([
    ['a drill that was refused, the addresses well', failed(refusal('TARGET_UNHEALTHY', X, asked)), running, null],
    ['a drill that failed, the address on a dead node', failed(refusal('TARGET_UNHEALTHY', X, asked)), stopped, 0],
    ['a failover that failed', failed(plan()), stopped, 0],
    ['a repair that failed, the addresses well', failed(repairing()), running, 0],
    ['a request that was not understood', wrong('drill'), running, null],
    ['a check that was not understood', wrong('check'), running, null],
    ['a request that was not understood, the address on a dead node', wrong('drill'), stopped, 0],
  ])('%s', (_name, input, snapshot, expected) => {
    expect(ready(input, snapshot)).toBe(expected);
  });
  test('a failure whose look failed, too', () => {
    const input = failed(refusal('TARGET_UNHEALTHY', X, asked));
    expect(readiness(input, composeNotice(input, { lookError: 'x' }), null)).toBe(0);
  });
  test('is a count', () => {
    expect(cluster_(succeeded(silentCheck(), { unassigned: unassigned() }))).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Metrics: expect.arrayContaining([{ Name: 'Ready', Unit: 'Count' }]) }] },
      Ready: 1,
    });
  });
});

describe('B1: every check says whether the cluster is paused', () => {
  const paused = { findings: [finding('PAUSED', 'kernel update', 'warning')] };
  test.each([
    ['a check', succeeded(silentCheck()), 0],
    ['a check of a paused cluster', succeeded(silentCheck(paused)), 1],
    ['a rehearsal of a paused cluster', succeeded(rehearsal(paused)), undefined],
    ['a failover', succeeded(), undefined],
    ['a check that has no plan', failed(null, { input: CHECK }), undefined],
  ])('%s', (_, input, expected) => {
    expect(cluster_(input).Paused).toBe(expected);
  });
});
