import type { Cluster, ClusterNode } from '../../../functions/shared/cluster';
import type { Request } from '../../../functions/shared/plan';
import type { InstanceSeen } from '../../../functions/shared/snapshot';
import { DOUBT_RETRIES } from '../../../functions/shared/timing';
import { FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { NO_HISTORY } from '../../../functions/verify-instance-state/history';
import { decideByRules } from '../../../functions/verify-instance-state/rules';
import { assess, type Facts } from '../../../functions/verify-instance-state/situation';
import { A, B, C, cluster, ELASTIC_IP, STRANGER, vips } from '../notify/builders';
import {
  ALL_OK,
  alarm,
  byHand,
  CHECK,
  claim,
  D,
  event,
  face,
  facts,
  instance,
  minutesAgo,
  OTHER_SUBNET,
  RUNNING,
  stopped,
  tagged,
  type World,
} from '../support/facts';
import { decided } from '../support/words';

const two = cluster();
const three = cluster({ nodes: [A, B, C] });
/** Each node has an alarm of its own, a and b. */
const alarmed = cluster({
  nodes: [
    { ...A, alarms: ['a'] },
    { ...B, alarms: ['b'] },
  ],
});
const DEAD_A = { [A.instanceId]: stopped(A) };
/** Terminated: its interface died with it. */
const GONE_A = { [A.instanceId]: instance(A, { state: 'terminated', interfaces: [] }) };
const LATER = { retryCount: DOUBT_RETRIES };

describe('whatever the number of nodes and of VIPs', () => {
  const sizes = [
    [A, B],
    [A, B, C],
    [A, B, C, D],
  ].flatMap((nodes) => [1, 2, 3].map((count) => cluster({ nodes, virtualIps: vips(count) })));
  const dead = (of: Cluster) => Object.fromEntries(of.nodes.map((node) => [node.instanceId, stopped(node)]));
  test.each<[string, Request, (of: Cluster) => World, string]>([
    ['a dead holder', event(), () => ({ instances: DEAD_A }), 'MOVE to b HOLDER_UNHEALTHY'],
    ['a healthy holder', RUNNING, () => ({}), 'NONE HOLDER_HEALTHY'],
    ['nobody', event(), () => ({ holders: null, instances: GONE_A }), 'MOVE to b NO_HOLDER'],
    ['a drill', byHand('drill', B), () => ({}), 'MOVE to b REQUESTED'],
    ['a drill that was done', byHand('drill', B), () => ({ holders: B }), 'NONE ALREADY_THERE, told'],
    ['a stranger', event(), () => ({ holders: STRANGER }), 'FAIL HeldByStranger'],
    ['a primary address', event(), () => ({ primary: true }), 'FAIL PrimaryAddress'],
    ['a primary address of a stranger', event(), () => ({ holders: STRANGER, primary: true }), 'FAIL PrimaryAddress'],
    ['no node that runs', event(), (of) => ({ instances: dead(of) }), 'FAIL NoHealthyStandby'],
  ])('%s', (_what, request, world, expected) => {
    for (const of of sizes) expect(decided(request, of, world(of))).toBe(expected);
  });
});

describe('the health of the holder, and of a target', () => {
  const at = (of: ClusterNode, state: string, found: Partial<InstanceSeen> = {}) => ({
    instances: { [of.instanceId]: instance(of, { state, ...found }) },
  });
  const SICK: readonly [string, (of: ClusterNode) => World][] = [
    ...['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'].map(
      (state): [string, (of: ClusterNode) => World] => [`state ${state}`, (of) => at(of, state)],
    ),
    ...['system', 'instance', 'ebs'].map((check): [string, (of: ClusterNode) => World] => [
      `${check} check impaired`,
      ({ instanceId }) => ({ checks: { [instanceId]: { [check]: 'impaired' } } }),
    ]),
    ['interface detaching', (of) => at(of, 'running', { interfaces: [face(of, { attached: false })] })],
    ['interface in another subnet', (of) => at(of, 'running', { interfaces: [face(of, { subnetId: OTHER_SUBNET })] })],
  ];
  test.each(SICK)('%s', (_name, world) => {
    const detached = facts(event(), two, world(A));
    const addresses = detached.snapshot.addresses.map((each) => ({ ...each, attached: false }));
    const changes = { snapshot: { ...detached.snapshot, addresses } };
    expect(decided(event(), two, world(A), changes)).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decided(byHand('failover'), two, { holders: null, ...world(B) }, LATER)).toBe('MOVE to a NO_HOLDER');
    expect(decided(byHand('drill', B), two, world(B))).toBe('FAIL TargetUnhealthy');
  });
  test.each(['initializing', 'insufficient-data', 'not-applicable', null])(
    'a check that is %s is no trouble',
    (status) => {
      for (const check of ['system', 'instance', 'ebs']) {
        expect(decided(RUNNING, two, { checks: { [A.instanceId]: { [check]: status } } })).toBe('NONE HOLDER_HEALTHY');
        expect(decided(byHand('drill', B), two, { checks: { [B.instanceId]: { [check]: status } } })).toBe(
          'MOVE to b REQUESTED',
        );
      }
    },
  );
  test('a person is not told that all is well on a target that holds everything and is sick', () => {
    expect(decided(byHand('drill', A), two, { instances: DEAD_A })).toBe('FAIL TargetUnhealthy');
  });
  test('a holder that was replaced by an instance that nobody configured', () => {
    const world = { holders: { ...A, instanceId: STRANGER.instanceId }, instances: { [A.instanceId]: null } };
    expect(decided(event(), two, world, { retryCount: 1 })).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
});

describe('which node is the best', () => {
  const four = cluster({ nodes: [A, B, C, D], virtualIps: vips(2) });
  const best = (world: World, of = four, request = event()) => decided(request, of, { instances: DEAD_A, ...world });

  test('the first configured one of equals', () => {
    expect(best({})).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(best({ holders: A }, cluster({ nodes: [D, C, B, A] }))).toBe('MOVE to d HOLDER_UNHEALTHY');
  });
  test.each(['initializing', 'insufficient-data', null])(
    'one whose checks are ok before one with a check that is %s',
    (status) => {
      expect(best({ checks: { [B.instanceId]: { instance: status } } })).toBe('MOVE to c HOLDER_UNHEALTHY');
    },
  );
  test('one of which EC2 says nothing comes last', () => {
    expect(best({ checks: { [B.instanceId]: null } })).toBe('MOVE to c HOLDER_UNHEALTHY');
    const nothing = { checks: { [B.instanceId]: null, [C.instanceId]: null, [D.instanceId]: null } };
    expect(best(nothing)).toBe('look again');
    expect(decided(event(), four, { instances: DEAD_A, ...nothing }, { retryCount: 1 })).toBe(
      'MOVE to b HOLDER_UNHEALTHY',
    );
  });
  test('within a rank one that holds some of the VIPs', () => {
    expect(best({ holders: [A, D] })).toBe('MOVE to d HOLDER_UNHEALTHY');
    expect(best({ holders: [D, C], instances: {} })).toBe('MOVE to c SPLIT');
  });
  test('checks count more than VIPs', () => {
    expect(best({ holders: [A, D], checks: { [D.instanceId]: { ...ALL_OK, system: 'initializing' } } })).toBe(
      'MOVE to b HOLDER_UNHEALTHY',
    );
  });
  test('the one that a rehearsal asks for, even if its checks are not ok', () => {
    expect(best({ checks: { [C.instanceId]: { system: 'initializing' } } }, four, byHand('rehearsal', C))).toBe(
      'REHEARSE c: MOVE HOLDER_UNHEALTHY',
    );
  });
  test('never one that is excluded, whoever asks', () => {
    const instances = { ...DEAD_A, [B.instanceId]: tagged(B, 'vip-failover:standby', 'Never') };
    expect(best({ instances })).toBe('MOVE to c HOLDER_UNHEALTHY');
    expect(best({ instances }, two)).toBe('FAIL NoHealthyStandby');
    expect(best({ instances }, two, byHand('drill', B))).toBe('FAIL TargetUnhealthy');
  });
  test('an excluded node keeps what it has', () => {
    const instances = { [A.instanceId]: tagged(A, 'vip-failover:standby', 'never') };
    expect(decided(RUNNING, two, { instances })).toBe('NONE HOLDER_HEALTHY');
    expect(decided(byHand('drill', A), two, { instances })).toBe('NONE ALREADY_THERE, told');
  });
  test('VIPs split over two healthy nodes come together on the first of them', () => {
    const split = { holders: [B, A], instances: {} };
    expect(best(split)).toBe('MOVE to a SPLIT');
    expect(best(split, four, CHECK)).toBe('MOVE to a SPLIT');
    expect(best(split, four, byHand('drill', B))).toBe('MOVE to b SPLIT');
    expect(best(split, four, byHand('drill', C))).toBe('MOVE to c SPLIT');
  });
  test('VIPs of which one is on nobody come together', () => {
    const world = { holders: [B, null], instances: {} };
    expect(decided(byHand('failover'), four, world, LATER)).toBe('MOVE to b NO_HOLDER');
    expect(decided(CHECK, four, world, LATER)).toBe('MOVE to b NO_HOLDER');
  });
  test('a VIP that a lagging read shows on two interfaces is not taken for settled', () => {
    const { snapshot } = facts(RUNNING, two);
    const onB = { networkInterfaceId: B.networkInterfaceId, instanceId: B.instanceId };
    const addresses = [
      ...snapshot.addresses,
      ...snapshot.addresses.map((each) => ({ ...each, ...onB, attached: false })),
    ];
    expect(decided(RUNNING, two, {}, { snapshot: { ...snapshot, addresses } })).toBe('MOVE to a SPLIT');
  });
});

describe('absence in one answer is not death', () => {
  const lacking = (...nodes: readonly ClusterNode[]) =>
    Object.fromEntries(nodes.map(({ instanceId }) => [instanceId, null]));
  test.each<[string, Request, Cluster, World, string, string]>([
    [
      'an empty answer, nobody holds the VIP',
      event(),
      two,
      { holders: null, instances: lacking(A, B) },
      'look again',
      'FAIL NoHealthyStandby',
    ],
    [
      'the only standby, the holder is dead',
      event(),
      two,
      { instances: { ...DEAD_A, ...lacking(B) } },
      'look again',
      'FAIL NoHealthyStandby',
    ],
    [
      'the same, found by a check',
      CHECK,
      two,
      { instances: { ...DEAD_A, ...lacking(B) } },
      'look again',
      'REHEARSE nobody, silent: FAIL NO_HEALTHY_STANDBY',
    ],
    [
      'the target of a drill',
      byHand('drill', B),
      three,
      { instances: lacking(B) },
      'look again',
      'FAIL TargetUnhealthy',
    ],
    [
      'the target of a rehearsal',
      byHand('rehearsal', B),
      three,
      { instances: lacking(B) },
      'look again',
      'REHEARSE b: FAIL TARGET_UNHEALTHY',
    ],
    [
      'a standby that is not needed, a drill to another',
      byHand('drill', B),
      three,
      { instances: lacking(C) },
      'MOVE to b REQUESTED',
      'MOVE to b REQUESTED',
    ],
    [
      'the standby of a healthy holder',
      RUNNING,
      two,
      { instances: lacking(B) },
      'NONE HOLDER_HEALTHY',
      'NONE HOLDER_HEALTHY',
    ],
    [
      'the only standby is not lacking, it is stopped',
      event(),
      two,
      { instances: { ...DEAD_A, [B.instanceId]: stopped(B) } },
      'FAIL NoHealthyStandby',
      'FAIL NoHealthyStandby',
    ],
  ])('%s', (_what, request, of, world, first, last) => {
    expect(decided(request, of, world)).toBe(first);
    expect(decided(request, of, world, { retryCount: DOUBT_RETRIES - 1 })).toBe(first);
    expect(decided(request, of, world, LATER)).toBe(last);
  });
  const ONE_LOOK_MORE: [string, Request, Cluster, World, string][] = [
    ['a standby that may be tagged as paused', event(), three, { instances: lacking(C) }, 'MOVE to b HOLDER_UNHEALTHY'],
    ['the same, found by a check', CHECK, three, { instances: lacking(C) }, 'MOVE to b HOLDER_UNHEALTHY'],
    ['the checks of the next holder', event(), two, { checks: { [B.instanceId]: null } }, 'MOVE to b HOLDER_UNHEALTHY'],
    ['an alarm of the next holder', event(), alarmed, { missingAlarms: ['b'] }, 'MOVE to b HOLDER_UNHEALTHY'],
  ];
  test.each(ONE_LOOK_MORE)('%s, the holder is dead: one look more, no longer', (_what, request, of, world, then) => {
    const dead = { ...world, instances: { ...DEAD_A, ...world.instances } };
    expect(decided(request, of, dead)).toBe('look again');
    expect(decided(request, of, dead, { retryCount: 1 })).toBe(then);
  });
  test.each<[string, Request, Cluster, World]>([
    ['a person asks, who sees the tags', byHand('failover'), three, { instances: { ...DEAD_A, ...lacking(C) } }],
    ['the checks of another node', event(), three, { instances: DEAD_A, checks: { [C.instanceId]: null } }],
    ['an alarm of the dead holder', event(), alarmed, { instances: DEAD_A, missingAlarms: ['a'] }],
  ])('%s: that does not hold up a move', (_what, request, of, world) => {
    expect(decided(request, of, world)).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  describe('DescribeAlarms had no answer', () => {
    const unread = (name: string, call = 'DescribeAlarms') => {
      const error = Object.assign(new Error(`${call}: ${name}: no answer`), { name });
      const { signals } = facts(event(), alarmed, { instances: DEAD_A });
      return { signals: { ...signals, notRead: [{ call, error }] } };
    };
    const on = (of: Cluster, changes: Partial<Facts>) => decided(event(), of, { instances: DEAD_A }, changes);
    test('one look more, no longer, where the next holder has alarms', () => {
      expect(on(alarmed, unread('TransientAwsError'))).toBe('look again');
      expect(on(alarmed, { ...unread('TransientAwsError'), retryCount: 1 })).toBe('MOVE to b HOLDER_UNHEALTHY');
    });
    test.each([
      ['the next holder has none', two, unread('TransientAwsError')],
      ['the role may not ask', alarmed, unread('AccessDenied')],
      ['it was another call', alarmed, unread('TransientAwsError', 'DescribeInstanceStatus')],
    ])('no look more: %s', (_what, of, changes) => {
      expect(on(of, changes)).toBe('MOVE to b HOLDER_UNHEALTHY');
    });
  });
  test('good news is waited for where no node could take the addresses, for as long as there is doubt', () => {
    const nobody = { instances: { ...DEAD_A, [B.instanceId]: stopped(B) } };
    const better = { ...alarm('b'), saidDown: [] };
    for (const request of [RUNNING, better]) {
      expect(decided(request, two, nobody)).toBe('look again');
      expect(decided(request, two, nobody, { retryCount: DOUBT_RETRIES - 1 })).toBe('look again');
      expect(decided(request, two, nobody, LATER)).toBe('FAIL NoHealthyStandby, not told');
      expect(decided(request, two, {})).toBe('NONE HOLDER_HEALTHY');
    }
    for (const request of [CHECK, byHand('failover'), event()])
      expect(decided(request, two, nobody)).not.toContain('look again');
  });
  test('the checks of the node that somebody asked for', () => {
    const world = { checks: { [B.instanceId]: null } };
    expect(decided(byHand('drill', B), two, world)).toBe('look again');
    expect(decided(byHand('drill', B), two, world, { retryCount: 1 })).toBe('MOVE to b REQUESTED');
    expect(decided(byHand('rehearsal', B), two, {})).toBe('REHEARSE b: NONE HOLDER_HEALTHY');
  });
  test('nothing moves: only who reports looks a second time', () => {
    for (const world of [{ checks: { [A.instanceId]: null } }, { missingAlarms: ['b'] }]) {
      expect(decided(RUNNING, alarmed, world)).toBe('NONE HOLDER_HEALTHY');
      for (const request of [CHECK, byHand('rehearsal')]) {
        expect(decided(request, alarmed, world)).toBe('look again');
        expect(decided(request, alarmed, world, { retryCount: 1 })).toContain('NONE HOLDER_HEALTHY');
      }
    }
  });
  test('an instance that is shown with its interface by the other answer never counts as gone', () => {
    for (const retryCount of [0, 100]) {
      const { snapshot } = facts(event(), two);
      const { [A.instanceId]: _, ...instances } = snapshot.instances;
      expect(decided(event(), two, {}, { snapshot: { ...snapshot, instances }, retryCount })).toBe('look again');
      expect(decided(event(), two, {}, { snapshot: { ...snapshot, addresses: [] }, retryCount })).toBe('look again');
    }
  });
});

describe('an event that AWS contradicts', () => {
  const said = (...nodes: readonly ClusterNode[]) => event({ saidDown: nodes.map(({ instanceId }) => instanceId) });
  test('is looked at again, and then over', () => {
    expect(decided(said(A), two)).toBe('look again');
    expect(decided(said(A), two, {}, { retryCount: DOUBT_RETRIES - 1 })).toBe('look again');
    expect(decided(said(A), two, {}, LATER)).toBe('NONE HOLDER_HEALTHY');
  });
  test('of an alarm is, too', () => {
    expect(decided(alarm('smtp', B, A), two)).toBe('look again');
    expect(decided(alarm('smtp', B, A), two, {}, LATER)).toBe('NONE HOLDER_HEALTHY');
  });
  test('does not matter when it is about a node that holds nothing, or says that a node runs', () => {
    expect(decided(said(B), two)).toBe('NONE HOLDER_HEALTHY');
    expect(decided(RUNNING, two)).toBe('NONE HOLDER_HEALTHY');
  });
  test('is over at once when AWS agrees', () => {
    expect(decided(said(A), two, { instances: DEAD_A })).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('is looked at again before an Elastic IP is put back on that holder', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    expect(decided(event(), of, { elasticIps: [null] })).toBe('look again');
    expect(decided(event(), of, { elasticIps: [null] }, LATER)).toBe('MOVE to a ELASTIC_IP_MISSING');
  });
});

describe('an address that nobody holds', () => {
  const homeless: World = { holders: null };
  test.each<[string, Request]>([
    ['found by a check', CHECK],
    ['found when a node comes up', RUNNING],
    ['found when an alarm goes down', alarm('smtp')],
  ])('%s is looked at again: it may be on its way', (_what, request) => {
    expect(decided(request, two, homeless)).toBe('look again');
    expect(decided(request, two, homeless, { retryCount: DOUBT_RETRIES - 1 })).toBe('look again');
    expect(decided(request, two, homeless, LATER)).toBe('MOVE to a NO_HOLDER');
  });
  test('is looked at again, too, where the node that an event is about still has its interface', () => {
    expect(decided(event(), two, { ...homeless, instances: DEAD_A })).toBe('look again');
    expect(decided(event(), two, { ...homeless, instances: DEAD_A }, LATER)).toBe('MOVE to b NO_HOLDER');
    const both = event({ saidDown: [A.instanceId, B.instanceId] });
    expect(decided(both, three, { ...homeless, instances: { ...GONE_A, [B.instanceId]: stopped(B) } })).toBe(
      'MOVE to c NO_HOLDER',
    );
  });
  test('is moved at once where its interface died with the node, and at the second look where a person asks', () => {
    expect(decided(event(), two, { ...homeless, instances: GONE_A })).toBe('MOVE to b NO_HOLDER');
    expect(decided(event(), two, { ...homeless, instances: { [A.instanceId]: null } })).toBe('look again');
    expect(decided(byHand('failover'), two, homeless)).toBe('look again');
    const again = { retryCount: 1 };
    expect(decided(byHand('failover'), two, homeless, again)).toBe('MOVE to a NO_HOLDER');
    expect(decided(byHand('drill', B), two, homeless, again)).toBe('MOVE to b NO_HOLDER');
    expect(decided(byHand('rehearsal'), two, homeless, again)).toBe('REHEARSE a: MOVE NO_HOLDER');
  });
  test('goes to a healthy node where the one that somebody asked for is not well', () => {
    const down = { ...homeless, instances: { [B.instanceId]: stopped(B) } };
    expect(decided(claim(B), two, down, { retryCount: 1 })).toBe('MOVE to a NO_HOLDER');
    expect(decided(byHand('drill', B), two, down, { retryCount: 1 })).toBe('MOVE to a NO_HOLDER');
  });
  test('one of several is enough', () => {
    const of = cluster({ virtualIps: vips(2) });
    expect(decided(CHECK, of, { holders: [A, null] })).toBe('look again');
  });
});

describe("the user's alarms", () => {
  const watched = cluster({
    nodes: [
      { ...A, alarms: ['smtp-a', 'shared'] },
      { ...B, alarms: ['smtp-b', 'shared'] },
    ],
  });
  test('an alarm of the holder moves its addresses', () => {
    expect(decided(alarm('smtp-a', A), watched, { alarms: ['smtp-a'] })).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('an alarm of the standby keeps it from being a target', () => {
    expect(decided(alarm('smtp-b', B), watched, { alarms: ['smtp-b'] })).toBe('NONE HOLDER_HEALTHY');
    expect(decided(byHand('drill', B), watched, { alarms: ['smtp-b'] })).toBe('FAIL TargetUnhealthy');
  });
  test('the same alarm on all nodes moves nothing', () => {
    expect(decided(alarm('shared', A, B), watched, { alarms: ['shared'] })).toBe('FAIL NoHealthyStandby');
  });
  test('a duplicate of an alarm that has moved the addresses moves nothing', () => {
    expect(decided(alarm('smtp-a', A), watched, { alarms: ['smtp-a'], holders: B })).toBe('NONE HOLDER_HEALTHY');
  });
});

describe('damping: alarms that alternate do not carry the address to and fro', () => {
  const of = cluster({
    nodes: [
      { ...A, alarms: ['smtp-a'] },
      { ...B, alarms: ['smtp-b'] },
    ],
    dampingMinutes: 10,
  });
  const up = (minutes: number, changes: World = {}): World => ({
    alarms: {
      'smtp-a': { inAlarm: true, since: minutesAgo(0) },
      'smtp-b': { inAlarm: false, since: minutesAgo(minutes) },
    },
    ...changes,
  });
  const onAlarm = alarm('smtp-a', A);

  test('the address stays while the alarm of the standby changed less than the damping time ago', () => {
    expect(decided(onAlarm, of, up(9.99))).toBe('NONE FLAPPING, told');
    expect(decided(onAlarm, of, up(10))).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('also when a check or another event finds it', () => {
    expect(decided(CHECK, of, up(1))).toBe('REHEARSE b, silent: NONE FLAPPING');
    expect(decided(event({ saidDown: [B.instanceId] }), of, up(1))).toBe('NONE FLAPPING, told');
  });
  test('where EC2 says that the instance goes down, and does not show it yet, it is looked at again before it is left', () => {
    const stops = event({ saidDown: [A.instanceId] });
    expect(decided(stops, of, up(1))).toBe('look again');
    expect(decided(stops, of, up(1), { retryCount: DOUBT_RETRIES })).toBe('NONE FLAPPING, told');
    expect(decided(stops, of, up(10))).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('also in a later pass, where the addresses are all on the holder', () => {
    const before = { ...FIRST_PASS, pass: 2 };
    expect(decided(onAlarm, of, up(1), { ...LATER, before })).toBe('NONE FLAPPING, told');
  });
  test('but not before reads surely show what this execution did: it may have taken them off', () => {
    const history = { ...NO_HISTORY, movedLately: false, movesOfLastHour: 2 };
    const wandering = { checks: { [A.instanceId]: { application: 'impaired' } } } as const;
    const before = { ...FIRST_PASS, pass: 2 };
    expect(decided(CHECK, of, wandering, { ...LATER, history, before })).toBe('REHEARSE b, silent: NONE FLAPPING');
    expect(decided(CHECK, of, wandering, { history, before })).toBe('look again');
  });
  test('a quiet standby takes it, before one that flaps', () => {
    const more = { ...of, nodes: [...of.nodes, C] };
    expect(decided(onAlarm, more, up(1))).toBe('MOVE to c HOLDER_UNHEALTHY');
    expect(decided(byHand('failover'), more, up(1))).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('a person is never damped', () => {
    expect(decided(byHand('failover'), of, up(1))).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decided(byHand('drill', B), of, up(1))).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decided(byHand('rehearsal'), of, up(1))).toBe('REHEARSE b: MOVE HOLDER_UNHEALTHY');
  });
  test('a holder that is dead is never damped', () => {
    expect(decided(onAlarm, of, up(1, { instances: DEAD_A }))).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decided(onAlarm, of, up(1, { checks: { [A.instanceId]: { system: 'impaired' } } }))).toBe(
      'MOVE to b HOLDER_UNHEALTHY',
    );
    expect(decided(event(), of, up(1, { holders: null }), LATER)).toBe('MOVE to b NO_HOLDER');
  });
  test('neither are addresses that are split', () => {
    const split = { ...of, virtualIps: vips(2) };
    expect(decided(onAlarm, split, up(1, { holders: [A, B] }))).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('without a standby there is nothing to damp', () => {
    expect(decided(onAlarm, of, up(1, { instances: { [B.instanceId]: stopped(B) } }))).toBe('FAIL NoHealthyStandby');
  });
  test('without a damping time nothing is damped', () => {
    const { dampingMinutes: _, ...rest } = of;
    expect(decided(onAlarm, rest, up(0))).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decided(onAlarm, { ...of, dampingMinutes: 0 }, up(0))).toBe('MOVE to b HOLDER_UNHEALTHY');
  });
  test('an alarm in the future, by a clock that differs, counts as just now', () => {
    expect(decided(onAlarm, of, up(-2))).toBe('NONE FLAPPING, told');
  });
});

describe('a configured Elastic IP that is not on its VIP', () => {
  const of = cluster({
    virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
  });
  test.each([null, 'eipalloc-0000000000000ffff'])('%s there: is put back where the VIPs are', (found) => {
    const world = { elasticIps: [found, null] };
    expect(decided(RUNNING, of, world)).toBe('MOVE to a ELASTIC_IP_MISSING');
    expect(decided(CHECK, of, world)).toBe('MOVE to a ELASTIC_IP_MISSING');
    expect(decided(byHand('failover'), of, world)).toBe('MOVE to a ELASTIC_IP_MISSING');
    expect(decided(byHand('drill', A), of, world)).toBe('MOVE to a ELASTIC_IP_MISSING');
    expect(decided(byHand('rehearsal'), of, world)).toBe('REHEARSE a: MOVE ELASTIC_IP_MISSING');
    expect(decided(byHand('rehearsal', A), of, world)).toBe('REHEARSE a: MOVE ELASTIC_IP_MISSING');
  });
  test('is looked for on its own VIP, wherever that stands in the list', () => {
    const second = cluster({ virtualIps: [...of.virtualIps].reverse() });
    expect(decided(RUNNING, second, { elasticIps: [null, ELASTIC_IP] })).toBe('NONE HOLDER_HEALTHY');
    expect(decided(RUNNING, second, { elasticIps: [ELASTIC_IP, null] })).toBe('MOVE to a ELASTIC_IP_MISSING');
  });
  test('goes along with a move that a person wants', () => {
    expect(decided(byHand('drill', B), of, { elasticIps: [null, null] })).toBe('MOVE to b REQUESTED');
  });
  test('does not draw a rehearsal away from the node that it asks about', () => {
    expect(decided(byHand('rehearsal', B), of, { elasticIps: [null, null] })).toBe('REHEARSE b: NONE HOLDER_HEALTHY');
  });
  test('is put back on an excluded node that a person names', () => {
    const instances = { [A.instanceId]: tagged(A, 'vip-failover:standby', 'never') };
    expect(decided(byHand('drill', A), of, { instances, elasticIps: [null] })).toBe('MOVE to a ELASTIC_IP_MISSING');
  });
  test('that the configuration does not name is none of our business', () => {
    expect(decided(RUNNING, of, { elasticIps: [ELASTIC_IP, 'eipalloc-0000000000000ffff'] })).toBe(
      'NONE HOLDER_HEALTHY',
    );
  });
});

describe('what cannot be read', () => {
  const error = (name: string, message = 'x') => Object.assign(new Error(message), { name });
  const unread = (names: readonly string[], retryCount = 0) => {
    const { signals } = facts(RUNNING, two);
    return {
      retryCount,
      signals: { ...signals, notRead: names.map((name) => ({ call: 'DescribeAlarms', error: error(name) })) },
    };
  };
  test('does not stop a move', () => {
    expect(decided(event(), two, { instances: DEAD_A }, unread(['AccessDenied']))).toBe('MOVE to b HOLDER_UNHEALTHY');
    expect(decided(byHand('drill', B), two, {}, unread(['AccessDenied']))).toBe('MOVE to b REQUESTED');
  });
  test('keeps an event of the holder, and a person, from hearing that all is well, however long it lasts', () => {
    for (const retryCount of [DOUBT_RETRIES, 100]) {
      expect(decided(event(), two, {}, unread(['TransientAwsError'], retryCount))).toBe(
        'look again (TransientAwsError)',
      );
      expect(decided(byHand('failover'), two, {}, unread(['AuthFailure', 'X'], retryCount))).toBe(
        'look again (AuthFailure)',
      );
    }
  });
  test.each([
    ['check', CHECK, 'REHEARSE b, silent: NONE HOLDER_HEALTHY'],
    ['rehearsal', byHand('rehearsal'), 'REHEARSE b: NONE HOLDER_HEALTHY'],
  ])('is reported by a %s, once it was tried for a while', (_mode, request, reported) => {
    expect(decided(request, two, {}, unread(['TransientAwsError'], DOUBT_RETRIES - 1))).toBe(
      'look again (TransientAwsError)',
    );
    expect(decided(request, two, {}, unread(['TransientAwsError'], DOUBT_RETRIES))).toBe(reported);
  });
  test('for want of a permission is reported at once: no repetition helps', () => {
    expect(decided(CHECK, two, {}, unread(['AccessDenied']))).toBe('REHEARSE b, silent: NONE HOLDER_HEALTHY');
    expect(decided(CHECK, two, {}, unread(['UnauthorizedOperation', 'AuthFailure']))).toBe('look again (AuthFailure)');
    expect(decided(byHand('failover'), two, {}, unread(['AccessDenied']))).toBe('look again (AccessDenied)');
  });
  test('does not matter to an event of another node', () => {
    expect(decided(RUNNING, two, {}, unread(['AccessDenied']))).toBe('NONE HOLDER_HEALTHY');
    expect(decided(event({ saidDown: [B.instanceId] }), two, {}, unread(['TransientAwsError']))).toBe(
      'NONE HOLDER_HEALTHY',
    );
  });
});

describe('why it looks again is said', () => {
  const said = (request: Request, of: Cluster, world: World, changes: Partial<Facts> = {}) => {
    const ruling = decideByRules(assess(facts(request, of, world, changes)));
    return ruling.kind === 'LOOK_AGAIN' ? ruling.error.message : ruling.kind;
  };
  test.each<[string, Request, Cluster, World]>([
    [
      `DescribeInstances does not show ${C.instanceId}: one answer may lack anything. Looking again.`,
      event(),
      three,
      { instances: { ...DEAD_A, [C.instanceId]: null } },
    ],
    [
      `DescribeInstanceStatus does not show ${B.instanceId}: one answer may lack anything. Looking again.`,
      event(),
      two,
      { instances: DEAD_A, checks: { [B.instanceId]: null } },
    ],
    [
      'DescribeAlarms does not show b: one answer may lack anything. Looking again.',
      event(),
      alarmed,
      { instances: DEAD_A, missingAlarms: ['b'] },
    ],
    [`Not shown: ${A.instanceId}, b.`, CHECK, alarmed, { checks: { [A.instanceId]: null }, missingAlarms: ['b'] }],
    [
      'An event (running) is good news; AWS shows no healthy node yet. Looking again.',
      RUNNING,
      two,
      { instances: { ...DEAD_A, [B.instanceId]: stopped(B) } },
    ],
  ])('%s', (words, request, of, world) => {
    expect(said(request, of, world)).toBe(words);
  });
  test('alarms that could not be read, in the words of the error', () => {
    const error = Object.assign(new Error('DescribeAlarms: 503: no answer'), { name: 'TransientAwsError' });
    const { signals } = facts(event(), alarmed, { instances: DEAD_A });
    const unread = { signals: { ...signals, notRead: [{ call: 'DescribeAlarms', error }] } };
    expect(said(event(), alarmed, { instances: DEAD_A }, unread)).toBe(
      'DescribeAlarms: 503: no answer: one answer may lack anything. Looking again.',
    );
  });
});
