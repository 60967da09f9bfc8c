import fc from 'fast-check';
import type { Cluster, ClusterNode } from '../../../functions/shared/cluster';
import { contradictionIn } from '../../../functions/shared/contradiction';
import type { Attempt, Plan, Request } from '../../../functions/shared/plan';
import { problemsAt } from '../../../functions/shared/problems';
import type { InstanceSeen } from '../../../functions/shared/snapshot';
import { type Before, FIRST_PASS, refusalOf } from '../../../functions/verify-instance-state/before';
import { makePlan } from '../../../functions/verify-instance-state/plan';
import { assess, type Facts, missingElasticIps } from '../../../functions/verify-instance-state/situation';
import { isExcluded } from '../../../functions/verify-instance-state/tags';
import { A, B, C, ELASTIC_IP, holders, STRANGER, SUBNET } from '../notify/builders';
import { D, face, facts, instance, minutesAgo, NOW, OTHER_SUBNET } from '../support/facts';
import { outcomeOf } from '../support/words';

const CHECK_STATUS = ['ok', 'ok', 'ok', 'ok', 'initializing', 'insufficient-data', 'impaired', null] as const;
const ALARMS = ['one', 'two', 'three'] as const;
const ERRORS = [
  'TargetCannotHold',
  'TargetLost',
  'Superseded',
  'PlanStale',
  'AssignRefused',
  'TransientAwsError',
] as const;

const anyInstance = (node: ClusterNode): fc.Arbitrary<InstanceSeen | null> =>
  fc.option(
    fc
      .record({
        state: fc.constantFrom(
          'running',
          'running',
          'running',
          'running',
          'pending',
          'stopping',
          'stopped',
          'terminated',
        ),
        launchTime: fc.constantFrom(null, minutesAgo(1), minutesAgo(600)),
        tags: fc.constantFrom<InstanceSeen['tags']>(
          ...[{}, {}, {}, {}, { 'vip-failover:paused': 'x' }, { 'vip-failover:paused': 'until=2020-01-01' }],
          ...[{ 'vip-failover:standby': 'never' }, { 'vip-failover:standby': 'maybe' }],
        ),
        interfaces: fc
          .record({
            subnetId: fc.constantFrom(SUBNET, SUBNET, SUBNET, SUBNET, OTHER_SUBNET),
            attached: fc.constantFrom(true, true, true, false),
          })
          .map((changes) => [face(node, changes)]),
      })
      .map((changes) => instance(node, changes)),
    { freq: 8 },
  );

const anyCluster: fc.Arbitrary<Cluster> = fc
  .record({
    nodes: fc.constantFrom(2, 3, 4),
    addresses: fc.constantFrom(1, 2, 3),
    elasticIp: fc.boolean(),
    handover: fc.constantFrom('unassign-first' as const, 'atomic' as const),
    failbackAfterMinutes: fc.constantFrom(30, 30, 30, 10_000_000),
    dampingMinutes: fc.constantFrom(0, 10),
  })
  .map(({ nodes, addresses, elasticIp, ...rest }) => ({
    name: 'mail',
    subnetId: SUBNET,
    checkIntervalMinutes: 5,
    ...rest,
    nodes: [{ ...A, alarms: ['one'] }, { ...B, alarms: ['one', 'two'] }, { ...C, alarms: ['three'] }, D].slice(
      0,
      nodes,
    ),
    virtualIps: Array.from({ length: addresses }, (_, index) => ({
      address: `10.0.0.${5 + index}`,
      ...(elasticIp && index === 0 ? { elasticIpAllocationId: ELASTIC_IP } : {}),
    })),
  }));

function anyRequest({ nodes }: Cluster): fc.Arbitrary<Request> {
  const instanceId = fc.constantFrom(...nodes.map((each) => each.instanceId));
  const nobody = {
    target: null,
    reason: null,
    requestedBy: null,
    eventTime: null,
    eventId: null,
    saidDown: [],
    eventDetail: null,
  };
  const byHand = { ...nobody, trigger: 'request' as const };
  return fc.oneof(
    fc
      .record({
        trigger: fc.constantFrom('event' as const, 'alarm' as const),
        saidDown: fc.array(instanceId, { maxLength: 1 }),
      })
      .map((event): Request => ({ ...nobody, mode: 'failover', ...event, eventDetail: 'stopped' })),
    fc.constant<Request>({ ...nobody, mode: 'check', trigger: 'schedule' }),
    instanceId.map((target): Request => ({ ...byHand, mode: 'drill', target })),
    fc
      .record({ target: instanceId, eventTime: fc.constantFrom(null, minutesAgo(0.1), minutesAgo(2)) })
      .map((claim): Request => ({ ...nobody, mode: 'failover', trigger: 'claim', ...claim })),
    fc
      .record({ mode: fc.constantFrom('failover' as const, 'rehearsal' as const), target: fc.option(instanceId) })
      .map((asked): Request => ({ ...byHand, ...asked })),
  );
}

function anyBefore(of: Cluster): fc.Arbitrary<Before> {
  const instanceId = fc.constantFrom(...of.nodes.map((each) => each.instanceId));
  const attempt = fc.record<Attempt>({ instanceId, error: fc.constantFrom(...ERRORS), message: fc.constant('x') });
  return fc.oneof(
    fc.constant(FIRST_PASS),
    fc.record({
      pass: fc.constant(2),
      why: fc.constantFrom('HOLDER_UNHEALTHY' as const, 'REQUESTED' as const),
      attempts: fc.array(attempt, { minLength: 1, maxLength: 5 }),
      lastResort: fc.uniqueArray(instanceId, { maxLength: 2 }),
      heldBefore: fc.constantFrom(...of.nodes, null).map((on) => holders(of, on)),
      mayHaveChanged: fc.boolean(),
      mayBeHomeless: fc.boolean(),
      overtaken: fc.boolean(),
      homelessSince: fc.constant(null),
      darkTimeBeforeMs: fc.constantFrom(0, null),
    }),
  );
}

/** What EC2 shows; at times one of the two answers lacks something. */
const anyFacts: fc.Arbitrary<Facts> = anyCluster.chain((of) =>
  fc
    .record({
      request: anyRequest(of),
      /** Nodes and answers are all well. */
      calm: fc.boolean(),
      instances: fc.tuple(...of.nodes.map(anyInstance)),
      on: fc.oneof(
        fc.constantFrom(...of.nodes),
        fc.tuple(...of.virtualIps.map(() => fc.constantFrom(null, ...of.nodes, ...of.nodes, STRANGER))),
      ),
      elasticIps: fc.tuple(...of.virtualIps.map(() => fc.constantFrom(ELASTIC_IP, null))),
      primary: fc.integer({ min: 0, max: 20 }).map((number) => number === 0),
      checks: fc.tuple(
        ...of.nodes.map(() =>
          fc.record({
            system: fc.constantFrom(...CHECK_STATUS),
            ebs: fc.constantFrom(...CHECK_STATUS),
            application: fc.constantFrom('not-applicable', 'ok', 'impaired'),
          }),
        ),
      ),
      alarms: fc.tuple(
        ...ALARMS.map(() =>
          fc.record({
            inAlarm: fc.constantFrom(false, false, true),
            since: fc.constantFrom(null, minutesAgo(1), minutesAgo(60)),
          }),
        ),
      ),
      rises: fc.constantFrom(null, 1, 2),
      unread: fc.constantFrom(false, false, false, true),
      lacking: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'an instance', 'an address'),
      history: fc.record({
        movedByItselfTo: fc.constantFrom(null, ...of.nodes.map((each) => each.instanceId)),
        preferredFailedLately: fc.constantFrom(false, false, false, true, null),
        noticeLost: fc.boolean(),
        alarmIsTaken: fc.boolean(),
        lost: fc.constant(['EVENT_LOST' as const]),
        claims: fc.array(
          fc.record({
            instanceId: fc.constantFrom(...of.nodes.map((each) => each.instanceId)),
            time: fc.constantFrom(4, 3, 2, 1, 0).map((minutes) => NOW - minutes * 60_000),
          }),
          { maxLength: 5 },
        ),
        movedLately: fc.constantFrom(false, false, true, null),
        toldInTurnAt: fc.constantFrom(null, NOW - 60_000),
        movesOfLastHour: fc.constantFrom(0, 0, 2),
        movedTo: fc.array(
          fc.record({
            instanceId: fc.constantFrom(...of.nodes.map((each) => each.instanceId)),
            time: fc.constantFrom(3, 1).map((minutes) => NOW - minutes * 60_000),
          }),
          { maxLength: 2 },
        ),
        claimedTo: fc.array(
          fc.record({
            instanceId: fc.constantFrom(...of.nodes.map((each) => each.instanceId)),
            time: fc.constantFrom(3, 1).map((minutes) => NOW - minutes * 60_000),
          }),
          { maxLength: 2 },
        ),
        movedFrom: fc.constant([]),
        personMovedAt: fc.constantFrom(null, null, NOW - 2 * 60_000),
      }),
      before: anyBefore(of),
      retryCount: fc.constantFrom(0, 5, 7),
    })
    .map(
      ({
        request,
        calm,
        instances,
        on,
        elasticIps,
        primary,
        checks,
        alarms,
        rises,
        unread,
        lacking,
        history,
        before,
        retryCount,
      }) => {
        const byId = <Value>(values: readonly Value[]) =>
          Object.fromEntries(
            values.flatMap((value, index) => (of.nodes[index] ? [[of.nodes[index].instanceId, value]] : [])),
          );
        const made = facts(
          request,
          of,
          {
            instances: calm ? {} : byId(instances),
            holders: on,
            ...(calm ? {} : { elasticIps }),
            primary,
            checks: calm ? {} : byId(checks),
            alarms: Object.fromEntries(
              ALARMS.map((name, index) => [name, alarms[index] ?? { inAlarm: false, since: null }]),
            ),
          },
          { history, before: request.mode === 'rehearsal' ? FIRST_PASS : before, retryCount },
        );
        const notRead =
          unread && !calm ? [{ call: 'DescribeAlarms', error: new Error('DescribeAlarms: no answer') }] : [];
        const { snapshot } = made;
        const [first, ...others] = Object.entries(snapshot.instances);
        return {
          ...made,
          signals: { ...made.signals, rises: request.trigger === 'alarm' ? rises : null, notRead },
          snapshot: {
            instances: lacking === 'an instance' && !calm && first ? Object.fromEntries(others) : snapshot.instances,
            addresses: lacking === 'an address' && !calm ? snapshot.addresses.slice(1) : snapshot.addresses,
          },
        };
      },
    ),
);

/** The plan, or null where the workflow is to look again. */
function planOf(from: Facts): Plan | null {
  const outcome = outcomeOf(from);
  return outcome instanceof Error ? null : makePlan(from, outcome);
}

function always(what: string, holds: (plan: Plan, from: Facts) => void): void {
  test(what, () => {
    fc.assert(
      fc.property(anyFacts, (from) => {
        const plan = planOf(from);
        if (plan !== null) holds(plan, from);
      }),
      { numRuns: 250 },
    );
  });
}

const FAILURES = new Set([
  'PrimaryAddress',
  'HeldByStranger',
  'TargetUnhealthy',
  'TargetRefused',
  'Superseded',
  'NoHealthyStandby',
]);

test('any situation is decided, or to be looked at again', () => {
  fc.assert(
    fc.property(anyFacts, (from) => {
      const outcome = outcomeOf(from);
      if (outcome instanceof Error) return expect(['StateUnsettled', 'Error']).toContain(outcome.name);
      return expect(outcome.failure === null || FAILURES.has(outcome.failure)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

always(
  'a move goes to a healthy node of the cluster that is neither refused nor excluded, unless it holds everything already',
  ({ action, destination, target }, from) => {
    if (action !== 'MOVE') return;
    const node = from.cluster.nodes.find(({ instanceId }) => instanceId === destination?.instanceId);
    if (node === undefined) throw new Error('The destination is no node of the cluster.');
    expect(problemsAt(node.instanceId, assess(from).reports)).toEqual([]);
    if (assess(from).soleHolder === node) return;
    expect(refusalOf(node.instanceId, from.before)).toBeUndefined();
    // Who excludes a node after a person has named it comes too late.
    if (target !== node.instanceId || from.before.pass === 1)
      expect(isExcluded(node.instanceId, from.snapshot)).toBe(false);
  },
);

always(
  'nothing moves off a healthy holder but for a person, a claim, failback, or to where it is',
  ({ action, why, trigger, target, destination, mode }, from) => {
    const { soleHolder, holderIsHealthy } = assess(from);
    if (action !== 'MOVE' || !holderIsHealthy || destination?.instanceId === soleHolder?.instanceId) return;
    if (mode === 'check') return expect(['FAILBACK', 'CLAIMED']).toContain(why);
    expect(['request', 'claim']).toContain(trigger);
    expect(destination?.instanceId).toBe(target);
  },
);

always(
  'a check moves to where the addresses are only for the Elastic IP, or to prove its own move',
  ({ action, mode, destination }, from) => {
    const situation = assess(from);
    if (action !== 'MOVE' || mode !== 'check' || destination?.instanceId !== situation.soleHolder?.instanceId) return;
    expect(missingElasticIps(situation).length > 0 || from.before.pass > 1).toBe(true);
  },
);

always('a contradiction never leads to anything but another look', (_plan, from) => {
  expect(contradictionIn(from.cluster, from.snapshot)).toBeNull();
});

always(
  'no move while a primary address or a stranger is in the way, and neither is ever a source',
  ({ action, sources, destination }, from) => {
    if (action !== 'MOVE') return;
    expect(from.snapshot.addresses.some(({ primary }) => primary)).toBe(false);
    const ours = from.cluster.nodes.map((each) => each.networkInterfaceId);
    for (const { networkInterfaceId } of sources) {
      expect(ours).toContain(networkInterfaceId);
      expect(networkInterfaceId).not.toBe(destination?.networkInterfaceId);
    }
  },
);

always(
  'a rehearsal never becomes a move; only what moves or rehearses has a destination',
  ({ action, mode, destination, sources, rehearsed, error }) => {
    if (mode === 'rehearsal') expect(action).toBe('REHEARSE');
    if (action === 'MOVE') expect(destination).not.toBeNull();
    if (action === 'NONE' || action === 'FAIL') expect([destination, sources]).toEqual([null, []]);
    expect(rehearsed !== null).toBe(action === 'REHEARSE');
    expect(error !== null).toBe(action === 'FAIL');
  },
);

always(
  'what a real run would fail for is a problem of a rehearsal and of a check',
  ({ action, rehearsed, findings, destination }) => {
    if (action !== 'REHEARSE') return;
    const problems = findings.filter(({ severity }) => severity === 'problem');
    if (rehearsed === 'FAIL' || destination === null) expect(problems.length).toBeGreaterThan(0);
  },
);

always(
  'a move is told and recorded; who asked is told in any case; only nothing to do is not recorded',
  ({ action, notify, record, trigger }) => {
    if (action === 'MOVE' || trigger === 'request') expect([notify, record]).toEqual([true, true]);
    if (action !== 'NONE') expect(record).toBe(true);
    if (notify) expect(record).toBe(true);
  },
);

always('a paused cluster moves nothing by itself in the first pass', ({ action, trigger }, { snapshot, before }) => {
  const paused = Object.values(snapshot.instances).some(({ tags }) => tags['vip-failover:paused'] === 'x');
  if (paused && trigger !== 'request' && before.pass === 1) expect(['NONE', 'REHEARSE']).toContain(action);
});

always(
  'no execution ends with an address on nobody while some node would take it, but for a target that a person named',
  (plan, from) => {
    const { homeless, candidates } = assess(from);
    const movable =
      homeless.length > 0 && candidates.length > 0 && !from.snapshot.addresses.some(({ primary }) => primary);
    const ours = new Set(from.cluster.nodes.map((each) => each.networkInterfaceId));
    const stranger = from.snapshot.addresses.some(({ networkInterfaceId }) => !ours.has(networkInterfaceId));
    const excused =
      plan.why === 'PAUSED' || plan.findings.some(({ code }) => code === 'PAUSED') || plan.why === 'TARGET_UNHEALTHY';
    if (movable && !stranger && !excused && plan.mode !== 'rehearsal') expect(plan.action).toBe('MOVE');
  },
);

always('every text is well-formed and says something', ({ explanation, findings }) => {
  // That something was lost is all that is known of it.
  const details = findings.flatMap(({ code, detail }) => (code.endsWith('_LOST') ? [] : [detail]));
  for (const each of [explanation, ...details]) {
    expect(each).not.toMatch(/undefined|null|NaN|\[object/);
    expect(each.trim()).not.toBe('');
  }
});

test('the same facts give the same answer', () => {
  fc.assert(
    fc.property(anyFacts, (from) => {
      const { nodes, ...cluster } = from.cluster;
      const again = { ...from, cluster: { ...cluster, nodes: nodes.map((node) => ({ ...node })) } };
      expect(planOf(from)).toEqual(planOf(again));
    }),
    { numRuns: 100 },
  );
});

test('a drill that is run again after it moved the addresses finds them already there', () => {
  fc.assert(
    fc.property(anyFacts, (from) => {
      const plan = planOf(from);
      if (from.request.mode !== 'drill' || plan?.action !== 'MOVE' || plan.destination?.instanceId !== plan.target)
        return;
      const node = from.cluster.nodes.find(({ instanceId }) => instanceId === plan.target) ?? null;
      const moved = facts(from.request, from.cluster, { holders: node }, { now: NOW });
      expect(planOf(moved)).toMatchObject({ action: 'NONE', why: 'ALREADY_THERE' });
    }),
    { numRuns: 200 },
  );
});

test('the situations above are of every kind', () => {
  const kinds = new Set<string>();
  for (const from of fc.sample(anyFacts, { numRuns: 3_000, seed: 8 })) {
    const outcome = outcomeOf(from);
    if (outcome instanceof Error) kinds.add(outcome.name);
    else kinds.add(outcome.failure ?? `${outcome.action} ${outcome.why}`);
  }
  const moves = ['HOLDER_UNHEALTHY', 'NO_HOLDER', 'SPLIT', 'ELASTIC_IP_MISSING', 'REQUESTED', 'CLAIMED', 'FAILBACK'];
  const expected = [
    ...FAILURES,
    ...moves.map((why) => `MOVE ${why}`),
    ...['PAUSED', 'FLAPPING', 'CLAIMED_IN_TURN', 'CLAIM_OUTDATED', 'HOLDER_HEALTHY', 'ALREADY_THERE'].map(
      (why) => `NONE ${why}`,
    ),
    'StateUnsettled',
    'Error',
  ];
  expect(expected.filter((kind) => !kinds.has(kind))).toEqual([]);
});
