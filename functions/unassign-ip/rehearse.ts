import { BlockList, isIPv4 } from 'node:net';
import { DescribeSubnetsCommand, type EC2Client, GetSubnetCidrReservationsCommand } from '@aws-sdk/client-ec2';
import { call } from '../shared/aws-clients';
import { addressesOf, type Cluster } from '../shared/cluster';
import type { UnassignIpOutput } from '../shared/contract';
import { orNotRead } from '../shared/findings';
import type { Finding, Plan } from '../shared/plan';
import { keptInPlace } from './unassign';

/** Takes nothing off. Finds what is wrong with the addresses themselves: where they lie in their subnet, and who else could get them. */
export async function rehearseUnassign(reader: EC2Client, plan: Plan, retryCount: number): Promise<UnassignIpOutput> {
  const onSources = plan.sources.flatMap(({ addresses }) => addresses);
  const kept = keptInPlace(plan, 0);
  const left = onSources.filter((address) => !kept.some((entry) => entry.address === address));
  const findings = await Promise.all([
    orNotRead(misplaced(reader, plan.cluster), retryCount),
    plan.cluster.handover === 'atomic' ? [] : orNotRead(unreserved(reader, plan.cluster), retryCount),
  ]);
  return {
    released: [],
    alreadyGone: [],
    kept: [...kept, ...left.map((address) => ({ address, why: 'REHEARSAL' as const }))],
    releasedAt: null,
    refused: null,
    findings: findings.flat(),
  };
}

/**
 * EC2 assigns no address outside the subnet's CIDR block, nor its first four and its last one.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
async function misplaced(reader: EC2Client, cluster: Cluster): Promise<Finding[]> {
  const { Subnets = [] } = await call(
    'DescribeSubnets',
    reader.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values: [cluster.subnetId] }] })),
  );
  const { CidrBlock: cidr } = Subnets[0] ?? {};
  if (cidr === undefined) return [];
  return addressesOf(cluster).flatMap((address): Finding[] => {
    if (!contains(cidr, address)) {
      return [
        { severity: 'problem', code: 'OUTSIDE_SUBNET', detail: `${address} is not in ${cidr} of ${cluster.subnetId}` },
      ];
    }
    return isReserved(cidr, address)
      ? [
          {
            severity: 'problem',
            code: 'RESERVED_BY_AWS',
            detail: `${address} is one of the five addresses of ${cidr} that AWS keeps`,
          },
        ]
      : [];
  });
}

/**
 * What `unassign-first` would leave free for a moment without an explicit CIDR reservation: EC2 could hand it to a new
 * interface just then.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html
 */
async function unreserved(reader: EC2Client, cluster: Cluster): Promise<Finding[]> {
  const { SubnetIpv4CidrReservations = [] } = await call(
    'GetSubnetCidrReservations',
    reader.send(new GetSubnetCidrReservationsCommand({ SubnetId: cluster.subnetId })),
  );
  const explicit = SubnetIpv4CidrReservations.filter(({ ReservationType }) => ReservationType === 'explicit');
  return addressesOf(cluster)
    .filter((address) => !explicit.some(({ Cidr = '' }) => contains(Cidr, address)))
    .map((address) => ({ severity: 'warning', code: 'NO_RESERVATION', detail: address }));
}

/** True when the IPv4 CIDR block ("10.0.0.0/28") holds the address. */
export function contains(cidr: string, address: string): boolean {
  const [network = '', length = '32'] = cidr.split('/');
  if (!isIPv4(network) || !isIPv4(address)) return false;
  const block = new BlockList();
  block.addSubnet(network, Number(length));
  return block.check(address);
}

/** The first four addresses of a block, and its last one. */
export function isReserved(cidr: string, address: string): boolean {
  const [network = '', length = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  const offset = toNumber(address) - Math.floor(toNumber(network) / size) * size;
  return offset < 4 || offset === size - 1;
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}
