import type { Cluster } from '../shared/cluster';
import type { Finding } from '../shared/plan';
import type { Snapshot } from '../shared/snapshot';
import { PAUSED_TAG, STANDBY_TAG } from '../shared/tags';

/** The part of the pause tag that says when it ends. */
export const UNTIL = /\buntil=(\S*)/i;
const ISO_8601 = /^(\d{4}-\d\d-\d\d)(T[\d:.]+)?(Z|[+-]\d\d:?\d\d)?$/;

/** True when a tag keeps the node from being a target; case and spaces do not matter. It may go on holding what it has. */
export function isExcluded(instanceId: string, { instances }: Snapshot): boolean {
  return isNever(instances[instanceId]?.tags[STANDBY_TAG]);
}

function isNever(value: string | undefined): boolean {
  return value?.trim().toLowerCase() === 'never';
}

/**
 * What the pause tag on the first node that has it says; null where none has, or its `until` is over. One that cannot be
 * read pauses.
 * @param now milliseconds since the epoch
 */
export function pauseOf({ nodes }: Cluster, { instances }: Snapshot, now: number): string | null {
  for (const { instanceId } of nodes) {
    const value = instances[instanceId]?.tags[PAUSED_TAG];
    if (value === undefined) continue;
    if (!(now >= endOf(value))) return value.trim();
  }
  return null;
}

/**
 * When a pause ends, milliseconds since the epoch; UTC where no offset is given. NaN where it says nothing that can be read:
 * `Date.parse` alone makes a day of 2001 of "next-week-7".
 */
function endOf(value: string): number {
  const [, day, time = 'T00:00', offset = 'Z'] = ISO_8601.exec(UNTIL.exec(value)?.[1] ?? '') ?? [];
  return Date.parse(day + time + offset);
}

/** Values of our tags that mean nothing to us. */
export function unreadableTags({ nodes }: Cluster, { instances }: Snapshot): Finding[] {
  return nodes.flatMap(({ instanceId }) => {
    const { [STANDBY_TAG]: standby, [PAUSED_TAG]: paused } = instances[instanceId]?.tags ?? {};
    const details: string[] = [];
    if (standby !== undefined && standby.trim() !== '' && !isNever(standby)) {
      details.push(`${STANDBY_TAG} = ${standby} on ${instanceId}: only "never" has a meaning`);
    }
    if (paused !== undefined && UNTIL.test(paused) && Number.isNaN(endOf(paused))) {
      details.push(`${PAUSED_TAG} = ${paused} on ${instanceId}: no ISO 8601 time follows "until=", so it never ends`);
    }
    return details.map((detail) => ({ severity: 'warning' as const, code: 'UNREADABLE_TAG' as const, detail }));
  });
}
