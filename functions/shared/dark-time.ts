import type { AssignIpOutput, Plan, UnassignIpOutput } from './types';

/** Since when an address is off its holder because of this execution: the first unassign without a known assign; or null. */
export function darkSince({ homelessSince }: Plan, unassigned: UnassignIpOutput | null): string | null {
  return homelessSince ?? unassigned?.releasedAt ?? null;
}

/**
 * How long a pass of an execution left an address without a holder, milliseconds: from the unassign to the assign. An
 * address whose interface died with its instance had no holder before; when that began, EC2 does not say.
 */
export function darkTime(plan: Plan, unassigned: UnassignIpOutput | null, assigned: AssignIpOutput | null): number {
  const released = darkSince(plan, unassigned);
  const assignedAt = assigned?.assignedAt ?? null;
  return released === null || assignedAt === null ? 0 : Math.max(0, Date.parse(assignedAt) - Date.parse(released));
}
