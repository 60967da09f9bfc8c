import { NOTHING_SAID } from '../../../functions/shared/plan';
import { PAUSED_TAG, STANDBY_TAG } from '../../../functions/shared/tags';
import { FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { claimants, isOutdated, isQuarrel, stillStands } from '../../../functions/verify-instance-state/claims';
import { decide } from '../../../functions/verify-instance-state/decide';
import { NO_HISTORY, type NodeEvent } from '../../../functions/verify-instance-state/history';
import { assess, type Facts, type Situation } from '../../../functions/verify-instance-state/situation';
import { A, B, C, cluster, holders } from '../notify/builders';
import { byHand, claim, event, facts, instance, minutesAgo, NOW, stopped, tagged } from '../support/facts';

const of = cluster({ nodes: [A, B, C], dampingMinutes: 5 });
const made = (node: typeof A, secondsAgo: number): NodeEvent => ({
  instanceId: node.instanceId,
  time: NOW - secondsAgo * 1_000,
});
const claimed = (...claims: readonly NodeEvent[]): Partial<Facts> => ({ history: { ...NO_HISTORY, claims } });
const told = (...claims: readonly NodeEvent[]): Partial<Facts> => ({
  history: { ...NO_HISTORY, claims, toldInTurnAt: NOW },
});
const situation = (request: Facts['request'], changes: Partial<Facts> = {}, world = {}): Situation =>
  assess(facts(request, of, world, changes));
const secondsAgo = (seconds: number) => ({ eventTime: new Date(NOW - seconds * 1_000).toISOString() });

describe('a claim is outdated', () => {
  test.each<[string, Situation, boolean]>([
    ['fresh', situation(claim(B)), false],
    ['a minute old', situation(claim(B, secondsAgo(60))), false],
    ['more than a minute old', situation(claim(B, secondsAgo(61))), true],
    ['of an unknown time', situation(claim(B, { eventTime: null })), false],
    ['another node claimed since', situation(claim(B, secondsAgo(20)), claimed(made(A, 10))), true],
    ['another node claimed before', situation(claim(B, secondsAgo(20)), claimed(made(A, 30))), false],
    ['another node claimed in the same second', situation(claim(B, secondsAgo(20)), claimed(made(A, 20))), false],
    ['it claimed again itself', situation(claim(B, secondsAgo(20)), claimed(made(B, 10))), false],
    ['no claim at all', situation(event({ ...secondsAgo(100) })), false],
  ])('%s', (_what, of, expected) => expect(isOutdated(of)).toBe(expected));
});

describe('nodes quarrel', () => {
  const turns = [made(B, 200), made(A, 150), made(B, 100), made(A, 50)];
  test.each<[string, readonly NodeEvent[], boolean]>([
    ['one claim', [], false],
    ['there and back', [made(B, 100), made(A, 50)], false],
    ['the same node again and again', [made(B, 100), made(B, 50), made(B, 25)], false],
    ['there, back, and there again', turns.slice(1), true],
    ['and so on', turns, true],
    ['over a longer time than the damping', [made(A, 500), made(B, 400), made(A, 50)], false],
  ])('%s', (_what, claims, expected) => {
    expect(isQuarrel(situation(claim(B), claimed(...claims)))).toBe(expected);
  });
  test('both are named, in an order that does not depend on who came first', () => {
    expect(claimants(situation(claim(B), claimed(...turns)))).toEqual([A.instanceId, B.instanceId]);
    expect(claimants(situation(claim(A), claimed(...turns.slice(0, 3))))).toEqual([A.instanceId, B.instanceId]);
  });
  test('events and people are no part of it', () => {
    expect(isQuarrel(situation(event(), claimed(...turns)))).toBe(false);
    expect(isQuarrel(situation(byHand('failover', B), claimed(...turns)))).toBe(false);
  });
  test('without damping nothing is one', () => {
    const { dampingMinutes: _, ...undamped } = of;
    expect(isQuarrel(assess(facts(claim(B), undamped, {}, claimed(...turns))))).toBe(false);
  });
});

describe('a claim that others overtook', () => {
  const overtaken = (attempts: number, ...claims: readonly NodeEvent[]) => {
    const { before } = facts(claim(B), of);
    const attempt = { instanceId: B.instanceId, error: 'Superseded', message: 'c has it' };
    return situation(
      claim(B),
      {
        ...claimed(...claims),
        before: {
          ...before,
          pass: 1 + attempts,
          why: 'CLAIMED',
          attempts: Array.from({ length: attempts }, () => attempt),
          heldBefore: holders(of, A),
          lastResort: [A.instanceId],
        },
      },
      { holders: C },
    );
  };
  test('stands once more', () => {
    expect(stillStands(overtaken(1))).toBe(true);
    expect(decide(overtaken(1))).toMatchObject({ action: 'MOVE', why: 'CLAIMED', destination: B });
  });
  test('but not for ever: then people are told where the addresses are', () => {
    expect(stillStands(overtaken(2))).toBe(false);
    expect(decide({ ...overtaken(2), retryCount: 9 })).toMatchObject({
      action: 'FAIL',
      failure: 'Superseded',
      notify: true,
    });
  });
  test('nor against a newer claim, not even where the addresses are back where they were', () => {
    const newer = claimed(made(C, 0));
    const NONE = { action: 'NONE', why: 'CLAIM_OUTDATED', notify: false, record: true };
    expect(decide({ ...overtaken(1), ...newer })).toMatchObject(NONE);
    expect(decide({ ...overtaken(1), ...newer, snapshot: facts(claim(B), of).snapshot })).toMatchObject(NONE);
  });
  test('is no quarrel with itself', () => {
    const own = overtaken(1, made(A, 20), made(B, 10), made(B, 1));
    expect(isQuarrel(own)).toBe(false);
  });
  test('what a person asked for does not', () => {
    expect(stillStands({ ...overtaken(1), request: byHand('failover', B) })).toBe(false);
  });
});

describe('what a claim leads to', () => {
  const decided = (request: Facts['request'], world = {}, changes: Partial<Facts> = {}) => {
    const { action, why, destination, notify, record, failure } = decide(
      facts(request, of, world, { retryCount: 9, ...changes }),
    );
    return { result: failure ?? `${action} ${why}`, to: destination?.instanceId ?? null, notify, record };
  };
  const PAUSED = { instances: { [C.instanceId]: tagged(C, 'vip-failover:paused', 'upgrade') } };
  test.each([
    ['off a healthy holder', {}, {}, { result: 'MOVE CLAIMED', to: B.instanceId, notify: true, record: true }],
    [
      'off a dead holder',
      { instances: { [A.instanceId]: stopped(A) } },
      {},
      { result: 'MOVE HOLDER_UNHEALTHY', to: B.instanceId, notify: true, record: true },
    ],
    ['off nobody', { holders: null }, {}, { result: 'MOVE NO_HOLDER', to: B.instanceId, notify: true, record: true }],
    [
      'it has them already: recorded, and nobody waits to be told',
      { holders: B },
      {},
      { result: 'NONE ALREADY_THERE', to: null, notify: false, record: true },
    ],
    ['paused: told', PAUSED, {}, { result: 'NONE PAUSED', to: null, notify: true, record: true }],
    [
      'the claimant is not well',
      { instances: { [B.instanceId]: stopped(B) } },
      {},
      { result: 'TargetUnhealthy', to: null, notify: true, record: true },
    ],
    [
      'there, back, and there again: told',
      {},
      claimed(made(A, 150), made(B, 100), made(A, 50)),
      { result: 'NONE CLAIMED_IN_TURN', to: null, notify: true, record: true },
    ],
    [
      'and so on, where nobody was told of it yet',
      {},
      claimed(made(B, 200), made(A, 150), made(B, 100), made(A, 50)),
      { result: 'NONE CLAIMED_IN_TURN', to: null, notify: true, record: true },
    ],
    [
      'people know of it: recorded',
      {},
      told(made(A, 150), made(B, 100), made(A, 50)),
      { result: 'NONE CLAIMED_IN_TURN', to: null, notify: false, record: true },
    ],
    [
      'a quarrel about a dead holder',
      { instances: { [A.instanceId]: stopped(A) } },
      claimed(made(A, 150), made(B, 100), made(A, 50)),
      { result: 'MOVE HOLDER_UNHEALTHY', to: B.instanceId, notify: true, record: true },
    ],
  ])('%s', (_what, world, changes, expected) => {
    expect(decided(claim(B), world, changes)).toEqual(expected);
  });
  test('another node claimed a moment ago, and reads may be older than its move: assigned once more', () => {
    expect(decided(claim(B), { holders: B }, claimed(made(A, 14)))).toMatchObject({
      result: 'MOVE CLAIMED',
      to: B.instanceId,
    });
    expect(decided(claim(B), { holders: B }, claimed(made(A, 15)))).toMatchObject({ result: 'NONE ALREADY_THERE' });
    expect(decided(claim(B), { holders: B }, claimed(made(B, 2)))).toMatchObject({ result: 'NONE ALREADY_THERE' });
    expect(decided(claim(B), { holders: B }, claimed(made(A, 0)))).toMatchObject({ result: 'NONE ALREADY_THERE' });
  });
  test('a late claim is told: the application may be active elsewhere than the addresses', () => {
    expect(decided(claim(B, { eventTime: minutesAgo(3) }))).toEqual({
      result: 'NONE CLAIM_OUTDATED',
      to: null,
      notify: true,
      record: true,
    });
  });
  test('a claim that a newer one has answered is not', () => {
    expect(decided(claim(B, secondsAgo(20)), {}, claimed(made(A, 10)))).toMatchObject({
      result: 'NONE CLAIM_OUTDATED',
      notify: false,
    });
  });
  test('a late claim moves off a dead holder all the same', () => {
    const world = { instances: { [A.instanceId]: stopped(A) } };
    expect(decided(claim(C, { eventTime: minutesAgo(3) }), world)).toMatchObject({
      result: 'MOVE HOLDER_UNHEALTHY',
      to: C.instanceId,
    });
  });
  test('both names are a finding', () => {
    const { findings } = decide(facts(claim(B), of, {}, claimed(made(A, 150), made(B, 100), made(A, 50))));
    expect(findings).toEqual([
      { severity: 'problem', code: 'CLAIMED_IN_TURN', detail: `mail-1 (${A.instanceId}), mail-2 (${B.instanceId})` },
    ]);
  });
  test('the old holder is the last choice, should the claimant not take them', () => {
    const { before } = facts(claim(B), of);
    const refused = {
      ...before,
      pass: 2,
      why: 'CLAIMED' as const,
      attempts: [{ instanceId: B.instanceId, error: 'TargetCannotHold', message: 'no room' }],
      heldBefore: holders(of, A),
      lastResort: [A.instanceId],
      mayHaveChanged: true,
    };
    expect(decided(claim(B), { holders: null }, { before: refused })).toMatchObject({
      result: 'MOVE NO_HOLDER',
      to: C.instanceId,
    });
  });
});

describe('a check follows the last claim where EC2’s news of a death crossed it', () => {
  const check = { mode: 'check', trigger: 'schedule' } as const;
  const minute = (node: typeof A, minutesAgo: number): NodeEvent => ({
    instanceId: node.instanceId,
    time: NOW - minutesAgo * 60_000,
  });
  const onC = { holders: C };
  const crossing: Partial<Facts['history']> = { claims: [made(B, 200)], movedTo: [minute(C, 3)] };
  const decided = (history: Partial<Facts['history']> = {}, world = {}, cluster = of) => {
    const { action, why, destination } = decide(
      facts(
        { ...NOTHING_SAID, ...check },
        cluster,
        { ...onC, ...world },
        { history: { ...NO_HISTORY, ...crossing, ...history } },
      ),
    );
    return action === 'MOVE' ? `${why} to ${destination?.name}` : action;
  };
  const inTurn = [made(B, 350), made(A, 300), made(B, 250), made(A, 225), made(B, 200)];
  const follows = `CLAIMED to ${B.name}`;
  test.each<[string, Partial<Facts['history']>, string]>([
    ['an execution moved them on in the same minute', {}, follows],
    ['before the minute of the claim', { movedTo: [minute(C, 4.5)] }, 'REHEARSE'],
    ['within the time of an execution', { movedTo: [{ ...minute(C, 0), time: NOW + 89_000 }] }, follows],
    ['later than that', { movedTo: [{ ...minute(C, 0), time: NOW + 90_000 }] }, 'REHEARSE'],
    ['to another node than the holder', { movedTo: [minute(A, 3)] }, 'REHEARSE'],
    ['off the claimant: it was unhealthy', { movedFrom: [minute(B, 3)] }, 'REHEARSE'],
    ['off the claimant, but long before', { movedFrom: [minute(B, 5)] }, follows],
    ['off another node', { movedFrom: [minute(A, 3)] }, follows],
    ['nobody but a person', { movedTo: [] }, 'REHEARSE'],
    ['for an older claim', { movedTo: [], claimedTo: [made(C, 199)] }, follows],
    ['for an older claim, in the same second', { movedTo: [], claimedTo: [made(C, 200)] }, follows],
    ['for an older claim, before this one', { movedTo: [], claimedTo: [made(C, 201)] }, 'REHEARSE'],
    ['for the claim itself', { movedTo: [], claimedTo: [made(B, 199)] }, 'REHEARSE'],
    ['and a person since', { personMovedAt: NOW - 180_000 }, 'REHEARSE'],
    ['and a person in the same second', { personMovedAt: NOW - 200_500 }, 'REHEARSE'],
    ['and a person just before', { personMovedAt: NOW - 201_000 }, follows],
    ['the holder claimed since', { claims: [made(B, 200), made(C, 190)] }, 'REHEARSE'],
    ['another node claimed in the same second', { claims: [made(A, 200), made(B, 200)] }, 'REHEARSE'],
    ['another node claimed before', { claims: [made(A, 220), made(B, 200)] }, follows],
    ['nodes claim in turn, and people know', { claims: inTurn, toldInTurnAt: NOW - 180_000 }, 'REHEARSE'],
    [
      'nodes claim in turn, and people were told of another time',
      { claims: inTurn, toldInTurnAt: NOW - 560_000 },
      follows,
    ],
    ['nodes claim in turn, and nobody was told', { claims: inTurn }, follows],
    ['there is no claim', { claims: [] }, 'REHEARSE'],
  ])('%s', (_what, history, expected) => expect(decided(history)).toBe(expected));
  test('unless the claimant cannot take them, or has started anew', () => {
    const b = (changes: object) => ({ instances: { [B.instanceId]: instance(B, changes) } });
    expect(decided({}, b({ launchTime: new Date(NOW - 201_000).toISOString() }))).toBe(follows);
    expect(decided({}, b({ launchTime: new Date(NOW - 200_000).toISOString() }))).toBe('REHEARSE');
    expect(decided({}, b({ state: 'stopped' }))).toBe('REHEARSE');
    expect(decided({}, b({ tags: { [STANDBY_TAG]: 'never' } }))).toBe('REHEARSE');
  });
  test('and not where the cluster is paused', () => {
    expect(decided({}, { instances: { [C.instanceId]: tagged(C, PAUSED_TAG) } })).toBe('REHEARSE');
  });
});

test('who has got what it claimed, and is called unhealthy by alarms since, keeps it while alarms change in turn, and that is told', () => {
  const nodes = [
    { ...B, alarms: ['smtp-b'] },
    { ...C, alarms: ['smtp-c'] },
  ];
  const watched = cluster({ nodes, dampingMinutes: 5 });
  const before = {
    ...FIRST_PASS,
    pass: 2,
    why: 'CLAIMED' as const,
    attempts: [{ instanceId: B.instanceId, error: 'ElasticIpMissing', message: '' }],
    mayHaveChanged: true,
  };
  const decided = (minutes: number) => {
    const alarms = {
      'smtp-b': { inAlarm: true, since: minutesAgo(1) },
      'smtp-c': { inAlarm: false, since: minutesAgo(minutes) },
    };
    const { action, why, notify } = decide(facts(claim(B), watched, { holders: B, alarms }, { before, retryCount: 7 }));
    return `${action} ${why}${notify ? ', told' : ''}`;
  };
  expect(decided(1)).toBe('NONE FLAPPING, told');
  expect(decided(6)).toBe('MOVE HOLDER_UNHEALTHY, told');
});
