/** What happens to a function when it is invoked, or at one of its API calls. */
export interface LambdaFault {
  /** Label, name or logical ID of the function. */
  readonly function: string;
  readonly kind: 'crash' | 'timeout';
  /** Counted from 1 over all the calls that the function makes from now on; 0: the next invocation, before its handler runs. */
  readonly atCall: number;
  /** `before`: the call never reaches its service. `after`: it took effect, and nobody is there to hear the answer. */
  readonly when: 'before' | 'after';
}

/** Faults that wait for their call. Each strikes once. */
export class LambdaFaults {
  private readonly waiting = new Set<{ fault: LambdaFault; left: number }>();

  add(fault: LambdaFault): void {
    this.waiting.add({ fault, left: fault.atCall });
  }

  clear(): void {
    this.waiting.clear();
  }

  /** The fault that strikes an invocation of the function that goes by any of these names. */
  atStart(names: readonly string[]): LambdaFault | undefined {
    for (const entry of this.waiting) {
      if (entry.fault.atCall > 0 || !names.includes(entry.fault.function)) continue;
      this.waiting.delete(entry);
      return entry.fault;
    }
    return undefined;
  }

  /** Counts one call of the function that goes by any of these names; returns the fault that strikes at it. */
  next(names: readonly string[]): LambdaFault | undefined {
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
