import { claimedAt, type Run, short, wantedTarget, wasKilled } from '../runs';
import { describe, heldByStranger } from '../world-state';
import { type Context, dampingOf, nodeIn } from './context';

/**
 * When the last claim of a cluster has been answered and all trouble is over, the addresses are on the node that claimed
 * last, unless EC2 called it unhealthy, somebody moved them since, or people were told that the claim was not followed.
 */
export function lastClaimIsFollowed(context: Context): string[] {
  const { cloud, end } = context.played;
  return cloud.clusters.flatMap((cluster, index) => {
    const claims = context.runs.filter((run) => run.cluster === cluster && run.mode === 'claim');
    const latest = Math.max(...claims.map(claimedAt));
    const [last, ...rivals] = claims.filter((run) => claimedAt(run) === latest);
    const state = end.clusters[index];
    if (last === undefined || state === undefined || rivals.some((run) => wantedTarget(run) !== wantedTarget(last)))
      return [];
    const wanted = wantedTarget(last);
    if (state.holders.every((holder) => holder === wanted)) return [];
    if (wasKilled(last) || !isSteady(context, last, index) || wasAskedSince(context, last) || isTold(context, last))
      return [];
    return [`${short(last)} was the last claim, for ${wanted}. ${describe(cluster, state)}`];
  });
}

/** The claimant could take the addresses all the time since, and nothing but this product moved them. */
function isSteady({ played }: Context, last: Run, index: number): boolean {
  const { journal } = played.recorder;
  const since = Math.min(claimedAt(last), last.startedAt) - played.lag;
  const states = journal.within(index, since, played.end.at);
  return states.every((state) => nodeIn(state, wantedTarget(last))?.eligible && !heldByStranger(state));
}

/** A person moved them, or asked for it. */
function wasAskedSince({ played, runs }: Context, last: Run): boolean {
  const { events } = played.cloud.timeline;
  const asked = runs.some(
    (run) =>
      run.cluster === last.cluster &&
      run.mode !== 'claim' &&
      wantedTarget(run) !== null &&
      (run.endedAt ?? Number.POSITIVE_INFINITY) >= claimedAt(last),
  );
  const moved = played.byHand.some(
    ([from, to]) => to > last.index && events.slice(from, to).some(({ type }) => type === 'holder-changed'),
  );
  return asked || moved;
}

/** That the addresses moved somewhere tells nobody that a claim was not followed. */
const MOVED = new Set(['CLAIMED', 'FAILED_OVER']);

function isTold({ told }: Context, last: Run): boolean {
  const { cluster, startedAt } = last;
  if (cluster === null) return false;
  const lately = told.notices(cluster.name, startedAt - dampingOf(cluster), Number.POSITIVE_INFINITY);
  const said = lately.some(
    ({ at, attributes }) =>
      !MOVED.has(attributes.outcome ?? '') && (at >= startedAt || attributes.outcome === 'NOTHING_TO_DO'),
  );
  return said || (last.failedWith !== null && told.is(last));
}
