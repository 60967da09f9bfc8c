import type { Omission } from './service';

/**
 * Faults of the API calls, put in on purpose: by rules (tests) or at random with a seed (chaos). These need nothing but
 * their name:
 * - `throttle`, `error500`, `error503`: refused, in the service's own words
 * - `reset`: the connection breaks before anything happened; `lost-response`: after the call took effect
 * - `slow`: takes effect late; `slow-answer`: takes effect at once, and the answer comes late
 * - `empty`, `lacks`: a describe call's answer has no rows, or one too few
 * - `cut-short`: takes effect, and half of the answer's body arrives; `not-xml`: somebody else answers, with a web page
 */
export const FAULT_KINDS = [
  'throttle',
  'error500',
  'error503',
  'reset',
  'lost-response',
  'slow',
  'slow-answer',
  'empty',
  'lacks',
  'cut-short',
  'not-xml',
] as const;
export type PlainFaultKind = (typeof FAULT_KINDS)[number];

/** What a rule is compared with. `caller` is the function's name, `administrator`, or `service:PRINCIPAL`. */
export interface FaultSubject {
  readonly service: string;
  readonly action: string;
  readonly caller: string;
  /** As the service's protocol names them: `InstanceId`, `Filter`, `NetworkInterfaceId`, … */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** What happens to the call. */
export type Strike =
  | {
      readonly kind: PlainFaultKind;
      /** `slow` and `slow-answer` only, milliseconds; default 10 s, which is longer than any client waits. */
      readonly delay?: number;
      /** `lacks` only: the row that is missing; left out: the first one. */
      readonly id?: string;
    }
  | {
      readonly kind: 'error';
      /** Any name, also one that AWS does not document. */
      readonly code: string;
      /** Default 400. */
      readonly status?: number;
      readonly message?: string;
      /** The call takes effect first, and is refused all the same. Default false. */
      readonly after?: boolean;
    };

export type FaultRule = Strike & {
  /** Left out: any. */
  readonly service?: string;
  readonly action?: string;
  readonly caller?: string;
  /** For what the fields above cannot say. */
  readonly when?: (subject: FaultSubject) => boolean;
  /** Only the nth call that fits, counted from 1. Left out: from the first on. */
  readonly nth?: number;
  /** At how many calls; default 1 with `nth`, else every call. */
  readonly times?: number;
};

export interface RandomFaults {
  /** 0 to 1, of each call. */
  readonly probability: number;
  readonly kinds?: readonly PlainFaultKind[];
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
  take(subject: FaultSubject): Strike | null {
    let found: Strike | null = null;
    for (const entry of this.rules) {
      if (!fits(entry.rule, subject)) continue;
      entry.seen++;
      const first = entry.rule.nth ?? 1;
      const times = entry.rule.times ?? (entry.rule.nth === undefined ? Number.POSITIVE_INFINITY : 1);
      if (found !== null || entry.seen < first || entry.fired >= times) continue;
      entry.fired++;
      found = entry.rule;
    }
    return found ?? this.chance();
  }

  private chance(): Strike | null {
    if (this.random === null || this.random.random() >= this.random.probability) return null;
    const kinds = this.random.kinds ?? FAULT_KINDS;
    const kind = kinds[Math.floor(this.random.random() * kinds.length)];
    if (kind === undefined) return null;
    return { kind, ...(this.random.delay !== undefined && { delay: this.random.delay }) };
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

/** How long the call is held up before it takes effect, and its answer afterwards, milliseconds. */
export function delaysOf(strike: Strike | null): { readonly before: number; readonly after: number } {
  const delay = strike === null || strike.kind === 'error' ? DEFAULT_DELAY : (strike.delay ?? DEFAULT_DELAY);
  return { before: strike?.kind === 'slow' ? delay : 0, after: strike?.kind === 'slow-answer' ? delay : 0 };
}

/** The rows that the fault takes out of an answer. */
export function omissionOf(strike: Strike | null): Omission | null {
  if (strike?.kind === 'empty') return { rows: 'all' };
  if (strike?.kind === 'lacks') return strike.id === undefined ? { rows: 'first' } : { id: strike.id };
  return null;
}

/** The fault as the timeline tells it: "throttle at ec2:DescribeInstances by NAME". */
export function describeFault(strike: Strike, { service, action, caller }: FaultSubject): string {
  return `${strike.kind === 'error' ? strike.code : strike.kind} at ${service}:${action} by ${caller}`;
}
