import {
  claimedAt,
  type Effect,
  isMutating,
  type Run,
  record,
  short,
  strings,
  tookEffect,
  wantedTarget,
} from '../runs';
import { describe, heldByStranger, isFlapping, soleHolder } from '../world-state';
import { movedForApplication } from './application';
import { type Context, dampingOf, decisionBefore, nodeIn, statesKnownTo } from './context';

/**
 * No address leaves a node that EC2, fully read, calls healthy, unless a person, a claim, a drill, failback or the Elastic IP asks.
 * Nor does it go to the node of an alarm that has just changed, off a node that runs, nor off one that had no time to start
 * the application.
 */
export function noMoveOnMissingInformation(context: Context): string[] {
  return context.runs.flatMap((run) =>
    run.effects.flatMap((effect) => {
      const left =
        leftHealthyNode(context, run, effect) ?? flapped(context, run, effect) ?? wentToExcluded(context, run, effect);
      return left === null ? [] : [left];
    }),
  );
}

function leftHealthyNode(context: Context, run: Run, effect: Effect): string | null {
  const { cluster } = run;
  const isWanted = effect.to !== null && effect.to === wantedTarget(run);
  if (cluster === null || effect.from === null || isWanted) return null;
  const before = statesBefore(context, run, effect);
  const reason = before.some(
    (state) => nodeIn(state, effect.from)?.healthy !== true || !state.elasticIpsWell || soleHolder(state) === undefined,
  );
  if (reason) return movedForApplication(context, run, effect);
  const { why } = decisionBefore(run, effect.index)?.plan ?? {};
  if (why === 'FAILBACK') return undidPerson(context, run, effect);
  if (why === 'CLAIMED' && run.mode === 'check')
    return undidPerson(context, run, effect) ?? isNotLastClaim(context, run, effect);
  const says = before.at(-1);
  return `${short(run)} moved ${effect.address} off a healthy node to ${effect.to ?? 'nobody'}. ${says ? describe(cluster, says) : ''}`;
}

/** All that the run may have known, without what its call itself did: the entries of the journal at the very end may be that. */
function statesBefore(context: Context, run: Run, { askedAt, at, from }: Effect) {
  const states = statesKnownTo(context, run, askedAt, at);
  return states.slice(0, Math.max(1, 1 + states.findLastIndex(({ holders }) => holders.includes(from))));
}

/** A check moves to where the last claim wanted the addresses, or one that came while it began. */
function isNotLastClaim({ runs }: Context, run: Run, effect: Effect): string | null {
  const decidedAt = decisionBefore(run, effect.index)?.index ?? run.index;
  const claims = runs
    .filter(({ cluster, mode, index }) => cluster === run.cluster && mode === 'claim' && index < decidedAt)
    .sort((a, b) => claimedAt(a) - claimedAt(b));
  const last = claims.findLastIndex(({ index }) => index < run.index);
  if (claims.some((claim, index) => index >= last && wantedTarget(claim) === effect.to)) return null;
  return `${short(run)} moved ${effect.address} for a claim to ${effect.to}, and that was not the last one`;
}

/** Automatic failback, and a check that follows a claim, take back what the product itself moved, never what a person did. */
function undidPerson({ runs }: Context, run: Run, effect: Effect): string | null {
  const earlier = runs
    .filter(({ cluster }) => cluster === run.cluster)
    .flatMap((other) => other.effects.map((each) => ({ other, each })))
    .filter(({ other, each }) => other !== run && each.index < effect.index && each.to === effect.from)
    .sort((a, b) => a.each.index - b.each.index)
    .at(-1);
  if (earlier === undefined || wantedTarget(earlier.other) !== effect.from) return null;
  // Whether an older claim yields to the last one, isNotLastClaim judges.
  const yields = earlier.other.mode === 'claim' && decisionBefore(run, effect.index)?.plan.why === 'CLAIMED';
  // A run that was cut off could not write down who wanted it.
  const byPerson = earlier.other.succeeded && !yields;
  return byPerson ? `${short(run)} took back what ${short(earlier.other)} had moved for a person` : null;
}

/** After which a change of an alarm is surely known to whoever decides, ms; what CloudWatch lags comes on top. */
const ALARM_KNOWN_AFTER = 1_000;

function flapped(context: Context, run: Run, effect: Effect): string | null {
  const { cluster } = run;
  if (cluster === null || effect.from === null || effect.to === null || isAskedFor(run, effect)) return null;
  const damping = dampingOf(cluster);
  const known = effect.askedAt - ALARM_KNOWN_AFTER - context.played.lag;
  const damped = statesBefore(context, run, effect).every((state) => {
    const changedAt = nodeIn(state, effect.to)?.alarmChangedAt ?? 0;
    const stays = state.holders.every((holder) => holder === effect.from) && isFlapping(state, damping, effect.askedAt);
    return stays && changedAt < known && changedAt > effect.askedAt - damping;
  });
  return damped ? `${short(run)} moved ${effect.address} to and fro with the alarms that change in turn` : null;
}

/** Somebody asked for that node; a failover by hand that names none asks for any that is healthy. */
function isAskedFor(run: Run, { to }: Effect): boolean {
  const wanted = wantedTarget(run);
  return to === wanted || (run.mode === 'failover' && wanted === null);
}

/** A node that is tagged as none of the candidates gets nothing but what it had. */
function wentToExcluded(context: Context, run: Run, effect: Effect): string | null {
  const { cluster, decisions } = run;
  const had = decisions.some(({ plan }) => plan.heldBefore.some((each) => each.networkInterfaceId === effect.to));
  if (cluster === null || effect.to === null || had) return null;
  const excluded = statesKnownTo(context, run, effect.askedAt).every((state) => nodeIn(state, effect.to)?.excluded);
  return excluded ? `${short(run)} moved ${effect.address} to ${effect.to}, which is excluded by its tag` : null;
}

/** Calls that change something name only the execution's own interfaces and addresses; everything else stays as it was. */
export function noTheft(context: Context): string[] {
  const { played, runs } = context;
  const { untouchable, cloud } = played;
  const strange = runs.flatMap((run) =>
    run.calls.filter(isMutating).flatMap((call) => {
      const { NetworkInterfaceId, PrivateIpAddress } = record(call.parameters);
      const interfaces = run.cluster?.nodes.map(({ networkInterfaceId }) => networkInterfaceId) ?? [];
      const ours = run.cluster?.virtualIps.map(({ address }) => address) ?? [];
      const given = Array.isArray(PrivateIpAddress) ? strings(PrivateIpAddress) : [String(PrivateIpAddress)];
      const own = interfaces.includes(String(NetworkInterfaceId)) && given.every((address) => ours.includes(address));
      return own ? [] : [`${short(run)}: ${call.action} of ${given.join(', ')} on ${NetworkInterfaceId}`];
    }),
  );
  const existing = new Set(
    cloud.world
      .view()
      .networkInterfaces()
      .map(({ id }) => id),
  );
  const lines = (text: string) =>
    text.split('\n').filter((line) => !line.startsWith('eni-') || existing.has(line.slice(0, line.indexOf(' '))));
  const before = lines(untouchable.before);
  const changed = lines(untouchable.after).filter((line) => !before.includes(line));
  return [
    ...strange,
    ...runs.flatMap((run) => run.effects.flatMap((effect) => stolen(context, run, effect))),
    ...changed.map((line) => `Changed, and was none of ours: ${line}`),
  ];
}

/** A stranger had the address all the time in which the decision may have been made. */
function stolen(context: Context, run: Run, effect: Effect): string[] {
  const { cluster } = run;
  if (cluster === null || effect.from === null) return [];
  const states = statesKnownTo(context, run, effect.askedAt);
  const position = cluster.virtualIps.findIndex(({ address }) => address === effect.address);
  const all = states.every((state) => heldByStranger(state) && state.holders[position] === effect.from);
  const ours = cluster.nodes.some(({ networkInterfaceId }) => networkInterfaceId === effect.from);
  return all && !ours ? [`${short(run)} took ${effect.address} from ${effect.from}, an interface of others`] : [];
}

/** A rehearsal, and a check that finds all well, makes no changing call, not even one that is refused. */
export function rehearsalsChangeNothing({ runs }: Context): string[] {
  return runs.flatMap((run) => {
    const moves = run.decisions.some(({ plan }) => plan.action === 'MOVE');
    const calls = run.calls.filter(isMutating);
    if (calls.length === 0 || (run.mode !== 'rehearsal' && moves)) return [];
    const decided = run.decisions.map(({ plan }) => plan.action).join(', ');
    return [`${short(run)} decided ${decided} and called ${calls.map((each) => each.action).join(', ')}`];
  });
}

/**
 * No execution asks for an address to be on a node, then on another, then on the first again. In the order in which it
 * asked: a call that EC2 carries out late toggles nothing that the execution decided.
 */
export function drillsComeToRest({ runs }: Context): string[] {
  return runs.flatMap(
    (run) =>
      run.cluster?.virtualIps.flatMap(({ address }) => {
        const visited = run.effects
          .filter((effect) => effect.address === address && effect.to !== null)
          .sort((a, b) => a.askedAt - b.askedAt);
        const stays = visited.map(({ to }) => to).filter((to, index, list) => to !== list[index - 1]);
        const toggles = run.starts.length === 1 && new Set(stays).size < stays.length;
        return toggles ? [`${short(run)} moved ${address} to and fro: ${stays.join(', ')}`] : [];
      }) ?? [],
  );
}

/** Elastic IPs of the configuration are part of a cluster's being well. Others are never taken off by a call of ours. */
export function elasticIps({ played: { cloud, recorder } }: Context): string[] {
  const { events } = cloud.timeline;
  let lost: { readonly at: number; readonly from: string | null; readonly allocationId: string }[] = [];
  return events.flatMap((event) => {
    if (event.type === 'elastic-ip-changed' && event.to === null)
      if (recorder.foreignElasticIps.includes(event.allocationId)) lost.push(event);
    if (event.type !== 'api-call' || event.execution === null || !isMutating(event) || !tookEffect(event)) return [];
    lost = lost.filter(({ at }) => at >= event.at - event.milliseconds);
    const { NetworkInterfaceId } = record(event.parameters);
    const mine = lost.filter(({ from }) => from === NetworkInterfaceId);
    lost = lost.filter((each) => !mine.includes(each));
    return mine.map(
      ({ allocationId }) => `${event.action} on ${NetworkInterfaceId} dropped ${allocationId}, which is not ours`,
    );
  });
}
