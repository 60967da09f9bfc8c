import type { Request } from '../../../functions/shared/plan';
import { decide } from '../../../functions/verify-instance-state/decide';
import { NO_HISTORY } from '../../../functions/verify-instance-state/history';
import type { Facts } from '../../../functions/verify-instance-state/situation';
import { A, B, C, cluster, STRANGER } from '../notify/builders';
import {
  ALL_OK,
  alarm,
  byHand,
  CHECK,
  claim,
  event,
  facts,
  instance,
  minutesAgo,
  NOW,
  RUNNING,
  stopped,
  tagged,
  type World,
} from '../support/facts';
import { decided } from '../support/words';

const two = cluster();
const DEAD_A = { [A.instanceId]: stopped(A) };
const paused = (of: typeof A, value = 'upgrade') => ({ [of.instanceId]: tagged(of, 'vip-failover:paused', value) });
const LATE = { retryCount: 9 };
const decision = (request: Request, world: World = {}, changes: Partial<Facts> = {}, of = two) =>
  decide(facts(request, of, world, { ...LATE, ...changes }));

describe('who is told, and what is recorded', () => {
  const told = (request: Request, world: World = {}, changes: Partial<Facts> = {}) => {
    const { action, notify, record } = decision(request, world, changes);
    return { action, notify, record };
  };
  test('a move always', () => {
    for (const request of [event(), CHECK, byHand('failover')]) {
      expect(told(request, { instances: DEAD_A })).toEqual({ action: 'MOVE', notify: true, record: true });
    }
  });
  test('nothing to do only a person who asked', () => {
    expect(told(event())).toEqual({ action: 'NONE', notify: false, record: false });
    expect(told(byHand('failover'))).toEqual({ action: 'NONE', notify: true, record: true });
  });
  test('a failure', () => {
    expect(told(event(), { holders: STRANGER })).toEqual({ action: 'FAIL', notify: true, record: true });
    expect(told(byHand('drill', B), { holders: STRANGER })).toEqual({ action: 'FAIL', notify: true, record: true });
  });
  test('a rehearsal, but no check', () => {
    expect(told(byHand('rehearsal'))).toEqual({ action: 'REHEARSE', notify: true, record: true });
    expect(told(CHECK)).toEqual({ action: 'REHEARSE', notify: false, record: true });
  });
  test('a check that finds that a notice was lost', () => {
    const history = { ...NO_HISTORY, movedByItselfTo: null, preferredFailedLately: null, noticeLost: true };
    expect(told(CHECK, {}, { history })).toEqual({ action: 'REHEARSE', notify: true, record: true });
    expect(decision(CHECK, {}, { history }).findings).toEqual([
      { severity: 'warning', code: 'NOTICE_LOST', detail: '' },
    ]);
  });
  test('a check that cannot repair what it finds, where the readiness alarm is up for something else', () => {
    const history = { ...NO_HISTORY, alarmIsTaken: true };
    expect(told(CHECK, {}, { history })).toMatchObject({ notify: false });
    const dead = { instances: { [A.instanceId]: stopped(A), [B.instanceId]: stopped(B) } };
    expect(told(CHECK, dead)).toMatchObject({ action: 'REHEARSE', notify: false });
    expect(told(CHECK, dead, { history })).toEqual({ action: 'REHEARSE', notify: true, record: true });
  });
  test('but no check that finds that programs or a chat missed something, which is a warning', () => {
    const history = { ...NO_HISTORY, lost: ['EVENT_LOST', 'CHAT_LOST'] as const };
    expect(told(CHECK, {}, { history })).toEqual({ action: 'REHEARSE', notify: false, record: true });
    expect(decision(CHECK, {}, { history }).findings).toEqual([
      { severity: 'warning', code: 'EVENT_LOST', detail: '' },
      { severity: 'warning', code: 'CHAT_LOST', detail: '' },
    ]);
  });
});

describe('what people know already is recorded, and not told', () => {
  const { checkIntervalMinutes: _, ...unchecked } = two;
  const told = (request: Request, of = two, world: World = { holders: STRANGER }) => {
    const { action, notify, record } = decision(request, world, {}, of);
    expect([action, record]).toEqual(['FAIL', true]);
    return notify;
  };
  test.each([
    ['stopping', true],
    ['shutting-down', true],
    ['stopped', false],
    ['terminated', false],
    ['pending', true],
  ])('a failure at the event of %s: %s', (eventDetail, expected) => {
    expect(told(event({ eventDetail }))).toBe(expected);
  });
  test('the events that follow tell it where the first ones start nothing', () => {
    const stoppedOnly = { ...two, triggerStates: ['stopped', 'terminated'] };
    expect(told(event({ eventDetail: 'stopped' }), stoppedOnly)).toBe(true);
    expect(told(event({ eventDetail: 'terminated' }), stoppedOnly)).toBe(true);
    const both = { ...two, triggerStates: ['stopping', 'stopped'] };
    expect(told(event({ eventDetail: 'stopped' }), both)).toBe(false);
    expect(told(event({ eventDetail: 'terminated' }), both)).toBe(true);
  });
  test('an event that is no bad news tells nothing, and neither does an alarm that is over', () => {
    expect(told(RUNNING)).toBe(false);
    expect(told(alarm('smtp'))).toBe(false);
    expect(told(alarm('smtp', A))).toBe(true);
    expect(told(alarm('stopped', A))).toBe(true);
  });
  test('everything is told where no check stands behind the events', () => {
    expect(told(event({ eventDetail: 'stopped' }), unchecked)).toBe(true);
    expect(told(RUNNING, unchecked)).toBe(true);
  });
  test('a person is told in any case', () => {
    expect(told(byHand('failover'))).toBe(true);
  });
});

describe('an alarm that rises again and again within the damping time', () => {
  const rising = (
    rises: number | null,
    world: World = { holders: STRANGER },
    changes: Partial<Facts> = {},
    of = two,
  ) => {
    const request = alarm('smtp', A);
    const { signals } = facts(request, of, world);
    return decision(request, world, { signals: { ...signals, rises }, ...changes }, of).notify;
  };
  test('is told the first time that it fails', () => {
    expect([null, 0, 1, 2, 3].map((rises) => rising(rises))).toEqual([true, true, true, false, false]);
  });
  test('is recorded every time', () => {
    const { signals } = facts(event(), two);
    expect(decision(event(), { holders: STRANGER }, { signals: { ...signals, rises: 5 } })).toMatchObject({
      record: true,
    });
  });
  test('is told the first time that it is damped, or kept back by a pause', () => {
    const of = {
      ...cluster({
        nodes: [
          { ...A, alarms: ['smtp'] },
          { ...B, alarms: ['smtp-b'] },
        ],
      }),
      dampingMinutes: 10,
    };
    const flapping: World = {
      alarms: { smtp: { inAlarm: true, since: minutesAgo(0) }, 'smtp-b': { inAlarm: false, since: minutesAgo(1) } },
    };
    expect([1, 2].map((rises) => rising(rises, flapping, {}, of))).toEqual([true, false]);
    expect([1, 2].map((rises) => rising(rises, { instances: { ...DEAD_A, ...paused(B) } }))).toEqual([true, false]);
  });
  test('is told whenever it moves something', () => {
    expect(rising(5, { instances: DEAD_A })).toBe(true);
  });
  test('is told where something may have been changed', () => {
    const { before } = facts(event(), two);
    expect(rising(5, { holders: STRANGER }, { before: { ...before, pass: 2 } })).toBe(false);
    expect(rising(5, { holders: STRANGER }, { before: { ...before, pass: 2, mayHaveChanged: true } })).toBe(true);
  });
});

describe('a paused cluster', () => {
  const pausedAndDead: World = { instances: { ...DEAD_A, ...paused(B) } };
  const kept = (request: Request, world = pausedAndDead, of = two) => {
    const { action, why, notify, record } = decision(request, world, {}, of);
    return [action, why, notify ? 'told' : 'not told', record ? 'recorded' : 'not recorded'].join(', ');
  };
  const STOPPING = event({ eventDetail: 'stopping' });

  test('moves nothing by itself, whichever node has the tag, and tells that once', () => {
    expect(kept(STOPPING)).toBe('NONE, PAUSED, told, recorded');
    expect(kept(event({ eventDetail: 'shutting-down' }))).toBe('NONE, PAUSED, told, recorded');
    expect(kept(alarm('smtp', A))).toBe('NONE, PAUSED, told, recorded');
    expect(kept(STOPPING, { instances: paused(A), checks: { [A.instanceId]: { system: 'impaired' } } })).toBe(
      'NONE, PAUSED, told, recorded',
    );
  });
  test('does not tell it again with the events that follow', () => {
    for (const eventDetail of ['stopped', 'terminated']) {
      expect(kept(event({ eventDetail }))).toBe('NONE, PAUSED, not told, recorded');
    }
  });
  test('tells every event where no check would find it', () => {
    const { checkIntervalMinutes: _, ...unchecked } = two;
    expect(kept(event(), pausedAndDead, unchecked)).toBe('NONE, PAUSED, told, recorded');
  });
  test('tells an alarm, whatever it is called', () => {
    expect(kept(alarm('stopped', A))).toBe('NONE, PAUSED, told, recorded');
  });
  test('says nothing where nothing was to be done', () => {
    expect(kept(STOPPING, { instances: paused(B) })).toBe('NONE, HOLDER_HEALTHY, not told, not recorded');
  });
  test('hides no other reason to leave the addresses: it is told as without a pause', () => {
    const history = {
      ...NO_HISTORY,
      claims: [A, B, A].map(({ instanceId }, index) => ({ instanceId, time: NOW - 60_000 + index * 1_000 })),
    };
    const of = cluster({ nodes: [A, B, C], dampingMinutes: 5 });
    const { why, notify, findings } = decision(claim(B), { instances: paused(C) }, { history }, of);
    expect({ why, notify }).toEqual({ why: 'CLAIMED_IN_TURN', notify: true });
    expect(findings.map(({ code }) => code)).toEqual(['CLAIMED_IN_TURN', 'PAUSED']);
  });
  test('tells what cannot be repaired, too', () => {
    expect(kept(STOPPING, { ...pausedAndDead, holders: STRANGER })).toBe('NONE, PAUSED, told, recorded');
  });
  test('says why it is paused, and what it kept from being done', () => {
    expect(decision(STOPPING, pausedAndDead)).toMatchObject({
      explanation: `A node is tagged as paused: upgrade. The holder ${A.instanceId} is unhealthy: NOT_RUNNING (stopped).`,
      destination: null,
      rehearsed: null,
      failure: null,
      findings: [{ severity: 'problem', code: 'PAUSED', detail: 'upgrade' }],
    });
    expect(decision(STOPPING, { instances: { ...DEAD_A, ...paused(B, '') } })).toMatchObject({
      explanation: expect.stringContaining('tagged as paused: (no reason given). '),
      findings: [{ detail: '' }],
    });
  });
  test('is checked in silence, and not ready where something is to be done', () => {
    expect(decided(CHECK, two, pausedAndDead)).toBe('REHEARSE b, silent: MOVE HOLDER_UNHEALTHY');
    expect(decision(CHECK, pausedAndDead).findings).toEqual([
      { severity: 'problem', code: 'PAUSED', detail: 'upgrade' },
    ]);
    expect(decided(CHECK, two, { instances: paused(B) })).toBe('REHEARSE b, silent: NONE HOLDER_HEALTHY');
    expect(decision(CHECK, { instances: paused(B) }).findings).toEqual([
      { severity: 'warning', code: 'PAUSED', detail: 'upgrade' },
    ]);
  });
  test('may be moved by people, who are told that it is paused', () => {
    expect(decided(byHand('failover'), two, pausedAndDead)).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decision(byHand('drill', B), { instances: paused(A) })).toMatchObject({
      action: 'MOVE',
      findings: [{ severity: 'warning', code: 'PAUSED', detail: 'upgrade' }],
    });
    expect(decision(byHand('rehearsal'), pausedAndDead).findings).toEqual([
      { severity: 'warning', code: 'PAUSED', detail: 'upgrade' },
    ]);
  });
  test('is not paused any more when its time is over', () => {
    expect(decided(STOPPING, two, { instances: { ...DEAD_A, ...paused(B, 'until=2026-01-31T12:29Z') } })).toBe(
      'MOVE to b HOLDER_UNHEALTHY',
    );
  });
});

describe('automatic failback', () => {
  const of = cluster({ nodes: [{ ...A, alarms: ['smtp-a'] }, B, C], failbackAfterMinutes: 60 });
  const movedByItself = {
    ...NO_HISTORY,
    movedByItselfTo: B.instanceId,
    preferredFailedLately: false,
    noticeLost: false,
  };
  const back = (changes: Partial<Facts> = {}, world: World = {}, request = CHECK, inCluster = of) =>
    decided(request, inCluster, { holders: B, ...world }, { history: movedByItself, ...changes });
  const STAYS = 'REHEARSE a, silent: NONE HOLDER_HEALTHY';

  test('moves the addresses back to the preferred node', () => {
    expect(back()).toBe('MOVE to a FAILBACK');
    expect(decision(CHECK, { holders: B }, { history: movedByItself }, of)).toMatchObject({
      explanation: `The preferred node ${A.instanceId} has been healthy again for long enough.`,
      notify: true,
      record: true,
    });
  });
  test('only by a check', () => {
    expect(back({}, {}, RUNNING)).toBe('NONE HOLDER_HEALTHY');
    expect(back({}, {}, byHand('failover'))).toBe('NONE HOLDER_HEALTHY, told');
    expect(back({}, {}, byHand('rehearsal'))).toBe('REHEARSE a: NONE HOLDER_HEALTHY');
  });
  test('only where it is configured', () => {
    const { failbackAfterMinutes: _, ...manual } = of;
    expect(back({}, {}, CHECK, manual)).toBe(STAYS);
  });
  test('only what the workflow itself moved to where the addresses are', () => {
    expect(back({ history: { ...movedByItself, movedByItselfTo: null } })).toBe(STAYS);
    expect(back({ history: { ...movedByItself, movedByItselfTo: C.instanceId } })).toBe(STAYS);
  });
  test('only when the preferred node passed its status checks all the time', () => {
    expect(back({ history: { ...movedByItself, preferredFailedLately: true } })).toBe(STAYS);
    expect(back({ history: { ...movedByItself, preferredFailedLately: null } })).toBe(STAYS);
  });
  test('counts from its launch', () => {
    const launched = (launchTime: string | null) =>
      back({}, { instances: { [A.instanceId]: instance(A, { launchTime }) } });
    expect(launched(minutesAgo(60))).toBe('MOVE to a FAILBACK');
    expect(launched(new Date(NOW - 60 * 60_000 + 1).toISOString())).toBe(STAYS);
    expect(launched(null)).toBe(STAYS);
  });
  test('counts from the last change of its alarms', () => {
    const changed = (minutes: number) =>
      back({}, { alarms: { 'smtp-a': { inAlarm: false, since: minutesAgo(minutes) } } });
    expect(changed(60)).toBe('MOVE to a FAILBACK');
    expect(changed(59)).toBe(STAYS);
  });
  test('needs all its checks ok, and all to be read', () => {
    expect(back({}, { checks: { [A.instanceId]: { ...ALL_OK, ebs: 'initializing' } } })).toBe(
      'REHEARSE c, silent: NONE HOLDER_HEALTHY',
    );
    const { signals } = facts(CHECK, of);
    const notRead = [{ call: 'DescribeAlarms', error: new Error('x') }];
    expect(back({ signals: { ...signals, notRead }, retryCount: 9 })).toBe(STAYS);
  });
  test('never while paused, never to an unhealthy or an excluded node', () => {
    expect(back({}, { instances: paused(C) })).toBe(STAYS);
    expect(back({}, { instances: { [A.instanceId]: tagged(A, 'vip-failover:standby', 'never') } })).toBe(
      'REHEARSE c, silent: NONE HOLDER_HEALTHY',
    );
    expect(back({}, { instances: DEAD_A })).toBe('REHEARSE c, silent: NONE HOLDER_HEALTHY');
  });
  test('never to a node whose alarms changed within the damping time', () => {
    const damped = { ...of, failbackAfterMinutes: 1, dampingMinutes: 10 };
    const quiet = (minutes: number) =>
      back({}, { alarms: { 'smtp-a': { inAlarm: false, since: minutesAgo(minutes) } } }, CHECK, damped);
    expect(quiet(9)).toBe(STAYS);
    expect(quiet(10)).toBe('MOVE to a FAILBACK');
  });
  test('once back, it stays', () => {
    const home = { ...movedByItself, movedByItselfTo: A.instanceId };
    expect(back({ history: home }, { holders: A })).toBe('REHEARSE b, silent: NONE HOLDER_HEALTHY');
  });
  test('moves nothing that EC2 would not let us move, nor what is not ours', () => {
    expect(back({}, { primary: true })).toBe('REHEARSE a, silent: FAIL PRIMARY_ADDRESS');
  });
  test('waits for another repair', () => {
    expect(back({}, { instances: { [B.instanceId]: stopped(B) } })).toBe('MOVE to a HOLDER_UNHEALTHY');
  });
});

describe('findings: a rehearsal and a check say what would stop a real move', () => {
  const findings = (request: Request, world: World = {}, changes: Partial<Facts> = {}, of = two) =>
    decision(request, world, changes, of).findings.map(({ severity, code }) => `${severity} ${code}`);

  test.each<[string, Request, World, string]>([
    ['a stranger', byHand('rehearsal'), { holders: STRANGER }, 'HELD_BY_STRANGER'],
    ['a primary address', byHand('rehearsal'), { primary: true }, 'PRIMARY_ADDRESS'],
    [
      'no healthy standby behind a healthy holder',
      CHECK,
      { instances: { [B.instanceId]: stopped(B) } },
      'NO_HEALTHY_STANDBY',
    ],
    [
      'no healthy standby behind a dead one',
      CHECK,
      { instances: { ...DEAD_A, [B.instanceId]: stopped(B) } },
      'NO_HEALTHY_STANDBY',
    ],
    [
      'an unhealthy requested target',
      byHand('rehearsal', B),
      { instances: { [B.instanceId]: stopped(B) } },
      'TARGET_UNHEALTHY',
    ],
  ])('%s', (_name, request, world, code) => {
    expect(findings(request, world)).toEqual([`problem ${code}`]);
  });
  test('of a failure in the words of its explanation', () => {
    const { explanation, findings: found } = decision(byHand('rehearsal'), { holders: STRANGER });
    expect(found).toEqual([{ severity: 'problem', code: 'HELD_BY_STRANGER', detail: explanation }]);
  });
  test('nothing when all is well', () => {
    expect(findings(byHand('rehearsal'))).toEqual([]);
    expect(findings(CHECK)).toEqual([]);
    expect(findings(event(), { instances: DEAD_A })).toEqual([]);
  });
  test('tags that mean nothing, in a check and a rehearsal', () => {
    const instances = { [B.instanceId]: tagged(B, 'vip-failover:standby', 'maybe') };
    expect(findings(CHECK, { instances })).toEqual(['warning UNREADABLE_TAG']);
    expect(findings(byHand('rehearsal'), { instances })).toEqual(['warning UNREADABLE_TAG']);
    expect(findings(byHand('drill', B), { instances })).toEqual([]);
  });
  test('what could not be read: a problem for who reports, a warning for who moves', () => {
    const { signals } = facts(CHECK, two);
    const error = Object.assign(new Error('503: no answer'), { name: 'TransientAwsError' });
    const named = Object.assign(new Error('DescribeAlarms: no answer'), { name: 'TransientAwsError' });
    const notRead = [
      { call: 'DescribeInstanceStatus', error },
      { call: 'DescribeAlarms', error: named },
    ];
    const details = [
      { code: 'NOT_READ', detail: 'DescribeInstanceStatus: TransientAwsError: 503: no answer' },
      { code: 'NOT_READ', detail: 'DescribeAlarms: no answer' },
    ];
    const read = (request: Request, world: World) =>
      decision(request, world, { signals: { ...signals, notRead } }).findings;
    expect(read(CHECK, {})).toEqual(details.map((detail) => ({ severity: 'problem', ...detail })));
    expect(read(byHand('rehearsal'), {})).toEqual(details.map((detail) => ({ severity: 'problem', ...detail })));
    expect(read(event(), { instances: DEAD_A })).toEqual(details.map((detail) => ({ severity: 'warning', ...detail })));
  });
  describe('alarms that flap', () => {
    const of = { ...cluster({ nodes: [A, { ...B, alarms: ['smtp-b'] }] }), dampingMinutes: 10 };
    const world: World = { alarms: { 'smtp-b': { inAlarm: false, since: minutesAgo(1) } } };
    test('are a problem of a check: a standby that flaps would not take the addresses from a holder that only has an alarm', () => {
      expect(decision(CHECK, world, {}, of).findings).toEqual([
        {
          severity: 'problem',
          code: 'FLAPPING',
          detail: `the alarms of mail-2 (${B.instanceId}) changed less than 10 minutes ago`,
        },
      ]);
    });
    test('are told of every standby', () => {
      const nodes = [A, { ...B, alarms: ['smtp-b'] }, { ...C, alarms: ['smtp-b'] }];
      expect(decision(CHECK, world, {}, { ...of, nodes }).findings).toMatchObject([
        { detail: `the alarms of mail-2 (${B.instanceId}), mail-3 (${C.instanceId}) changed less than 10 minutes ago` },
      ]);
    });
    test('are none where another standby is quiet', () => {
      expect(findings(CHECK, world, {}, { ...of, nodes: [...of.nodes, C] })).toEqual([]);
    });
    test('are none for a person, who is never damped', () => {
      expect(findings(byHand('rehearsal'), world, {}, of)).toEqual([]);
    });
    test('are none where there is no standby at all', () => {
      expect(findings(CHECK, { ...world, instances: { [B.instanceId]: stopped(B) } }, {}, of)).toEqual([
        'problem NO_HEALTHY_STANDBY',
      ]);
    });
  });
});

describe('what a rehearsal rehearses', () => {
  test.each<[string, Request, World, string]>([
    ['a move', byHand('rehearsal'), { instances: DEAD_A }, 'REHEARSE b: MOVE HOLDER_UNHEALTHY'],
    [
      'the node that would follow a healthy holder',
      byHand('rehearsal'),
      { holders: B },
      'REHEARSE a: NONE HOLDER_HEALTHY',
    ],
    ['the node that it asks about', byHand('rehearsal', C), {}, 'REHEARSE c: NONE HOLDER_HEALTHY'],
    ['a failure', byHand('rehearsal'), { holders: STRANGER }, 'REHEARSE a: FAIL HELD_BY_STRANGER'],
  ])('%s', (_what, request, world, expected) => {
    expect(decided(request, cluster({ nodes: [A, B, C] }), world)).toBe(expected);
  });
});

test('contradictions and what is to be looked at again are thrown', () => {
  expect(() => decide(facts(event(), two))).toThrow(expect.objectContaining({ name: 'StateUnsettled' }));
});
