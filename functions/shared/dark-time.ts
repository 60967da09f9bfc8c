import type { AssignIpOutput, UnassignIpOutput } from './contract';
import { DENIED } from './errors';
import type { Plan } from './plan';

/**
 * UnassignIp took an address off its holder in this pass, or may have: its answer, or the whole invocation, may be lost.
 * @param unassigned null: UnassignIp left no result
 */
export function mayHaveUnassigned({ cluster, sources }: Plan, unassigned: UnassignIpOutput | null): boolean {
  const wouldUnassign = cluster.handover !== 'atomic' && sources.some(({ healthy }) => !healthy);
  if (unassigned === null) return wouldUnassign;
  const { released, alreadyGone, refused, kept } = unassigned;
  const stayed = new Set(kept.map(({ address }) => address));
  const tried = sources.some(({ healthy, addresses }) => !healthy && addresses.some((address) => !stayed.has(address)));
  const uncertain = refused !== null && wouldUnassign && tried && !DENIED.has(refused.Error);
  return released.length > 0 || alreadyGone.length > 0 || uncertain;
}

/**
 * How long a pass left an address without a holder, from the first unassign to the assign, ms; null where an answer that
 * would tell it was lost, and where an address had no holder before: EC2 does not say since when.
 */
export function darkTimeMs(
  plan: Plan,
  unassigned: UnassignIpOutput | null,
  assigned: AssignIpOutput | null,
): number | null {
  const assignedAt = assigned?.assignedAt ?? null;
  if (assigned === null || assignedAt === null) return 0;
  const since = plan.homelessSince ?? unassigned?.releasedAt ?? null;
  const lost = !assigned.certain || (unassigned?.alreadyGone.length ?? 0) > 0;
  if (lost) return null;
  if (since !== null) return Math.max(0, Date.parse(assignedAt) - Date.parse(since));
  const unknown = plan.mayBeHomeless || mayHaveUnassigned(plan, unassigned);
  return unknown || plan.holders.some(({ networkInterfaceId }) => networkInterfaceId === null) ? null : 0;
}

/** Over all passes of an execution, ms; null where one of them is not known. */
export function totalDarkTimeMs(
  plan: Plan,
  unassigned: UnassignIpOutput | null,
  assigned: AssignIpOutput | null,
): number | null {
  const now = darkTimeMs(plan, unassigned, assigned);
  return plan.darkTimeBeforeMs === null || now === null ? null : plan.darkTimeBeforeMs + now;
}
