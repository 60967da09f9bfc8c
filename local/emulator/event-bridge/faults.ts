import type { BusEvent } from './event';

/** What goes wrong between EventBridge and its targets. `reorder`: the event comes after the one that follows it. */
export interface EventFault {
  readonly kind: 'duplicate' | 'delay' | 'drop' | 'reorder';
  /** Left out: any event. */
  readonly when?: (event: BusEvent) => boolean;
  /** How many events, default 1. */
  readonly times?: number;
  /** `delay` (default 10 s); `duplicate`: how much later the second one comes (default 0, at once). Milliseconds. */
  readonly milliseconds?: number;
}

export class EventFaults {
  private readonly waiting: { readonly fault: EventFault; left: number }[] = [];

  add(fault: EventFault): void {
    this.waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.waiting.length = 0;
  }

  /** The fault that this event meets; the first that fits. */
  take(event: BusEvent): EventFault | undefined {
    const entry = this.waiting.find(({ fault, left }) => left > 0 && (fault.when?.(event) ?? true));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.fault;
  }
}
