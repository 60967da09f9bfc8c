import { addressesOf, type Cluster, type ClusterNode } from '../shared/cluster';
import type { NodeReport, Request } from '../shared/plan';
import { problemsAt } from '../shared/problems';
import { interfacesWith, type Snapshot } from '../shared/snapshot';
import { DECIDE_SETTLED_RETRIES } from '../shared/timing';
import { type Before, doubtsAbout, refusalOf } from './before';
import { allChecksOk, lastAlarmChange, problemsOf } from './health';
import type { History } from './history';
import type { Signals } from './signals';
import { isExcluded } from './tags';

/** All that a decision is made from. */
export interface Facts {
  readonly request: Request;
  readonly cluster: Cluster;
  readonly snapshot: Snapshot;
  readonly signals: Signals;
  readonly history: History;
  readonly before: Before;
  /** How often this state has looked already. */
  readonly retryCount: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The facts, and what the rules of the decision ask about. */
export interface Situation extends Facts {
  readonly firstPass: boolean;
  /** Reads surely show what this execution did. */
  readonly settled: boolean;
  readonly reports: readonly NodeReport[];
  readonly requestedTarget: ClusterNode | null;
  /** The one node that holds all addresses, or null. */
  readonly soleHolder: ClusterNode | null;
  readonly holderIsHealthy: boolean;
  /** Addresses that no interface has. */
  readonly homeless: readonly string[];
  /** Nodes that may take the addresses and do not hold all of them, best first. */
  readonly candidates: readonly ClusterNode[];
  /** The same without those whose alarms changed a moment ago. */
  readonly quietCandidates: readonly ClusterNode[];
}

export function assess(facts: Facts): Situation {
  const { request, cluster, snapshot, signals, history, before, retryCount } = facts;
  const reports = cluster.nodes.map((node) => ({
    instanceId: node.instanceId,
    networkInterfaceId: node.networkInterfaceId,
    // What this execution moved itself, its metrics do not say yet.
    problems: problemsOf(node, cluster, snapshot, signals, isTarget(node, before) ? { movedLately: true } : history),
  }));
  const soleHolder = cluster.nodes.find((node) => holdsAll(node, cluster, snapshot)) ?? null;
  const candidates = rank(facts, soleHolder, reports);
  return {
    ...facts,
    firstPass: before.pass === 1,
    settled: before.pass === 1 || retryCount >= DECIDE_SETTLED_RETRIES,
    reports,
    requestedTarget: cluster.nodes.find(({ instanceId }) => instanceId === request.target) ?? null,
    soleHolder,
    holderIsHealthy: soleHolder !== null && isHealthy(soleHolder.instanceId, reports),
    homeless: addressesOf(cluster).filter((address) => interfacesWith(address, snapshot).length === 0),
    candidates,
    quietCandidates: candidates.filter((node) => !isFlapping(node, facts)),
  };
}

/** An earlier pass of this execution aimed at the node. */
export function isTarget(node: ClusterNode | null, { attempts }: Before): boolean {
  return attempts.some(({ instanceId }) => instanceId === node?.instanceId);
}

function holdsAll({ networkInterfaceId }: ClusterNode, cluster: Cluster, snapshot: Snapshot): boolean {
  return addressesOf(cluster).every((address) => {
    const interfaces = interfacesWith(address, snapshot);
    return interfaces.length === 1 && interfaces[0] === networkInterfaceId;
  });
}

/** Array.prototype.sort is stable, so the configured order decides what the ranks leave open. */
function rank(facts: Facts, soleHolder: ClusterNode | null, reports: readonly NodeReport[]): ClusterNode[] {
  const { request, cluster, snapshot, signals, history, before } = facts;
  const wanted = request.target ?? history.claims.at(-1)?.instanceId;
  const ranks = (node: ClusterNode) => [
    before.lastResort.includes(node.instanceId) ? 1 : 0,
    doubtsAbout(node.instanceId, before).length,
    node.instanceId === wanted ? 0 : 1,
    allChecksOk(node, signals) ? 0 : 1,
    addressesOf(cluster).some((address) => interfacesWith(address, snapshot).includes(node.networkInterfaceId)) ? 0 : 1,
  ];
  return cluster.nodes
    .filter(
      (node) =>
        node !== soleHolder &&
        isHealthy(node.instanceId, reports) &&
        !isExcluded(node.instanceId, snapshot) &&
        refusalOf(node.instanceId, before) === undefined,
    )
    .map((node) => ({ node, ranks: ranks(node) }))
    .sort((a, b) => compare(a.ranks, b.ranks))
    .map(({ node }) => node);
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.reduce((order, value, index) => order || value - (b[index] ?? 0), 0);
}

function isFlapping(node: ClusterNode, { cluster: { dampingMinutes = 0 }, signals, now }: Facts): boolean {
  return now - lastAlarmChange(node, signals) < dampingMinutes * 60_000;
}

export function isHealthy(instanceId: string, reports: readonly NodeReport[]): boolean {
  return reports.some((report) => report.instanceId === instanceId && report.problems.length === 0);
}

const OF_THE_APPLICATION: ReadonlySet<string> = new Set(['ALARM', 'APPLICATION_CHECK_IMPAIRED']);

/** The holder's instance runs, EC2's own checks are good, and only an alarm of the user's or the application says otherwise. */
export function onlyAlarmed({ soleHolder, reports }: Situation): boolean {
  const problems = problemsAt(soleHolder?.instanceId, reports);
  return problems.length > 0 && problems.every(({ code }) => OF_THE_APPLICATION.has(code));
}

/** The application answers nowhere: to carry the addresses on and on helps nobody. */
export function isWandering({ soleHolder, reports, history }: Situation): boolean {
  const down = problemsAt(soleHolder?.instanceId, reports).some(({ code }) => code === 'APPLICATION_CHECK_IMPAIRED');
  return down && history.movesOfLastHour >= MOVES_OF_WANDERING;
}

/** There, and back: who finds the application down once more within the hour moves nothing. */
const MOVES_OF_WANDERING = 2;

/** Configured Elastic IPs that are not on their virtual IP; only asked where one node holds everything. */
export function missingElasticIps({ cluster, snapshot }: Situation): string[] {
  return cluster.virtualIps
    .filter(({ address, elasticIpAllocationId: wanted }) => {
      const found = snapshot.addresses.find((seen) => seen.address === address)?.elasticIpAllocationId;
      return wanted !== undefined && found !== wanted;
    })
    .map(({ address }) => address);
}

/** Somebody else moved an address since this execution first decided: it is neither where it was nor on nobody. */
export function movedByOthers({ before, cluster, snapshot }: Situation): boolean {
  return addressesOf(cluster).some((address) => {
    const first = before.heldBefore?.find((holder) => holder.address === address)?.networkInterfaceId;
    return interfacesWith(address, snapshot).some((networkInterfaceId) => networkInterfaceId !== first);
  });
}
