/** The registry: what the state machine's definition says of each cluster, so that nothing has to be fetched during a failover. */

/** A secondary private IPv4 address that moves. `elasticIpAllocationId` names the Elastic IP that belongs on it. */
export interface VirtualIp {
  readonly address: string;
  readonly elasticIpAllocationId?: string;
}

/** An instance and the network interface of it that may hold the virtual IPs. */
export interface ClusterNode {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  /** What people call it ("mail-1"). */
  readonly name?: string;
  /** Names of the user's CloudWatch alarms on it: while one is in ALARM, the node is unhealthy. */
  readonly alarms?: readonly string[];
}

/** `unassign-first` takes the address off an unhealthy holder before it is assigned; `atomic` lets EC2 reassign it in one call. */
export type Handover = 'unassign-first' | 'atomic';

/** One cluster, its nodes in order of preference. */
export interface Cluster {
  readonly name: string;
  readonly subnetId: string;
  readonly virtualIps: readonly VirtualIp[];
  readonly nodes: readonly ClusterNode[];
  readonly handover: Handover;
  /** Minutes that the preferred node must have been well again; absent where failback is left to people. */
  readonly failbackAfterMinutes?: number;
  /** Minutes that an alarm must have been quiet before its node takes the addresses from a node whose instance runs; absent: 0. */
  readonly dampingMinutes?: number;
  /** `all`: application status checks count for every node; absent: for the holder only, because elsewhere the application does not run. */
  readonly applicationCheckCountsFor?: 'all';
  /** The instance states whose events start the workflow; absent where `stopping` and `shutting-down` are among them. */
  readonly triggerStates?: readonly string[];
  /** How often the scheduled check comes; absent where it is switched off. */
  readonly checkIntervalMinutes?: number;
}

/** The holder of one virtual IP. All null: nobody holds it. */
export interface Holder {
  readonly address: string;
  readonly networkInterfaceId: string | null;
  readonly instanceId: string | null;
  /** The Elastic IP on the address, whoever put it there. */
  readonly elasticIpAllocationId: string | null;
}

export function addressesOf({ virtualIps }: Cluster): string[] {
  return virtualIps.map(({ address }) => address);
}

/** "mail-1 (i-0123…)", or the ID alone for a node without a name or an instance of no node. */
export function nodeLabel(cluster: Cluster, instanceId: string): string {
  const name = cluster.nodes.find((node) => node.instanceId === instanceId)?.name;
  return name === undefined ? instanceId : `${name} (${instanceId})`;
}
