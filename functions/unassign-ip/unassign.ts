import { type EC2Client, UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { findAddresses } from '../shared/addresses';
import { call } from '../shared/aws';
import { TransientAwsError } from '../shared/errors';
import { refuseStale } from '../shared/fresh';
import type { KeptAddress, Plan, Source, UnassignIpOutput } from '../shared/types';

/**
 * Takes the virtual IPs off every source at once. What is already off, or whose interface is gone, is a success; so is
 * what is left in place on purpose: with `atomic`, AssignIp moves it in one call, and an Elastic IP that the
 * configuration does not name would be lost by unassigning, while it travels with a reassignment.
 * @throws {PlanStale | TransientAwsError} and EC2's permanent errors, such as UnauthorizedOperation
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnassignPrivateIpAddresses.html
 */
export async function unassign(writer: EC2Client, reader: EC2Client, plan: Plan): Promise<UnassignIpOutput> {
  refuseStale(plan);
  const kept = keptInPlace(plan);
  const stay = new Set(kept.map(({ address }) => address));
  const results = await Promise.all(
    plan.sources.map((source) => {
      const addresses = source.addresses.filter((address) => !stay.has(address));
      return addresses.length === 0
        ? { released: [], alreadyGone: [] }
        : release(writer, reader, plan, { ...source, addresses });
    }),
  );
  const released = results.flatMap((result) => result.released);
  return {
    released,
    alreadyGone: results.flatMap((result) => result.alreadyGone),
    kept,
    releasedAt: released.length === 0 ? null : new Date().toISOString(),
    findings: [],
  };
}

/** The addresses of the sources that stay where they are until AssignIp takes them, and why. */
export function keptInPlace({ cluster, holders, sources }: Plan): KeptAddress[] {
  const onSources = new Set(sources.flatMap(({ addresses }) => addresses));
  return cluster.virtualIps
    .filter(({ address }) => onSources.has(address))
    .flatMap(({ address, elasticIpAllocationId: ours }): KeptAddress[] => {
      if (cluster.handover === 'atomic') return [{ address, why: 'ATOMIC' }];
      const found = holders.find((holder) => holder.address === address)?.elasticIpAllocationId ?? null;
      return found === null || found === ours ? [] : [{ address, why: 'FOREIGN_ELASTIC_IP' }];
    });
}

type Released = Pick<UnassignIpOutput, 'released' | 'alreadyGone'>;

/** An error is answered by a look: EC2 refuses the whole list when one address, or the interface, is gone. */
async function release(
  writer: EC2Client,
  reader: EC2Client,
  plan: Plan,
  { networkInterfaceId, addresses }: Source,
): Promise<Released> {
  try {
    await take(writer, networkInterfaceId, addresses);
    return { released: [...addresses], alreadyGone: [] };
  } catch (error) {
    if (error instanceof TransientAwsError) throw error;
    const found = await findAddresses(reader, plan.cluster);
    const there = addresses.filter((address) =>
      found.some((candidate) => candidate.address === address && candidate.networkInterfaceId === networkInterfaceId),
    );
    if (there.length === addresses.length) throw error;
    if (there.length > 0) await take(writer, networkInterfaceId, there);
    return { released: there, alreadyGone: addresses.filter((address) => !there.includes(address)) };
  }
}

async function take(writer: EC2Client, networkInterfaceId: string, addresses: readonly string[]): Promise<void> {
  await call(
    'UnassignPrivateIpAddresses',
    writer.send(
      new UnassignPrivateIpAddressesCommand({
        NetworkInterfaceId: networkInterfaceId,
        PrivateIpAddresses: [...addresses],
      }),
    ),
  );
}
