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

/** Joins the two logs as they are read, oldest first: only executions that are under way are in memory. */
export class Join {
  private readonly open = new Map<string, Seen>();
  private readonly unexplained: Unexplained[] = [];
  private started = 0;
  private ended = 0;
  private recorded = 0;
  private notWorthARecord = 0;

  /** @param end what began shortly before it may be under way */
  constructor(private readonly end: number) {}

  addLine({ message }: { readonly message: string }): void {
    const event = eventIn(message);
    if (event === null) return;
    const seen = this.of(event.executionArn, event.at);
    if (event.type === 'ExecutionStarted') seen.started = true;
    else if (endOf(event) !== undefined) seen.ended = true;
    else if (isNotify(event)) seen.notify = true;
    this.close(event.at);
  }

  addRecord({ executionId, at }: Pick<RecordedOutcome, 'executionId' | 'at'>): void {
    this.of(executionId, at).recorded = true;
  }

  result(): Completeness {
    this.close(Number.POSITIVE_INFINITY);
    const { started, ended, recorded, notWorthARecord, unexplained } = this;
    return { started, ended, recorded, notWorthARecord, unexplained };
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
