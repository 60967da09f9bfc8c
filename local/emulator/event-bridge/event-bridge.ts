import type { Clock } from '../kernel/clock';
import type { JsonObject } from '../template/json';
import type { Template } from '../template/template';
import { type DeadLetter, Delivery, type DeliveryOptions } from './delivery';
import type { BusEvent, NewBusEvent } from './event';
import { EventFaults } from './faults';
import { matches } from './pattern';
import { inputOf, type Rule, rulesIn, type Schedule, schedulesIn } from './targets';

export interface EventBridgeOptions extends DeliveryOptions {
  readonly template: Template;
  readonly clock: Clock;
  readonly uuid: () => string;
  /** Milliseconds from an event to its target. */
  readonly delay: () => number;
  /** How far the clock of whoever puts events is ahead, milliseconds. */
  readonly skew: () => number;
}

/** The default event bus and the schedules, with the template's own rules. Delivery is at least once, and may go wrong. */
export class EventBridge {
  readonly faults = new EventFaults();
  private readonly delivery: Delivery;
  private readonly rules: readonly Rule[];
  private readonly schedules: readonly Schedule[];
  private held: BusEvent | undefined;
  private underway = 0;

  constructor(private readonly options: EventBridgeOptions) {
    this.rules = rulesIn(options.template);
    this.schedules = schedulesIn(options.template);
    this.delivery = new Delivery(options, (milliseconds, action) => this.later(milliseconds, action));
  }

  get deadLetters(): readonly DeadLetter[] {
    return this.delivery.deadLetters;
  }

  /** Deliveries that have not happened yet. */
  get busy(): number {
    return this.underway;
  }

  get scheduleNames(): readonly string[] {
    return this.schedules.map(({ name }) => name);
  }

  /** Puts an event on the bus. @returns it, as targets get it. */
  put(event: NewBusEvent): BusEvent {
    const { template, clock, timeline, uuid, skew } = this.options;
    const complete: BusEvent = {
      version: '0',
      id: uuid(),
      'detail-type': event['detail-type'],
      source: event.source,
      account: template.accountId,
      time: wholeSeconds(event.at ?? clock.now() + skew()),
      region: template.region,
      resources: event.resources,
      detail: event.detail,
    };
    const { id, source, detail } = complete;
    timeline.add({ type: 'event', id, source, detailType: complete['detail-type'], detail });
    this.route(complete);
    return complete;
  }

  /** An event again, exactly as it was. */
  repeat(event: BusEvent): void {
    this.send(event, 0);
  }

  /** From now on the schedules run: a rate first after one interval, a cron when its time comes. */
  startSchedules(): void {
    for (const schedule of this.schedules) this.repeatForever(schedule);
  }

  /** Fires one schedule now. @throws Error where there is none of that name. */
  fire(name: string): void {
    const schedule = this.schedules.find((each) => each.name === name);
    if (schedule === undefined) throw new Error(`There is no schedule ${name}`);
    this.invokeSchedule(schedule);
  }

  private route(event: BusEvent): void {
    const { timeline } = this.options;
    const fault = this.faults.take(event);
    if (fault) timeline.add({ type: 'fault', what: `event ${event.id}: ${fault.kind}` });
    const { held } = this;
    this.held = undefined;
    switch (fault?.kind) {
      case 'drop':
        break;
      case 'reorder':
        this.held = event;
        break;
      case 'delay':
        this.send(event, fault.milliseconds ?? 10_000);
        break;
      case 'duplicate':
        this.send(event, 0);
        this.send(event, fault.milliseconds ?? 0);
        break;
      default:
        this.send(event, 0);
    }
    if (held) this.send(held, 1);
  }

  private send(event: BusEvent, extra: number): void {
    const { timeline } = this.options;
    const json: JsonObject = { ...event };
    for (const rule of this.rules) {
      if (!matches(rule.pattern, json)) continue;
      for (const target of rule.targets) {
        this.later(extra, () => {
          timeline.add({ type: 'rule-matched', rule: rule.name, eventId: event.id, target: target.arn });
          this.delivery.deliver(target, event.id, inputOf(target, json));
        });
      }
    }
  }

  private later(extra: number, action: () => void): void {
    this.underway += 1;
    this.options.clock.setTimeout(() => {
      this.underway -= 1;
      action();
    }, this.options.delay() + extra);
  }

  private repeatForever(schedule: Schedule): void {
    const { clock } = this.options;
    const wait = schedule.next(clock.now()) - clock.now();
    clock.setTimeout(() => {
      this.invokeSchedule(schedule);
      this.repeatForever(schedule);
    }, wait);
  }

  private invokeSchedule({ name, target }: Schedule): void {
    const { timeline, template, uuid, clock } = this.options;
    const id = uuid();
    const event: JsonObject = {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: template.accountId,
      time: wholeSeconds(clock.now()),
      region: template.region,
      resources: [target.origin.arn],
      detail: {},
    };
    timeline.add({ type: 'event', id, source: 'schedule', detailType: 'Scheduled Event', detail: { name } });
    this.later(0, () => {
      timeline.add({ type: 'rule-matched', rule: name, eventId: id, target: target.arn });
      this.delivery.deliver(target, id, inputOf(target, event));
    });
  }
}

/** ISO 8601 in whole seconds, as events have it. */
function wholeSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
