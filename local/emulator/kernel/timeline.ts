/** Everything that can be seen happening, in order. The screen, `--json` and the tests read the same events. */

export type TimelineEvent = { readonly at: number } & (
  | { readonly type: 'instance-state'; readonly instanceId: string; readonly from: string; readonly to: string }
  | {
      readonly type: 'event';
      readonly id: string;
      readonly source: string;
      readonly detailType: string;
      readonly detail: unknown;
    }
  | { readonly type: 'rule-matched'; readonly rule: string; readonly eventId: string; readonly target: string }
  | {
      readonly type: 'delivery-failed';
      readonly rule: string;
      readonly eventId: string;
      readonly error: string;
      readonly deadLettered: boolean;
    }
  | { readonly type: 'execution-started'; readonly execution: string; readonly input: unknown }
  | {
      readonly type: 'state-entered';
      readonly execution: string;
      readonly state: string;
      readonly stateType: string;
      readonly input: unknown;
      /** All variables as the state sees them. */
      readonly variables: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'state-exited';
      readonly execution: string;
      readonly state: string;
      readonly stateType: string;
      readonly output: unknown;
      /** What the state, its rule or its catcher assigned. */
      readonly assigned: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'state-retried';
      readonly execution: string;
      readonly state: string;
      readonly attempt: number;
      readonly error: string;
    }
  | {
      readonly type: 'state-caught';
      readonly execution: string;
      readonly state: string;
      readonly error: string;
      readonly cause: string;
      readonly next: string;
    }
  | { readonly type: 'execution-succeeded'; readonly execution: string; readonly output: unknown }
  | { readonly type: 'execution-failed'; readonly execution: string; readonly error: string; readonly cause: string }
  | {
      readonly type: 'api-call';
      /** Function or "administrator", "service:events.amazonaws.com". */
      readonly caller: string;
      /** The execution it belongs to, where the caller is a Lambda. */
      readonly execution: string | null;
      readonly service: string;
      readonly action: string;
      readonly parameters: unknown;
      readonly milliseconds: number;
      /** Null: success. */
      readonly error: { readonly code: string; readonly message: string } | null;
      /** One line that says what came back, for people. */
      readonly result: string;
    }
  | {
      readonly type: 'access-denied';
      readonly role: string;
      readonly action: string;
      readonly resource: string;
      readonly why: string;
    }
  | {
      readonly type: 'holder-changed';
      readonly address: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  | {
      readonly type: 'elastic-ip-changed';
      readonly allocationId: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  | {
      readonly type: 'notice';
      readonly topic: string;
      readonly subject: string;
      readonly message: string;
      readonly attributes: Readonly<Record<string, string>>;
    }
  | {
      readonly type: 'lambda';
      readonly function: string;
      readonly what: 'cold-start' | 'crash' | 'timeout';
      readonly milliseconds: number;
    }
  | { readonly type: 'log'; readonly group: string; readonly line: string }
  | {
      readonly type: 'alarm';
      readonly name: string;
      readonly from: string;
      readonly to: string;
      readonly reason: string;
    }
  | {
      readonly type: 'metric';
      readonly namespace: string;
      readonly name: string;
      readonly dimensions: Readonly<Record<string, string>>;
      readonly value: number;
      /** Where the value says so itself, milliseconds since the epoch. */
      readonly measuredAt?: number;
      /** Seconds: how finely CloudWatch keeps it; left out: 60. */
      readonly resolution?: 1 | 60;
    }
  | { readonly type: 'fault'; readonly what: string }
);

/** A TimelineEvent without its time, which the recorder adds. */
export type NewTimelineEvent = TimelineEvent extends infer Each
  ? Each extends { at: number }
    ? Omit<Each, 'at'>
    : never
  : never;

/** Adds the time and hands an event to everyone who listens. */
export class Timeline {
  readonly events: TimelineEvent[] = [];
  private readonly listeners = new Set<(event: TimelineEvent) => void>();

  constructor(private readonly now: () => number) {}

  add(event: NewTimelineEvent): void {
    const timed: TimelineEvent = { at: this.now(), ...event };
    this.events.push(timed);
    for (const listener of this.listeners) listener(timed);
  }

  listen(listener: (event: TimelineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
