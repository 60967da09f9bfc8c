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

/**
 * EC2's codes for addresses that the interface does not hold, and for an interface that is gone. A write's answer is newer
 * than a read's: where a read still shows the addresses, the refusal counts. Were it wrong, nothing would be lost, because
 * AssignIp takes the addresses from wherever they are.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const NOT_THERE = new Set(['InvalidParameterValue', 'InvalidNetworkInterfaceID.NotFound']);

/** An error is answered by a look: EC2 refuses the whole list when one address, or the interface, is gone. */
async function release(writer: EC2Client, reader: EC2Client, plan: Plan, source: Source): Promise<Released> {
  const { networkInterfaceId, addresses } = source;
  try {
    await take(writer, networkInterfaceId, addresses);
    return { released: [...addresses], alreadyGone: [] };
  } catch (error) {
    if (error instanceof TransientAwsError || !(error instanceof Error)) throw error;
    const found = await findAddresses(reader, plan.cluster);
    const there = addresses.filter((address) =>
      found.some((candidate) => candidate.address === address && candidate.networkInterfaceId === networkInterfaceId),
    );
    if (there.length === 0) return { released: [], alreadyGone: [...addresses] };
    if (there.length === addresses.length) {
      if (!NOT_THERE.has(error.name)) throw error;
      return { released: [], alreadyGone: [...addresses] };
    }
    const gone = addresses.filter((address) => !there.includes(address));
    const rest = await release(writer, reader, plan, { ...source, addresses: there });
    return { released: rest.released, alreadyGone: [...gone, ...rest.alreadyGone] };
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
