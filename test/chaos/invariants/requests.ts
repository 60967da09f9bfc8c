import { overlap, type Run, short, strings, wantedTarget, wasKilled } from '../runs';
import { heldByStranger } from '../world-state';
import { type Context, nodeIn, statesKnownTo } from './context';

/**
 * A drill or hand failover whose target EC2 accepts ends there, or a FAILED notice says why (that it is told is judged with
 * the notices). What undoes it afterwards is judged as a move off a healthy node.
 */
export function requestsAreCarriedOut(context: Context): string[] {
  return context.runs.flatMap((run) => {
    const target = wantedTarget(run);
    if (target === null || wasKilled(run)) return [];
    if (run.failedWith !== null) return refusedForNothing(context, run, target);
    if (!run.succeeded) return [];
    const done = run.doneWithAddresses ?? { index: run.index, at: run.startedAt };
    const there = statesKnownTo(context, run, done.at).some(({ holders }) => holders.every((each) => each === target));
    const plan = run.decisions.at(-1)?.plan;
    if (run.mode === 'claim' && NOT_FOLLOWED.has(plan?.why ?? '')) return [];
    const toTarget = plan?.action === 'MOVE' ? plan.destination?.networkInterfaceId === target : true;
    // Another person's drill may have taken them on within the same moment.
    const moved = run.cluster?.virtualIps.every(({ address }) =>
      run.effects.some((effect) => effect.address === address && effect.to === target),
    );
    if ((there || moved) && toTarget) return [];
    return [
      `${short(run)} ended well with ${plan?.action} ${plan?.why}, but what it was asked for was not carried out`,
    ];
  });
}

/** Why a claim is not carried out. Whether it should have been is judged at the end, by the last claim. */
const NOT_FOLLOWED: ReadonlySet<string> = new Set(['CLAIM_OUTDATED', 'CLAIMED_IN_TURN', 'PAUSED']);

/** Longest lag of reads with which a request is asked to work without a second try, ms. */
const SMALL_LAG = 5_000;
/** A target that has been well for so long surely is seen to be well, ms. */
const LONG_WELL = 60_000;

/** Nothing at all went wrong, nobody else did anything, and the target was well: then there is no reason to fail. */
function refusedForNothing({ played, runs }: Context, run: Run, target: string): string[] {
  const { cloud, byHand, recorder, skewed, lag } = played;
  const end = run.ends.at(-1);
  if (end === undefined || skewed || lag > SMALL_LAG || run.starts.length > 1) return [];
  if (String(run.input.reason).length > 200) return [];
  const since = run.startedAt - LONG_WELL;
  const states = recorder.journal.within(run.clusterIndex, since, end.at);
  const accepts = states.every((state) => nodeIn(state, target)?.eligible && !heldByStranger(state));
  const others = runs.some((other) => other !== run && other.cluster === run.cluster && overlap(run, other));
  const asked = byHand.find(([from, to]) => run.index >= from && run.index < to);
  const disturbed = cloud.timeline.events.some(
    ({ type, at }, index) =>
      at >= since &&
      index <= end.index &&
      ((type === 'fault' && index > run.index) ||
        byHand.some((range) => range !== asked && index >= range[0] && index < range[1])),
  );
  const noCalls = strings(run.calls.map(({ error }) => error?.code ?? '')).every((code) => code === '');
  if (!accepts || others || disturbed || !noCalls) return [];
  return [`${short(run)} failed with ${run.failedWith}, though nothing went wrong and its target was well`];
}
