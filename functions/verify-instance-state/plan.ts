import type { Cluster, ClusterNode, Holder } from '../shared/cluster';
import { toStateError } from '../shared/errors';
import {
  type Destination,
  isAsked,
  NOTHING_SAID,
  type NodeReport,
  type Plan,
  type Request,
  type Source,
} from '../shared/plan';
import { holdersOf, type Snapshot } from '../shared/snapshot';
import { STANDBY_TAG } from '../shared/tags';
import { type Before, FIRST_PASS, refusalOf } from './before';
import type { Decision } from './decide';
import { assess, type Facts } from './situation';
import { isExcluded } from './tags';

/** Writes the decision down with everything that the later states need, so that none of them has to ask again. */
export function makePlan(facts: Facts, decision: Decision): Plan {
  const { request, cluster, snapshot, before } = facts;
  const { destination, failure, ...decided } = decision;
  const { reports } = assess(facts);
  const holders = holdersOf(cluster, snapshot);
  return {
    ...decided,
    ...request,
    cluster,
    error: failure === null ? null : toError(failure, decision.explanation),
    destination: destination === null ? null : toDestination(destination, snapshot),
    sources: destination === null ? [] : sourcesOf(facts, reports, destination),
    holders,
    heldBefore: before.heldBefore ?? holders,
    nodes: reports.map((report) => ({ ...report, problems: [...report.problems, ...unfitness(report, facts)] })),
    lastResort: before.pass === 1 ? wantedOff(request, cluster, holders) : before.lastResort,
    ...carriedOn(before),
  };
}

/** The plan of an execution whose input is wrong, but is about a cluster: the failure notice says where its addresses are. */
export function invalidPlan(cluster: Cluster, message: string, mode: Request['mode'] | null): Plan {
  return {
    action: 'FAIL',
    why: 'INVALID_INPUT',
    explanation: message,
    error: toError('InvalidInput', message),
    notify: true,
    record: true,
    mode: mode ?? 'failover',
    trigger: 'request',
    ...NOTHING_SAID,
    cluster,
    rehearsed: null,
    destination: null,
    sources: [],
    holders: [],
    heldBefore: [],
    nodes: [],
    findings: [],
    lastResort: [],
    ...carriedOn(FIRST_PASS),
  };
}

function toError(name: string, message: string): Plan['error'] {
  return toStateError(Object.assign(new Error(message), { name }));
}

/** What a plan hands on from the passes before it. */
export function carriedOn({ pass, attempts, mayHaveChanged, mayBeHomeless, homelessSince, darkTimeBeforeMs }: Before) {
  return { pass, attempts, mayHaveChanged, mayBeHomeless, homelessSince, darkTimeBeforeMs };
}

/** What keeps a healthy node from being a standby. */
function unfitness({ instanceId }: NodeReport, { snapshot, before }: Facts): NodeReport['problems'] {
  const refusal = refusalOf(instanceId, before);
  return [
    ...(isExcluded(instanceId, snapshot) ? [{ code: 'EXCLUDED' as const, detail: `${STANDBY_TAG} = never` }] : []),
    ...(refusal === undefined ? [] : [{ code: 'REFUSED' as const, detail: `${refusal.error}: ${refusal.message}` }]),
  ];
}

function toDestination({ instanceId, networkInterfaceId }: ClusterNode, { instances }: Snapshot): Destination {
  return { instanceId, networkInterfaceId, instanceType: instances[instanceId]?.instanceType ?? 'unknown' };
}

/** Every interface but the destination's that has virtual IPs, with those it has. */
function sourcesOf({ snapshot }: Facts, reports: readonly NodeReport[], destination: ClusterNode): Source[] {
  const found = snapshot.addresses.filter(
    ({ networkInterfaceId, primary }) => networkInterfaceId !== destination.networkInterfaceId && !primary,
  );
  return [...new Set(found.map(({ networkInterfaceId }) => networkInterfaceId))].map((networkInterfaceId) => {
    const own = found.filter((seen) => seen.networkInterfaceId === networkInterfaceId);
    return {
      networkInterfaceId,
      instanceId: own[0]?.instanceId ?? null,
      addresses: own.map(({ address }) => address),
      healthy: reports.some(
        (report) => report.networkInterfaceId === networkInterfaceId && report.problems.length === 0,
      ),
    };
  });
}

/** In a drill, a failover by hand, a claim: the nodes that hold the addresses when it is asked, but for the target itself. */
function wantedOff(request: Request, { nodes }: Cluster, holders: readonly Holder[]): string[] {
  const { target } = request;
  if (!isAsked(request) || target === null) return [];
  const holding = new Set(holders.map(({ networkInterfaceId }) => networkInterfaceId));
  return nodes
    .filter(({ networkInterfaceId, instanceId }) => holding.has(networkInterfaceId) && instanceId !== target)
    .map(({ instanceId }) => instanceId);
}
