import { ApiError } from '../../kernel/api';
import type { Clock } from '../../kernel/clock';
import type { Timeline } from '../../kernel/timeline';
import { addressToNumber, contains, parseBlock } from './cidr';
import type { ElasticIp, Instance, InstanceState, NetworkInterface, Subnet } from './records';
import { Table } from './table';

/** How long each transition takes, in milliseconds. `fade`: how long a terminated instance stays visible. */
export interface Transitions {
  readonly stopping: number;
  readonly pending: number;
  readonly shuttingDown: number;
  readonly initializing: number;
  readonly fade: number;
}

/** Short enough to watch. EC2 takes tens of seconds to stop, and minutes for the first status checks. */
export const DEFAULT_TRANSITIONS: Transitions = {
  stopping: 300,
  pending: 300,
  shuttingDown: 300,
  initializing: 1_000,
  fade: 3_600_000,
};

export interface WorldOptions {
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly accountId: string;
  readonly region: string;
  readonly transitions?: Partial<Transitions>;
  /** How far back reads may lag, in milliseconds; 0 (the default) keeps no history. */
  readonly history?: number;
}

export interface StateChange {
  readonly instanceId: string;
  readonly from: InstanceState;
  readonly to: InstanceState;
}

/** What a describe call reads: everything as it was at one time. */
export interface WorldView {
  instance(id: string): Instance | undefined;
  instances(): readonly Instance[];
  networkInterface(id: string): NetworkInterface | undefined;
  networkInterfaces(): readonly NetworkInterface[];
  elasticIp(allocationId: string): ElasticIp | undefined;
  elasticIps(): readonly ElasticIp[];
}

/**
 * The records of the VPC, and word of each change on the timeline. Subnets that overlap are in different VPCs, so an address
 * is looked up within its subnet.
 */
export class Vpc {
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  readonly subnets = new Map<string, Subnet>();
  private readonly timeline: Timeline;
  protected readonly instanceTable: Table<Instance>;
  protected readonly interfaceTable: Table<NetworkInterface>;
  protected readonly elasticIpTable: Table<ElasticIp>;
  /** `subnet/address` → the interface that has it, primary or secondary. */
  private readonly owners = new Map<string, string>();
  private readonly watched = new Set<string>();
  private readonly listeners = new Set<(change: StateChange) => void>();
  private times: Transitions;
  private created = 0;
  private built = false;

  constructor(options: WorldOptions) {
    this.clock = options.clock;
    this.timeline = options.timeline;
    this.accountId = options.accountId;
    this.region = options.region;
    this.times = { ...DEFAULT_TRANSITIONS, ...options.transitions };
    const now = () => this.clock.now();
    const keep = options.history ?? 0;
    this.instanceTable = new Table(now, keep);
    this.interfaceTable = new Table(now, keep);
    this.elasticIpTable = new Table(now, keep);
  }

  get transitions(): Transitions {
    return this.times;
  }

  /** From now on transitions take this long; one that is under way takes what it took when it began. */
  setTransitions(times: Partial<Transitions>): void {
    this.times = { ...this.times, ...times };
  }

  /** The cloud (cloud.ts) turns each change into an EventBridge event. */
  onStateChange(listener: (change: StateChange) => void): void {
    this.listeners.add(listener);
  }

  /** Changes of this address's holder are on the timeline. */
  watch(subnetId: string, address: string): void {
    this.watched.add(`${subnetId}/${address}`);
  }

  /** Building is over: from now on changes are on the timeline. */
  begin(): void {
    this.built = true;
  }

  isWatched(subnetId: string, address: string): boolean {
    return this.watched.has(`${subnetId}/${address}`);
  }

  /** @param at milliseconds since the epoch, at most `history` ago; now by default. */
  view(at = this.clock.now()): WorldView {
    return {
      instance: (id) => {
        const instance = this.instanceTable.getAt(id, at);
        return instance && this.isVisible(instance, at) ? instance : undefined;
      },
      instances: () => [...this.instanceTable.valuesAt(at)].filter((instance) => this.isVisible(instance, at)),
      networkInterface: (id) => this.interfaceTable.getAt(id, at),
      networkInterfaces: () => [...this.interfaceTable.valuesAt(at)],
      elasticIp: (id) => this.elasticIpTable.getAt(id, at),
      elasticIps: () => [...this.elasticIpTable.valuesAt(at)],
    };
  }

  /** A terminated instance is shown for a while. */
  private isVisible({ terminatedAt }: Instance, at: number): boolean {
    return terminatedAt === null || at < terminatedAt + this.transitions.fade;
  }

  /** @throws ApiError `InvalidInstanceID.NotFound` */
  instance(id: string): Instance {
    const instance = this.instanceTable.get(id);
    if (instance === undefined || !this.isVisible(instance, this.clock.now()))
      throw new ApiError('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    return instance;
  }

  /** @throws ApiError `InvalidNetworkInterfaceID.NotFound` */
  networkInterface(id: string): NetworkInterface {
    const found = this.interfaceTable.get(id);
    if (found === undefined)
      throw new ApiError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`);
    return found;
  }

  /** @throws ApiError `InvalidAllocationID.NotFound` */
  elasticIp(allocationId: string): ElasticIp {
    const found = this.elasticIpTable.get(allocationId);
    if (found === undefined)
      throw new ApiError('InvalidAllocationID.NotFound', `The allocation ID '${allocationId}' does not exist`);
    return found;
  }

  elasticIps(): readonly ElasticIp[] {
    return [...this.elasticIpTable.values()];
  }

  interfacesOf(instanceId: string): readonly NetworkInterface[] {
    return [...this.interfaceTable.values()].filter((each) => each.attachment?.instanceId === instanceId);
  }

  /** The interface that has the address, or null. Without a subnet: in the first subnet where one has it. */
  holderOf(address: string, subnetId?: string): string | null {
    const subnets = subnetId === undefined ? [...this.subnets.keys()] : [subnetId];
    for (const subnet of subnets) {
      const owner = this.owners.get(`${subnet}/${address}`);
      if (owner !== undefined) return owner;
    }
    return null;
  }

  /** Whether the address lies in a block that is delegated to an interface of the subnet. */
  inPrefix(address: string, subnetId: string): boolean {
    const number = addressToNumber(address);
    if (number === undefined) return false;
    return [...this.interfaceTable.values()].some(
      (each) => each.subnetId === subnetId && each.prefixes.some((prefix) => contains(parseBlock(prefix), number)),
    );
  }

  secondaryAddressesOf(networkInterfaceId: string): readonly string[] {
    return this.interfaceTable.get(networkInterfaceId)?.secondaryAddresses ?? [];
  }

  /** @throws ApiError `InvalidSubnetID.NotFound` */
  subnet(id: string): Subnet {
    const subnet = this.subnets.get(id);
    if (subnet === undefined) throw new ApiError('InvalidSubnetID.NotFound', `The subnet ID '${id}' does not exist`);
    return subnet;
  }

  /** Seventeen hexadecimal digits that count up: real looking, and the same in every run. */
  newId(prefix: string): string {
    this.created++;
    return `${prefix}-0${(0xc10d_0000_0000 + this.created).toString(16).padStart(16, '0')}`;
  }

  addInstance(instance: Instance): void {
    this.instanceTable.set(instance.id, instance);
  }

  /** Replaces an instance's record and tells everyone who listens where its state is another one. */
  replaceInstance(next: Instance): void {
    const from = this.instance(next.id).state;
    this.instanceTable.set(next.id, next);
    if (from === next.state) return;
    const change = { instanceId: next.id, from, to: next.state };
    this.timeline.add({ type: 'instance-state', ...change });
    for (const listener of this.listeners) listener(change);
  }

  /** Puts interfaces in the place of their old records (or adds them), deletes others, and reports watched addresses. */
  replaceInterfaces(next: readonly NetworkInterface[], deleted: readonly string[] = []): void {
    const gone = [...next.map((each) => each.id), ...deleted].flatMap((id) => this.interfaceTable.get(id) ?? []);
    const touched = new Set([...gone, ...next].flatMap(addressKeys));
    const before = new Map([...touched].map((key) => [key, this.owners.get(key) ?? null]));
    for (const key of gone.flatMap(addressKeys)) this.owners.delete(key);
    for (const id of deleted) this.interfaceTable.delete(id);
    for (const each of next) {
      this.interfaceTable.set(each.id, each);
      for (const key of addressKeys(each)) this.owners.set(key, each.id);
    }
    for (const [key, from] of before) {
      const to = this.owners.get(key) ?? null;
      if (this.built && from !== to && this.watched.has(key))
        this.timeline.add({ type: 'holder-changed', address: key.slice(key.indexOf('/') + 1), from, to });
    }
  }

  replaceElasticIp(next: ElasticIp): void {
    const before = this.elasticIpTable.get(next.allocationId);
    this.elasticIpTable.set(next.allocationId, next);
    const from = before?.association?.networkInterfaceId ?? null;
    const to = next.association?.networkInterfaceId ?? null;
    if (this.built && from !== to)
      this.timeline.add({ type: 'elastic-ip-changed', allocationId: next.allocationId, from, to });
  }
}

function addressKeys(networkInterface: NetworkInterface): string[] {
  return [networkInterface.primaryAddress, ...networkInterface.secondaryAddresses].map(
    (address) => `${networkInterface.subnetId}/${address}`,
  );
}
