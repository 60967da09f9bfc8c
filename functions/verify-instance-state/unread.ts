import type { EC2Client } from '@aws-sdk/client-ec2';
import { DENIED, describeError } from '../shared/errors';
import type { Destination, Plan } from '../shared/plan';
import { type AddressSeen, holdersOf, readAddresses } from '../shared/snapshot';
import { DECIDE_SETTLED_RETRIES } from '../shared/timing';
import { type Before, refusalOf } from './before';
import { carriedOn } from './plan';

/**
 * EC2 does not say, time and again, how the nodes are, and at the last look an address was on nobody or on a node that was
 * down: the last decision stands, as long as no look shows that somebody moved an address since. Who cannot look does not
 * know whether the node that it chose still lives; on nobody the addresses are lost for certain.
 * @param last the plan of the pass before
 * @param error why the nodes could not be read
 * @throws {Error} that error, where there is nothing to carry on with
 */
export async function standingPlan(
  reader: EC2Client,
  last: Plan | undefined,
  before: Before,
  retryCount: number,
  error: unknown,
): Promise<Plan> {
  const isLasting = retryCount >= DECIDE_SETTLED_RETRIES || (error instanceof Error && DENIED.has(error.name));
  if (last === undefined || !isLasting || !isNeeded(last, before)) throw error;
  const destination = standingDestination(last, before);
  const seen = await readAddresses(reader, last.cluster).catch(() => []);
  if (destination === null || movedSince(last, destination, seen)) throw error;
  const unread = describeError(error);
  return {
    ...last,
    ...carriedOn(before),
    explanation: `EC2 does not say how the nodes are (${unread}). The last decision stands: ${last.why}.`,
    destination,
    // AssignIp takes the addresses from wherever they are.
    sources: [],
    holders: before.mayBeHomeless ? holdersOf(last.cluster, { addresses: [] }) : last.holders,
    findings: [{ severity: 'warning', code: 'NOT_READ', detail: unread }],
  };
}

/** A move off healthy nodes can wait: nothing is lost without it. */
function isNeeded({ action, sources, holders }: Plan, { mayBeHomeless }: Before): boolean {
  const homeless = mayBeHomeless || holders.some(({ networkInterfaceId }) => networkInterfaceId === null);
  return action === 'MOVE' && (homeless || !sources.length || sources.some(({ healthy }) => !healthy));
}

/** Where the last decision was to bring the addresses, or the next node that was fit then; none that has refused since. */
function standingDestination({ destination, nodes }: Plan, before: Before): Destination | null {
  const mayTake = ({ instanceId }: { instanceId: string }) => refusalOf(instanceId, before) === undefined;
  if (destination !== null && mayTake(destination)) return destination;
  const other = nodes.find((node) => node.problems.length === 0 && mayTake(node));
  if (other === undefined) return null;
  const { instanceId, networkInterfaceId } = other;
  return { instanceId, networkInterfaceId, instanceType: 'unknown' };
}

/** An address is neither where it was, nor where this execution brings it. */
function movedSince({ heldBefore, holders }: Plan, destination: Destination, seen: readonly AddressSeen[]): boolean {
  return seen.some(
    ({ address, networkInterfaceId }) =>
      networkInterfaceId !== destination.networkInterfaceId &&
      ![...heldBefore, ...holders].some(
        (holder) => holder.address === address && holder.networkInterfaceId === networkInterfaceId,
      ),
  );
}
