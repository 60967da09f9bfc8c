import type { AssignIpOutput, Plan, UnassignIpOutput } from './types';

/**
 * How long a pass of an execution left an address without a holder, milliseconds: from the unassign to the assign. An
 * address whose interface died with its instance had no holder before; when that began, EC2 does not say.
 */
export function darkTime(
  { homelessSince }: Plan,
  unassigned: UnassignIpOutput | null,
  assigned: AssignIpOutput | null,
): number {
  const released = homelessSince ?? unassigned?.releasedAt ?? null;
  const assignedAt = assigned?.assignedAt ?? null;
  return released === null || assignedAt === null ? 0 : Math.max(0, Date.parse(assignedAt) - Date.parse(released));
}
