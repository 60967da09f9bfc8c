import { endOf, eventIn, type HistoryEvent } from '../execution/events';
import type { RecordedOutcome } from './records';

/** The executions in the workflow's own log, against the records of outcomes. */
export interface Completeness {
  readonly started: number;
  readonly ended: number;
  /** Executions with a record. */
  readonly recorded: number;
  /** Ended without calling Notify, as the decision wanted: nothing had happened that is worth a record. */
  readonly notWorthARecord: number;
  readonly unexplained: readonly Unexplained[];
  /** Executions in the log whose beginning lies in the window, a minute more on either side: clocks differ. */
  readonly startedInWindow: number;
}

/** Milliseconds since the epoch. */
export interface Window {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

export interface Unexplained {
  readonly executionArn: string;
  readonly at: number;
  readonly what: 'no end in the log' | 'no record of the outcome' | 'a record, and no execution in the log';
}

/** Lines of the workflow's log that say how each execution began and ended, and whether it came to Notify. */
export const EXECUTION_LINES = '{ ($.type = "Execution*") || ($.details.name = "Notify*") }';

interface Seen {
  at: number;
  started: boolean;
  ended: boolean;
  notify: boolean;
  recorded: boolean;
}

/** Both logs lag, by little: who is not complete after so long is not complete. */
const SETTLED = 600_000;
const HOUR = 3_600_000;
const CLOCKS_DIFFER = 60_000;

/** The whole hours of a period, for which CloudWatch's own count can be compared with the log; null: there is none. */
export function wholeHours({ start, end }: { readonly start: number; readonly end: number }): Window | null {
  const from = Math.ceil((start + CLOCKS_DIFFER) / HOUR) * HOUR;
  const to = Math.floor((end - SETTLED) / HOUR) * HOUR;
  return from < to ? { from, to } : null;
}

/** Joins the two logs as they are read, oldest first: only executions that are under way are in memory. */
export class Join {
  private readonly open = new Map<string, Seen>();
  private readonly unexplained: Unexplained[] = [];
  private started = 0;
  private ended = 0;
  private recorded = 0;
  private notWorthARecord = 0;
  private startedInWindow = 0;

  /** @param end what began shortly before it may be under way */
  constructor(
    private readonly end: number,
    private readonly window: Window | null = null,
  ) {}

  addLine({ message }: { readonly message: string }): void {
    const event = eventIn(message);
    if (event === null) return;
    const seen = this.of(event.executionArn, event.at);
    if (event.type === 'ExecutionStarted') this.start(seen, event.at);
    else if (endOf(event) !== undefined) seen.ended = true;
    else if (isNotify(event)) seen.notify = true;
    this.close(event.at);
  }

  addRecord({ executionId, at }: Pick<RecordedOutcome, 'executionId' | 'at'>): void {
    this.of(executionId, at).recorded = true;
  }

  result(): Completeness {
    this.close(Number.POSITIVE_INFINITY);
    const { started, ended, recorded, notWorthARecord, unexplained, startedInWindow } = this;
    return { started, ended, recorded, notWorthARecord, unexplained, startedInWindow };
  }

  private start(seen: Seen, at: number): void {
    if (seen.started) return;
    seen.started = true;
    if (this.window === null) return;
    const { from, to } = this.window;
    if (at >= from - CLOCKS_DIFFER && at < to + CLOCKS_DIFFER) this.startedInWindow += 1;
  }

  private of(executionArn: string, at: number): Seen {
    const seen = this.open.get(executionArn) ?? { at, started: false, ended: false, notify: false, recorded: false };
    this.open.set(executionArn, seen);
    return seen;
  }

  /** Counts those that began so long ago that nothing more will come. */
  private close(now: number): void {
    for (const [executionArn, seen] of this.open) {
      if (now - seen.at < SETTLED) break;
      this.open.delete(executionArn);
      this.count(executionArn, seen);
    }
  }

  private count(executionArn: string, { at, started, ended, notify, recorded }: Seen): void {
    if (started) this.started += 1;
    if (ended) this.ended += 1;
    if (recorded) this.recorded += 1;
    else if (ended && !notify) this.notWorthARecord += 1;
    // Its beginning or its end may lie outside the period.
    if (this.end - at < SETTLED) return;
    const what = !started
      ? recorded && !ended && !notify
        ? ('a record, and no execution in the log' as const)
        : null
      : !ended
        ? ('no end in the log' as const)
        : notify && !recorded
          ? ('no record of the outcome' as const)
          : null;
    if (what !== null) this.unexplained.push({ executionArn, at, what });
  }
}

function isNotify({ type, details }: HistoryEvent): boolean {
  return type === 'TaskStateEntered' && String(details.name).startsWith('Notify');
}

/** Two streams as one, oldest first. */
export async function* merged<A extends { readonly at: number }, B extends { readonly at: number }>(
  one: AsyncGenerator<A>,
  other: AsyncGenerator<B>,
): AsyncGenerator<{ readonly one: A } | { readonly other: B }> {
  let [a, b] = await Promise.all([one.next(), other.next()]);
  while (!a.done || !b.done) {
    if (!a.done && (b.done || a.value.at <= b.value.at)) {
      yield { one: a.value };
      a = await one.next();
    } else if (!b.done) {
      yield { other: b.value };
      b = await other.next();
    }
  }
}
