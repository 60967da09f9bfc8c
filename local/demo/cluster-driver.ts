import type { Cloud } from '../emulator/cloud';
import type { TimelineEvent } from '../emulator/kernel/timeline';
import type { Execution } from '../emulator/step-functions/state-machine';
import type { RegistryCluster } from '../emulator/template/registry';

type Node = RegistryCluster['nodes'][number];
type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;

/** One cluster on a cloud, in the words of the people who operate it. Scenarios and end-to-end tests are told with it. */
export class ClusterDriver {
  readonly active: Node;
  readonly standby: Node;

  constructor(
    readonly cloud: Cloud,
    readonly cluster: RegistryCluster = first(cloud.clusters, 'cluster'),
  ) {
    this.active = first(cluster.nodes, 'node');
    this.standby = first(cluster.nodes.slice(1), 'standby');
  }

  get nodes(): readonly Node[] {
    return this.cluster.nodes;
  }

  get addresses(): readonly string[] {
    return this.cluster.virtualIps.map(({ address }) => address);
  }

  stop(node: Node): void {
    this.cloud.world.stopInstance(node.instanceId);
  }

  start(node: Node): void {
    this.cloud.world.startInstance(node.instanceId);
  }

  terminate(node: Node): void {
    this.cloud.world.terminateInstance(node.instanceId);
  }

  drill(target: Node, by = 'operator'): Execution {
    return this.request({ mode: 'drill', target: target.instanceId, reason: 'quarterly drill', requestedBy: by });
  }

  rehearsal(): Execution {
    return this.request({ mode: 'rehearsal', requestedBy: 'operator' });
  }

  failover(target?: Node): Execution {
    const chosen = target === undefined ? {} : { target: target.instanceId };
    return this.request({ mode: 'failover', reason: 'the application hangs', requestedBy: 'operator', ...chosen });
  }

  /** The cluster software on the node says that it is active now, as guest/vip-claim sends it. */
  claim({ instanceId }: Node, reason = 'the cluster software made this node active'): void {
    this.cloud.putEvent({
      source: 'vip-failover',
      'detail-type': `Virtual IP Claim ${instanceId}`,
      resources: [],
      detail: { cluster: this.cluster.name, reason },
    });
  }

  /** What the schedule sends. */
  check(): Execution {
    return this.request({ mode: 'check' });
  }

  private request(request: Readonly<Record<string, string>>): Execution {
    return this.cloud.startExecution({ cluster: this.cluster.name, ...request });
  }

  /** Until nothing is under way any more. */
  settled(): Promise<void> {
    return this.cloud.idle();
  }

  /** Whether this node has all of the cluster's addresses. */
  holds(node: Node): boolean {
    return this.addresses.every((address) => this.holderOf(address) === node.networkInterfaceId);
  }

  /** The interface that has the address, or null. */
  holderOf(address: string): string | null {
    return this.cloud.world.holderOf(address, this.cluster.subnetId);
  }

  eventsOf<Type extends TimelineEvent['type']>(type: Type): readonly EventOf<Type>[] {
    return this.cloud.timeline.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The notices about this cluster, of one outcome or of all. */
  notices(outcome?: string): readonly EventOf<'notice'>[] {
    return this.eventsOf('notice').filter(
      ({ attributes }) =>
        attributes.cluster === this.cluster.name && (outcome === undefined || attributes.outcome === outcome),
    );
  }

  /** The messages of alarms that went up. */
  alarms(): readonly EventOf<'notice'>[] {
    return this.eventsOf('notice').filter(({ subject }) => subject.startsWith('ALARM: '));
  }

  /** How often a virtual IP of the cluster came to another holder. */
  get moves(): number {
    return this.eventsOf('holder-changed').filter(({ address, to }) => to !== null && this.addresses.includes(address))
      .length;
  }

  calls(action: string): readonly EventOf<'api-call'>[] {
    return this.eventsOf('api-call').filter((call) => call.action === action);
  }

  get failures(): readonly EventOf<'execution-failed'>[] {
    return this.eventsOf('execution-failed');
  }

  get successes(): readonly EventOf<'execution-succeeded'>[] {
    return this.eventsOf('execution-succeeded');
  }
}

function first<Item>(items: readonly Item[], what: string): Item {
  const [item] = items;
  if (item === undefined) throw new Error(`The template's registry has no ${what}`);
  return item;
}
