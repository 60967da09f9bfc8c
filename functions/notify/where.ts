import { type Cluster, type Holder, nodeLabel } from '../shared/cluster';
import { contradictionIn } from '../shared/contradiction';
import type { NodeProblem, NodeReport, Plan } from '../shared/plan';
import { problemsAt } from '../shared/problems';
import { holdersOf, interfaceOf, type Snapshot } from '../shared/snapshot';
import type { NodeName, NodeNow, Status, Whereabouts } from './notice';

/** The addresses and the nodes as EC2 shows them now, or as it showed them when it was decided. */
export interface Seen {
  readonly where: readonly Whereabouts[];
  readonly nodes: readonly NodeNow[];
  /** Which two answers of EC2 contradict each other; null: none do. */
  readonly contradiction: string | null;
}

/** Problems that a look at instances and interfaces shows by itself. */
const VISIBLE: ReadonlySet<NodeProblem['code']> = new Set(['NOT_FOUND', 'NOT_RUNNING', 'INTERFACE_NOT_ATTACHED']);
const SICKNESS: ReadonlySet<NodeProblem['code']> = new Set([
  'SYSTEM_CHECK_IMPAIRED',
  'INSTANCE_CHECK_IMPAIRED',
  'EBS_CHECK_IMPAIRED',
  'APPLICATION_CHECK_IMPAIRED',
  'ALARM',
]);

export function nodeName(cluster: Cluster, instanceId: string): NodeName {
  const name = cluster.nodes.find((node) => node.instanceId === instanceId)?.name;
  return { short: name ?? instanceId, full: nodeLabel(cluster, instanceId) };
}

/** @param reports what the decision found wrong with the nodes: a look does not ask for checks and alarms */
export function seenNow(cluster: Cluster, snapshot: Snapshot, reports: readonly NodeReport[]): Seen {
  const nodes = cluster.nodes.map((node) => ({
    instanceId: node.instanceId,
    networkInterfaceId: node.networkInterfaceId,
    name: nodeName(cluster, node.instanceId),
    state: snapshot.instances[node.instanceId]?.state ?? null,
    attached: interfaceOf(node, snapshot)?.attached === true,
    problems: problemsAt(node.instanceId, reports).filter(({ code }) => !VISIBLE.has(code)),
  }));
  return {
    nodes,
    where: whereabouts(cluster, holdersOf(cluster, snapshot), nodes, isPrimary(snapshot)),
    contradiction: contradictionIn(cluster, snapshot),
  };
}

function isPrimary({ addresses }: Snapshot): (address: string) => boolean {
  return (address) => addresses.some((seen) => seen.primary && seen.address === address);
}

export function seenInPlan({ cluster, holders, nodes: reports }: Plan): Seen {
  const nodes = cluster.nodes.map(({ instanceId, networkInterfaceId }) => {
    const problems = problemsAt(instanceId, reports);
    const has = (code: NodeProblem['code']) => problems.find((problem) => problem.code === code);
    return {
      instanceId,
      networkInterfaceId,
      name: nodeName(cluster, instanceId),
      state: has('NOT_FOUND') ? null : (has('NOT_RUNNING')?.detail ?? 'running'),
      attached: !has('NOT_FOUND') && !has('INTERFACE_NOT_ATTACHED'),
      problems,
    };
  });
  return { nodes, where: whereabouts(cluster, holders, nodes, () => false), contradiction: null };
}

function whereabouts(
  cluster: Cluster,
  holders: Plan['holders'],
  nodes: readonly NodeNow[],
  isPrimaryAddress: (address: string) => boolean,
): Whereabouts[] {
  return holders.map((holder) => {
    const { address, networkInterfaceId, instanceId } = holder;
    const node = nodes.find((each) => each.networkInterfaceId === networkInterfaceId);
    // The node's interface, attached to an instance that is not the node's: a replacement that is not in the configuration.
    const isReplaced = node !== undefined && instanceId !== null && instanceId !== node.instanceId;
    return {
      ...holder,
      name: isReplaced ? nodeName(cluster, instanceId) : (node?.name ?? interfaceName(networkInterfaceId)),
      outside: networkInterfaceId !== null && (node === undefined || isReplaced),
      instanceState: isReplaced ? null : (node?.state ?? null),
      attached: !isReplaced && node?.attached === true,
      primary: isPrimaryAddress(address),
      missingElasticIp: missingElasticIp(cluster, holder),
      sickness: node?.problems.filter(({ code }) => SICKNESS.has(code)) ?? [],
    };
  });
}

function interfaceName(networkInterfaceId: string | null): NodeName | null {
  return networkInterfaceId === null ? null : { short: networkInterfaceId, full: networkInterfaceId };
}

/** @param saidDown instances that an event called down: that they run is no proof that they are well */
export function statusOf({ where, contradiction }: Seen, saidDown: readonly string[]): Status {
  // Absence in one answer is not death.
  if (contradiction !== null) return 'CHECK';
  if (where.some(({ outside, primary }) => outside || primary)) return 'CHECK';
  if (!where.every(isOnRunningNode)) return 'DOWN';
  const isSplit = new Set(where.map(({ networkInterfaceId }) => networkInterfaceId)).size > 1;
  const isSick = where.some(({ sickness, missingElasticIp }) => sickness.length > 0 || missingElasticIp !== null);
  if (isSplit || isSick) return 'DEGRADED';
  return where.some(({ instanceId }) => instanceId !== null && saidDown.includes(instanceId)) ? 'CHECK' : 'OK';
}

export function isOnRunningNode({ instanceState, attached }: Whereabouts): boolean {
  return instanceState === 'running' && attached;
}

function missingElasticIp({ virtualIps }: Cluster, { address, elasticIpAllocationId }: Holder): string | null {
  const configured = virtualIps.find((virtualIp) => virtualIp.address === address)?.elasticIpAllocationId ?? null;
  return configured === elasticIpAllocationId ? null : configured;
}
