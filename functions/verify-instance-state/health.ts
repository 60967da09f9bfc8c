import type { Cluster, ClusterNode } from '../shared/cluster';
import { addressesOf } from '../shared/cluster';
import type { NodeProblem } from '../shared/plan';
import { interfaceOf, interfacesWith, type Snapshot } from '../shared/snapshot';
import type { History } from './history';
import type { Signals } from './signals';

/**
 * What keeps a node from holding the addresses: nothing means healthy. Status checks that EC2 has not finished
 * (`initializing`, `insufficient-data`) are no problem here; they only rank the node lower.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html
 */
export function problemsOf(
  node: ClusterNode,
  cluster: Cluster,
  snapshot: Snapshot,
  signals: Signals,
  history: Pick<History, 'movedLately'> = { movedLately: null },
): NodeProblem[] {
  const instance = snapshot.instances[node.instanceId];
  if (instance === undefined) return [{ code: 'NOT_FOUND', detail: notFound(node, snapshot) }];
  if (instance.state !== 'running') return [{ code: 'NOT_RUNNING', detail: instance.state }];
  const problems: NodeProblem[] = [];
  const { system, instance: own, ebs } = signals.checks[node.instanceId] ?? {};
  if (system === 'impaired') problems.push({ code: 'SYSTEM_CHECK_IMPAIRED', detail: system });
  if (own === 'impaired') problems.push({ code: 'INSTANCE_CHECK_IMPAIRED', detail: own });
  if (ebs === 'impaired') problems.push({ code: 'EBS_CHECK_IMPAIRED', detail: ebs });
  const networkInterface = interfaceOf(node, snapshot);
  if (!networkInterface?.attached) {
    problems.push({ code: 'INTERFACE_NOT_ATTACHED', detail: node.networkInterfaceId });
  } else if (networkInterface.subnetId !== cluster.subnetId) {
    problems.push({ code: 'WRONG_SUBNET', detail: networkInterface.subnetId });
  }
  if (isApplicationDown(node, cluster, snapshot, signals, history)) {
    problems.push({ code: 'APPLICATION_CHECK_IMPAIRED', detail: 'impaired' });
  }
  for (const alarm of node.alarms ?? []) {
    if (signals.alarms[alarm]?.inAlarm) problems.push({ code: 'ALARM', detail: alarm });
  }
  return problems;
}

/**
 * The application check counts for the holder, and not before the application has had time to start there: after a move it
 * still says what was so before. Where nobody knows when the last move was, it does not count.
 */
function isApplicationDown(
  node: ClusterNode,
  cluster: Cluster,
  snapshot: Snapshot,
  { checks }: Signals,
  { movedLately }: Pick<History, 'movedLately'>,
): boolean {
  if (checks[node.instanceId]?.application !== 'impaired') return false;
  if (cluster.applicationCheckCountsFor === 'all') return true;
  const holds = addressesOf(cluster).some((address) =>
    interfacesWith(address, snapshot).includes(node.networkInterfaceId),
  );
  return holds && movedLately === false;
}

/** An instance that was replaced: its interface may be on another one, which the configuration should name. */
function notFound({ instanceId, networkInterfaceId }: ClusterNode, { addresses }: Snapshot): string {
  const other = addresses.find((seen) => seen.networkInterfaceId === networkInterfaceId)?.instanceId ?? null;
  return other === null || other === instanceId
    ? instanceId
    : `${instanceId}; ${networkInterfaceId} is attached to ${other}: name that instance in the configuration`;
}

/** True when all three status checks have finished well. Instance types without an EBS check report none. */
export function allChecksOk({ instanceId }: ClusterNode, { checks }: Signals): boolean {
  const { system, instance, ebs = null } = checks[instanceId] ?? {};
  return system === 'ok' && instance === 'ok' && (ebs === 'ok' || ebs === null || ebs === 'not-applicable');
}

/** When an alarm of the node went up or came down last, ms since the epoch; 0 where none did lately. */
export function lastAlarmChange({ alarms = [] }: ClusterNode, signals: Signals): number {
  return Math.max(0, ...alarms.map((name) => Date.parse(signals.alarms[name]?.since ?? '') || 0));
}
