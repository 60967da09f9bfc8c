import { asFields, type Fields } from '../../functions/shared/input';
import { endOf, type HistoryEvent, jsonIn } from './events';

/** One try of a task. */
export interface Attempt {
  readonly startedAt: number;
  /** Null: it had not ended when the execution did. */
  readonly endedAt: number | null;
  readonly error: string | null;
  readonly cause: string | null;
}

/** One visit to a state. */
export interface StateVisit {
  readonly name: string;
  /** "Task", "Choice", … */
  readonly type: string;
  readonly enteredAt: number;
  readonly exitedAt: number | null;
  readonly attempts: readonly Attempt[];
  /** What its Lambda was given; null where it is no task, or the log has not all of it. */
  readonly input: unknown;
  /** What its Lambda gave back; null likewise, and where it failed. */
  readonly output: unknown;
}

/** An execution as its history tells it. */
export interface ExecutionHistory {
  readonly executionArn: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly end: 'succeeded' | 'failed' | 'timed out' | 'aborted' | null;
  readonly error: string | null;
  readonly cause: string | null;
  /** As it was started with. */
  readonly input: unknown;
  readonly visits: readonly StateVisit[];
}

type Open = { -readonly [Key in keyof StateVisit]: StateVisit[Key] } & { attempts: Attempt[] };

const TASK_ENDS = new Set(['TaskSucceeded', 'TaskFailed', 'TaskTimedOut', 'TaskStartFailed', 'TaskSubmitFailed']);

/** Null: there is no event. */
export function historyOf(events: readonly HistoryEvent[]): ExecutionHistory | null {
  const [first] = events;
  if (first === undefined) return null;
  const visits: Open[] = [];
  for (const event of events) follow(visits, event);
  const last = events.find((event) => endOf(event) !== undefined);
  const started = events.find(({ type }) => type === 'ExecutionStarted');
  return {
    executionArn: first.executionArn,
    startedAt: first.at,
    endedAt: last?.at ?? null,
    end: last === undefined ? null : (endOf(last) ?? null),
    error: text(last?.details, 'error'),
    cause: text(last?.details, 'cause'),
    input: started === undefined ? null : jsonIn(started.details, 'input'),
    visits,
  };
}

function follow(visits: Open[], { type, at, details }: HistoryEvent): void {
  const [, kind = '', what] = /^(\w+)State(Entered|Exited)$/.exec(type) ?? [];
  if (what === 'Entered') {
    const name = String(details.name);
    visits.push({ name, type: kind, enteredAt: at, exitedAt: null, attempts: [], input: null, output: null });
    return;
  }
  const current = visits.at(-1);
  if (current === undefined) return;
  if (what === 'Exited') current.exitedAt = at;
  else if (type === 'TaskScheduled') {
    current.input = asFields(jsonIn(details, 'parameters')).Payload ?? null;
    current.attempts.push({ startedAt: at, endedAt: null, error: null, cause: null });
  } else if (TASK_ENDS.has(type)) {
    const error = type === 'TaskSucceeded' ? null : (text(details, 'error') ?? type);
    const attempt = current.attempts.pop() ?? { startedAt: at };
    current.attempts.push({ ...attempt, endedAt: at, error, cause: error === null ? null : text(details, 'cause') });
    current.output = type === 'TaskSucceeded' ? (asFields(jsonIn(details, 'output')).Payload ?? null) : null;
  }
}

function text(details: Fields | undefined, name: string): string | null {
  const value = details?.[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The last visit to a state of this name that its Lambda answered. */
export function answerOf({ visits }: ExecutionHistory, ...names: readonly string[]): unknown {
  return visits.findLast(({ name, output }) => names.includes(name) && output !== null)?.output ?? null;
}
