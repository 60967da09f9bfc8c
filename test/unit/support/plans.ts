import type {
  AssignIpOutput,
  Cluster,
  ClusterNode,
  Execution,
  NotifyInput,
  Plan,
  UnassignIpOutput,
} from '../../../functions/shared/types';
import { A, B, cluster } from './clusters';

export const REGION = 'eu-central-1';

/** An execution that started a second ago. */
export function execution(ageMs = 1_000): Execution {
  return {
    id: `arn:aws:states:${REGION}:111122223333:express:Failover:0a1b2c3d:9f8e7d6c`,
    startTime: new Date(Date.now() - ageMs).toISOString(),
  };
}

/** A plan, a moment old, to move the addresses of the cluster from its first node to its second. */
export function plan(changes: Partial<Plan> = {}, of: Cluster = changes.cluster ?? cluster()): Plan {
  const addresses = of.virtualIps.map(({ address }) => address);
  const holders = of.virtualIps.map(({ address, elasticIpAllocationId = null }) => ({
    address,
    ...nodeIds(A),
    elasticIpAllocationId,
  }));
  return {
    action: 'MOVE',
    reason: 'HOLDER_UNHEALTHY',
    explanation: 'The holder is unhealthy.',
    notify: true,
    mode: 'failover',
    trigger: 'event',
    cluster: of,
    rehearsed: null,
    target: target(B),
    sources: [{ ...nodeIds(A), addresses }],
    holders,
    heldBefore: changes.holders ?? holders,
    nodes: [
      { ...nodeIds(A), problems: [{ code: 'NOT_RUNNING', detail: 'stopped' }] },
      { ...nodeIds(B), problems: [] },
    ],
    findings: [],
    pass: 1,
    attempts: [],
    lastResort: [],
    requestedTarget: null,
    requestedBy: null,
    requestReason: null,
    eventTime: new Date(Date.now() - 3_000).toISOString(),
    homelessSince: null,
    darkTimeBeforeMs: 0,
    decidedAt: new Date(Date.now() - 500).toISOString(),
    ...changes,
  };
}

export function target(of: ClusterNode, addressCount = 1): NonNullable<Plan['target']> {
  return { ...nodeIds(of), instanceType: 't3.small', addressCount };
}

function nodeIds({ instanceId, networkInterfaceId }: ClusterNode): ClusterNode {
  return { instanceId, networkInterfaceId };
}

export const rehearsal = (changes: Partial<Plan> = {}): Plan =>
  plan({
    action: 'REHEARSE',
    mode: 'rehearsal',
    trigger: 'request',
    rehearsed: 'NONE',
    reason: 'HOLDER_HEALTHY',
    ...changes,
  });

export function unassigned(changes: Partial<UnassignIpOutput> = {}): UnassignIpOutput {
  return {
    released: ['10.0.0.5'],
    alreadyGone: [],
    kept: [],
    releasedAt: new Date().toISOString(),
    findings: [],
    ...changes,
  };
}

export function assigned(changes: Partial<AssignIpOutput> = {}): AssignIpOutput {
  return {
    assigned: ['10.0.0.5'],
    assignedAt: new Date().toISOString(),
    reassociated: [],
    refusals: [],
    findings: [],
    ...changes,
  };
}

/** What Notify is given after a move that was proven. */
export function succeeded(of = plan(), changes: Partial<NotifyInput> = {}): NotifyInput {
  return {
    kind: 'SUCCESS',
    execution: execution(),
    input: {},
    plan: of,
    unassigned: unassigned(),
    assigned: assigned(),
    verified: { verifiedAt: new Date().toISOString(), holders: [], findings: [] },
    ...changes,
  };
}
