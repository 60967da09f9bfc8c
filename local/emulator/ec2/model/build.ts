import type { Clock } from '../../kernel/clock';
import type { Timeline } from '../../kernel/timeline';
import type { RegistryCluster } from '../../template/registry';
import { addressToNumber, blockFor, contains, isReservedByEc2, numberToAddress, parseBlock } from './cidr';
import { limitsOf, typeThatHolds } from './instance-types';
import { NO_APPLICATION } from './lifecycle';
import type { Subnet } from './records';
import { type Transitions, World } from './world';

/** How a scenario wants one node, by its instance ID. */
export interface NodeOptions {
  readonly instanceType?: string;
  /** 0 (the default): the node's interface is the instance's primary one. Else the instance gets another primary one. */
  readonly deviceIndex?: number;
  /** Whether the interface dies with the instance; EC2's default is true for index 0 and false for others. */
  readonly deleteOnTermination?: boolean;
  readonly interface?: InterfaceOptions;
}

/** What may differ between interfaces, beside addresses. */
export interface InterfaceOptions {
  /** An AWS service manages it, so EC2 leaves it out of lists; a text is the service's principal. Default false. */
  readonly managed?: boolean | string;
  /** IDs of security groups; by default the one group of the whole local cloud. */
  readonly groups?: readonly string[];
  /** Default true, as in EC2. */
  readonly sourceDestCheck?: boolean;
  /** Delegated /28 blocks; each takes a slot. */
  readonly prefixes?: readonly string[];
}

/** The one security group that interfaces have unless they say otherwise. */
export const DEFAULT_GROUP = 'sg-0c10d000000000001';
const SOME_SERVICE = 'ec2.amazonaws.com';

export interface BuildOptions {
  readonly transitions?: Partial<Transitions>;
  readonly history?: number;
  readonly nodes?: Readonly<Record<string, NodeOptions>>;
  /** An explicit CIDR reservation for each virtual IP; true by default. */
  readonly reservations?: boolean;
}

/** Everything is older than any failback delay that a scenario may want to wait for, milliseconds. */
export const LAUNCHED_BEFORE = 30 * 24 * 3_600_000;

/**
 * The world that a registry describes, all well: nodes running, virtual IPs and their Elastic IPs on each cluster's
 * first node.
 */
export function buildWorld(parts: {
  readonly clusters: readonly RegistryCluster[];
  /** Instances with an application status check. Their applications answer. */
  readonly checked?: ReadonlySet<string>;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly accountId: string;
  readonly region: string;
  readonly options?: BuildOptions;
}): World {
  const { clusters, checked = new Set(), options = {}, ...rest } = parts;
  const world = new World({
    ...rest,
    ...(options.transitions && { transitions: options.transitions }),
    ...(options.history !== undefined && { history: options.history }),
  });
  for (const subnetId of new Set(clusters.map((cluster) => cluster.subnetId)))
    addSubnet(
      world,
      subnetId,
      clusters.filter((cluster) => cluster.subnetId === subnetId),
      options.reservations ?? true,
    );
  for (const cluster of clusters) addCluster(world, cluster, options.nodes ?? {});
  for (const instanceId of checked) world.setApplicationStatus(instanceId, 'ok');
  world.begin();
  return world;
}

function addSubnet(world: World, id: string, clusters: readonly RegistryCluster[], reserve: boolean): void {
  const addresses = clusters.flatMap((cluster) => cluster.virtualIps.map((virtualIp) => virtualIp.address));
  const subnet: Subnet = {
    id,
    vpcId: world.newId('vpc'),
    cidr: blockFor(addresses),
    reservations: reserve ? addresses.map((address) => ({ id: world.newId('scr'), cidr: `${address}/32` })) : [],
    tags: {},
  };
  world.subnets.set(id, subnet);
  for (const address of addresses) world.watch(id, address);
}

function addCluster(world: World, cluster: RegistryCluster, nodeOptions: Readonly<Record<string, NodeOptions>>): void {
  const launchTime = world.clock.now() - LAUNCHED_BEFORE;
  const addresses = cluster.virtualIps.map((virtualIp) => virtualIp.address);
  cluster.nodes.forEach((node, index) => {
    const options = nodeOptions[node.instanceId] ?? {};
    const type = options.instanceType ?? typeThatHolds(addresses.length);
    if (limitsOf(type) === undefined) throw new Error(`The local cloud does not know the instance type ${type}.`);
    world.addInstance({
      id: node.instanceId,
      type,
      subnetId: cluster.subnetId,
      state: 'running',
      launchTime,
      terminatedAt: null,
      checks: { system: 'ok', instance: 'ok', ebs: 'ok' },
      application: NO_APPLICATION,
      managedBy: null,
      tags: { Name: `${cluster.name}-${index + 1}` },
    });
    const deviceIndex = options.deviceIndex ?? 0;
    if (deviceIndex > 0) addInterface(world, cluster.subnetId, world.newId('eni'), node.instanceId, 0, true, []);
    const deleteOnTermination = options.deleteOnTermination ?? deviceIndex === 0;
    const held = index === 0 ? addresses : [];
    addInterface(
      world,
      cluster.subnetId,
      node.networkInterfaceId,
      node.instanceId,
      deviceIndex,
      deleteOnTermination,
      held,
      options.interface,
    );
  });
  const first = cluster.nodes[0];
  for (const { address, elasticIpAllocationId } of cluster.virtualIps) {
    if (elasticIpAllocationId === undefined || first === undefined) continue;
    addElasticIp(world, elasticIpAllocationId, {
      networkInterfaceId: first.networkInterfaceId,
      privateAddress: address,
    });
  }
}

/** Adds an interface with the next free primary address; `addresses` become its secondary ones. Scenarios add strangers with it. */
export function addInterface(
  world: World,
  subnetId: string,
  id: string,
  instanceId: string | null,
  deviceIndex: number,
  deleteOnTermination: boolean,
  addresses: readonly string[],
  { managed = false, groups = [DEFAULT_GROUP], sourceDestCheck = true, prefixes = [] }: InterfaceOptions = {},
): void {
  const primaryAddress = freeAddress(world, subnetId);
  const octets = (addressToNumber(primaryAddress) ?? 0).toString(16).padStart(8, '0').match(/../g) ?? [];
  const attachment =
    instanceId === null
      ? null
      : {
          id: world.newId('eni-attach'),
          instanceId,
          deviceIndex,
          deleteOnTermination,
          attachTime: world.clock.now() - LAUNCHED_BEFORE,
        };
  world.replaceInterfaces([
    {
      id,
      subnetId,
      macAddress: ['02', '00', ...octets].join(':'),
      primaryAddress,
      secondaryAddresses: addresses,
      prefixes,
      groups,
      sourceDestCheck,
      attachment,
      managedBy: managed === true ? SOME_SERVICE : managed || null,
      tags: {},
    },
  ]);
}

/** Adds an Elastic IP, associated or free. Its public address is from a range that is reserved for documentation. */
export function addElasticIp(
  world: World,
  allocationId: string,
  on: { readonly networkInterfaceId: string; readonly privateAddress: string } | null,
): void {
  const number = (addressToNumber('203.0.113.1') ?? 0) + world.elasticIps().length;
  const association = on && { id: world.newId('eipassoc'), ...on };
  world.replaceElasticIp({ allocationId, publicIp: numberToAddress(number), association, tags: {} });
}

/** Neither EC2's own, nor reserved, nor taken, nor a virtual IP that happens to have no holder. */
function freeAddress(world: World, subnetId: string): string {
  const subnet = world.subnet(subnetId);
  const block = parseBlock(subnet.cidr);
  const reservations = subnet.reservations.map((reservation) => parseBlock(reservation.cidr));
  for (let number = block.first + 10; number <= block.last; number++) {
    const address = numberToAddress(number);
    const taken =
      isReservedByEc2(block, number) ||
      reservations.some((reservation) => contains(reservation, number)) ||
      world.isWatched(subnetId, address) ||
      world.inPrefix(address, subnetId) ||
      world.holderOf(address, subnetId) !== null;
    if (!taken) return address;
  }
  throw new Error(`Subnet ${subnetId} (${subnet.cidr}) has no free address left.`);
}
