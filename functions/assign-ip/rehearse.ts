import {
  DescribeAddressesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  type EC2Client,
  type NetworkInterface,
} from '@aws-sdk/client-ec2';
import { call } from '../shared/aws-clients';
import { addressesOf, type Cluster, nodeLabel } from '../shared/cluster';
import type { AssignIpOutput } from '../shared/contract';
import { StateUnsettled } from '../shared/errors';
import { orNotRead } from '../shared/findings';
import type { Finding, Plan } from '../shared/plan';
import { allPages } from '../shared/snapshot';

/** Assigns nothing. Finds what would stop the real assignment, and what would keep the service from answering after it. */
export async function rehearseAssign(reader: EC2Client, plan: Plan, retryCount: number): Promise<AssignIpOutput> {
  const findings = await Promise.all([
    orNotRead(aboutInterfaces(reader, plan), retryCount),
    orNotRead(aboutElasticIps(reader, plan.cluster, retryCount), retryCount),
  ]);
  return { assigned: [], assignedAt: null, certain: true, reassociated: [], refusals: [], findings: findings.flat() };
}

async function aboutInterfaces(reader: EC2Client, plan: Plan): Promise<Finding[]> {
  const interfaces = await readInterfaces(reader, plan.cluster);
  return [
    ...(await lackOfRoom(reader, plan, interfaces)),
    ...replaced(plan.cluster, interfaces),
    ...differences(plan.cluster, interfaces),
  ];
}

function readInterfaces(reader: EC2Client, { nodes }: Cluster): Promise<NetworkInterface[]> {
  const Filters = [{ Name: 'network-interface-id', Values: nodes.map(({ networkInterfaceId }) => networkInterfaceId) }];
  return allPages(async (NextToken) => {
    const command = new DescribeNetworkInterfacesCommand({ Filters, IncludeManagedResources: true, NextToken });
    const page = await call('DescribeNetworkInterfaces', reader.send(command));
    return { items: page.NetworkInterfaces, next: page.NextToken };
  });
}

/**
 * The instance type's limit of IPv4 addresses an interface, against what the destination has and what it would get. Prefixes
 * take the same slots.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html
 */
async function lackOfRoom(
  reader: EC2Client,
  { destination, cluster }: Plan,
  interfaces: readonly NetworkInterface[],
): Promise<Finding[]> {
  const own = interfaces.find(({ NetworkInterfaceId }) => NetworkInterfaceId === destination?.networkInterfaceId);
  if (destination === null || own === undefined) return [];
  const { InstanceTypes = [] } = await call(
    'DescribeInstanceTypes',
    reader.send(
      new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [destination.instanceType] }] }),
    ),
  );
  const limit = InstanceTypes[0]?.NetworkInfo?.Ipv4AddressesPerInterface;
  if (limit === undefined) return [];
  const { PrivateIpAddresses = [], Ipv4Prefixes = [] } = own;
  const there = new Set(PrivateIpAddresses.map(({ PrivateIpAddress }) => PrivateIpAddress));
  const coming = addressesOf(cluster).filter((address) => !there.has(address)).length;
  const needed = there.size + Ipv4Prefixes.length + coming;
  if (needed <= limit) return [];
  const prefixes = Ipv4Prefixes.length === 0 ? '' : `, ${Ipv4Prefixes.length} of them prefixes`;
  const detail = `${destination.networkInterfaceId} of ${nodeLabel(cluster, destination.instanceId)} would use ${needed} slots for addresses${prefixes}; ${destination.instanceType} has ${limit}`;
  return [{ severity: 'problem', code: 'NO_ROOM', detail }];
}

/** An interface on another instance than the configured one: the instance was replaced, and the configuration was not. */
function replaced({ nodes }: Cluster, interfaces: readonly NetworkInterface[]): Finding[] {
  return nodes.flatMap(({ instanceId, networkInterfaceId }) => {
    const on = interfaces.find((each) => each.NetworkInterfaceId === networkInterfaceId)?.Attachment?.InstanceId;
    if (on === undefined || on === instanceId) return [];
    const detail = `${networkInterfaceId} is attached to ${on}; the configuration names ${instanceId}. Change instanceId to ${on} and deploy`;
    return [{ severity: 'problem' as const, code: 'INSTANCE_REPLACED' as const, detail }];
  });
}

/** An address that moves to an interface with other rules may be unreachable there. */
function differences({ nodes }: Cluster, interfaces: readonly NetworkInterface[]): Finding[] {
  const seen = nodes.flatMap((node) => {
    const own = interfaces.find(({ NetworkInterfaceId }) => NetworkInterfaceId === node.networkInterfaceId);
    const groups = (own?.Groups ?? []).map(({ GroupId = '' }) => GroupId).sort();
    return own === undefined
      ? []
      : [
          {
            id: node.networkInterfaceId,
            groups: groups.join(' ') || 'none',
            check: own.SourceDestCheck === false ? 'off' : 'on',
          },
        ];
  });
  const findings: Finding[] = [];
  const differ = (code: Finding['code'], value: (each: (typeof seen)[number]) => string) => {
    if (new Set(seen.map(value)).size < 2) return;
    findings.push({ severity: 'warning', code, detail: seen.map((each) => `${each.id}: ${value(each)}`).join(', ') });
  };
  differ('SECURITY_GROUPS_DIFFER', ({ groups }) => groups);
  differ('SOURCE_DEST_CHECK_DIFFERS', ({ check }) => check);
  return findings;
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html */
async function aboutElasticIps(
  reader: EC2Client,
  { virtualIps, nodes }: Cluster,
  retryCount: number,
): Promise<Finding[]> {
  const wanted = virtualIps.flatMap(({ address, elasticIpAllocationId: id }) =>
    id === undefined ? [] : [{ address, id }],
  );
  if (wanted.length === 0) return [];
  const { Addresses = [] } = await call(
    'DescribeAddresses',
    reader.send(
      new DescribeAddressesCommand({ Filters: [{ Name: 'allocation-id', Values: wanted.map(({ id }) => id) }] }),
    ),
  );
  const ours = new Set(nodes.map(({ networkInterfaceId }) => networkInterfaceId));
  return wanted.flatMap(({ address, id }): Finding[] => {
    const found = Addresses.find(({ AllocationId }) => AllocationId === id);
    if (found === undefined) {
      if (retryCount === 0)
        throw new StateUnsettled(`DescribeAddresses does not show ${id}: one answer may lack anything.`);
      return [
        {
          severity: 'problem',
          code: 'ELASTIC_IP_UNKNOWN',
          detail: `${id} of ${address} does not exist in this account and Region`,
        },
      ];
    }
    const { NetworkInterfaceId: on, PrivateIpAddress: privateAddress } = found;
    const elsewhere = on !== undefined && (!ours.has(on) || privateAddress !== address);
    const detail = `${id} belongs on ${address}, and is on ${privateAddress ?? 'no address'} of ${on}: a move would take it from there`;
    return elsewhere ? [{ severity: 'problem', code: 'ELASTIC_IP_ELSEWHERE', detail }] : [];
  });
}
