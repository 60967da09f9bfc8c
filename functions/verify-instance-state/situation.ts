import type { Attempt, Cluster, ClusterNode, NodeReport, Reason, Request } from '../shared/types';
import { allChecksOk, isExcluded, problemsOf } from './health';
import type { Observation } from './observation';

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

/** Errors of an attempt after which its target is not tried again in the same execution. */
export const REFUSALS = new Set(['TargetCannotHold', 'TargetLost']);

/** The facts that the rows of the decision table ask about. */
export interface Situation {
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

/** Draws the facts from what EC2 says and from what went before. */
export function assess(request: Request, seen: Observation, before: Before): Situation {
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

/** Elastic IPs of the configuration that are not on their virtual IP; only asked when one node holds everything. */
export function missingElasticIps({ cluster, seen }: Situation): string[] {
  return cluster.virtualIps
    .filter(({ address, elasticIpAllocationId: wanted }) => {
      if (wanted === undefined) return false;
      return seen.addresses.find((candidate) => candidate.address === address)?.elasticIpAllocationId !== wanted;
    })
    .map(({ address }) => address);
}

export function isLaterPass({ attempts }: Before): boolean {
  return attempts.length > 0;
}

export function healthy(instanceId: string, reports: readonly NodeReport[]): boolean {
  return reports.some((report) => report.instanceId === instanceId && report.problems.length === 0);
}

export function interfacesWith(seen: Observation, address: string): string[] {
  return seen.addresses
    .filter((candidate) => candidate.address === address)
    .map(({ networkInterfaceId }) => networkInterfaceId);
}

export function addresses({ virtualIps }: Cluster): string {
  return virtualIps.map(({ address }) => address).join(', ');
}
