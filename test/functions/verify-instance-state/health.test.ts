import type { NodeProblem } from '../../../functions/shared/plan';
import { describeProblems } from '../../../functions/shared/problems';
import { allChecksOk, lastAlarmChange, problemsOf } from '../../../functions/verify-instance-state/health';
import { A, B, C, cluster, STRANGER } from '../notify/builders';
import { face, instance, minutesAgo, OTHER_SUBNET, signalsOf, snapshotOf, stopped, type World } from '../support/facts';

const WATCHED = { ...A, alarms: ['smtp', 'disk', 'fine', 'gone'] };
const of = cluster({ nodes: [WATCHED, B] });
const problems = (world: World = {}) => {
  const snapshot = snapshotOf(of, world);
  return problemsOf(WATCHED, of, snapshot, signalsOf(snapshot, world));
};
const a = (found: ReturnType<typeof instance> | null) => ({ instances: { [A.instanceId]: found } });

describe('the application check', () => {
  const down = (node: typeof A, world: World = {}) => ({
    ...world,
    checks: { [node.instanceId]: { application: 'impaired' } },
  });
  const found = (node: typeof A, movedLately: boolean | null, world: World, all = false) => {
    const inCluster = all ? { ...of, applicationCheckCountsFor: 'all' as const } : of;
    const snapshot = snapshotOf(inCluster, world);
    return problemsOf(node, inCluster, snapshot, signalsOf(snapshot, world), { movedLately }).map(({ code }) => code);
  };
  const IMPAIRED = ['APPLICATION_CHECK_IMPAIRED'];
  test.each<[string, string[], string[]]>([
    ['counts for the holder', found(A, false, down(A)), IMPAIRED],
    ['not for the standby, where the application does not run', found(B, false, down(B)), []],
    ['for the standby too where the configuration says so', found(B, null, down(B), true), IMPAIRED],
    ['not while the application may still be starting', found(A, true, down(A)), []],
    ['not where nobody knows when the addresses came', found(A, null, down(A)), []],
    ['not where it is well', found(A, false, { checks: { [A.instanceId]: { application: 'ok' } } }), []],
    ['not where it is suppressed', found(A, false, { checks: { [A.instanceId]: { application: 'suppressed' } } }), []],
    ['for who holds one of two addresses', found(B, false, down(B, { holders: B })), IMPAIRED],
  ])('%s', (_what, codes, expected) => expect(codes).toEqual(expected));
});

describe('what keeps a node from holding the addresses', () => {
  test.each<[string, World, NodeProblem[]]>([
    ['nothing, when all is well', {}, []],
    ['EC2 does not show it', a(null), [{ code: 'NOT_FOUND', detail: A.instanceId }]],
    ['it is stopped: nothing else is said', a(stopped(A)), [{ code: 'NOT_RUNNING', detail: 'stopped' }]],
    [
      'it has no interface',
      a(instance(A, { interfaces: [] })),
      [{ code: 'INTERFACE_NOT_ATTACHED', detail: A.networkInterfaceId }],
    ],
    [
      'it has another interface only',
      a(instance(A, { interfaces: [face(C)] })),
      [{ code: 'INTERFACE_NOT_ATTACHED', detail: A.networkInterfaceId }],
    ],
    [
      'its interface is on its way',
      a(instance(A, { interfaces: [face(A, { attached: false, subnetId: OTHER_SUBNET })] })),
      [{ code: 'INTERFACE_NOT_ATTACHED', detail: A.networkInterfaceId }],
    ],
    [
      'its interface is in another subnet',
      a(instance(A, { interfaces: [face(A, { subnetId: OTHER_SUBNET })] })),
      [{ code: 'WRONG_SUBNET', detail: OTHER_SUBNET }],
    ],
    [
      'all checks are impaired',
      { checks: { [A.instanceId]: { system: 'impaired', instance: 'impaired', ebs: 'impaired' } } },
      [
        { code: 'SYSTEM_CHECK_IMPAIRED', detail: 'impaired' },
        { code: 'INSTANCE_CHECK_IMPAIRED', detail: 'impaired' },
        { code: 'EBS_CHECK_IMPAIRED', detail: 'impaired' },
      ],
    ],
    [
      'two of its alarms are up',
      {
        alarms: {
          smtp: { inAlarm: true, since: null },
          disk: { inAlarm: true, since: null },
          fine: { inAlarm: false, since: null },
          other: { inAlarm: true, since: null },
        },
      },
      [
        { code: 'ALARM', detail: 'smtp' },
        { code: 'ALARM', detail: 'disk' },
      ],
    ],
    [
      'much at once',
      { ...a(instance(A, { interfaces: [] })), checks: { [A.instanceId]: { system: 'impaired' } }, alarms: ['smtp'] },
      [
        { code: 'SYSTEM_CHECK_IMPAIRED', detail: 'impaired' },
        { code: 'INTERFACE_NOT_ATTACHED', detail: A.networkInterfaceId },
        { code: 'ALARM', detail: 'smtp' },
      ],
    ],
  ])('%s', (_what, world, expected) => {
    expect(problems(world)).toEqual(expected);
  });

  test.each(['pending', 'stopping', 'stopped', 'shutting-down', 'terminated', 'unknown'])('the state %s', (state) => {
    expect(problems(a(instance(A, { state })))).toEqual([{ code: 'NOT_RUNNING', detail: state }]);
  });
  test.each(['system', 'instance', 'ebs'])('a %s check that has not finished does not', (check) => {
    for (const status of ['ok', 'initializing', 'insufficient-data', 'not-applicable', null]) {
      expect(problems({ checks: { [A.instanceId]: { [check]: status } } })).toEqual([]);
    }
    expect(problems({ checks: { [A.instanceId]: null } })).toEqual([]);
  });
  test('a node without alarms has none', () => {
    const snapshot = snapshotOf(of);
    expect(problemsOf(B, of, snapshot, signalsOf(snapshot, { alarms: ['smtp'] }))).toEqual([]);
  });

  describe('its instance was replaced', () => {
    const gone = (instanceId: string | null, on = A) =>
      problems({ ...a(null), holders: { networkInterfaceId: on.networkInterfaceId, instanceId } });
    test('by one that has its interface: that is the one to configure', () => {
      expect(gone(STRANGER.instanceId)).toEqual([
        {
          code: 'NOT_FOUND',
          detail: `${A.instanceId}; ${A.networkInterfaceId} is attached to ${STRANGER.instanceId}: name that instance in the configuration`,
        },
      ]);
    });
    test('by nobody', () => {
      expect(gone(null)).toEqual([{ code: 'NOT_FOUND', detail: A.instanceId }]);
      expect(gone(A.instanceId)).toEqual([{ code: 'NOT_FOUND', detail: A.instanceId }]);
      expect(gone(B.instanceId, B)).toEqual([{ code: 'NOT_FOUND', detail: A.instanceId }]);
    });
  });
});

describe('all checks have finished well', () => {
  const ok = (checks: NonNullable<World['checks']>[string]) => {
    const snapshot = snapshotOf(of);
    return allChecksOk(A, signalsOf(snapshot, { checks: { [A.instanceId]: checks } }));
  };
  test.each([
    [{}, true],
    [{ ebs: null }, true],
    [{ ebs: 'not-applicable' }, true],
    [{ ebs: 'initializing' }, false],
    [{ ebs: 'impaired' }, false],
    [{ system: 'initializing' }, false],
    [{ system: null }, false],
    [{ instance: 'insufficient-data' }, false],
    [{ instance: null }, false],
    [null, false],
  ])('%j: %s', (checks, expected) => {
    expect(ok(checks)).toBe(expected);
  });
});

describe('when the alarms of a node changed last', () => {
  const last = (alarms: NonNullable<World['alarms']>) =>
    lastAlarmChange(WATCHED, signalsOf(snapshotOf(of), { alarms }));
  test('is the latest of its own', () => {
    const change = (minutes: number) => ({ inAlarm: false, since: minutesAgo(minutes) });
    expect(last({ smtp: change(9), disk: change(3), fine: change(7), other: change(1) })).toBe(
      Date.parse(minutesAgo(3)),
    );
  });
  test('is never, where it is not known', () => {
    expect(last({ smtp: { inAlarm: true, since: null } })).toBe(0);
    expect(last({})).toBe(0);
    expect(lastAlarmChange(B, signalsOf(snapshotOf(of)))).toBe(0);
  });
});

test('problems in a message', () => {
  expect(
    describeProblems([
      { code: 'NOT_RUNNING', detail: 'stopped' },
      { code: 'ALARM', detail: 'disk-full' },
    ]),
  ).toBe('NOT_RUNNING (stopped), ALARM (disk-full)');
  expect(describeProblems([])).toBe('');
  expect(describeProblems()).toBe('');
});
