import type { StatesError } from './errors';

/** One entry of Retry. @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  /** Retries, not attempts; 0: never. */
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number;
  readonly jitter: 'FULL' | 'NONE';
}

/** AWS's values where the definition has none. @see the same page */
export const RETRY_DEFAULTS = {
  intervalSeconds: 1,
  maxAttempts: 3,
  backoffRate: 2,
  maxDelaySeconds: Number.POSITIVE_INFINITY,
  jitter: 'NONE',
} as const;

/** Whether an `ErrorEquals` names the error. @see the same page, "Error names" */
export function matches(errorEquals: readonly string[], error: StatesError): boolean {
  if (!error.catchable) return false;
  return errorEquals.some((name) => {
    if (name === 'States.ALL') return true;
    if (name === 'States.TaskFailed') return error.name !== 'States.Timeout';
    return name === error.name;
  });
}

/** The retriers of a state from its entry to its exit: each has a counter of its own. */
export class Retries {
  private readonly used = new Map<Retrier, number>();

  constructor(
    private readonly retriers: readonly Retrier[],
    private readonly random: () => number,
  ) {}

  /** How long to wait before the next attempt, ms; null: there is none. The first retrier that names the error decides alone. */
  pauseAfter(error: StatesError): number | null {
    const retrier = this.retriers.find(({ errorEquals }) => matches(errorEquals, error));
    if (retrier === undefined) return null;
    const used = this.used.get(retrier) ?? 0;
    if (used >= retrier.maxAttempts) return null;
    this.used.set(retrier, used + 1);
    const grown = retrier.intervalSeconds * retrier.backoffRate ** used;
    const seconds = Math.min(grown, retrier.maxDelaySeconds);
    return Math.round(seconds * 1000 * (retrier.jitter === 'FULL' ? this.random() : 1));
  }
}
