import type { Cluster, ClusterNode, Request, VirtualIp } from '../../../functions/shared/types';
import type { InstanceSeen, Observation } from '../../../functions/verify-instance-state/observation';

export const SUBNET = 'subnet-0000000000000000a';
export const OTHER_SUBNET = 'subnet-0000000000000000b';
export const ELASTIC_IP = 'eipalloc-00000000000000001';
/** 12:30 UTC: not the first check of an hour. */
export const NOW = Date.parse('2026-01-31T12:30:00.000Z');
export const STRANGER = { networkInterfaceId: 'eni-0000000000000ffff', instanceId: 'i-0000000000000ffff' };

/** The node with a letter: `node('b')` is i-…b with eni-…b. */
export function node(letter: string): ClusterNode {
  return { instanceId: `i-0000000000000000${letter}`, networkInterfaceId: `eni-0000000000000000${letter}` };
}

const A = node('a');
const B = node('b');
const C = node('c');
const D = node('d');

export { A, B, C, D };

export function vips(count: number): VirtualIp[] {
  return Array.from({ length: count }, (_, index) => ({ address: `10.0.0.${5 + index}` }));
}

/** Two nodes a and b and one VIP 10.0.0.5, unless told otherwise. */
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

/** A running instance with its interface attached and all checks ok, unless told otherwise. */
export function instance(of: ClusterNode, changes: Partial<InstanceSeen> = {}): InstanceSeen {
  return {
    state: 'running',
    systemCheck: 'ok',
    instanceCheck: 'ok',
    ebsCheck: 'ok',
    instanceType: 't3.small',
    launchTime: '2026-01-01T00:00:00.000Z',
    tags: {},
    interfaces: [{ networkInterfaceId: of.networkInterfaceId, subnetId: SUBNET, attached: true, addressCount: 1 }],
    ...changes,
  };
}

export function stopped(of: ClusterNode): InstanceSeen {
  return instance(of, { state: 'stopped', systemCheck: null, instanceCheck: null, ebsCheck: null });
}

/** What is different from "all nodes healthy, all VIPs on the first node with their configured Elastic IPs". */
export interface World {
  /** By instance ID; null: EC2 does not know the instance. */
  readonly instances?: Readonly<Record<string, InstanceSeen | null>>;
  /** One holder for all VIPs, or one for each; null: nobody. */
  readonly holders?: Holding | readonly Holding[];
  readonly primary?: boolean;
  readonly elasticIps?: readonly (string | null)[];
  readonly alarms?: readonly string[];
}
type Holding = { readonly networkInterfaceId: string; readonly instanceId: string | null } | null;

function isList(holders: Holding | readonly Holding[]): holders is readonly Holding[] {
  return Array.isArray(holders);
}

export function seen(of: Cluster, world: World = {}): Observation {
  const { holders = of.nodes[0] ?? null, instances = {}, primary = false, elasticIps, alarms = [] } = world;
  return {
    instances: Object.fromEntries(
      of.nodes.flatMap((each) => {
        const found = each.instanceId in instances ? instances[each.instanceId] : instance(each);
        return found ? [[each.instanceId, found]] : [];
      }),
    ),
    addresses: of.virtualIps.flatMap(({ address, elasticIpAllocationId }, index) => {
      const holder = isList(holders) ? (holders[index] ?? null) : holders;
      if (holder === null) return [];
      const { networkInterfaceId, instanceId } = holder;
      const elasticIp = elasticIps === undefined ? (elasticIpAllocationId ?? null) : (elasticIps[index] ?? null);
      return [{ address, networkInterfaceId, instanceId, elasticIpAllocationId: elasticIp, primary }];
    }),
    alarms,
  };
}

export function event(of: Cluster, changes: Partial<Request> = {}): Request {
  return {
    cluster: of,
    mode: 'failover',
    trigger: 'event',
    target: null,
    reason: null,
    requestedBy: null,
    eventTime: new Date(NOW - 2_000).toISOString(),
    saidDown: A.instanceId,
    ...changes,
  };
}

export function alarm(of: Cluster): Request {
  return event(of, { trigger: 'alarm', saidDown: null });
}

export function check(of: Cluster): Request {
  return event(of, { mode: 'check', trigger: 'schedule', saidDown: null, eventTime: null });
}

export function byHand(of: Cluster, mode: 'failover' | 'drill' | 'rehearsal', target?: ClusterNode): Request {
  return event(of, {
    mode,
    trigger: 'request',
    target: target?.instanceId ?? null,
    saidDown: null,
    eventTime: null,
    requestedBy: 'alice',
    reason: 'mail hangs',
  });
}
