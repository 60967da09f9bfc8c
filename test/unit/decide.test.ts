import type { Cluster, ClusterNode, Request } from '../../functions/shared/types';
import { type Decision, decide } from '../../functions/verify-instance-state/decide';
import type { InstanceSeen } from '../../functions/verify-instance-state/observation';
import { reportNodes } from '../../functions/verify-instance-state/situation';
import { FRESH_EVENT_MS, type Times, UNSETTLED_MS } from '../../functions/verify-instance-state/table';
import {
  A,
  alarm,
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
  OTHER_SUBNET,
  STRANGER,
  SUBNET,
  seen,
  stopped,
  vips,
  type World,
} from './support/clusters';

/** Later than any doubt about a fresh event. */
const LATE: Times = { now: NOW, executionStart: NOW - UNSETTLED_MS };
const EARLY: Times = { now: NOW, executionStart: NOW - 1_000 };

/** A decision in one word: "MOVE b HOLDER_UNHEALTHY", "NONE PAUSED", "REHEARSE b MOVE NO_HOLDER silent", "error HeldByStranger". */
function inWords(of: () => Decision): string {
  try {
    const { action, reason, target, notify, rehearsed } = of();
    const letter = target?.instanceId.slice(-1) ?? 'nobody';
    if (action === 'NONE') return `NONE ${reason}${notify ? ' told' : ''}`;
    if (action === 'MOVE') return `MOVE ${letter} ${reason}`;
    return `REHEARSE ${letter} ${rehearsed} ${reason}${notify ? '' : ' silent'}`;
  } catch (error) {
    return error instanceof Error ? `error ${error.name}` : String(error);
  }
}

function decided(request: Request, world: World = {}, times: Times = LATE): string {
  return inWords(() => decide(request, seen(request.cluster, world), times));
}

/** The columns of the table; the requested target is the second node. */
const COLUMNS: Readonly<Record<string, (of: Cluster) => Request>> = {
  event: (of) => event(of),
  alarm: (of) => alarm(of),
  check: (of) => check(of),
  'failover by hand': (of) => byHand(of, 'failover'),
  'failover by hand with target': (of) => byHand(of, 'failover', B),
  drill: (of) => byHand(of, 'drill', B),
  rehearsal: (of) => byHand(of, 'rehearsal'),
  'rehearsal with target': (of) => byHand(of, 'rehearsal', B),
};

interface RowOfTable {
  readonly world: (of: Cluster) => World;
  readonly expected: Readonly<Record<keyof typeof COLUMNS, string>>;
  readonly minimumVips?: number;
}

function everywhere(outcome: string, changes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...Object.fromEntries(Object.keys(COLUMNS).map((column) => [column, outcome])), ...changes };
}

const moved = (reason: string, how = 'MOVE') =>
  everywhere(`MOVE b ${reason}`, {
    rehearsal: `REHEARSE b ${how} ${reason}`,
    'rehearsal with target': `REHEARSE b ${how} ${reason}`,
  });
const refused = (error: string, target = 'b') =>
  everywhere(`error ${error}`, {
    rehearsal: `REHEARSE ${target} ERROR ${error}`,
    'rehearsal with target': `REHEARSE b ERROR ${error}`,
  });

const TABLE: Readonly<Record<string, RowOfTable>> = {
  'the VIP is the primary address of an interface outside': {
    world: () => ({ holders: STRANGER, primary: true }),
    expected: refused('PrimaryAddress', 'a'),
  },
  "the VIP is a node's own primary address": { world: () => ({ primary: true }), expected: refused('PrimaryAddress') },
  'an interface outside the cluster holds the VIP': {
    world: () => ({ holders: STRANGER }),
    expected: refused('HeldByStranger', 'a'),
  },
  'the requested target holds all VIPs and is healthy': {
    world: () => ({ holders: B }),
    expected: everywhere('NONE HOLDER_HEALTHY', {
      check: 'REHEARSE a NONE HOLDER_HEALTHY silent',
      'failover by hand': 'NONE HOLDER_HEALTHY told',
      'failover by hand with target': 'NONE ALREADY_THERE told',
      drill: 'NONE ALREADY_THERE told',
      rehearsal: 'REHEARSE a NONE HOLDER_HEALTHY',
      'rehearsal with target': 'REHEARSE b NONE ALREADY_THERE',
    }),
  },
  'the requested target is unhealthy, the holder is healthy': {
    world: () => ({ instances: { [B.instanceId]: stopped(B) } }),
    expected: {
      event: 'NONE HOLDER_HEALTHY',
      alarm: 'NONE HOLDER_HEALTHY',
      check: 'REHEARSE next NONE HOLDER_HEALTHY silent',
      'failover by hand': 'NONE HOLDER_HEALTHY told',
      'failover by hand with target': 'error TargetUnhealthy',
      drill: 'error TargetUnhealthy',
      rehearsal: 'REHEARSE next NONE HOLDER_HEALTHY',
      'rehearsal with target': 'REHEARSE b ERROR TargetUnhealthy',
    },
  },
  'all VIPs are on the healthy first node': {
    world: () => ({}),
    expected: everywhere('NONE HOLDER_HEALTHY', {
      check: 'REHEARSE b NONE HOLDER_HEALTHY silent',
      'failover by hand': 'NONE HOLDER_HEALTHY told',
      'failover by hand with target': 'MOVE b REQUESTED',
      drill: 'MOVE b REQUESTED',
      rehearsal: 'REHEARSE b NONE HOLDER_HEALTHY',
      'rehearsal with target': 'REHEARSE b NONE HOLDER_HEALTHY',
    }),
  },
  'no node is healthy': {
    world: (of) => ({ instances: Object.fromEntries(of.nodes.map((each) => [each.instanceId, stopped(each)])) }),
    expected: {
      ...refused('NoHealthyStandby', 'nobody'),
      'failover by hand with target': 'error TargetUnhealthy',
      drill: 'error TargetUnhealthy',
      'rehearsal with target': 'REHEARSE b ERROR TargetUnhealthy',
    },
  },
  'the holder is stopped': {
    world: () => ({ instances: { [A.instanceId]: stopped(A) } }),
    expected: moved('HOLDER_UNHEALTHY'),
  },
  'the holder is unknown to EC2, its interface stayed': {
    world: () => ({ instances: { [A.instanceId]: null }, holders: { ...A, instanceId: null } }),
    expected: moved('HOLDER_UNHEALTHY'),
  },
  'nobody holds the VIPs and the first node is gone': {
    world: () => ({ instances: { [A.instanceId]: null }, holders: null }),
    expected: moved('NO_HOLDER'),
  },
  'VIPs are split over the first, stopped node and the second': {
    world: () => ({ holders: [A, B, B], instances: { [A.instanceId]: stopped(A) } }),
    expected: moved('HOLDER_UNHEALTHY'),
    minimumVips: 2,
  },
  'some VIPs are on the second node, the others nowhere': {
    world: () => ({ holders: [B, null, null] }),
    expected: moved('NO_HOLDER'),
    minimumVips: 2,
  },
};

const NODES: readonly (readonly ClusterNode[])[] = [
  [A, B],
  [A, B, C],
  [A, B, C, D],
];
const SIZES = NODES.flatMap((nodes) => [1, 2, 3].map((count) => ({ nodes, virtualIps: vips(count) })));

describe.each(Object.entries(TABLE))('when %s', (_name, { world, expected, minimumVips = 1 }) => {
  const fitting = SIZES.filter(({ virtualIps }) => virtualIps.length >= minimumVips);
  test.each(Object.keys(COLUMNS))('%s decides so with every number of nodes and VIPs', (column) => {
    for (const size of fitting) {
      const of = cluster(size);
      const request = COLUMNS[column]?.(of);
      if (request === undefined) throw new Error(column);
      const next = size.nodes[2]?.instanceId.slice(-1) ?? 'nobody';
      expect({ nodes: size.nodes.length, vips: size.virtualIps.length, is: decided(request, world(of)) }).toEqual({
        nodes: size.nodes.length,
        vips: size.virtualIps.length,
        is: expected[column]?.replace('next', next),
      });
    }
  });
});

describe('health of the holder', () => {
  const IMPAIRED: readonly [string, Partial<InstanceSeen>, string][] = [
    ...['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'].map(
      (state): [string, Partial<InstanceSeen>, string] => [`state ${state}`, { state }, 'MOVE b HOLDER_UNHEALTHY'],
    ),
    ...(['systemCheck', 'instanceCheck', 'ebsCheck'] as const).flatMap((check) =>
      ['ok', 'initializing', 'insufficient-data', 'not-applicable', null, 'impaired'].map(
        (value): [string, Partial<InstanceSeen>, string] => [
          `${check} ${value}`,
          { [check]: value },
          value === 'impaired' ? 'MOVE b HOLDER_UNHEALTHY' : 'NONE HOLDER_HEALTHY',
        ],
      ),
    ),
    ['interface not there', { interfaces: [] }, 'MOVE b HOLDER_UNHEALTHY'],
    ['interface detaching', { interfaces: [face(A, { attached: false })] }, 'MOVE b HOLDER_UNHEALTHY'],
    ['interface in another subnet', { interfaces: [face(A, { subnetId: OTHER_SUBNET })] }, 'MOVE b HOLDER_UNHEALTHY'],
    ['another interface only', { interfaces: [face(C, {})] }, 'MOVE b HOLDER_UNHEALTHY'],
  ];
  test.each(IMPAIRED)('%s', (_name, changes, expected) => {
    expect(decided(event(cluster()), { instances: { [A.instanceId]: instance(A, changes) } })).toBe(expected);
  });

  test.each(IMPAIRED)('as a target: %s', (_name, changes, holderWouldBe) => {
    const bad = holderWouldBe.startsWith('MOVE');
    const world = { instances: { [A.instanceId]: null, [B.instanceId]: instance(B, fitTo(changes)) }, holders: null };
    expect(decided(event(cluster()), world)).toBe(bad ? 'error NoHealthyStandby' : 'MOVE b NO_HOLDER');
    expect(decided(byHand(cluster(), 'drill', B), world)).toBe(bad ? 'error TargetUnhealthy' : 'MOVE b NO_HOLDER');
  });
});

describe('what is wrong with a node, in the words of the notice', () => {
  const problems = (found: InstanceSeen | null) => {
    const of = cluster({ nodes: [{ ...A, alarms: ['smtp', 'disk', 'fine'] }, B] });
    return reportNodes(of, seen(of, { instances: { [A.instanceId]: found }, alarms: ['smtp', 'disk', 'other'] }))[0]
      ?.problems;
  };
  const alarms = ['smtp', 'disk'].map((detail) => ({ code: 'ALARM', detail }));
  test.each<[string, InstanceSeen | null, object[]]>([
    ['gone', null, [{ code: 'NOT_FOUND', detail: A.instanceId }]],
    ['stopped: nothing else is said', stopped(A), [{ code: 'NOT_RUNNING', detail: 'stopped' }]],
    [
      'impaired in three ways',
      instance(A, { systemCheck: 'impaired', instanceCheck: 'impaired', ebsCheck: 'impaired' }),
      [
        { code: 'SYSTEM_CHECK_IMPAIRED', detail: 'impaired' },
        { code: 'INSTANCE_CHECK_IMPAIRED', detail: 'impaired' },
        { code: 'EBS_CHECK_IMPAIRED', detail: 'impaired' },
        ...alarms,
      ],
    ],
    [
      'without its interface',
      instance(A, { interfaces: [] }),
      [{ code: 'INTERFACE_NOT_ATTACHED', detail: A.networkInterfaceId }, ...alarms],
    ],
    [
      'in another subnet',
      instance(A, { interfaces: [face(A, { subnetId: OTHER_SUBNET })] }),
      [{ code: 'WRONG_SUBNET', detail: OTHER_SUBNET }, ...alarms],
    ],
  ])('%s', (_name, found, expected) => {
    expect(problems(found)).toEqual(expected);
  });
});

type Face = InstanceSeen['interfaces'][number];
function face({ networkInterfaceId }: ClusterNode, changes: Partial<Face>): Face {
  return { networkInterfaceId, subnetId: SUBNET, attached: true, addressCount: 1, ...changes };
}

/** The same trouble with the second node's own interface. */
function fitTo(changes: Partial<InstanceSeen>): Partial<InstanceSeen> {
  if (changes.interfaces === undefined) return changes;
  const interfaces = changes.interfaces.map((each) =>
    each.networkInterfaceId === A.networkInterfaceId ? { ...each, networkInterfaceId: B.networkInterfaceId } : each,
  );
  return { ...changes, interfaces };
}

describe('ranking of candidates when the holder is dead', () => {
  const of = cluster({ nodes: [A, B, C, D], virtualIps: vips(2) });
  const dead = { [A.instanceId]: stopped(A) };

  test('configured order decides between equals', () => {
    expect(decided(event(of), { instances: dead })).toBe('MOVE b HOLDER_UNHEALTHY');
    const turned = cluster({ nodes: [D, C, B, A], virtualIps: vips(2) });
    expect(decided(event(turned), { instances: dead, holders: A })).toBe('MOVE d HOLDER_UNHEALTHY');
  });

  test.each(['initializing', 'insufficient-data', null])(
    'a node whose check is %s comes after one whose checks are ok',
    (value) => {
      const instances = { ...dead, [B.instanceId]: instance(B, { instanceCheck: value }) };
      expect(decided(event(of), { instances })).toBe('MOVE c HOLDER_UNHEALTHY');
    },
  );

  test.each([null, 'not-applicable'])('an instance type without an EBS check (%s) is no worse', (ebsCheck) => {
    const instances = { ...dead, [B.instanceId]: instance(B, { ebsCheck }) };
    expect(decided(event(of), { instances })).toBe('MOVE b HOLDER_UNHEALTHY');
  });

  test('a node that is still initializing is taken when there is no better one', () => {
    const instances = { ...dead, [B.instanceId]: instance(B, { systemCheck: 'initializing' }) };
    expect(decided(event(cluster()), { instances })).toBe('MOVE b HOLDER_UNHEALTHY');
  });

  test('within a rank a node that holds some of the VIPs comes first', () => {
    expect(decided(event(of), { instances: dead, holders: [A, D] })).toBe('MOVE d HOLDER_UNHEALTHY');
    expect(decided(event(of), { holders: [D, C] })).toBe('MOVE c SPLIT');
  });

  test('checks that are ok count more than holding some of the VIPs', () => {
    const instances = { ...dead, [D.instanceId]: instance(D, { systemCheck: 'initializing' }) };
    expect(decided(event(of), { instances, holders: [A, D] })).toBe('MOVE b HOLDER_UNHEALTHY');
  });

  test('VIPs split over two healthy nodes come together on the first of them', () => {
    expect(decided(event(of), { holders: [B, A] })).toBe('MOVE a SPLIT');
    expect(decided(check(of), { holders: [B, A] })).toBe('MOVE a SPLIT');
    expect(decided(byHand(of, 'drill', B), { holders: [B, A] })).toBe('MOVE b SPLIT');
    expect(decided(byHand(of, 'rehearsal'), { holders: [B, A] })).toBe('REHEARSE a MOVE SPLIT');
  });

  test('a VIP that a lagging read shows on two interfaces is not taken for settled', () => {
    const view = seen(cluster());
    const [first] = view.addresses;
    if (first === undefined) throw new Error('no address');
    const twice = { ...view, addresses: [first, { ...first, ...B }] };
    expect(inWords(() => decide(event(cluster()), twice, LATE))).toBe('MOVE a SPLIT');
  });
});

describe('tags', () => {
  const paused = (of: ClusterNode) => instance(of, { tags: { 'vip-failover:paused': 'upgrade until 18:00' } });
  const never = (of: ClusterNode) => instance(of, { tags: { 'vip-failover:standby': 'never' } });
  const pausedAndDead = { [A.instanceId]: stopped(A), [B.instanceId]: paused(B) };

  test('a paused cluster moves nothing by itself, whichever node has the tag', () => {
    expect(decided(event(cluster()), { instances: pausedAndDead })).toBe('NONE PAUSED');
    expect(decided(alarm(cluster()), { instances: pausedAndDead })).toBe('NONE PAUSED');
    const onHolder = { [A.instanceId]: { ...paused(A), systemCheck: 'impaired' } };
    expect(decided(event(cluster()), { instances: onHolder })).toBe('NONE PAUSED');
  });

  test('a paused cluster is not even reported as broken', () => {
    expect(decided(event(cluster()), { instances: pausedAndDead, holders: STRANGER })).toBe('NONE PAUSED');
  });

  test('the explanation says why it is paused', () => {
    expect(decide(event(cluster()), seen(cluster(), { instances: pausedAndDead }), LATE).explanation).toContain(
      'upgrade until 18:00',
    );
  });

  test('checks of a paused cluster go on as silent rehearsals', () => {
    expect(decided(check(cluster()), { instances: pausedAndDead })).toBe('REHEARSE b MOVE HOLDER_UNHEALTHY silent');
    expect(decided(check(cluster()), { instances: { [B.instanceId]: paused(B) } })).toBe(
      'REHEARSE b NONE HOLDER_HEALTHY silent',
    );
  });

  test('people may still move a paused cluster', () => {
    expect(decided(byHand(cluster(), 'failover'), { instances: pausedAndDead })).toBe('MOVE b HOLDER_UNHEALTHY');
    expect(decided(byHand(cluster(), 'drill', B), { instances: { [A.instanceId]: paused(A) } })).toBe(
      'MOVE b REQUESTED',
    );
  });

  test('an excluded node is never a target', () => {
    const instances = { [A.instanceId]: stopped(A), [B.instanceId]: never(B) };
    expect(decided(event(cluster()), { instances })).toBe('error NoHealthyStandby');
    expect(decided(event(cluster({ nodes: [A, B, C] })), { instances })).toBe('MOVE c HOLDER_UNHEALTHY');
    expect(decided(byHand(cluster(), 'drill', B), { instances })).toBe('error TargetUnhealthy');
    expect(decided(byHand(cluster(), 'rehearsal', B), { instances })).toBe('REHEARSE b ERROR TargetUnhealthy');
  });

  test('an excluded node keeps what it has', () => {
    const instances = { [A.instanceId]: never(A) };
    expect(decided(event(cluster()), { instances })).toBe('NONE HOLDER_HEALTHY');
    expect(decided(byHand(cluster(), 'drill', A), { instances })).toBe('NONE ALREADY_THERE told');
  });

  test('an excluded node that a person names gets the Elastic IP back that is missing on what it has', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    const world = { instances: { [A.instanceId]: never(A) }, elasticIps: [null] };
    expect(decided(byHand(of, 'drill', A), world)).toBe('MOVE a ELASTIC_IP_MISSING');
  });

  test('another value of the standby tag excludes nothing', () => {
    const instances = {
      [A.instanceId]: stopped(A),
      [B.instanceId]: instance(B, { tags: { 'vip-failover:standby': 'yes' } }),
    };
    expect(decided(event(cluster()), { instances })).toBe('MOVE b HOLDER_UNHEALTHY');
  });
});

test('a person is not told that all is well on a target that holds everything and is sick', () => {
  const world = { instances: { [A.instanceId]: stopped(A) } };
  expect(decided(byHand(cluster(), 'drill', A), world)).toBe('error TargetUnhealthy');
});

test('a move is always told and, like nothing to do, found nothing: findings belong to rehearsals', () => {
  const of = cluster();
  const dead = seen(of, { instances: { [A.instanceId]: stopped(A) } });
  expect(decide(event(of), dead, LATE)).toMatchObject({ action: 'MOVE', notify: true, findings: [], rehearsed: null });
  expect(decide(event(of), seen(of), LATE)).toMatchObject({
    action: 'NONE',
    notify: false,
    findings: [],
    rehearsed: null,
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
    expect(decided(alarm(watched), { alarms: ['smtp-a'] })).toBe('MOVE b HOLDER_UNHEALTHY');
  });
  test('an alarm of the standby keeps it from being a target', () => {
    expect(decided(alarm(watched), { alarms: ['smtp-b'] })).toBe('NONE HOLDER_HEALTHY');
    expect(decided(byHand(watched, 'drill', B), { alarms: ['smtp-b'] })).toBe('error TargetUnhealthy');
  });
  test('the same alarm on all nodes moves nothing and says why', () => {
    const world = seen(watched, { alarms: ['shared'] });
    expect(() => decide(alarm(watched), world, LATE)).toThrow(/i-\w+a: ALARM \(shared\).*i-\w+b: ALARM \(shared\)/);
    expect(decided(alarm(watched), { alarms: ['shared'] })).toBe('error NoHealthyStandby');
  });
  test('a duplicate of an alarm that has moved the addresses moves nothing', () => {
    expect(decided(alarm(watched), { alarms: ['smtp-a'], holders: B })).toBe('NONE HOLDER_HEALTHY');
  });
});

describe('automatic failback', () => {
  const of = cluster({ failbackAfterMinutes: 60 });
  const firstOfHour: Times = {
    now: Date.parse('2026-01-31T12:04:59Z'),
    executionStart: Date.parse('2026-01-31T12:04:58Z'),
  };
  const silent = 'REHEARSE a NONE HOLDER_HEALTHY silent';
  const back = (changes: Partial<Cluster>, world: World = {}, times = firstOfHour, request = check) =>
    decided(request({ ...of, ...changes }), { holders: B, ...world }, times);
  const launched = (launchTime: string | null) => ({ instances: { [A.instanceId]: instance(A, { launchTime }) } });

  test('the first check of an hour moves back to the preferred node', () => {
    expect(back({})).toBe('MOVE a FAILBACK');
  });
  test('a later check of the hour does not', () => {
    expect(back({}, {}, { ...firstOfHour, now: Date.parse('2026-01-31T12:05:00Z') })).toBe(silent);
  });
  test('only a check does', () => {
    expect(back({}, {}, firstOfHour, alarm)).toBe('NONE HOLDER_HEALTHY');
  });
  test('it waits until the preferred node was launched long enough ago', () => {
    expect(back({}, launched('2026-01-31T11:05:00Z'))).toBe(silent);
    expect(back({}, launched('2026-01-31T11:04:59Z'))).toBe('MOVE a FAILBACK');
    expect(back({}, launched(null))).toBe(silent);
  });
  test('it needs all checks ok', () => {
    expect(back({}, { instances: { [A.instanceId]: instance(A, { ebsCheck: 'initializing' }) } })).toBe(silent);
  });
  test('manual failback, or no schedule, moves nothing', () => {
    const { failbackAfterMinutes: _after, ...manual } = of;
    const { checkIntervalMinutes: _interval, ...unscheduled } = of;
    expect(decided(check(manual), { holders: B }, firstOfHour)).toBe(silent);
    expect(decided(check(unscheduled), { holders: B }, firstOfHour)).toBe(silent);
  });
  test('never while paused, never to an excluded node', () => {
    const tagged = (key: string) => ({ instances: { [A.instanceId]: instance(A, { tags: { [key]: 'never' } }) } });
    expect(back({}, tagged('vip-failover:paused'))).toBe(silent);
    expect(back({}, tagged('vip-failover:standby'))).toBe('REHEARSE nobody NONE HOLDER_HEALTHY silent');
  });
  test('once back, it stays', () => {
    expect(back({}, { holders: A })).toBe('REHEARSE b NONE HOLDER_HEALTHY silent');
  });
});

describe('a fresh event that contradicts EC2', () => {
  const fresh = (ageMs: number, changes: Partial<Request> = {}) =>
    event(cluster(), { eventTime: new Date(NOW - ageMs).toISOString(), ...changes });

  test('is looked at again', () => {
    expect(decided(fresh(2_000), {}, EARLY)).toBe('error StateUnsettled');
    expect(decided(fresh(FRESH_EVENT_MS - 1), {}, EARLY)).toBe('error StateUnsettled');
  });
  test('is believed to be over from 20 s after the start of the execution', () => {
    expect(decided(fresh(25_000), {}, { now: NOW, executionStart: NOW - 19_999 })).toBe('error StateUnsettled');
    expect(decided(fresh(25_000), {}, { now: NOW, executionStart: NOW - 20_000 })).toBe('NONE HOLDER_HEALTHY');
  });
  test('is old news after a minute', () => {
    expect(decided(fresh(FRESH_EVENT_MS), {}, EARLY)).toBe('NONE HOLDER_HEALTHY');
  });
  test('does not matter when it is about a node that holds nothing, or says that a node runs', () => {
    expect(decided(fresh(2_000, { saidDown: B.instanceId }), {}, EARLY)).toBe('NONE HOLDER_HEALTHY');
    expect(decided(fresh(2_000, { saidDown: null }), {}, EARLY)).toBe('NONE HOLDER_HEALTHY');
  });
  test('is settled at once when EC2 agrees', () => {
    expect(decided(fresh(2_000), { instances: { [A.instanceId]: stopped(A) } }, EARLY)).toBe('MOVE b HOLDER_UNHEALTHY');
  });
  test('is looked at again before an Elastic IP is put back on that holder', () => {
    const of = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
    expect(decided(event(of), { elasticIps: [null] }, EARLY)).toBe('error StateUnsettled');
    expect(decided(event(of), { elasticIps: [null] }, LATE)).toBe('MOVE a ELASTIC_IP_MISSING');
  });
});

describe('a configured Elastic IP that is not on its VIP', () => {
  const of = cluster({
    virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
  });
  test.each([null, 'eipalloc-0000000000000ffff'])('%s there: is put back where the VIPs are', (found) => {
    const world = { elasticIps: [found, null] };
    expect(decided(event(of), world)).toBe('MOVE a ELASTIC_IP_MISSING');
    expect(decided(check(of), world)).toBe('MOVE a ELASTIC_IP_MISSING');
    expect(decided(byHand(of, 'failover'), world)).toBe('MOVE a ELASTIC_IP_MISSING');
    expect(decided(byHand(of, 'drill', A), world)).toBe('MOVE a ELASTIC_IP_MISSING');
    expect(decided(byHand(of, 'rehearsal'), world)).toBe('REHEARSE a MOVE ELASTIC_IP_MISSING');
  });
  test('is looked for on its own VIP, wherever that stands in the list', () => {
    const second = cluster({ virtualIps: [...of.virtualIps].reverse() });
    expect(decided(event(second), { elasticIps: [null, ELASTIC_IP] })).toBe('NONE HOLDER_HEALTHY');
    expect(decided(event(second), { elasticIps: [ELASTIC_IP, null] })).toBe('MOVE a ELASTIC_IP_MISSING');
  });
  test('goes along with a move that a person wants', () => {
    expect(decided(byHand(of, 'drill', B), { elasticIps: [null, null] })).toBe('MOVE b REQUESTED');
  });
  test('does not draw a rehearsal away from the node that it asks about', () => {
    expect(decided(byHand(of, 'rehearsal', B), { elasticIps: [null, null] })).toBe('REHEARSE b NONE HOLDER_HEALTHY');
  });
  test('an Elastic IP that the configuration does not name is none of our business', () => {
    expect(decided(event(of), { elasticIps: [ELASTIC_IP, 'eipalloc-0000000000000ffff'] })).toBe('NONE HOLDER_HEALTHY');
  });
});

describe('a rehearsal says what would stop a real move', () => {
  const findings = (request: Request, world: World) =>
    decide(request, seen(request.cluster, world), LATE).findings.map(({ severity, code }) => `${severity} ${code}`);
  test.each([
    ['a stranger', { holders: STRANGER }, 'HeldByStranger'],
    ['a primary address', { primary: true }, 'PrimaryAddress'],
    ['no healthy standby behind a healthy holder', { instances: { [B.instanceId]: stopped(B) } }, 'NoHealthyStandby'],
  ])('%s', (_name, world, code) => {
    expect(findings(byHand(cluster(), 'rehearsal'), world)).toEqual([`problem ${code}`]);
  });
  test('an unhealthy requested target', () => {
    expect(findings(byHand(cluster(), 'rehearsal', B), { instances: { [B.instanceId]: stopped(B) } })).toEqual([
      'problem TargetUnhealthy',
    ]);
  });
  test('a check of a healthy cluster without a standby is not ready, yet no failure', () => {
    expect(findings(check(cluster()), { instances: { [B.instanceId]: stopped(B) } })).toEqual([
      'problem NoHealthyStandby',
    ]);
  });
  test('nothing when all is well', () => {
    expect(findings(byHand(cluster(), 'rehearsal'), {})).toEqual([]);
  });
});
