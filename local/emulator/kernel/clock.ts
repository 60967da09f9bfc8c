/**
 * Time as the local cloud sees it. Everything that waits or asks what time it is goes through a Clock, the interpreter
 * and the Lambda bundles included, so that a virtual clock can run minutes in milliseconds and in a fixed order.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  setTimeout(callback: () => void, milliseconds?: number): unknown;
  clearTimeout(handle: unknown): void;
  sleep(milliseconds: number): Promise<void>;
  /** A Date constructor whose "now" is this clock's. */
  readonly Date: DateConstructor;
}

/** The machine's own time. */
export class RealClock implements Clock {
  readonly Date = Date;
  private readonly timers = new Set<NodeJS.Timeout>();
  private stopped = false;

  now(): number {
    return Date.now();
  }

  setTimeout(callback: () => void, milliseconds?: number): NodeJS.Timeout | undefined {
    if (this.stopped) return undefined;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      callback();
    }, milliseconds);
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    const timer = handle as NodeJS.Timeout | undefined;
    clearTimeout(timer);
    if (timer !== undefined) this.timers.delete(timer);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimeout(resolve, milliseconds);
    });
  }

  /** From now on nothing happens any more: what waits, waits for good. */
  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) this.clearTimeout(timer);
  }
}

/** The Date constructor with another "now". */
export function dateWith(now: () => number): DateConstructor {
  return new Proxy(Date, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: (target) => new target(now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  });
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that jumps from timer to timer. Nothing happens between timers but the JavaScript that they set off, so a
 * run is repeatable. `run` moves time on until `done` says so or no timer is left.
 */
export class VirtualClock implements Clock {
  readonly Date: DateConstructor;
  private time: number;
  private created = 0;
  private readonly timers = new Set<Timer>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.time = start;
    this.Date = dateWith(() => this.time);
  }

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, milliseconds = 0): Timer & { unref(): unknown; ref(): unknown; hasRef(): boolean } {
    const timer = {
      at: this.time + Math.max(0, milliseconds),
      order: this.created++,
      callback,
      unref: () => timer,
      ref: () => timer,
      hasRef: () => true,
    };
    this.timers.add(timer);
    return timer;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as Timer);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.setTimeout(resolve, milliseconds);
    });
  }

  /** Nothing of what was to come comes any more. */
  stop(): void {
    this.timers.clear();
  }

  /**
   * Runs until `done()` is true, `until` (milliseconds since the epoch) is reached, or nothing is left to wait for.
   * @returns false when it stopped because no timer was left although `done()` was still false.
   */
  async run(done: () => boolean, until = Number.POSITIVE_INFINITY): Promise<boolean> {
    for (;;) {
      await settle();
      if (done()) return true;
      const next = this.earliest();
      if (next === undefined) return false;
      if (next.at > until) {
        this.time = until;
        return true;
      }
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
  }

  private earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Lets every promise, stream and nextTick that is ready run dry. In-process work never waits for real input or output. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
