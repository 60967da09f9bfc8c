import type { TimelineEvent } from '../../local/emulator/kernel/timeline';
import type { Played } from './play';
import { type Call, type Notice, type Run, record, tookEffect } from './runs';
import { isWell } from './world-state';

const MINUTE = 60_000;

/** An alarm's message to people. */
interface AlarmMessage {
  readonly at: number;
  readonly index: number;
  readonly alarm: string;
}

/** Who sent an alarm: what it watches, and for which cluster (null: for all). */
export interface AlarmKind {
  readonly watches: 'executions' | 'notices' | 'readiness';
  readonly cluster: string | null;
}

/**
 * What reached a subscriber. An alarm's state tells nobody anything, its message does.
 */
export class Told {
  private readonly alarmMessages: readonly AlarmMessage[];
  /** When a fault struck a message of CloudWatch's. */
  private readonly lostAlarms: readonly number[];
  /** Every try to send a notice, in order. */
  private readonly tries: readonly Call[];

  constructor(
    private readonly played: Played,
    private readonly runs: readonly Run[],
  ) {
    const { events } = played.cloud.timeline;
    this.alarmMessages = events.flatMap((event, index) => alarmMessage(event, index));
    this.lostAlarms = events.flatMap((event) =>
      event.type === 'fault' && event.what.endsWith('by service:cloudwatch.amazonaws.com') ? [event.at] : [],
    );
    this.tries = runs
      .flatMap(({ calls }) => calls)
      .filter(({ action }) => action === 'Publish')
      .toSorted((one, other) => one.index - other.index);
  }

  /** By a notice of its own; or, where it could send none any more, by an alarm or by a later notice of its cluster. */
  is(run: Run): boolean {
    if (run.delivered.length > 0) return true;
    if (couldNotTell(run))
      return this.byAlarm(run) || this.later(run) || (run.mode === 'check' && this.readinessIsKnown(run));
    if (!tellsByMetric(run)) return false;
    return this.knows(run) || this.byAlarm(run) || (this.nothingCouldBeSent(run) && this.later(run));
  }

  /** A message of CloudWatch's own was lost when this run's alarm would have come. Nothing more can be asked. */
  alarmWasLost({ failedAt }: Run): boolean {
    return failedAt !== null && this.lostAlarms.some((at) => at >= failedAt - MINUTE && at <= failedAt + 3 * MINUTE);
  }

  /** An alarm told people within minutes: of executions that fail, of notices that cannot be sent, or of this cluster's readiness. */
  byAlarm({ failedAt, endedAt, cluster }: Run): boolean {
    const at = failedAt ?? endedAt;
    if (at === null) return false;
    return this.alarmMessages.some((message) => {
      const kind = this.kindOf(message.alarm);
      if (kind === null || (kind.cluster !== null && kind.cluster !== cluster?.name)) return false;
      return message.at >= at - ALARM_LASTS && message.at <= at + ALARM_COMES_WITHIN;
    });
  }

  /** Whether people heard of the alarm's last change to ALARM; null: it never went up. */
  heardOf(alarm: string): boolean | null {
    const { events } = this.played.cloud.timeline;
    const up = events.findLast((event) => event.type === 'alarm' && event.name === alarm && event.to === 'ALARM');
    if (up === undefined) return null;
    const sent = this.alarmMessages.some((message) => message.alarm === alarm && message.at === up.at);
    return sent || this.lostAlarms.includes(up.at);
  }

  /** Some message about a cluster came since, or an alarm's was lost: a notice, or an alarm of its own or of all. */
  heardSince(cluster: string, since: number): boolean {
    const byAlarm = this.alarmMessages.some(({ at, alarm }) => {
      const kind = this.kindOf(alarm);
      return at >= since && kind !== null && (kind.cluster ?? cluster) === cluster;
    });
    const isLost = this.lostAlarms.some((at) => at >= since);
    return byAlarm || isLost || this.notices(cluster, since, Number.POSITIVE_INFINITY).length > 0;
  }

  /** Notices about a cluster that were delivered from one time to another. */
  notices(cluster: string, from: number, to: number): readonly Notice[] {
    return this.runs
      .filter((run) => run.cluster?.name === cluster)
      .flatMap(({ delivered }) => delivered)
      .filter(({ at }) => at >= from && at <= to);
  }

  readinessAlarm(cluster: string): string | null {
    const alarm = this.played.cloud.alarms
      .list()
      .find(({ name }) => this.kindOf(name)?.watches === 'readiness' && this.kindOf(name)?.cluster === cluster);
    return alarm?.name ?? null;
  }

  kindOf(alarm: string): AlarmKind | null {
    const { alarms, clusters } = this.played.cloud;
    const known = alarms.list().find(({ name }) => name === alarm);
    if (known === undefined) return null;
    const cluster = clusters.find(({ name }) => new RegExp(`\\b${name}\\b`).test(known.description))?.name ?? null;
    if (/NotReady/.test(alarm)) return { watches: 'readiness', cluster };
    if (/NoticeFailed|NoticeErrors/.test(alarm)) return { watches: 'notices', cluster };
    return /Executions(Failed|TimedOut|Aborted)/.test(alarm) ? { watches: 'executions', cluster: null } : null;
  }

  /** What was told since all was well is not told again; nor is what the readiness alarm says. */
  private knows(run: Run): boolean {
    const { cluster, clusterIndex, startedAt, endedAt } = run;
    if (cluster === null || endedAt === null) return false;
    // As it read it: a cluster that has just become well may still look as it was when people were told.
    const since = this.played.recorder.journal.lastTime(clusterIndex, startedAt - this.played.lag, isWell);
    const lately = this.notices(cluster.name, Math.min(since, startedAt - ALARM_LASTS), endedAt + ALARM_COMES_WITHIN);
    // A check tells what it cannot repair where the readiness alarm will not.
    const saysSo = ({ attributes: { outcome, mode } }: Notice) =>
      outcome === 'FAILED' || (outcome === 'REHEARSED' && mode === 'check');
    return lately.some(saysSo) || this.readinessIsKnown(run);
  }

  /** The cluster's readiness alarm was up, or went up soon, and its message had come. */
  readinessIsKnown({ cluster, startedAt, endedAt }: Run): boolean {
    const name = cluster && this.readinessAlarm(cluster.name);
    const until = (endedAt ?? startedAt) + ALARM_COMES_WITHIN;
    const changes = this.played.cloud.timeline.events.flatMap((event) =>
      event.type === 'alarm' && event.name === name && event.at <= until ? [event] : [],
    );
    return changes.some(({ at, to }, index) => {
      const over = changes[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      return (
        to === 'ALARM' && over >= startedAt && this.alarmMessages.some((each) => each.alarm === name && each.at === at)
      );
    });
  }

  /** What was tried last before this run failed, and first after it, was refused: so would have been a notice of its own. */
  private nothingCouldBeSent({ failedAt }: Run): boolean {
    if (failedAt === null) return false;
    const around = [this.tries.findLast(({ at }) => at <= failedAt), this.tries.find(({ at }) => at > failedAt)];
    return around.every((call) => call !== undefined && !tookEffect(call));
  }

  /** What could not be sent is sent by the next check. */
  private later({ cluster, endedAt }: Run): boolean {
    return (
      cluster !== null && endedAt !== null && this.notices(cluster.name, endedAt, Number.POSITIVE_INFINITY).length > 0
    );
  }
}

/** People who were told of an alarm so short a time ago look at the executions anyway, ms. */
const ALARM_LASTS = 5 * MINUTE;
/** Alarms are evaluated once a minute; one that waits for missing checks takes two of their intervals more, ms. */
const ALARM_COMES_WITHIN = 13 * MINUTE;

/** A failure that was told a moment ago; of two runs of one execution either may be the one that failed. */
function tellsByMetric({ decisions }: Run): boolean {
  return decisions.some(({ plan }) => plan.action === 'FAIL' && !plan.notify);
}

/** It was cut off, or something went wrong in Notify; or it is a check, which tells by its metric. */
export function couldNotTell({ failedWith, noticeFailed, mode }: Run): boolean {
  const died = failedWith === 'Aborted' || failedWith === 'States.Timeout' || failedWith === 'NoticeFailed';
  return died || noticeFailed || mode === 'check';
}

function alarmMessage(event: TimelineEvent, index: number): AlarmMessage[] {
  if (event.type !== 'notice' || !event.message.startsWith('{')) return [];
  const { AlarmName, NewStateValue } = record(parsed(event.message));
  return typeof AlarmName === 'string' && NewStateValue === 'ALARM' ? [{ at: event.at, index, alarm: AlarmName }] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
