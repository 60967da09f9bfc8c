import type { Cluster, ClusterNode, NodeProblem } from '../shared/types';
import type { CheckStatus, Observation } from './observation';

/** A node with this tag set to `never` takes no addresses. */
export const STANDBY_TAG = 'vip-failover:standby';

/** While any node of the cluster has this tag, nothing moves by itself. Its value says why and until when. */
export const PAUSED_TAG = 'vip-failover:paused';

/**
 * What keeps a node from holding the addresses: nothing means healthy. Status checks that EC2 has not finished
 * (`initializing`, `insufficient-data`) are no problem here; they only rank the node lower.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html
 */
export function problemsOf(node: ClusterNode, cluster: Cluster, seen: Observation): NodeProblem[] {
  const instance = seen.instances[node.instanceId];
  if (instance === undefined) return [{ code: 'NOT_FOUND', detail: node.instanceId }];
  if (instance.state !== 'running') return [{ code: 'NOT_RUNNING', detail: instance.state }];
  const problems: NodeProblem[] = [];
  const impaired = (check: CheckStatus, code: NodeProblem['code']) => {
    if (check === 'impaired') problems.push({ code, detail: check });
  };
  impaired(instance.systemCheck, 'SYSTEM_CHECK_IMPAIRED');
  impaired(instance.instanceCheck, 'INSTANCE_CHECK_IMPAIRED');
  impaired(instance.ebsCheck, 'EBS_CHECK_IMPAIRED');
  const networkInterface = instance.interfaces.find(
    ({ networkInterfaceId }) => networkInterfaceId === node.networkInterfaceId,
  );
  if (!networkInterface?.attached) {
    problems.push({ code: 'INTERFACE_NOT_ATTACHED', detail: node.networkInterfaceId });
  } else if (networkInterface.subnetId !== cluster.subnetId) {
    problems.push({ code: 'WRONG_SUBNET', detail: networkInterface.subnetId });
  }
  for (const alarm of node.alarms ?? []) {
    if (seen.alarms.includes(alarm)) problems.push({ code: 'ALARM', detail: alarm });
  }
  return problems;
}

/** True when a tag keeps the node from being a target. It may go on holding what it has. */
export function isExcluded(node: Pick<ClusterNode, 'instanceId'>, seen: Observation): boolean {
  return seen.instances[node.instanceId]?.tags[STANDBY_TAG] === 'never';
}

/** True when all three status checks have finished well. Instance types without an EBS check report none. */
export function allChecksOk(node: ClusterNode, seen: Observation): boolean {
  const instance = seen.instances[node.instanceId];
  if (instance === undefined) return false;
  const { systemCheck, instanceCheck, ebsCheck } = instance;
  return (
    systemCheck === 'ok' &&
    instanceCheck === 'ok' &&
    (ebsCheck === 'ok' || ebsCheck === null || ebsCheck === 'not-applicable')
  );
}

/** The value of the pause tag on the first node that has it, or null. */
export function pausedBecause(cluster: Cluster, seen: Observation): string | null {
  for (const { instanceId } of cluster.nodes) {
    const value = seen.instances[instanceId]?.tags[PAUSED_TAG];
    if (value !== undefined) return value;
  }
  return null;
}
