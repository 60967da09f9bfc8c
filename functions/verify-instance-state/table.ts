import {
  HeldByStranger,
  NoHealthyStandby,
  PrimaryAddress,
  StateUnsettled,
  TargetRefused,
  TargetUnhealthy,
} from '../shared/errors';
import type { ClusterNode, Finding, Reason, Request } from '../shared/types';
import { isExcluded } from './health';
import {
  addresses,
  healthy,
  interfacesWith,
  isLaterPass,
  missingElasticIps,
  REFUSALS,
  type Situation,
} from './situation';

/** How old an event may be to make a running holder doubtful, milliseconds. */
export const FRESH_EVENT_MS = 60_000;
/** How long after the execution's start a doubtful holder is looked at again, milliseconds. */
export const UNSETTLED_MS = 20_000;

/** Times in milliseconds since the epoch. */
export interface Times {
  readonly now: number;
  readonly executionStart: number;
}

/** One row of the decision table: what a real run would do. `error` rows stop it. */
export type Row =
  | { readonly kind: 'MOVE'; readonly reason: Reason; readonly explanation: string; readonly target: ClusterNode }
  | { readonly kind: 'NONE'; readonly reason: Reason; readonly explanation: string }
  | { readonly kind: 'ERROR'; readonly reason: Extract<Reason, Finding['code']>; readonly error: Error };

/**
 * Reads the decision table from the top; the first row that fits decides.
 * @throws {StateUnsettled | TargetRefused}
 */
export function readTable(situation: Situation, times: Times): Row {
  return (
    foreignAddress(situation) ??
    requestedTargetRow(situation) ??
    healthyHolderRow(situation, times) ??
    unhealthyRow(situation)
  );
}

/** A VIP that EC2 would not let us move, or that is not ours to move. */
function foreignAddress({ cluster, seen }: Situation): Row | undefined {
  const primary = seen.addresses.find((address) => address.primary);
  if (primary !== undefined) {
    const error = new PrimaryAddress(
      `${primary.address} is the primary address of ${primary.networkInterfaceId}, which EC2 never moves. ` +
        `Give that interface another primary address, or take ${primary.address} out of cluster "${cluster.name}".`,
    );
    return { kind: 'ERROR', reason: 'PrimaryAddress', error };
  }
  const ours = new Set(cluster.nodes.map(({ networkInterfaceId }) => networkInterfaceId));
  const stranger = seen.addresses.find(({ networkInterfaceId }) => !ours.has(networkInterfaceId));
  if (stranger === undefined) return undefined;
  const error = new HeldByStranger(
    `${stranger.address} is on ${stranger.networkInterfaceId}${stranger.instanceId ? ` (${stranger.instanceId})` : ''}, ` +
      `which is no node of cluster "${cluster.name}". It was left there. Unassign it by hand if it is there by mistake, or add the node to the cluster.`,
  );
  return { kind: 'ERROR', reason: 'HeldByStranger', error };
}

/** Rows about the target that a person named. From the second pass on they do not count. */
function requestedTargetRow(situation: Situation): Row | undefined {
  const { requestedTarget: target, soleHolder, reports, cluster, seen, before } = situation;
  if (target === null || isLaterPass(before)) return undefined;
  const problems = reports.find(({ instanceId }) => instanceId === target.instanceId)?.problems ?? [];
  if (soleHolder === target && problems.length === 0 && missingElasticIps(situation).length === 0) {
    return {
      kind: 'NONE',
      reason: 'ALREADY_THERE',
      explanation: `${addresses(cluster)}: already on ${target.instanceId}, which is healthy.`,
    };
  }
  const excluded = isExcluded(target, seen) && soleHolder !== target;
  if (problems.length === 0 && !excluded) return undefined;
  const why = [
    ...problems.map(({ code, detail }) => `${code} (${detail})`),
    ...(excluded ? ['EXCLUDED by its tag'] : []),
  ];
  const error = new TargetUnhealthy(
    `${target.instanceId} cannot take ${addresses(cluster)}: ${why.join(', ')}. Nothing was changed. Repair it, or name another target.`,
  );
  return { kind: 'ERROR', reason: 'TargetUnhealthy', error };
}

/** Rows for all addresses on one healthy node. */
function healthyHolderRow(situation: Situation, times: Times): Row | undefined {
  const { request, cluster, soleHolder: holder, requestedTarget, reports, before } = situation;
  if (holder === null || !healthy(holder.instanceId, reports)) return undefined;
  if (isLaterPass(before)) return laterPassRow(situation, holder, times);
  const elsewhere = requestedTarget !== null && requestedTarget !== holder;
  if (elsewhere && MOVING.has(request.mode)) {
    const explanation = `A person asked for ${requestedTarget.instanceId}; the holder ${holder.instanceId} is healthy.`;
    return { kind: 'MOVE', reason: 'REQUESTED', explanation, target: requestedTarget };
  }
  refuseDoubtful(request, holder, times);
  const explanation = `${addresses(cluster)}: on ${holder.instanceId}, which is healthy.`;
  const repair = elsewhere ? undefined : missingElasticIpRow(situation, holder);
  return repair ?? { kind: 'NONE', reason: 'HOLDER_HEALTHY', explanation };
}

/** Modes in which a named target moves addresses off a healthy holder. */
const MOVING: ReadonlySet<Request['mode']> = new Set(['drill', 'failover']);

function refuseDoubtful({ saidDown, eventTime }: Request, { instanceId }: ClusterNode, times: Times): void {
  const doubtful =
    saidDown === instanceId &&
    times.now - Date.parse(eventTime ?? '') < FRESH_EVENT_MS &&
    times.now - times.executionStart < UNSETTLED_MS;
  if (!doubtful) return;
  throw new StateUnsettled(
    `An event of ${eventTime} says that ${instanceId} is not running; EC2 says that it is. Looking again.`,
  );
}

function missingElasticIpRow(
  situation: Situation,
  holder: ClusterNode,
  reason: Reason = 'ELASTIC_IP_MISSING',
): Row | undefined {
  const missing = missingElasticIps(situation);
  if (missing.length === 0) return undefined;
  const explanation = `The Elastic IP of ${missing.join(', ')} is not associated; the holder ${holder.instanceId} is healthy.`;
  return { kind: 'MOVE', reason, explanation, target: holder };
}

/**
 * All addresses are on a healthy node when an execution decides again. If this execution aimed at that node, the move may
 * be its own, so it walks on to the proof and the notice: a second notice is better than none. If not, another execution
 * moved them and tells it; a person whose target refused is told that.
 */
function laterPassRow(situation: Situation, holder: ClusterNode, { now }: Times): Row {
  const { request, cluster, before } = situation;
  const explanation = `${addresses(cluster)}: on ${holder.instanceId}, which is healthy, when this execution decided again.`;
  if (before.attempts.some(({ instanceId }) => instanceId === holder.instanceId)) {
    return {
      kind: 'MOVE',
      reason: before.reason ?? 'NO_HOLDER',
      explanation,
      target: holder,
    };
  }
  if (now < before.settledAt) {
    throw new StateUnsettled(`${explanation} EC2 may not show yet what this execution did. Looking again.`);
  }
  const refusal = before.attempts.find(({ instanceId, error }) => instanceId === request.target && REFUSALS.has(error));
  if (request.target !== null && refusal === undefined) return { kind: 'NONE', reason: 'OVERTAKEN', explanation };
  // What this execution began because its holder was unhealthy is still that failover.
  const failover = before.reason === 'HOLDER_UNHEALTHY' ? before.reason : undefined;
  const repair = missingElasticIpRow(situation, holder, failover);
  if (repair !== undefined) return repair;
  if (refusal === undefined) return { kind: 'NONE', reason: 'HOLDER_HEALTHY', explanation };
  throw new TargetRefused(`${refusal.instanceId} could not take the addresses (${refusal.error}). ${explanation}`);
}

/** Rows for addresses that need a new holder. */
function unhealthyRow(situation: Situation): Row {
  const { cluster, seen, reports, requestedTarget, candidates, before } = situation;
  const target = isLaterPass(before) ? candidates[0] : (requestedTarget ?? candidates[0]);
  if (target === undefined) return { kind: 'ERROR', reason: 'NoHealthyStandby', error: noStandby(situation) };
  const holders = new Set(cluster.virtualIps.flatMap(({ address }) => interfacesWith(seen, address)));
  const homeless = cluster.virtualIps.filter(({ address }) => interfacesWith(seen, address).length === 0);
  const sick = reports.find(
    ({ networkInterfaceId, problems }) => holders.has(networkInterfaceId) && problems.length > 0,
  );
  if (sick !== undefined) {
    const why = sick.problems.map(({ code, detail }) => `${code} (${detail})`).join(', ');
    return {
      kind: 'MOVE',
      reason: 'HOLDER_UNHEALTHY',
      explanation: `The holder ${sick.instanceId} is unhealthy: ${why}.`,
      target,
    };
  }
  if (homeless.length > 0) {
    const explanation = `Nobody holds ${homeless.map(({ address }) => address).join(', ')}.`;
    // What this execution itself took off an unhealthy holder is still that failover.
    const reason = before.reason === 'HOLDER_UNHEALTHY' ? before.reason : 'NO_HOLDER';
    return { kind: 'MOVE', reason, explanation, target };
  }
  return {
    kind: 'MOVE',
    reason: 'SPLIT',
    explanation: `${addresses(cluster)}: split over ${[...holders].join(', ')}.`,
    target,
  };
}

export function noStandby({ cluster, reports, seen, before, soleHolder }: Situation): NoHealthyStandby {
  const nodes = reports.map(({ instanceId, problems }, index) => {
    const node = cluster.nodes[index];
    const attempt = before.attempts.find((candidate) => candidate.instanceId === instanceId);
    const why = [
      ...problems.map(({ code, detail }) => `${code} (${detail})`),
      ...(node !== undefined && isExcluded(node, seen) ? ['EXCLUDED by its tag'] : []),
      ...(attempt === undefined ? [] : [attempt.error]),
      ...(instanceId === soleHolder?.instanceId && problems.length === 0 ? ['is the holder'] : []),
    ];
    return `${instanceId}: ${why.join(', ')}`;
  });
  return new NoHealthyStandby(
    `No node of cluster "${cluster.name}" can take ${addresses(cluster)}. ${nodes.join('; ')}. Repair a node; the next check moves the addresses to it.`,
  );
}
