import type { Cluster } from '../shared/cluster';
import { parseIsoTime } from '../shared/input';
import type { Finding } from '../shared/plan';
import type { Snapshot } from '../shared/snapshot';
import { PAUSED_TAG, STANDBY_TAG } from '../shared/tags';

/** When a pause ends: "until=", and a time in which blanks may stand; or whatever else follows. */
const UNTIL =
  /\buntil\s*=\s*(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?)?(?=\s|$)|\S*)/i;
const HAS_OFFSET = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/i;
/** More of a time, after what could be read of it: "18:00", "6pm", "+9", "JST". */
const GOES_ON = /^\s*(?:[+-]?\d|[A-Z]{2,5}\b)/;

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
    if (!(now >= (pauseEndIn(value)?.at ?? Number.NaN))) return value.trim();
  }
  return null;
}

interface PauseEnd {
  /** All of the value that speaks of it. */
  readonly written: string;
  readonly time: string;
  /** Milliseconds since the epoch; NaN where it says nothing that can be read. */
  readonly at: number;
}

/** What the value of a pause's tag says of its end; null: nothing. UTC where it has no offset. */
export function pauseEndIn(value: string): PauseEnd | null {
  const found = UNTIL.exec(value);
  if (found === null) return null;
  const [written, time = ''] = found;
  const isWhole = HAS_OFFSET.test(time) || !GOES_ON.test(value.slice(found.index + written.length));
  return { written, time, at: isWhole ? parseIsoTime(time) : Number.NaN };
}

const OURS: ReadonlySet<string> = new Set([STANDBY_TAG, PAUSED_TAG]);
const LOOKS_LIKE_OURS = /^vip-?failover[:/-]/i;

/** Values of our tags that mean nothing to us, and tags that look like ours and are none. */
export function unreadableTags({ nodes }: Cluster, { instances }: Snapshot): Finding[] {
  return nodes.flatMap(({ instanceId }) => {
    const { tags = {} } = instances[instanceId] ?? {};
    const { [STANDBY_TAG]: standby, [PAUSED_TAG]: paused } = tags;
    const details = Object.entries(tags)
      .filter(([key]) => LOOKS_LIKE_OURS.test(key.trim()) && !OURS.has(key))
      .map(([key, value]) => `"${key}" = ${value} on ${instanceId}: the tags are ${[...OURS].join(' and ')}`);
    if (standby !== undefined && standby.trim() !== '' && !isNever(standby)) {
      details.push(`${STANDBY_TAG} = ${standby} on ${instanceId}: only "never" has a meaning`);
    }
    if (paused !== undefined && Number.isNaN(pauseEndIn(paused)?.at)) {
      details.push(`${PAUSED_TAG} = ${paused} on ${instanceId}: no ISO 8601 time follows "until=", so it never ends`);
    }
    return details.map((detail) => ({ severity: 'warning' as const, code: 'UNREADABLE_TAG' as const, detail }));
  });
}
