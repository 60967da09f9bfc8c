import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  type Instance,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { call, wasThrottled } from './aws-clients';
import type { Cluster, ClusterNode, Holder } from './cluster';
import { TransientAwsError } from './errors';
import { REQUEST_MS } from './timing';

/** One virtual IP on one interface. */
export interface AddressSeen extends Holder {
  readonly networkInterfaceId: string;
  readonly primary: boolean;
  /** The attachment's status is `attached`, not on its way. */
  readonly attached: boolean;
}

export interface InterfaceSeen {
  readonly networkInterfaceId: string;
  readonly subnetId: string;
  readonly attached: boolean;
  /** Its private IPv4 addresses, the primary one included. */
  readonly addresses: readonly string[];
}

export interface InstanceSeen {
  /** As EC2 words it: "running", "stopped", … */
  readonly state: string;
  readonly instanceType: string;
  /** ISO 8601. */
  readonly launchTime: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly interfaces: readonly InterfaceSeen[];
}

/** What EC2 showed of one cluster at one moment: for the decision, the proof, the rehearsal and the failure notice alike. */
export interface Snapshot {
  /** By instance ID. An instance that has vanished is absent. */
  readonly instances: Readonly<Record<string, InstanceSeen>>;
  /** Every interface of the subnet that has a virtual IP, one entry an address. */
  readonly addresses: readonly AddressSeen[];
}

/**
 * Two calls, both by filter: what has vanished is absent from the answer, where naming it would fail the whole call,
 * and filtered calls draw on the larger throttling bucket. Without IncludeManagedResources EC2 hides interfaces that other
 * services manage, and they may hold an address.
 * @param inTurn one after the other, not at once: where EC2 was short of tokens for one of them a moment ago, those for the
 * other are not wasted (docs/performance.md, "Many at once")
 * @throws {TransientAwsError} and EC2's own errors
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/managed-resource-visibility.html
 */
export async function readSnapshot(ec2: EC2Client, cluster: Cluster, inTurn = false): Promise<Snapshot> {
  const addressesRead = readAddresses(ec2, cluster);
  if (inTurn) await addressesRead;
  const [instances, addresses] = await Promise.all([readInstances(ec2, cluster), addressesRead]);
  return {
    instances: Object.fromEntries(instances.map((instance) => [instance.InstanceId ?? '', toInstanceSeen(instance)])),
    addresses,
  };
}

/** Which interfaces of the cluster's subnet have its virtual IPs. @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html */
export async function readAddresses(ec2: EC2Client, { subnetId, virtualIps }: Cluster): Promise<AddressSeen[]> {
  const wanted = new Set(virtualIps.map(({ address }) => address));
  const interfaces = await allPages(async (NextToken) => {
    const page = await call(
      'DescribeNetworkInterfaces',
      ec2.send(
        new DescribeNetworkInterfacesCommand({
          Filters: [
            { Name: 'subnet-id', Values: [subnetId] },
            { Name: 'addresses.private-ip-address', Values: [...wanted] },
          ],
          IncludeManagedResources: true,
          NextToken,
        }),
      ),
    );
    return { items: page.NetworkInterfaces, next: page.NextToken };
  });
  return interfaces.flatMap(addressesOn).filter(({ address }) => wanted.has(address));
}

async function readInstances(ec2: EC2Client, { nodes }: Cluster): Promise<Instance[]> {
  const ids = nodes.map(({ instanceId }) => instanceId);
  const asked = Date.now();
  try {
    return await describeInstances(ec2, { Filters: [{ Name: 'instance-id', Values: ids }] });
  } catch (error) {
    // Where the first way took its time, the function has none left for another.
    const late = Date.now() - asked > REQUEST_MS;
    if (late || !(error instanceof TransientAwsError) || wasThrottled(error)) throw error;
    return await readByIds(ec2, ids, error);
  }
}

/**
 * While an Availability Zone of the Region is disrupted, a call that names no IDs may fail, and one that names those of other
 * zones works. An ID that is not known fails the whole call, so then each is asked for alone.
 * @param reason why asking by filter failed: what is thrown when this way fails too
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
async function readByIds(ec2: EC2Client, ids: readonly string[], reason: Error): Promise<Instance[]> {
  try {
    return await describeInstances(ec2, { InstanceIds: [...ids] });
  } catch (error) {
    if (!isNotFound(error)) throw reason;
  }
  const each = ids.map((id) =>
    describeInstances(ec2, { InstanceIds: [id] }).catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw reason;
    }),
  );
  return (await Promise.all(each)).flat();
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidInstanceID.NotFound';
}

function describeInstances(ec2: EC2Client, which: DescribeInstancesCommandInput): Promise<Instance[]> {
  return allPages(async (NextToken) => {
    const command = new DescribeInstancesCommand({ ...which, IncludeManagedResources: true, NextToken });
    const page = await call('DescribeInstances', ec2.send(command));
    return { items: page.Reservations?.flatMap(({ Instances = [] }) => Instances), next: page.NextToken };
  });
}

/** Every page of a describe call: an answer may be one of several even where no page size was asked for. */
export async function allPages<Item>(
  read: (token: string | undefined) => Promise<{ items: Item[] | undefined; next: string | undefined }>,
): Promise<Item[]> {
  const found: Item[] = [];
  let token: string | undefined;
  do {
    const { items = [], next } = await read(token);
    found.push(...items);
    token = next || undefined;
  } while (token !== undefined);
  return found;
}

function addressesOn({ NetworkInterfaceId, PrivateIpAddresses = [], Attachment }: NetworkInterface): AddressSeen[] {
  if (NetworkInterfaceId === undefined) return [];
  return PrivateIpAddresses.flatMap(({ PrivateIpAddress, Primary, Association }) =>
    PrivateIpAddress === undefined
      ? []
      : {
          address: PrivateIpAddress,
          networkInterfaceId: NetworkInterfaceId,
          instanceId: Attachment?.InstanceId ?? null,
          elasticIpAllocationId: Association?.AllocationId ?? null,
          primary: Primary === true,
          attached: Attachment?.Status === 'attached',
        },
  );
}

function toInstanceSeen({
  State,
  InstanceType,
  LaunchTime,
  Tags = [],
  NetworkInterfaces = [],
}: Instance): InstanceSeen {
  return {
    state: State?.Name ?? 'unknown',
    instanceType: InstanceType ?? 'unknown',
    launchTime: LaunchTime?.toISOString() ?? null,
    tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    interfaces: NetworkInterfaces.map(
      ({ NetworkInterfaceId = '', SubnetId = '', Attachment, PrivateIpAddresses = [] }) => ({
        networkInterfaceId: NetworkInterfaceId,
        subnetId: SubnetId,
        attached: Attachment?.Status === 'attached',
        addresses: PrivateIpAddresses.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []),
      }),
    ),
  };
}

/** The interface of the node as its instance shows it; undefined where the instance is gone or does not have it. */
export function interfaceOf(node: ClusterNode, { instances }: Snapshot): InterfaceSeen | undefined {
  return instances[node.instanceId]?.interfaces.find(
    ({ networkInterfaceId }) => networkInterfaceId === node.networkInterfaceId,
  );
}

/** True when the node's instance runs and its interface is attached to it. */
export function isReady(node: ClusterNode, snapshot: Snapshot): boolean {
  return snapshot.instances[node.instanceId]?.state === 'running' && interfaceOf(node, snapshot)?.attached === true;
}

/** The holder of each virtual IP of the cluster, in configured order; all null where nobody has it. */
export function holdersOf({ virtualIps }: Cluster, { addresses }: Pick<Snapshot, 'addresses'>): Holder[] {
  return virtualIps.map(({ address }) => {
    const on = addresses.find((candidate) => candidate.address === address);
    return {
      address,
      networkInterfaceId: on?.networkInterfaceId ?? null,
      instanceId: on?.instanceId ?? null,
      elasticIpAllocationId: on?.elasticIpAllocationId ?? null,
    };
  });
}

/** Interfaces that have the address: one where all is well. */
export function interfacesWith(address: string, { addresses }: Pick<Snapshot, 'addresses'>): string[] {
  return addresses
    .filter((candidate) => candidate.address === address)
    .map(({ networkInterfaceId }) => networkInterfaceId);
}
