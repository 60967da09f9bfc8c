import type { Cluster } from '../shared/cluster';
import type { Finding } from '../shared/plan';
import type { Snapshot } from '../shared/snapshot';
import { PAUSED_TAG, STANDBY_TAG } from '../shared/tags';

const UNTIL = /\buntil=(\S*)/;

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
    const until = Date.parse(UNTIL.exec(value)?.[1] ?? '');
    if (Number.isNaN(until) || now < until) return value.trim();
  }
  return null;
}

/** Values of our tags that mean nothing to us. */
export function unreadableTags({ nodes }: Cluster, { instances }: Snapshot): Finding[] {
  return nodes.flatMap(({ instanceId }) => {
    const { [STANDBY_TAG]: standby, [PAUSED_TAG]: paused } = instances[instanceId]?.tags ?? {};
    const details: string[] = [];
    if (standby !== undefined && standby.trim() !== '' && !isNever(standby)) {
      details.push(`${STANDBY_TAG} = ${standby} on ${instanceId}: only "never" has a meaning`);
    }
    const until = paused === undefined ? undefined : UNTIL.exec(paused)?.[1];
    if (until !== undefined && Number.isNaN(Date.parse(until))) {
      details.push(`${PAUSED_TAG} = ${paused} on ${instanceId}: no ISO 8601 time follows "until=", so it never ends`);
    }
    return details.map((detail) => ({ severity: 'warning' as const, code: 'UNREADABLE_TAG' as const, detail }));
  });
}
