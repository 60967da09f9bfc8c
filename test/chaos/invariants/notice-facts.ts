import type { Played } from '../play';
import { type Run, record, short } from '../runs';
import type { Context } from './context';

/** Notify waits so long for SNS's answer, ms (PUBLISH_MS of functions/shared/timing.ts). */
const ANSWERED_WITHIN = 8_000;

/** One execution says one thing once, where nothing went wrong with its notice. */
export function toldTwice({ played }: Context, run: Run): string[] {
  const [first] = run.delivered;
  const end = run.ends.at(-1);
  if (first === undefined || end === undefined || run.delivered.length === 1 || run.starts.length > 1) return [];
  const late = run.calls.some(({ action, milliseconds }) => action === 'Publish' && milliseconds >= ANSWERED_WITHIN);
  return late || notifyWasStruck(played, run, (what) => !what.startsWith('slow-answer'))
    ? []
    : [`${short(run)} sent ${run.delivered.length} notices: ${first.subject}`];
}

/** A notice that cannot be sent is SNS's fault, or that of what runs Notify, and not that of what the notice says. */
export function lostForNothing({ played }: Context, run: Run): string[] {
  if (run.failedWith !== 'NoticeFailed' || run.starts.length > 1) return [];
  const refused = run.calls.some(({ action, error }) => action === 'Publish' && error !== null);
  return refused || notifyWasStruck(played, run) ? [] : [`${short(run)} could not send its notice, and SNS took all`];
}

function notifyWasStruck({ cloud }: Played, { index, ends }: Run, counts = (_what: string): boolean => true): boolean {
  return cloud.timeline.events
    .slice(index, ends.at(-1)?.index)
    .some((event) => event.type === 'fault' && /notify/.test(event.what) && counts(event.what));
}

/** What a dark time may be said to be shorter than it was, ms: two clocks, and what lies between a change and its answer. */
const TOLERANCE = 2_000;

/** A dark time that is said is not shorter than the world's own. */
export function saidTooShort({ played, runs }: Context, run: Run): string[] {
  const { cluster, effects } = run;
  const end = run.ends.at(-1);
  const notice = run.notices.find(({ state }) => state === 'NotifySuccess');
  const off = effects.find(({ to }) => to === null);
  if (cluster === null || notice === undefined || off === undefined || end === undefined) return [];
  if (played.skewed || run.starts.length > 1) return [];
  // A metric says no execution: where another one writes its own at the same time, nobody can tell whose it is.
  const another = runs.some(
    (other) =>
      other !== run &&
      other.cluster === cluster &&
      other.notices.some(({ index }) => index < end.index) &&
      (other.ends.at(-1)?.index ?? Number.POSITIVE_INFINITY) > notice.index,
  );
  if (another) return [];
  const { events } = played.cloud.timeline;
  const on = events
    .slice(off.index + 1)
    .find((event) => event.type === 'holder-changed' && event.address === off.address && event.to !== null);
  const said = events
    .slice(notice.index, end.index)
    .flatMap((event) =>
      event.type === 'metric' && event.name === 'DarkTime' && event.dimensions.Cluster === cluster.name
        ? [event.value]
        : [],
    );
  const [value] = said;
  if (on === undefined || value === undefined || said.length > 1) return [];
  const dark = on.at - off.at;
  return value < dark - TOLERANCE ? [`${short(run)} says a dark time of ${value} ms; it was ${dark} ms`] : [];
}

/** The two states of one death may each be told; more of the same about one thing within so short a time is noise, ms. */
const SOON = 60_000;
const OFTEN = 3;

/**
 * The same words about the same node or alarm by executions that set out to change nothing: nobody reads them any more.
 * What a person asked for is answered in any case.
 */
export function toldOften({ runs }: Context): string[] {
  const automatic = runs.filter(({ mode, input, decisions }, index) => {
    // Copies of one event cannot know of each other.
    const copy = runs.findIndex((other) => other.input.id === input.id) !== index;
    const idle = decisions.length > 0 && decisions.every(({ plan }) => plan.action !== 'MOVE');
    return mode === null && idle && !copy;
  });
  const times = new Map<string, number[]>();
  for (const { input, delivered } of automatic) {
    // What one execution says several times is judged above.
    const [notice] = delivered;
    const { alarmName, 'instance-id': instanceId } = record(input.detail);
    const key = `${notice?.subject} (${alarmName ?? instanceId})`;
    if (notice !== undefined)
      times.set(
        key,
        [...(times.get(key) ?? []), notice.at].sort((a, b) => a - b),
      );
  }
  return [...times].flatMap(([key, at]) => {
    const often = at.some((time, index) => (at[index + OFTEN] ?? Number.POSITIVE_INFINITY) - time < SOON);
    return often ? [`${at.length} times within a short time: ${key}`] : [];
  });
}
