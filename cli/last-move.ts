import type { Cluster } from '../functions/shared/cluster';
import type { Clients } from './aws/clients';
import type { Newest } from './aws/metrics';
import { newestOutcomes } from './aws/metrics';
import { isMove, MOVE_OUTCOMES, type RecordedOutcome } from './collect/records';
import { readOutcomes } from './outcomes';
import { eachOf } from './output/parallel';

const HOUR = 3_600_000;
/** An execution's record is written at most so much later than its metric says. */
const LATER = 10 * 60_000;
/** FilterLogEvents allows 5 to 25 calls a second. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const AT_ONCE = 5;

/**
 * The last move of each cluster, by its name. Searching the log of many months would take minutes; the metric tells the hour
 * in one call, and the log of that hour the rest.
 */
export async function lastMoves(
  clients: Clients,
  clusters: readonly Cluster[],
  group: string,
  now: number,
): Promise<ReadonlyMap<string, RecordedOutcome>> {
  const newest = await newestOutcomes(clients, clusters, MOVE_OUTCOMES, now);
  const moved = clusters.flatMap(({ name }) => {
    const at = hourOf(name, newest);
    return at === null ? [] : [{ name, at }];
  });
  const found = await eachOf(moved, AT_ONCE, async ({ name, at }) => {
    let last: RecordedOutcome | null = null;
    const search = { group, cluster: name, start: at, end: Math.min(now, at + HOUR + LATER) };
    for await (const record of readOutcomes(clients, search)) if (isMove(record)) last = record;
    return last;
  });
  return new Map(found.flatMap((record) => (record === null ? [] : [[record.cluster, record]])));
}

function hourOf(cluster: string, newest: Newest): number | null {
  const hours = MOVE_OUTCOMES.flatMap((outcome) => newest.get(`${cluster} ${outcome}`)?.at ?? []);
  return hours.length === 0 ? null : Math.max(...hours);
}
