import {
  HeldByStranger,
  NoHealthyStandby,
  PrimaryAddress,
  StateUnsettled,
  TargetRefused,
  TargetUnhealthy,
} from '../shared/errors';
import type { Attempt, Cluster, ClusterNode, Finding, NodeReport, Plan, Reason, Request } from '../shared/types';
import { allChecksOk, isExcluded, pausedBecause, problemsOf } from './health';
import type { Observation } from './observation';

/** How old an event may be to make a running holder doubtful, milliseconds. */
export const FRESH_EVENT_MS = 60_000;
/** How long after the execution's start a doubtful holder is looked at again, milliseconds. */
export const UNSETTLED_MS = 20_000;

/** What an earlier pass of the same execution left; `FIRST_PASS` where there is none. */
export interface Before {
  readonly attempts: readonly Attempt[];
  /** Instances that a person wanted the addresses off. */
  readonly lastResort: readonly string[];
  /** Why the pass before moved. */
  readonly reason: Reason | null;
  /** From when on a read surely shows what the pass before wrote, milliseconds since the epoch. */
  readonly settledAt: number;
}
export const FIRST_PASS: Before = { attempts: [], lastResort: [], reason: null, settledAt: 0 };

/** Times in milliseconds since the epoch. */
export interface Times {
  readonly now: number;
  readonly executionStart: number;
}

/** The decision: what is done, why, and with which target. */
export type Decision = Pick<Plan, 'action' | 'reason' | 'explanation' | 'notify' | 'rehearsed' | 'findings'> & {
  readonly target: ClusterNode | null;
};

/** One row of the decision table: what a real run would do. `error` rows stop it. */
type Row =
  | { readonly kind: 'MOVE'; readonly reason: Reason; readonly explanation: string; readonly target: ClusterNode }
  | { readonly kind: 'NONE'; readonly reason: Reason; readonly explanation: string }
  | { readonly kind: 'ERROR'; readonly reason: Extract<Reason, Finding['code']>; readonly error: Error };

/**
 * Decides what to do about one cluster, from what EC2 says now. The rows of the table are read from the top; the first
 * that fits decides. A rehearsal, and a check that finds nothing to repair, report their row and change nothing.
 *
 * @throws {PrimaryAddress | HeldByStranger | TargetUnhealthy | NoHealthyStandby} nothing can be done, for a person to repair
 * @throws {StateUnsettled} a fresh event contradicts EC2: look again
 * @throws {TargetRefused} the person's target could not take the addresses, which are safe on a healthy node
 */
export function decide(request: Request, seen: Observation, times: Times, before: Before = FIRST_PASS): Decision {
  const situation = assess(request, seen, request.mode === 'rehearsal' ? FIRST_PASS : before);
  const paused = pausedBecause(request.cluster, seen);
  const byItself = request.trigger !== 'request' && !isLaterPass(before);
  if (paused !== null && byItself && request.mode === 'failover') {
    return nothing('PAUSED', `A node is tagged as paused: ${paused || '(no reason given)'}.`, false);
  }
  if (request.mode === 'rehearsal') return rehearse(situation, readTable(situation, times), true);
  if (request.mode !== 'check') return carryOut(readTable(situation, times), request);
  if (paused !== null && byItself) return rehearse(situation, readTable(situation, times), false);
  return check(situation, times);
}

function check(situation: Situation, times: Times): Decision {
  const { request } = situation;
  const row = readTable(situation, times);
  if (row.kind !== 'NONE' || isLaterPass(situation.before)) return carryOut(row, request);
  const preferred = failbackTarget(situation, times.now);
  if (preferred === null) return rehearse(situation, row, false);
  return move('FAILBACK', `The preferred node ${preferred.instanceId} is healthy again for long enough.`, preferred);
}

function carryOut(row: Row, request: Request): Decision {
  if (row.kind === 'ERROR') throw row.error;
  if (row.kind === 'MOVE') return move(row.reason, row.explanation, row.target);
  return nothing(row.reason, row.explanation, request.trigger === 'request');
}

function move(reason: Reason, explanation: string, target: ClusterNode): Decision {
  return { action: 'MOVE', reason, explanation, notify: true, rehearsed: null, findings: [], target };
}

function nothing(reason: Reason, explanation: string, notify: boolean): Decision {
  return { action: 'NONE', reason, explanation, notify, rehearsed: null, findings: [], target: null };
}

/** Walks the states with the node that a real run would take; on a healthy holder, the one that would follow it. */
function rehearse(situation: Situation, row: Row, notify: boolean): Decision {
  const target = row.kind === 'MOVE' ? row.target : (situation.requestedTarget ?? situation.candidates[0] ?? null);
  const findings: Finding[] = [];
  if (row.kind === 'ERROR') findings.push({ severity: 'problem', code: row.reason, detail: row.error.message });
  else if (target === null) {
    findings.push({ severity: 'problem', code: 'NoHealthyStandby', detail: noStandby(situation).message });
  }
  const explanation = row.kind === 'ERROR' ? row.error.message : row.explanation;
  return { action: 'REHEARSE', reason: row.reason, explanation, notify, rehearsed: row.kind, findings, target };
}

/** The facts that the rows ask about. */
interface Situation {
  readonly request: Request;
  readonly cluster: Cluster;
  readonly seen: Observation;
  readonly before: Before;
  readonly reports: readonly NodeReport[];
  readonly requestedTarget: ClusterNode | null;
  /** Nodes that may take the addresses and do not hold all of them, best first. */
  readonly candidates: readonly ClusterNode[];
  /** The one node that holds all addresses, or null. */
  readonly soleHolder: ClusterNode | null;
}

/** The nodes with their problems, in configured order. */
export function reportNodes(cluster: Cluster, seen: Observation): NodeReport[] {
  return cluster.nodes.map((node) => ({
    instanceId: node.instanceId,
    networkInterfaceId: node.networkInterfaceId,
    problems: problemsOf(node, cluster, seen),
  }));
}

function assess(request: Request, seen: Observation, before: Before): Situation {
  const { cluster } = request;
  const reports = reportNodes(cluster, seen);
  const holds = (node: ClusterNode) =>
    cluster.virtualIps.filter(({ address }) => interfacesWith(seen, address).includes(node.networkInterfaceId)).length;
  const soleHolder =
    cluster.nodes.find((node) =>
      cluster.virtualIps.every(({ address }) => {
        const interfaces = interfacesWith(seen, address);
        return interfaces.length === 1 && interfaces[0] === node.networkInterfaceId;
      }),
    ) ?? null;
  const refused = new Set(
    before.attempts.filter(({ error }) => REFUSALS.has(error)).map(({ instanceId }) => instanceId),
  );
  const eligible = cluster.nodes.filter(
    (node) =>
      node !== soleHolder &&
      !refused.has(node.instanceId) &&
      !isExcluded(node, seen) &&
      healthy(node.instanceId, reports),
  );
  // Array.prototype.sort is stable, so the configured order decides what the ranks leave open.
  const rank = (node: ClusterNode) =>
    (before.lastResort.includes(node.instanceId) ? 8 : 0) +
    (node.instanceId === request.target ? 0 : 4) +
    (allChecksOk(node, seen) ? 0 : 2) +
    (holds(node) > 0 ? 0 : 1);
  const candidates = [...eligible].sort((a, b) => rank(a) - rank(b));
  const requestedTarget = cluster.nodes.find(({ instanceId }) => instanceId === request.target) ?? null;
  return { request, cluster, seen, before, reports, requestedTarget, candidates, soleHolder };
}

/** Errors of an attempt after which its target is not tried again in the same execution. */
export const REFUSALS = new Set(['TargetCannotHold', 'TargetLost']);

function readTable(situation: Situation, times: Times): Row {
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

function missingElasticIpRow(situation: Situation, holder: ClusterNode): Row | undefined {
  const missing = missingElasticIps(situation);
  if (missing.length === 0) return undefined;
  const explanation = `The Elastic IP of ${missing.join(', ')} is not associated; the holder ${holder.instanceId} is healthy.`;
  return { kind: 'MOVE', reason: 'ELASTIC_IP_MISSING', explanation, target: holder };
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
  const repair = missingElasticIpRow(situation, holder);
  if (repair !== undefined) return repair;
  const refusal = before.attempts.find(({ instanceId, error }) => instanceId === request.target && REFUSALS.has(error));
  if (refusal === undefined) {
    return { kind: 'NONE', reason: request.target === null ? 'HOLDER_HEALTHY' : 'OVERTAKEN', explanation };
  }
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

function noStandby({ cluster, reports, seen, before, soleHolder }: Situation): NoHealthyStandby {
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

/** Elastic IPs of the configuration that are not on their virtual IP; only asked when one node holds everything. */
function missingElasticIps({ cluster, seen }: Situation): string[] {
  return cluster.virtualIps
    .filter(({ address, elasticIpAllocationId: wanted }) => {
      if (wanted === undefined) return false;
      return seen.addresses.find((candidate) => candidate.address === address)?.elasticIpAllocationId !== wanted;
    })
    .map(({ address }) => address);
}

/**
 * The node that an automatic failback would move to now, or null. EC2 remembers only when an instance was launched, and
 * nothing else is kept, so a failback comes with the first check of an hour at most.
 */
function failbackTarget({ cluster, seen, soleHolder, candidates }: Situation, now: number): ClusterNode | null {
  const { failbackAfterMinutes, checkIntervalMinutes } = cluster;
  const preferred = cluster.nodes[0];
  if (failbackAfterMinutes === undefined || checkIntervalMinutes === undefined) return null;
  if (
    preferred === undefined ||
    preferred === soleHolder ||
    !candidates.includes(preferred) ||
    !allChecksOk(preferred, seen)
  )
    return null;
  if (new Date(now).getUTCMinutes() >= checkIntervalMinutes) return null;
  const launched = Date.parse(seen.instances[preferred.instanceId]?.launchTime ?? '');
  return now - launched >= failbackAfterMinutes * 60_000 ? preferred : null;
}

function isLaterPass({ attempts }: Before): boolean {
  return attempts.length > 0;
}

function healthy(instanceId: string, reports: readonly NodeReport[]): boolean {
  return reports.some((report) => report.instanceId === instanceId && report.problems.length === 0);
}

function interfacesWith(seen: Observation, address: string): string[] {
  return seen.addresses
    .filter((candidate) => candidate.address === address)
    .map(({ networkInterfaceId }) => networkInterfaceId);
}

function addresses({ virtualIps }: Cluster): string {
  return virtualIps.map(({ address }) => address).join(', ');
}
