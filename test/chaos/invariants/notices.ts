import { isMutating, overlap, type Run, short } from '../runs';
import { isOnlyApplicationDown, isWell } from '../world-state';
import { mayBeStarting } from './application';
import type { Context } from './context';
import { lostForNothing, saidTooShort, toldOften, toldTwice } from './notice-facts';
import { unready, unrepairedUntold } from './readiness';

/** Whatever changed a holder, failed, or was asked for by a person is told; what concerns nobody is not. */
export function notices(context: Context): string[] {
  return [
    ...context.runs.flatMap((run) => [
      ...untold(context, run),
      ...pauseUntold(context, run),
      ...toldForNothing(context, run),
      ...gaveUp(run),
      ...lostForNothing(context, run),
      ...toldTwice(context, run),
      ...saidTooShort(context, run),
      ...unrepairedUntold(context, run),
    ]),
    ...toldOften(context),
    ...unready(context),
  ];
}

function untold(context: Context, run: Run): string[] {
  const { told } = context;
  if (told.is(run)) return [];
  // It was cut off, and so was the alarm's message that would have said so.
  if (run.failedWith === 'Aborted' && told.alarmWasLost(run)) return [];
  const changed = run.effects.length > 0 && !isToldByAnother(context, run);
  const failed = run.failedWith !== null;
  // A claim waits for the address, not for a message.
  const asked = run.mode !== null && run.mode !== 'check' && run.mode !== 'claim';
  if (!changed && !failed && !asked) return [];
  const why = changed ? 'changed a holder' : failed ? `failed with ${run.failedWith}` : 'was asked for by a person';
  return [`${short(run)} ${why} (ended ${run.failedWith ?? 'well'}), and nobody was told`];
}

/** It lost a race: another execution that ran at the same time moved the addresses too, and tells where they are. */
function isToldByAnother({ runs, told }: Context, run: Run): boolean {
  if (run.failedWith !== null) return false;
  return runs.some(
    (other) =>
      other !== run &&
      other.cluster === run.cluster &&
      other.decisions.some(({ plan }) => plan.action === 'MOVE') &&
      overlap(run, other) &&
      told.is(other),
  );
}

/** A pause that keeps an address on a dead node is told, once. */
function pauseUntold(context: Context, run: Run): string[] {
  const { played, told } = context;
  const { cluster, clusterIndex, mode, endedAt } = run;
  if (cluster === null || mode !== null || endedAt === null || run.failedWith !== null) return [];
  const last = run.decisions.at(-1);
  if (last?.plan.why !== 'PAUSED') return [];
  const { journal } = played.recorder;
  // Where nobody knows when the addresses moved last, the application does not count.
  const unknown = run.calls.some(({ action, error }) => action === 'GetMetricData' && error !== null);
  const ill = journal
    .within(clusterIndex, last.enteredAt - played.lag, endedAt)
    .every(
      (state) =>
        !isWell(state) &&
        !(unknown && isOnlyApplicationDown(state)) &&
        !mayBeStarting(context, clusterIndex, state, [last.enteredAt, last.enteredAt]),
    );
  if (!ill) return [];
  const since = journal.lastTime(clusterIndex, run.startedAt, isWell);
  return told.notices(cluster.name, since, Number.POSITIVE_INFINITY).length > 0 || told.readinessIsKnown(run)
    ? []
    : [`${short(run)} moved nothing because of a pause, and nobody was told`];
}

/** Longer than reads lag behind writes in most histories, ms. */
const SETTLED = 10_000;

/** An event about a cluster that is well, at a time when nothing else goes on, moves nothing and tells nobody. */
function toldForNothing({ played, told }: Context, run: Run): string[] {
  const { cloud, byHand, recorder, lag } = played;
  if (run.mode !== null || run.cluster === null || run.failedWith !== null) return [];
  if (run.delivered.length === 0 && run.effects.length === 0) return [];
  const since = run.startedAt - Math.max(SETTLED, lag);
  if (!recorder.journal.within(run.clusterIndex, since, run.startedAt).every(isWell)) return [];
  const own = new Set(run.effects.map((effect) => effect.index));
  const ownTimes = new Set(run.calls.filter(isMutating).map(({ at }) => at));
  const steady = cloud.timeline.events.every((event, where) => {
    if (event.at < since || event.at > (run.endedAt ?? event.at)) return true;
    const mine = own.has(where) || (event.type === 'elastic-ip-changed' && ownTimes.has(event.at));
    const disturbs =
      ['instance-state', 'holder-changed', 'elastic-ip-changed'].includes(event.type) ||
      (event.type === 'alarm' && told.kindOf(event.name) === null);
    return mine || (!disturbs && !byHand.some(([from, to]) => where >= from && where < to));
  });
  const did = run.effects.length > 0 ? 'moved the addresses' : 'told people';
  return steady ? [`${short(run)} found all well, and ${did}`] : [];
}

/** What an execution may end with at once: verdicts, and refusals that no repetition changes. */
const VERDICTS = new Set([
  'InvalidInput',
  'PrimaryAddress',
  'HeldByStranger',
  'TargetUnhealthy',
  'TargetRefused',
  'Superseded',
  'NoHealthyStandby',
  'ElasticIpNotAssociated',
  'UnauthorizedOperation',
  'AccessDenied',
  'AuthorizationError',
  'Aborted',
]);
/** Nobody is bothered with a fault that is over sooner, ms. */
const PATIENCE = 20_000;

/** A fault that passes is no failure to tell people of. */
function gaveUp({ failedWith, failedAt, startedAt, calls, ...run }: Run): string[] {
  if (failedWith === null || failedAt === null || failedAt - startedAt >= PATIENCE) return [];
  // An event that names one of our nodes is no invalid input, whatever else it lacks.
  const eventRefused = failedWith === 'InvalidInput' && run.mode === null && run.cluster !== null;
  if (VERDICTS.has(failedWith) && !eventRefused) return [];
  const denied = calls.some(({ action, error }) => action === 'Publish' && VERDICTS.has(error?.code ?? ''));
  if (failedWith === 'NoticeFailed' && denied) return [];
  return [
    `${short({ failedWith, failedAt, startedAt, calls, ...run })} gave up with ${failedWith} after ${failedAt - startedAt} ms`,
  ];
}
