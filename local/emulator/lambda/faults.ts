/** A function dies or hangs when it is invoked, or at one of its API calls. Strikes once. */
export interface CallFault {
  /** Label, name or logical ID of the function. */
  readonly function: string;
  readonly kind: 'crash' | 'timeout';
  /** Counted from 1 over all the calls that the function makes from now on; 0: the next invocation, before its handler runs. */
  readonly atCall: number;
  /** `before`: the call never reaches its service. `after`: it took effect, and nobody is there to hear the answer. */
  readonly when: 'before' | 'after';
}

/**
 * Lambda does not run the function: it throttles it, or fails the invocation with an error of its own. For good, but for
 * what `milliseconds`, `during` and `times` say.
 */
export type Refusal = {
  readonly function: string;
  /** Counted from when it is added. */
  readonly milliseconds?: number;
  readonly during?: () => boolean;
  /** At how many invocations. */
  readonly times?: number;
} & (
  | { readonly kind: 'throttle' }
  /** `error`: as the state machine sees it, `Lambda.ResourceNotReadyException` for example. */
  | { readonly kind: 'refuse'; readonly error: string; readonly message?: string }
);

export type LambdaFault = CallFault | Refusal;

/** Faults that wait for their function. */
export class LambdaFaults {
  private readonly waiting = new Set<{ readonly fault: CallFault; left: number }>();
  private readonly refusals = new Set<{ readonly fault: Refusal; readonly until: number; left: number }>();

  constructor(private readonly now: () => number) {}

  add(fault: LambdaFault): void {
    if ('atCall' in fault) {
      this.waiting.add({ fault, left: fault.atCall });
      return;
    }
    const { milliseconds = Number.POSITIVE_INFINITY, times = Number.POSITIVE_INFINITY } = fault;
    this.refusals.add({ fault, until: this.now() + milliseconds, left: times });
  }

  clear(): void {
    this.waiting.clear();
    this.refusals.clear();
  }

  /** What keeps Lambda from running the function that goes by any of these names just now. */
  refusal(names: readonly string[]): Refusal | undefined {
    for (const entry of this.refusals) {
      const { fault, until } = entry;
      if (!names.includes(fault.function)) continue;
      if (entry.left <= 0 || this.now() >= until || fault.during?.() === false) continue;
      entry.left -= 1;
      return fault;
    }
    return undefined;
  }

  /** The fault that strikes an invocation of the function that goes by any of these names. */
  atStart(names: readonly string[]): CallFault | undefined {
    for (const entry of this.waiting) {
      if (entry.fault.atCall > 0 || !names.includes(entry.fault.function)) continue;
      this.waiting.delete(entry);
      return entry.fault;
    }
    return undefined;
  }

  /** Counts one call of the function that goes by any of these names; returns the fault that strikes at it. */
  next(names: readonly string[]): CallFault | undefined {
    for (const entry of this.waiting) {
      if (entry.fault.atCall === 0 || !names.includes(entry.fault.function)) continue;
      entry.left -= 1;
      if (entry.left > 0) continue;
      this.waiting.delete(entry);
      return entry.fault;
    }
    return undefined;
  }
}
