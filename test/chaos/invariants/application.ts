import { type Effect, type Run, short } from '../runs';
import { type ClusterState, isOnlyApplicationDown, isWell, soleHolder } from '../world-state';
import { type Context, decisionBefore, statesKnownTo } from './context';

const MINUTE = 60_000;
/** So long a new holder has time to start the application, ms. */
const GRACE = 5 * MINUTE;
/** What is remembered of a move bears the beginning of its minute, and so the time may be that much longer, ms. */
const ROUNDING = MINUTE;
/** Clocks of functions are off by up to this in some histories, ms. */
const SKEW = 2 * MINUTE;
const HOUR = 60 * MINUTE;
/** There, and back: then the addresses stay. */
const MOVES_OF_AN_HOUR = 2;

const skewOf = ({ played }: Context) => (played.skewed ? SKEW : 0);

/** Executions that moved the addresses and wrote that down, and when they did. A check that follows a claim does not do so by itself, and where an Elastic IP was put back the addresses stayed. */
function movesOf({ runs }: Context, cluster: Run['cluster']) {
  return runs.flatMap((run) =>
    run.cluster === cluster
      ? run.notices.flatMap(({ state, at, plan }) =>
          state === 'NotifySuccess' && plan?.action === 'MOVE' && plan.why !== 'ELASTIC_IP_MISSING'
            ? [{ run, at, byItself: isByItself(run) && plan.why !== 'CLAIMED' }]
            : [],
        )
      : [],
  );
}

const isByItself = ({ mode }: Run): boolean => mode === null || mode === 'check';

/** From when an execution began to look until what it did was to be seen, ms since the epoch. */
type Span = readonly [from: number, to: number];

/** The holder's only trouble is its application, and that may still be starting: for whoever looked then. */
export function mayBeStarting(context: Context, clusterIndex: number, state: ClusterState, [from, to]: Span): boolean {
  if (!isOnlyApplicationDown(state)) return false;
  const since = from - GRACE - ROUNDING - skewOf(context);
  const cluster = context.played.cloud.clusters[clusterIndex] ?? null;
  return movesOf(context, cluster).some((move) => move.at >= since && move.at <= to);
}

/** Or it has been carried there and back within the hour already, whatever the user's alarms say. */
export function mayStayDown(context: Context, clusterIndex: number, state: ClusterState, span: Span): boolean {
  if (mayBeStarting(context, clusterIndex, state, span)) return true;
  const holder = soleHolder(state);
  if (!holder?.wellForEc2 || !holder.applicationDown) return false;
  const cluster = context.played.cloud.clusters[clusterIndex] ?? null;
  const lately = movesOf(context, cluster).filter(
    (move) => move.byItself && move.at >= span[0] - HOUR - skewOf(context) && move.at <= span[1],
  );
  return lately.length >= MOVES_OF_AN_HOUR;
}

/**
 * The application alone takes no address off a node that got it a moment ago, and none on and on, unless a person asks.
 * What was not written down before the decision began to look cannot be known.
 */
export function movedForApplication(context: Context, run: Run, effect: Effect): string | null {
  const decision = decisionBefore(run, effect.index);
  // A check may follow the last claim.
  if (decision === undefined || decision.plan.why === 'CLAIMED' || run.starts.length > 1) return null;
  const states = statesKnownTo(context, run, effect.askedAt, effect.at).filter((state) =>
    state.holders.includes(effect.from),
  );
  const down = states.filter(isOnlyApplicationDown);
  const otherwiseWell = states.filter((state) => !isOnlyApplicationDown(state)).every(isWell);
  if (down.length === 0 || !otherwiseWell) return null;
  if (run.effects.some(({ index, to }) => index < effect.index && to === effect.from))
    return `${short(run)} moved ${effect.address} off ${effect.from}, which it had just given it to`;
  const known = movesOf(context, run.cluster).filter(
    (move) => move.run !== run && move.run.succeeded && (move.run.endedAt ?? effect.at) < decision.enteredAt,
  );
  const skew = skewOf(context);
  if (known.some(({ at }) => decision.at - at < GRACE - skew))
    return `${short(run)} moved ${effect.address} off ${effect.from}, whose application had no time to start`;
  if (!isByItself(run)) return null;
  const minutes = new Set(
    known.flatMap(({ at, byItself }) =>
      byItself && decision.at - at < HOUR - ROUNDING - skew ? [Math.floor(at / MINUTE)] : [],
    ),
  );
  return minutes.size >= MOVES_OF_AN_HOUR
    ? `${short(run)} carried ${effect.address} on, after ${minutes.size} moves within the hour`
    : null;
}
