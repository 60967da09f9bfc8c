import type { Cluster, ClusterNode, VirtualIp } from '../../../functions/shared/cluster';
import type {
  AssignIpOutput,
  Execution,
  NotifyInput,
  Previous,
  UnassignIpOutput,
  VerifyEniOutput,
} from '../../../functions/shared/contract';
import type { Finding, Plan, StateError } from '../../../functions/shared/plan';
import type { Snapshot } from '../../../functions/shared/snapshot';

export const REGION = 'eu-central-1';
export const SUBNET = 'subnet-0000000000000000a';
export const ELASTIC_IP = 'eipalloc-00000000000000001';
export const STRANGER = { networkInterfaceId: 'eni-0000000000000ffff', instanceId: 'i-0000000000000ffff' };

const EVENT = '2026-01-31T03:14:07.000Z';
const START = '2026-01-31T03:14:08.120Z';
export const RELEASED = '2026-01-31T03:14:09.020Z';
export const ASSIGNED = '2026-01-31T03:14:09.310Z';
export const VERIFIED = '2026-01-31T03:14:09.700Z';
const TOLD = '2026-01-31T03:14:09.800Z';

function node(letter: string, number: number): ClusterNode {
  return {
    instanceId: `i-0000000000000000${letter}`,
    networkInterfaceId: `eni-0000000000000000${letter}`,
    name: `mail-${number}`,
  };
}

/** Nodes as the registry has them: a is mail-1, b is mail-2, c is mail-3. */
export const A = node('a', 1);
export const B = node('b', 2);
export const C = node('c', 3);

export function vips(count: number): VirtualIp[] {
  return Array.from({ length: count }, (_, index) => ({ address: `10.0.0.${5 + index}` }));
}

/** Two nodes, mail-1 and mail-2, and one VIP 10.0.0.5, unless told otherwise. */
export function cluster(changes: Partial<Cluster> = {}): Cluster {
  return {
    name: 'mail',
    subnetId: SUBNET,
    virtualIps: vips(1),
    nodes: [A, B],
    handover: 'unassign-first',
    checkIntervalMinutes: 5,
    ...changes,
  };
}

export const ELASTIC = cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });

export function execution(changes: Partial<Execution> = {}): Execution {
  return {
    id: `arn:aws:states:${REGION}:111122223333:express:Failover:0a1b2c3d:9f8e7d6c`,
    startTime: START,
    stateEnteredTime: TOLD,
    retryCount: 0,
    ...changes,
  };
}

type On = { readonly networkInterfaceId: string; readonly instanceId: string | null } | null;

export function holders(of: Cluster, on: On, elasticIp = true): Plan['holders'] {
  return of.virtualIps.map(({ address, elasticIpAllocationId = null }) => ({
    address,
    networkInterfaceId: on?.networkInterfaceId ?? null,
    instanceId: on?.instanceId ?? null,
    elasticIpAllocationId: on !== null && elasticIp ? elasticIpAllocationId : null,
  }));
}

export function destination({ instanceId, networkInterfaceId }: ClusterNode): NonNullable<Plan['destination']> {
  return { instanceId, networkInterfaceId, instanceType: 't3.small' };
}

/** Healthy but for the problems named, by instance. */
export function reports(
  nodes: readonly ClusterNode[],
  problems: Readonly<Record<string, Plan['nodes'][number]['problems']>> = {},
): Plan['nodes'] {
  return nodes.map(({ instanceId, networkInterfaceId }) => ({
    instanceId,
    networkInterfaceId,
    problems: problems[instanceId] ?? [],
  }));
}

export const STOPPED: Plan['nodes'][number]['problems'] = [{ code: 'NOT_RUNNING', detail: 'stopped' }];

/** A plan to move the address from mail-1, which an event says has stopped, to mail-2. */
export function plan(changes: Partial<Plan> = {}): Plan {
  const of = changes.cluster ?? cluster();
  const held = changes.holders ?? holders(of, A);
  return {
    action: 'MOVE',
    why: 'HOLDER_UNHEALTHY',
    explanation: 'The holder is unhealthy.',
    notify: true,
    record: true,
    mode: 'failover',
    trigger: 'event',
    target: null,
    reason: null,
    requestedBy: null,
    eventTime: EVENT,
    eventId: '6f1c1c7e-0000-4000-8000-000000000001',
    saidDown: [A.instanceId],
    eventDetail: 'stopped',
    cluster: of,
    error: null,
    rehearsed: null,
    destination: destination(B),
    sources: [
      {
        networkInterfaceId: A.networkInterfaceId,
        instanceId: A.instanceId,
        addresses: of.virtualIps.map(({ address }) => address),
        healthy: false,
      },
    ],
    holders: held,
    heldBefore: held,
    nodes: reports(of.nodes, { [A.instanceId]: STOPPED }),
    findings: [],
    pass: 1,
    attempts: [],
    lastResort: [],
    mayHaveChanged: false,
    mayBeHomeless: false,
    homelessSince: null,
    darkTimeBeforeMs: 0,
    ...changes,
  };
}

/** What is different in a plan that a person asked for: alice wants the address on mail-2. */
export const BY_HAND: Partial<Plan> = {
  trigger: 'request',
  target: B.instanceId,
  requestedBy: 'alice',
  reason: 'kernel update',
  eventTime: null,
  eventId: null,
  eventDetail: null,
  saidDown: [],
};

/** What is different in a plan of a claim: mail-2 says that it is active. */
export const BY_CLAIM: Partial<Plan> = {
  ...BY_HAND,
  trigger: 'claim',
  requestedBy: null,
  reason: 'keepalived: MASTER',
  eventTime: '2026-01-31T03:14:07.000Z',
  eventId: '6f1c1c7e-0000-4000-8000-000000000001',
};

/** A claim of mail-2 that was followed, off a healthy holder. */
export function claimed(changes: Partial<Plan> = {}): Plan {
  const sources = plan(changes).sources.map((source) => ({ ...source, healthy: true }));
  return plan({ ...BY_CLAIM, why: 'CLAIMED', nodes: reports([A, B]), sources, ...changes });
}

/** What is different in a plan of the scheduled check. */
export const BY_SCHEDULE: Partial<Plan> = {
  ...BY_HAND,
  mode: 'check',
  trigger: 'schedule',
  target: null,
  requestedBy: null,
  reason: null,
};

export function drill(changes: Partial<Plan> = {}): Plan {
  const sources = plan(changes).sources.map((source) => ({ ...source, healthy: true }));
  return plan({ ...BY_HAND, mode: 'drill', why: 'REQUESTED', nodes: reports([A, B]), sources, ...changes });
}

/** A rehearsal by hand that found nothing wrong. */
export function rehearsal(changes: Partial<Plan> = {}): Plan {
  return plan({
    ...BY_HAND,
    target: null,
    action: 'REHEARSE',
    mode: 'rehearsal',
    rehearsed: 'NONE',
    why: 'HOLDER_HEALTHY',
    nodes: reports([A, B]),
    ...changes,
  });
}

export function silentCheck(changes: Partial<Plan> = {}): Plan {
  return rehearsal({ ...BY_SCHEDULE, notify: false, ...changes });
}

/** A plan that nothing is to be done, with its reason. */
export function kept(why: Plan['why'], changes: Partial<Plan> = {}): Plan {
  return plan({ action: 'NONE', why, destination: null, sources: [], nodes: reports([A, B]), ...changes });
}

/** A plan that nothing can be done. */
export function refusal(why: Plan['why'], error: StateError, changes: Partial<Plan> = {}): Plan {
  return kept(why, { action: 'FAIL', error, ...changes });
}

/** What a Catch stores for an error that a Lambda threw. */
export function lambdaError(name: string, errorMessage: string): StateError {
  return { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage, trace: [] }) };
}

export function unassigned(changes: Partial<UnassignIpOutput> = {}): UnassignIpOutput {
  return {
    released: ['10.0.0.5'],
    alreadyGone: [],
    kept: [],
    releasedAt: RELEASED,
    refused: null,
    findings: [],
    ...changes,
  };
}

/** Nothing was taken off. */
export const LEFT = unassigned({ released: [], releasedAt: null });

export function assigned(changes: Partial<AssignIpOutput> = {}): AssignIpOutput {
  return {
    assigned: ['10.0.0.5'],
    assignedAt: ASSIGNED,
    certain: true,
    reassociated: [],
    refusals: [],
    findings: [],
    ...changes,
  };
}

export function verified(changes: Partial<VerifyEniOutput> = {}): VerifyEniOutput {
  return { verifiedAt: VERIFIED, holders: [], findings: [], ...changes };
}

export function finding(code: Finding['code'], detail: string, severity: Finding['severity'] = 'problem'): Finding {
  return { severity, code, detail };
}

const EMPTY: NotifyInput = {
  kind: 'SUCCESS',
  execution: execution(),
  plan: null,
  unassigned: null,
  assigned: null,
  verified: null,
  previous: null,
  error: null,
  input: null,
  clusters: null,
};

/** What Notify is given when all states succeeded. */
export function succeeded(of: Plan = plan(), changes: Partial<NotifyInput> = {}): NotifyInput {
  const moves = of.action === 'MOVE';
  return {
    ...EMPTY,
    plan: of,
    unassigned: moves && of.sources.some(({ healthy }) => !healthy) ? unassigned() : LEFT,
    assigned: moves ? assigned() : assigned({ assigned: [], assignedAt: null }),
    verified: verified(),
    ...changes,
  };
}

export function nothingToDo(of: Plan): NotifyInput {
  return { ...EMPTY, kind: 'NOTHING_TO_DO', plan: of };
}

/** What Notify is given after a failure: of the plan, or of `changes.error`. */
export function failed(of: Plan | null, changes: Partial<NotifyInput> = {}): NotifyInput {
  return {
    ...EMPTY,
    kind: 'FAILURE',
    plan: of,
    error: of?.error ?? lambdaError('TransientAwsError', 'AssignPrivateIpAddresses: RequestLimitExceeded.'),
    input: of === null ? stoppedEvent(A) : null,
    clusters: of === null && !changes.previous ? [cluster()] : null,
    ...changes,
  };
}

/** A pass that led back to the decision. */
export function passBefore(error: StateError, changes: Partial<Previous> = {}): Previous {
  return { plan: plan(), unassigned: unassigned(), assigned: null, error, ...changes };
}

/** The event of an instance's stop. */
export function stoppedEvent({ instanceId }: ClusterNode): unknown {
  return {
    id: '6f1c1c7e-0000-4000-8000-000000000001',
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    time: EVENT,
    detail: { 'instance-id': instanceId, state: 'stopped' },
  };
}

interface Shown {
  readonly primary?: boolean;
  readonly elasticIp?: string;
  readonly of?: Cluster;
  /** Instances whose interfaces DescribeInstances shows without the addresses. */
  readonly hidden?: readonly string[];
}

/** A look: who holds the addresses, and the state of each node ("running", "running, detached"; null: vanished). */
export function look(on: On | readonly On[], states: readonly (string | null)[], changes: Shown = {}): Snapshot {
  const {
    primary = false,
    elasticIp = null,
    hidden = [],
    of = cluster({ nodes: [A, B, C].slice(0, states.length) }),
  } = changes;
  const instances = of.nodes.flatMap((each, index) => {
    const [state, detached] = states[index]?.split(', ') ?? [];
    if (state === undefined) return [];
    const attached = detached === undefined && state !== 'terminated';
    const { instanceId, networkInterfaceId } = each;
    const here = of.virtualIps.flatMap(({ address }, place) => {
      const holder = isList(on) ? (on[place] ?? null) : on;
      return holder?.networkInterfaceId === networkInterfaceId && !hidden.includes(instanceId) ? [address] : [];
    });
    const interfaces = [{ networkInterfaceId, subnetId: SUBNET, attached, addresses: here }];
    const seen = { state, instanceType: 't3.small', launchTime: null, tags: {}, interfaces };
    return [[instanceId, seen] as const];
  });
  const addresses = of.virtualIps.flatMap(({ address }, index) => {
    const holder = isList(on) ? (on[index] ?? null) : on;
    if (holder === null) return [];
    const { networkInterfaceId, instanceId } = holder;
    return [{ address, networkInterfaceId, instanceId, elasticIpAllocationId: elasticIp, primary, attached: true }];
  });
  return { instances: Object.fromEntries(instances), addresses };
}

function isList(on: On | readonly On[]): on is readonly On[] {
  return Array.isArray(on);
}
