import { type EC2Client, GetSubnetCidrReservationsCommand } from '@aws-sdk/client-ec2';
import { call } from '../shared/aws';
import type { Finding, Plan, UnassignIpOutput } from '../shared/types';
import { keptInPlace } from './unassign';

/**
 * Takes nothing off. Warns about each virtual IP that `unassign-first` would leave free for a moment without an explicit
 * CIDR reservation, because EC2 could hand it to a new interface just then.
 * @throws {TransientAwsError}
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-cidr-reservation.html
 */
export async function rehearseUnassign(reader: EC2Client, plan: Plan): Promise<UnassignIpOutput> {
  const onSources = plan.sources.flatMap(({ addresses }) => addresses);
  const kept = keptInPlace(plan);
  const left = onSources.filter((address) => !kept.some((entry) => entry.address === address));
  return {
    released: [],
    alreadyGone: [],
    kept: [...kept, ...left.map((address) => ({ address, why: 'REHEARSAL' as const }))],
    releasedAt: null,
    findings: plan.cluster.handover === 'atomic' ? [] : await unreserved(reader, plan),
  };
}

async function unreserved(reader: EC2Client, { cluster }: Plan): Promise<Finding[]> {
  const { SubnetIpv4CidrReservations = [] } = await call(
    'GetSubnetCidrReservations',
    reader.send(new GetSubnetCidrReservationsCommand({ SubnetId: cluster.subnetId })),
  );
  const explicit = SubnetIpv4CidrReservations.filter(({ ReservationType }) => ReservationType === 'explicit');
  return cluster.virtualIps
    .filter(({ address }) => !explicit.some(({ Cidr = '' }) => contains(Cidr, address)))
    .map(({ address }) => ({ severity: 'warning', code: 'NO_RESERVATION', detail: address }));
}

/** True when the IPv4 CIDR block ("10.0.0.0/28") holds the address. */
export function contains(cidr: string, address: string): boolean {
  const [network = '', length = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(length));
  return Math.floor(toNumber(network) / size) === Math.floor(toNumber(address) / size);
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
}
