import type { Node } from 'constructs';

/**
 * What one stack holds. The caps keep it inside quotas that AWS does not raise or that CDK cannot see: 500 resources a
 * template, 10,240 characters of inline policy a role, 2,048 characters an event pattern.
 */
export interface Limits {
  readonly clusters: number;
  readonly networkInterfaces: number;
  readonly resources: number;
}

export const DEFAULT_LIMITS: Limits = { clusters: 40, networkInterfaces: 120, resources: 500 };

/** An interface holds up to 64 IPv4 addresses on some instance types, one of which is primary (EC2 User Guide, IP addresses per network interface). */
export const MAX_VIRTUAL_IPS_PER_CLUSTER = 63;

/** Instance IDs and the alarms of all nodes stand in one event pattern each. */
export const MAX_NODES_PER_CLUSTER = 8;
export const MAX_ALARMS_PER_NODE = 5;

/** Keeps AssignIp's role inside one inline and ten managed policies. */
export const MAX_ELASTIC_IPS = 120;

/**
 * The caps for one construct. Context `vip-failover:maxClusters` raises the number of clusters (three nodes each) for
 * measurements on a simulated cloud; AWS would refuse such a stack.
 */
export function limitsFrom(node: Node): Limits {
  const clusters: unknown = node.tryGetContext('vip-failover:maxClusters');
  if (clusters === undefined) return DEFAULT_LIMITS;
  const count = Number(clusters);
  return { clusters: count, networkInterfaces: 3 * count, resources: Number.POSITIVE_INFINITY };
}
