/**
 * Faults of the API calls, put in on purpose: by rules (tests) or at random with a seed (chaos). `lost-response` lets the
 * change take effect and then drops the connection; `reset` drops it before anything happened; `slow` holds the request
 * up before it takes effect.
 */
export const FAULT_KINDS = ['throttle', 'error500', 'error503', 'reset', 'lost-response', 'slow'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a rule is compared with. `caller` is the function's name, `administrator`, or `service:PRINCIPAL`. */
export interface FaultSubject {
  readonly service: string;
  readonly action: string;
  readonly caller: string;
}

export interface FaultRule {
  /** Left out: any. */
  readonly service?: string;
  readonly action?: string;
  readonly caller?: string;
  /** For what the fields above cannot say. */
  readonly when?: (subject: FaultSubject) => boolean;
  readonly kind: FaultKind;
  /** Only the nth call that fits, counted from 1. Left out: from the first on. */
  readonly nth?: number;
  /** At how many calls; default 1 with `nth`, else every call. */
  readonly times?: number;
  /** `slow` only, milliseconds; default 10 s, which is longer than any client waits. */
  readonly delay?: number;
}

export interface Fault {
  readonly kind: FaultKind;
  readonly delay: number;
}

export interface RandomFaults {
  /** 0 to 1, of each call. */
  readonly probability: number;
  readonly kinds?: readonly FaultKind[];
  /** Uniform in [0, 1); seed it for a run that can be repeated. */
  readonly random: () => number;
  readonly delay?: number;
}

const DEFAULT_DELAY = 10_000;

export class Faults {
  private rules: { readonly rule: FaultRule; seen: number; fired: number }[] = [];
  private random: RandomFaults | null = null;

  add(rule: FaultRule): this {
    this.rules.push({ rule, seen: 0, fired: 0 });
    return this;
  }

  /** From now on faults also come by chance; null ends that. */
  randomly(random: RandomFaults | null): this {
    this.random = random;
    return this;
  }

  clear(): void {
    this.rules = [];
    this.random = null;
  }

  /** The fault that this call meets, if any; the first rule that fits wins. Counts the call. */
  take(subject: FaultSubject): Fault | null {
    let found: Fault | null = null;
    for (const entry of this.rules) {
      if (!fits(entry.rule, subject)) continue;
      entry.seen++;
      const first = entry.rule.nth ?? 1;
      const times = entry.rule.times ?? (entry.rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
      if (found !== null || entry.seen < first || entry.fired >= times) continue;
      entry.fired++;
      found = { kind: entry.rule.kind, delay: entry.rule.delay ?? DEFAULT_DELAY };
    }
    return found ?? this.chance();
  }

  private chance(): Fault | null {
    if (this.random === null || this.random.random() >= this.random.probability) return null;
    const kinds = this.random.kinds ?? FAULT_KINDS;
    const kind = kinds[Math.floor(this.random.random() * kinds.length)];
    return kind === undefined ? null : { kind, delay: this.random.delay ?? DEFAULT_DELAY };
  }
}

function fits(rule: FaultRule, subject: FaultSubject): boolean {
  return (
    (rule.service ?? subject.service) === subject.service &&
    (rule.action ?? subject.action) === subject.action &&
    (rule.caller ?? subject.caller) === subject.caller &&
    (rule.when?.(subject) ?? true)
  );
}
