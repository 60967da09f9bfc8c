import fc from 'fast-check';
import type { Attempt, Cluster, Request } from '../../functions/shared/types';
import { decide } from '../../functions/verify-instance-state/decide';
import { problemsOf } from '../../functions/verify-instance-state/health';
import type { InstanceSeen, Observation } from '../../functions/verify-instance-state/observation';
import { makePlan } from '../../functions/verify-instance-state/plan';
import { type Before, FIRST_PASS, REFUSALS } from '../../functions/verify-instance-state/situation';
import { A, B, C, D, ELASTIC_IP, NOW, OTHER_SUBNET, STRANGER, SUBNET, seen } from './support/clusters';

const DOCUMENTED = new Set([
  'PrimaryAddress',
  'HeldByStranger',
  'TargetUnhealthy',
  'NoHealthyStandby',
  'StateUnsettled',
  'TargetRefused',
]);

const checkStatus = fc.constantFrom('ok', 'ok', 'ok', 'initializing', 'insufficient-data', 'impaired', null);
const anyInstance = (networkInterfaceId: string): fc.Arbitrary<InstanceSeen | null> =>
  fc.option(
    fc.record({
      state: fc.constantFrom('running', 'running', 'running', 'pending', 'stopping', 'stopped', 'terminated'),
      systemCheck: checkStatus,
      instanceCheck: checkStatus,
      ebsCheck: checkStatus,
      instanceType: fc.constant('t3.small'),
      launchTime: fc.constantFrom(null, '2026-01-01T00:00:00.000Z', new Date(NOW - 60_000).toISOString()),
      tags: fc.constantFrom({}, {}, {}, { 'vip-failover:paused': 'x' }, { 'vip-failover:standby': 'never' }),
      interfaces: fc
        .constantFrom(SUBNET, SUBNET, SUBNET, OTHER_SUBNET)
        .chain((subnetId) =>
          fc
            .constantFrom(true, true, false)
            .map((attached) => [{ networkInterfaceId, subnetId, attached, addressCount: 1 }]),
        ),
    }),
    { freq: 8 },
  );

const anyCluster: fc.Arbitrary<Cluster> = fc
  .record({ nodes: fc.constantFrom(2, 3, 4), addresses: fc.constantFrom(1, 2, 3), elasticIp: fc.boolean() })
  .chain(({ nodes, addresses, elasticIp }) =>
    fc.record({
      name: fc.constant('mail'),
      subnetId: fc.constant(SUBNET),
      handover: fc.constantFrom('unassign-first' as const, 'atomic' as const),
      checkIntervalMinutes: fc.constantFrom(5, 60),
      failbackAfterMinutes: fc.constantFrom(30, 10_000_000),
      nodes: fc.constant([{ ...A, alarms: ['one'] }, { ...B, alarms: ['one', 'two'] }, C, D].slice(0, nodes)),
      virtualIps: fc.constant(
        Array.from({ length: addresses }, (_, index) => ({
          address: `10.0.0.${5 + index}`,
          ...(elasticIp && index === 0 ? { elasticIpAllocationId: ELASTIC_IP } : {}),
        })),
      ),
    }),
  );

const anySituation = anyCluster.chain((of) =>
  fc.record({
    seen: fc
      .record({
        instances: fc.tuple(...of.nodes.map((each) => anyInstance(each.networkInterfaceId))),
        holders: fc.oneof(
          fc.constantFrom(...of.nodes),
          fc.tuple(...of.virtualIps.map(() => fc.constantFrom(null, ...of.nodes, ...of.nodes, STRANGER))),
        ),
        elasticIps: fc.tuple(...of.virtualIps.map(() => fc.constantFrom(ELASTIC_IP, null))),
        primary: fc.integer({ min: 0, max: 20 }).map((number) => number === 0),
        alarms: fc.subarray(['one', 'two']),
      })
      .map(({ instances, ...rest }) =>
        seen(of, {
          ...rest,
          instances: Object.fromEntries(
            of.nodes.map(({ instanceId }, index) => [instanceId, instances[index] ?? null]),
          ),
        }),
      ),
    request: anyRequest(of),
    before: fc.oneof({ weight: 2, arbitrary: fc.constant(FIRST_PASS) }, anyBefore(of)),
    times: fc
      .record({ minute: fc.integer({ min: 0, max: 59 }), age: fc.integer({ min: 0, max: 240_000 }) })
      .map(({ minute, age }) => ({ now: NOW + minute * 60_000, executionStart: NOW + minute * 60_000 - age })),
  }),
);

function anyRequest(of: Cluster): fc.Arbitrary<Request> {
  const instanceId = fc.constantFrom(...of.nodes.map((each) => each.instanceId));
  const nobody = { target: null, reason: null, requestedBy: null, eventTime: null, saidDown: null, cluster: of };
  return fc.oneof(
    instanceId.map((saidDown): Request => {
      const eventTime = new Date(NOW).toISOString();
      return { ...nobody, mode: 'failover', trigger: 'event', saidDown, eventTime };
    }),
    fc.constant<Request>({ ...nobody, mode: 'failover', trigger: 'alarm' }),
    fc.constant<Request>({ ...nobody, mode: 'check', trigger: 'schedule' }),
    instanceId.map((target): Request => ({ ...nobody, mode: 'drill', trigger: 'request', target })),
    fc
      .record({ mode: fc.constantFrom('failover' as const, 'rehearsal' as const), target: fc.option(instanceId) })
      .map(({ mode, target }): Request => ({ ...nobody, mode, trigger: 'request', target })),
  );
}

function anyBefore(of: Cluster): fc.Arbitrary<Before> {
  const instanceId = fc.constantFrom(...of.nodes.map((each) => each.instanceId));
  const error = fc.constantFrom('TargetCannotHold', 'TargetLost', 'Superseded', 'PlanStale');
  return fc.record({
    attempts: fc.array(fc.record<Attempt>({ instanceId, error }), { minLength: 1, maxLength: 4 }),
    lastResort: fc.uniqueArray(instanceId, { maxLength: 2 }),
    reason: fc.constantFrom('HOLDER_UNHEALTHY' as const, 'REQUESTED' as const),
    settledAt: fc.constantFrom(0, NOW + 30 * 60_000),
  });
}

type Decided = ReturnType<typeof decide> | { readonly error: string };
function outcome(run: () => ReturnType<typeof decide>): Decided {
  try {
    return run();
  } catch (error) {
    return { error: error instanceof Error ? error.name : String(error) };
  }
}

const RUNS = { numRuns: 1_000 };

test('in any situation the decision is made, or fails with one of its documented errors', () => {
  fc.assert(
    fc.property(anySituation, ({ request, seen: view, times, before }) => {
      const result = outcome(() => decide(request, view, times, before));
      return !('error' in result) || DOCUMENTED.has(result.error);
    }),
    RUNS,
  );
});

test('a move goes to a healthy node of the cluster that is neither refused nor excluded, unless it holds everything already', () => {
  fc.assert(
    fc.property(anySituation, ({ request, seen: view, times, before }) => {
      const result = outcome(() => decide(request, view, times, before));
      if ('error' in result || result.action !== 'MOVE') return;
      const { target } = result;
      if (target === null) throw new Error('a move without a target');
      const of = request.cluster;
      expect(of.nodes).toContain(target);
      expect(problemsOf(target, of, view)).toEqual([]);
      if (holdsAll(of, view, target.networkInterfaceId)) return;
      expect(view.instances[target.instanceId]?.tags['vip-failover:standby']).not.toBe('never');
      const refused = before.attempts.some((each) => each.instanceId === target.instanceId && REFUSALS.has(each.error));
      expect(refused).toBe(false);
    }),
    RUNS,
  );
});

function holdsAll(of: Cluster, view: Observation, networkInterfaceId: string): boolean {
  return of.virtualIps.every(({ address }) =>
    view.addresses.some((each) => each.address === address && each.networkInterfaceId === networkInterfaceId),
  );
}

test('nothing to do has no target and no source; a rehearsal is never a move', () => {
  fc.assert(
    fc.property(anySituation, ({ request, seen: view, times, before }) => {
      const result = outcome(() => decide(request, view, times, before));
      if (request.mode === 'rehearsal') expect(result).toMatchObject({ action: 'REHEARSE' });
      if ('error' in result || result.action !== 'NONE') return;
      const previous = { plan: null, unassigned: null, assigned: null, error: null };
      expect(makePlan(request, view, result, previous, times.now)).toMatchObject({ target: null, sources: [] });
    }),
    RUNS,
  );
});

test('primary addresses and strangers are never sources of a move', () => {
  fc.assert(
    fc.property(anySituation, ({ request, seen: view, times, before }) => {
      const result = outcome(() => decide(request, view, times, before));
      if ('error' in result || result.action !== 'MOVE') return;
      const previous = { plan: null, unassigned: null, assigned: null, error: null };
      const { sources, target } = makePlan(request, view, result, previous, times.now);
      const ours = request.cluster.nodes.map((each) => each.networkInterfaceId);
      for (const source of sources) {
        expect(ours).toContain(source.networkInterfaceId);
        expect(source.networkInterfaceId).not.toBe(target?.networkInterfaceId);
      }
      expect(view.addresses.some(({ primary }) => primary)).toBe(false);
    }),
    RUNS,
  );
});

test('the same input gives the same answer', () => {
  fc.assert(
    fc.property(anySituation, ({ request, seen: view, times, before }) => {
      expect(outcome(() => decide(request, view, times, before))).toEqual(
        outcome(() => decide(structuredClone(request), structuredClone(view), times, before)),
      );
    }),
    { numRuns: 500 },
  );
});

test('a drill that is run again after it moved the addresses finds them already there', () => {
  fc.assert(
    fc.property(anySituation, ({ request, seen: view, times }) => {
      const result = outcome(() => decide(request, view, times));
      if (request.mode !== 'drill' || 'error' in result || result.action !== 'MOVE' || result.target === null) return;
      const { target } = result;
      const addresses = request.cluster.virtualIps.map(({ address, elasticIpAllocationId = null }) => ({
        address,
        ...target,
        elasticIpAllocationId,
        primary: false,
      }));
      expect(outcome(() => decide(request, { ...view, addresses }, times))).toMatchObject({
        action: 'NONE',
        reason: 'ALREADY_THERE',
      });
    }),
    RUNS,
  );
});

test('the situations above are of every kind', () => {
  const kinds = new Set<string>();
  for (const { request, seen: view, times, before } of fc.sample(anySituation, { numRuns: 4_000, seed: 7 })) {
    const result = outcome(() => decide(request, view, times, before));
    kinds.add('error' in result ? result.error : `${result.action} ${result.reason}`);
  }
  const rare = ['MOVE FAILBACK', 'MOVE SPLIT', 'MOVE NO_HOLDER', 'MOVE ELASTIC_IP_MISSING', 'NONE PAUSED'];
  const expected = [...DOCUMENTED, ...rare, 'MOVE REQUESTED', 'NONE ALREADY_THERE'];
  expect(expected.filter((kind) => !kinds.has(kind))).toEqual([]);
});
