import { isOnRunningNode, nodeName, type Seen, seenInPlan, seenNow, statusOf } from '../../../functions/notify/where';
import type { NodeProblem } from '../../../functions/shared/plan';
import {
  A,
  B,
  C,
  cluster,
  ELASTIC,
  ELASTIC_IP,
  holders,
  look,
  plan,
  reports,
  STOPPED,
  STRANGER,
  vips,
} from './builders';

const two = cluster({ virtualIps: vips(2) });
const now = (...of: Parameters<typeof look>): Seen => {
  const shown = of[2]?.of ?? cluster({ nodes: [A, B, C].slice(0, of[1].length) });
  return seenNow(shown, look(...of), []);
};
const problem = (code: NodeProblem['code'], detail = 'x'): NodeProblem => ({ code, detail });

test('a node is called by its name where it has one', () => {
  expect(nodeName(cluster(), A.instanceId)).toEqual({ short: 'mail-1', full: `mail-1 (${A.instanceId})` });
  const { name: _name, ...unnamed } = A;
  expect(nodeName(cluster({ nodes: [unnamed] }), A.instanceId)).toEqual({ short: A.instanceId, full: A.instanceId });
  expect(nodeName(cluster(), 'i-0c')).toEqual({ short: 'i-0c', full: 'i-0c' });
});

describe('a look', () => {
  test('shows the holder of each address and its state', () => {
    const { where } = now([A, null], ['stopped', 'running'], { of: two });
    expect(where).toMatchObject([
      {
        address: '10.0.0.5',
        name: { short: 'mail-1' },
        instanceState: 'stopped',
        attached: true,
        outside: false,
        primary: false,
        missingElasticIp: null,
        sickness: [],
      },
      {
        address: '10.0.0.6',
        name: null,
        networkInterfaceId: null,
        instanceState: null,
        attached: false,
        outside: false,
      },
    ]);
  });
  test('shows each node, also one that is gone', () => {
    expect(now(A, ['running', null, 'running, detached']).nodes).toMatchObject([
      { instanceId: A.instanceId, networkInterfaceId: A.networkInterfaceId, state: 'running', attached: true },
      { instanceId: B.instanceId, state: null, attached: false },
      { instanceId: C.instanceId, state: 'running', attached: false },
    ]);
  });
  test('keeps of the decision what a look does not show, and corrects what it does', () => {
    const known = [problem('NOT_RUNNING'), problem('ALARM', 'smtp-down'), problem('EXCLUDED')];
    const { nodes, where } = seenNow(
      cluster(),
      look(A, ['running', 'running']),
      reports([A, B], { [A.instanceId]: known }),
    );
    expect(nodes[0]?.problems).toEqual([problem('ALARM', 'smtp-down'), problem('EXCLUDED')]);
    expect(where[0]?.sickness).toEqual([problem('ALARM', 'smtp-down')]);
    expect(nodes[1]?.problems).toEqual([]);
  });
  test('shows an interface outside the cluster by its ID', () => {
    const [at] = now(STRANGER, ['running', 'running']).where;
    expect(at).toMatchObject({ outside: true, instanceState: null, attached: false });
    expect(at?.name).toEqual({ short: STRANGER.networkInterfaceId, full: STRANGER.networkInterfaceId });
  });
  test('A15: shows a replaced instance on the interface of a node by its own ID', () => {
    const [at] = now({ ...A, instanceId: 'i-0c' }, ['running', 'running']).where;
    expect(at).toMatchObject({ outside: true, name: { short: 'i-0c' }, instanceState: null, attached: false });
  });
  test('takes an interface without an instance for that of its node', () => {
    const [at] = now({ ...A, instanceId: null }, ['terminated', 'running']).where;
    expect(at).toMatchObject({
      outside: false,
      name: { short: 'mail-1' },
      instanceState: 'terminated',
      attached: false,
    });
  });
  test('shows a primary address and a missing Elastic IP', () => {
    expect(now(A, ['running', 'running'], { primary: true }).where[0]?.primary).toBe(true);
    expect(now(A, ['running', 'running'], { of: ELASTIC }).where[0]?.missingElasticIp).toBe(ELASTIC_IP);
    expect(
      now(A, ['running', 'running'], { of: ELASTIC, elasticIp: ELASTIC_IP }).where[0]?.missingElasticIp,
    ).toBeNull();
  });
});

describe('what was decided', () => {
  const inPlan = (problems: readonly NodeProblem[]) =>
    seenInPlan(plan({ nodes: reports([A, B], { [A.instanceId]: problems }) }));
  test.each<[string, readonly NodeProblem[], { state: string | null; attached: boolean }]>([
    ['nothing', [], { state: 'running', attached: true }],
    ['a stopped instance', STOPPED, { state: 'stopped', attached: true }],
    ['an instance that is gone', [problem('NOT_FOUND')], { state: null, attached: false }],
    ['an interface that is detached', [problem('INTERFACE_NOT_ATTACHED')], { state: 'running', attached: false }],
  ])('tells of %s how it stood', (_name, problems, state) => {
    expect(inPlan(problems).nodes[0]).toMatchObject({ ...state, problems });
    expect(inPlan(problems).where[0]?.attached).toBe(state.attached);
    expect(inPlan(problems).where[0]?.instanceState).toBe(state.state);
  });
  test('tells what makes a running node sick', () => {
    const sick = [
      'SYSTEM_CHECK_IMPAIRED',
      'INSTANCE_CHECK_IMPAIRED',
      'EBS_CHECK_IMPAIRED',
      'APPLICATION_CHECK_IMPAIRED',
      'ALARM',
    ] as const;
    const problems = [...sick.map((code) => problem(code)), problem('EXCLUDED'), problem('REFUSED')];
    expect(inPlan(problems).where[0]?.sickness.map(({ code }) => code)).toEqual(sick);
  });
  test('knows of no primary address', () => {
    expect(inPlan([]).where[0]?.primary).toBe(false);
  });
});

test('A4, D16: two answers that contradict each other are told as that', () => {
  expect(now(A, [null, 'running']).contradiction).toContain(`DescribeInstances does not show ${A.instanceId}`);
  expect(now(A, ['running', 'running']).contradiction).toBeNull();
  expect(seenInPlan(plan()).contradiction).toBeNull();
});

describe('the service', () => {
  const running = ['running', 'running'];
  test.each<[string, Seen, readonly string[]]>([
    ['OK', now(A, running), []],
    ['OK', now(A, running), [B.instanceId]],
    ['OK', now(A, ['running', 'stopped']), []],
    ['OK', now(A, running, { of: ELASTIC, elasticIp: ELASTIC_IP }), []],
    ['CHECK', now(A, running), [A.instanceId]],
    ['CHECK', now(STRANGER, running), []],
    ['CHECK', now(A, running, { primary: true }), []],
    ['CHECK', now([STRANGER, null], running, { of: two }), []],
    ['DEGRADED', now([A, B], running, { of: two }), []],
    ['DEGRADED', now(A, running, { of: ELASTIC }), []],
    ['DEGRADED', seenInPlan(plan({ nodes: reports([A, B], { [A.instanceId]: [problem('ALARM')] }) })), [A.instanceId]],
    ['DOWN', now(null, running), []],
    ['DOWN', now([A, null], running, { of: two }), []],
    ['DOWN', now(A, ['stopped', 'running']), []],
    ['DOWN', now(A, ['running, detached', 'running']), []],
    ['DOWN', now({ ...A, instanceId: null }, [null, 'running']), []],
    ['CHECK', now(A, [null, 'running']), []],
    ['CHECK', now(A, running, { hidden: [A.instanceId] }), []],
  ])('is %s', (status, seen, saidDown) => {
    expect(statusOf(seen, saidDown)).toBe(status);
  });
  test('of an address on nobody is not told by an event', () => {
    const nobody = { ...plan(), holders: holders(cluster(), null) };
    expect(statusOf(seenInPlan(nobody), [])).toBe('DOWN');
    expect(seenInPlan(nobody).where.some(isOnRunningNode)).toBe(false);
  });
});
