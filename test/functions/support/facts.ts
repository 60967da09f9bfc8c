import type { Cluster, ClusterNode } from '../../../functions/shared/cluster';
import type { Request } from '../../../functions/shared/plan';
import type { AddressSeen, InstanceSeen, Snapshot } from '../../../functions/shared/snapshot';
import { FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { NO_HISTORY } from '../../../functions/verify-instance-state/history';
import type { AlarmSeen, ChecksSeen, Signals } from '../../../functions/verify-instance-state/signals';
import type { Facts } from '../../../functions/verify-instance-state/situation';
import { A, SUBNET } from '../notify/builders';

/** Half past twelve, UTC. */
export const NOW = Date.parse('2026-01-31T12:30:00.000Z');
export const OTHER_SUBNET = 'subnet-0000000000000000b';
export const D: ClusterNode = {
  instanceId: 'i-0000000000000000d',
  networkInterfaceId: 'eni-0000000000000000d',
  name: 'mail-4',
};

export function minutesAgo(minutes: number): string {
  return new Date(NOW - minutes * 60_000).toISOString();
}

/** A running instance with its interface attached, unless told otherwise. */
export function instance(of: ClusterNode, changes: Partial<InstanceSeen> = {}): InstanceSeen {
  return {
    state: 'running',
    instanceType: 't3.small',
    launchTime: '2026-01-01T00:00:00.000Z',
    tags: {},
    interfaces: [face(of)],
    ...changes,
  };
}

export function face(
  { networkInterfaceId }: ClusterNode,
  changes: Partial<InstanceSeen['interfaces'][number]> = {},
): InstanceSeen['interfaces'][number] {
  return { networkInterfaceId, subnetId: SUBNET, attached: true, addresses: [], ...changes };
}

export function stopped(of: ClusterNode): InstanceSeen {
  return instance(of, { state: 'stopped' });
}

export function tagged(of: ClusterNode, tag: string, value = ''): InstanceSeen {
  return instance(of, { tags: { [tag]: value } });
}

export const ALL_OK: ChecksSeen = { system: 'ok', instance: 'ok', ebs: 'ok', application: 'not-applicable' };

type On = { readonly networkInterfaceId: string; readonly instanceId: string | null } | null;

/** What is different from "all nodes run, all checks are ok, all VIPs are on the first node with their configured Elastic IPs". */
export interface World {
  /** By instance ID; null: EC2 does not show the instance. */
  readonly instances?: Readonly<Record<string, InstanceSeen | null>>;
  /** One holder for all VIPs, or one for each; null: nobody. */
  readonly holders?: On | readonly On[];
  readonly primary?: boolean;
  /** On each VIP. */
  readonly elasticIps?: readonly (string | null)[];
  /** What is not `ok`, by instance ID; null: EC2 says nothing of the instance. */
  readonly checks?: Readonly<Record<string, Partial<ChecksSeen> | null>>;
  /** Names of alarms that are in ALARM, or every alarm's state. */
  readonly alarms?: readonly string[] | Readonly<Record<string, AlarmSeen>>;
  /** Names of alarms that CloudWatch does not show. */
  readonly missingAlarms?: readonly string[];
}

function isList<Entry>(value: Entry | readonly Entry[]): value is readonly Entry[] {
  return Array.isArray(value);
}

function areNames(alarms: NonNullable<World['alarms']>): alarms is readonly string[] {
  return Array.isArray(alarms);
}

/** Both answers of EC2, which agree with each other. */
export function snapshotOf(of: Cluster, world: World = {}): Snapshot {
  const { holders = of.nodes[0] ?? null, instances = {}, primary = false, elasticIps } = world;
  const addresses = of.virtualIps.flatMap(({ address, elasticIpAllocationId = null }, index): AddressSeen[] => {
    const on = isList(holders) ? (holders[index] ?? null) : holders;
    if (on === null) return [];
    const elasticIp = elasticIps === undefined ? elasticIpAllocationId : (elasticIps[index] ?? null);
    const attached = on.instanceId !== null && instances[on.instanceId] !== null;
    const { networkInterfaceId, instanceId } = on;
    return [{ address, networkInterfaceId, instanceId, elasticIpAllocationId: elasticIp, primary, attached }];
  });
  const shown = of.nodes.flatMap((node) => {
    const found = node.instanceId in instances ? instances[node.instanceId] : instance(node);
    if (!found) return [];
    const interfaces = found.interfaces.map((each) => ({
      ...each,
      addresses: [
        ...each.addresses,
        ...addresses.filter((on) => on.networkInterfaceId === each.networkInterfaceId).map(({ address }) => address),
      ],
    }));
    return [[node.instanceId, { ...found, interfaces }] as const];
  });
  return { instances: Object.fromEntries(shown), addresses };
}

export function signalsOf({ instances }: Snapshot, world: World = {}): Signals {
  const { checks = {}, alarms = {}, missingAlarms = [] } = world;
  const running = Object.keys(instances).filter((id) => instances[id]?.state === 'running');
  const shown = running.filter((id) => checks[id] !== null);
  return {
    checks: Object.fromEntries(shown.map((id) => [id, { ...ALL_OK, ...checks[id] }])),
    missing: { checks: running.filter((id) => checks[id] === null), alarms: missingAlarms },
    alarms: areNames(alarms)
      ? Object.fromEntries(alarms.map((name) => [name, { inAlarm: true, since: minutesAgo(60) }]))
      : alarms,
    rises: null,
    notRead: [],
  };
}

/** What a decision is made from: the first look of a first pass, unless `changes` say otherwise. */
export function facts(request: Request, of: Cluster, world: World = {}, changes: Partial<Facts> = {}): Facts {
  const snapshot = snapshotOf(of, world);
  return {
    request,
    cluster: of,
    snapshot,
    signals: signalsOf(snapshot, world),
    history: NO_HISTORY,
    before: FIRST_PASS,
    retryCount: 0,
    now: NOW,
    ...changes,
  };
}

/** The event of the first node's stop: the first of its two. */
export function event(changes: Partial<Request> = {}): Request {
  return {
    mode: 'failover',
    trigger: 'event',
    target: null,
    reason: null,
    requestedBy: null,
    eventTime: new Date(NOW - 2_000).toISOString(),
    eventId: '6f1c1c7e-0000-4000-8000-000000000001',
    saidDown: [A.instanceId],
    eventDetail: 'stopping',
    ...changes,
  };
}

/** The event of a node that came up: it says of nobody that it is down. */
export const RUNNING = event({ saidDown: [], eventDetail: 'running' });

export function alarm(eventDetail: string, ...saidDown: readonly ClusterNode[]): Request {
  return event({ trigger: 'alarm', saidDown: saidDown.map(({ instanceId }) => instanceId), eventDetail });
}

/** The cluster software on the node says that it is active now. */
export function claim({ instanceId: target }: ClusterNode, changes: Partial<Request> = {}): Request {
  return event({
    trigger: 'claim',
    target,
    saidDown: [],
    eventDetail: null,
    eventTime: new Date(NOW - 1_000).toISOString(),
    ...changes,
  });
}

const NO_EVENT = { eventTime: null, eventId: null, saidDown: [], eventDetail: null };

export const CHECK: Request = event({ ...NO_EVENT, mode: 'check', trigger: 'schedule' });

export function byHand(mode: 'failover' | 'drill' | 'rehearsal', target?: ClusterNode): Request {
  return event({
    ...NO_EVENT,
    mode,
    trigger: 'request',
    target: target?.instanceId ?? null,
    requestedBy: 'alice',
    reason: 'mail hangs',
  });
}
