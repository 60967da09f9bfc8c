import { type EC2Client, UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { call, THROTTLE_PAUSE_MS, wasThrottled } from '../shared/aws-clients';
import type { Cluster, Holder } from '../shared/cluster';
import type { KeptAddress, UnassignIpInput, UnassignIpOutput } from '../shared/contract';
import { DENIED, TransientAwsError, toStateError } from '../shared/errors';
import { assertFresh } from '../shared/handler';
import type { Plan, Source, StateError } from '../shared/plan';
import { readAddresses } from '../shared/snapshot';
import { elapsedMs, LOOK_PAUSES_MS, UNASSIGN_UNTIL_SECONDS } from '../shared/timing';

/**
 * Takes the virtual IPs off every unhealthy source at once. What is already off, or whose interface is gone, is a success; so
 * is what is left in place on purpose, and a plain refusal: AssignIp takes the addresses from wherever they are.
 * @throws {PlanStale | TransientAwsError} and EC2's errors that may pass
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnassignPrivateIpAddresses.html
 */
export async function unassign(
  writer: EC2Client,
  reader: EC2Client,
  { execution, plan, decidedAt }: UnassignIpInput,
): Promise<UnassignIpOutput> {
  assertFresh(execution, decidedAt);
  // When the state was entered: a repetition does what the first try did, whose answer may be lost.
  const stayed = keptInPlace(plan, elapsedMs({ ...execution, retryCount: 0 }) / 1_000);
  const stay = new Set(stayed.map(({ address }) => address));
  // On a retry it may have been this execution's own call whose answer was lost.
  const firstTry = execution.retryCount === 0;
  const results = await Promise.all(
    plan.sources.map((source) => {
      const addresses = source.addresses.filter((address) => !stay.has(address));
      return addresses.length === 0 ? NOTHING : release(writer, reader, plan, { ...source, addresses }, firstTry);
    }),
  );
  const released = results.flatMap((result) => result.released);
  const alreadyGone = results.flatMap((result) => result.alreadyGone);
  const refused = results.map((result) => result.refused).find((refusal) => refusal !== null) ?? null;
  const kept = [...stayed, ...results.flatMap((result) => result.kept)];
  const overtaken = firstTry && released.length === 0 && alreadyGone.length > 0 && !results.some(({ lost }) => lost);
  return {
    released,
    alreadyGone,
    kept,
    releasedAt: released.length === 0 ? null : new Date().toISOString(),
    ...(overtaken && { overtaken }),
    refused,
    findings: [],
  };
}

/**
 * The addresses that stay on their source until AssignIp takes them over in one call, and why: a healthy holder keeps them, so
 * a planned move has no moment without a holder; an Elastic IP that the configuration does not name would be lost by
 * unassigning, while it travels with a reassignment; an execution that was held up before would be held up again in between.
 * @param elapsedSeconds from the execution's start to this state
 */
export function keptInPlace({ cluster, holders, sources, heldUp }: Plan, elapsedSeconds: number): KeptAddress[] {
  return sources.flatMap(({ addresses, healthy }) =>
    addresses.flatMap((address): KeptAddress[] => {
      const ours = cluster.virtualIps.find((virtualIp) => virtualIp.address === address)?.elasticIpAllocationId;
      const found = holders.find((holder) => holder.address === address)?.elasticIpAllocationId ?? null;
      if (healthy) return [{ address, why: 'HEALTHY_HOLDER' }];
      if (cluster.handover === 'atomic') return [{ address, why: 'ATOMIC' }];
      if (found !== null && found !== ours) return [{ address, why: 'FOREIGN_ELASTIC_IP' }];
      return heldUp || elapsedSeconds > UNASSIGN_UNTIL_SECONDS ? [{ address, why: 'HELD_UP' }] : [];
    }),
  );
}

interface Released extends Pick<UnassignIpOutput, 'released' | 'alreadyGone' | 'kept'> {
  readonly refused: StateError | null;
  /**
   * Another execution need not be making the same move: EC2 does not say itself that the addresses are off, the interface is
   * gone, they are elsewhere than where this execution brings them, or reads do not show yet where they are.
   */
  readonly lost: boolean;
}

const NOTHING: Released = { released: [], alreadyGone: [], kept: [], refused: null, lost: false };

/**
 * EC2's codes for addresses that the interface does not hold, and for an interface that is gone. A write's answer is newer
 * than a read's: where a read still shows the addresses, the refusal counts. Were it wrong, nothing would be lost, because
 * AssignIp takes the addresses from wherever they are.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const NOT_ON_IT = 'InvalidParameterValue';
const NOT_THERE = new Set([NOT_ON_IT, 'InvalidNetworkInterfaceID.NotFound']);

/**
 * An error is answered by a look: EC2 refuses the whole list when one address, or the interface, is gone. Whoever is throttled
 * would wait for tokens again before the assignment, with the addresses on nobody: they stay, and those that are on nobody
 * already go first. (Not on a retry: an earlier try, whose answer may be lost, may have taken them off.)
 */
async function release(
  writer: EC2Client,
  reader: EC2Client,
  plan: Plan,
  source: Source,
  firstTry: boolean,
): Promise<Released> {
  const { networkInterfaceId, addresses } = source;
  try {
    await unassignAddresses(writer, networkInterfaceId, addresses);
    return { ...NOTHING, released: [...addresses] };
  } catch (error) {
    if (firstTry && error instanceof TransientAwsError && wasThrottled(error)) {
      await new Promise((resolve) => setTimeout(resolve, THROTTLE_PAUSE_MS * Math.random()));
      const kept = addresses.map((address) => ({ address, why: 'HELD_UP' as const }));
      return { ...NOTHING, kept, refused: toStateError(error) };
    }
    if (error instanceof TransientAwsError || !(error instanceof Error)) throw error;
    if (DENIED.has(error.name)) return { ...NOTHING, refused: toStateError(error) };
    const inDoubt = firstTry && error.name === NOT_ON_IT;
    const seen = await lookWhereTheyWent(reader, plan.cluster, source, inDoubt ? LOOK_PAUSES_MS : []);
    const route = [networkInterfaceId, plan.destination?.networkInterfaceId];
    const lost =
      error.name !== NOT_ON_IT ||
      seen.some((each) => addresses.includes(each.address) && !route.includes(each.networkInterfaceId));
    const there = stillThere(source, seen);
    if (there.length === 0) return { ...NOTHING, alreadyGone: [...addresses], lost };
    if (there.length === addresses.length) {
      if (!NOT_THERE.has(error.name)) throw error;
      return { ...NOTHING, alreadyGone: [...addresses], lost: true };
    }
    const gone = addresses.filter((address) => !there.includes(address));
    const rest = await release(writer, reader, plan, { ...source, addresses: there }, firstTry);
    return { ...rest, alreadyGone: [...gone, ...rest.alreadyGone], lost: lost || rest.lost };
  }
}

/**
 * Until reads show what the refusal says, or the pauses (ms) are over: who moved the addresses shows only then, and so whether
 * another execution tells of it. It costs time only where somebody moved them a moment ago.
 */
async function lookWhereTheyWent(reader: EC2Client, cluster: Cluster, source: Source, pauses: readonly number[]) {
  let seen = await readAddresses(reader, cluster);
  for (const pause of pauses) {
    if (stillThere(source, seen).length < source.addresses.length) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
    seen = await readAddresses(reader, cluster);
  }
  return seen;
}

function stillThere({ networkInterfaceId, addresses }: Source, seen: readonly Holder[]): string[] {
  return addresses.filter((address) =>
    seen.some((holder) => holder.address === address && holder.networkInterfaceId === networkInterfaceId),
  );
}

async function unassignAddresses(
  writer: EC2Client,
  networkInterfaceId: string,
  addresses: readonly string[],
): Promise<void> {
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
