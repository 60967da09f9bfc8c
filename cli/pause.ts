import type { Cluster } from '../functions/shared/cluster';
import type { Snapshot } from '../functions/shared/snapshot';
import { pauseEndIn, pauseOf } from '../functions/verify-instance-state/tags';
import { UsageError } from './errors';
import { line } from './output/text';
import { local } from './output/time';

/** The most characters of a tag's value. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const LONGEST_VALUE = 256;

export interface Pause {
  /** Why, as somebody wrote it. */
  readonly reason: string;
  /** ISO 8601; null: until somebody ends it. */
  readonly until: string | null;
}

/** The pause that the decision sees now; null where there is none. */
export function pauseNow(cluster: Cluster, snapshot: Snapshot, now: number): Pause | null {
  const value = pauseOf(cluster, snapshot, now);
  if (value === null) return null;
  const end = pauseEndIn(value);
  const reason = value
    .replace(end?.written ?? '', '')
    .replace(/\s+/g, ' ')
    .trim();
  return { reason, until: end?.time ?? null };
}

/** A pause as the value of the tag. @throws {UsageError} where the reason does not fit */
export function pauseValue(reason: string, until: number): string {
  const end = ` until=${local(until)}`;
  const text = line(reason, LONGEST_VALUE * 2);
  if (text === '') throw new UsageError('--reason is empty. Whoever finds the cluster paused wants to know why.');
  if (pauseEndIn(text) !== null)
    throw new UsageError('--reason contains "until=", which would be read as the end of the pause.');
  if (text.length + end.length > LONGEST_VALUE)
    throw new UsageError(`--reason has ${text.length} characters; ${LONGEST_VALUE - end.length} fit in the tag.`);
  return text + end;
}
