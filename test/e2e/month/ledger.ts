import { OUTCOME_TYPE } from '../../../functions/shared/bus';
import type { TimelineEvent } from '../../../local/emulator/kernel/timeline';
import { MINUTE } from '../field';
import type { Month } from './month';

type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;
type At = { readonly at: number };

/** A virtual IP came to another interface, or to none. */
export interface Change extends At {
  readonly address: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Whose call it was; null: a person's. */
  readonly execution: string | null;
}

/** A line of Notify's log, as far as the books need it; what is null there is left out. */
export interface Line extends At {
  readonly executionId: string;
  readonly cluster: string;
  readonly outcome: string;
  readonly mode?: string;
  readonly from?: string;
  readonly to?: string;
  readonly told?: boolean;
  readonly silence?: string;
  readonly repetition?: boolean;
  readonly findings?: readonly { readonly code: string }[];
  readonly subject?: string;
  readonly sent?: boolean;
  readonly id?: string;
}

export interface Message extends At {
  readonly subject: string;
  readonly text: string;
}

/** All books of a month, each read from where people or programs find it. */
export class Ledger {
  /** The world's own book: what EC2 did, and by whose call. */
  readonly changes: readonly Change[];
  /** How each execution ended: its outcome, without the repetitions of a state that was tried again. */
  readonly records: readonly Line[];
  /** What became of notices, outcome events and chat messages: one line an attempt. */
  readonly notices: readonly Line[];
  readonly sentEvents: readonly Line[];
  readonly sentChats: readonly Line[];
  /** What reached the subscribers of the mail's topic, without what alarms say. */
  readonly mails: readonly Message[];
  readonly alarmMails: readonly { readonly at: number; readonly name: string; readonly state: string }[];
  readonly chats: readonly (At & { readonly id: string; readonly title: string })[];
  /** The outcome events on the bus. */
  readonly outcomes: readonly (At & { readonly id: string; readonly detail: Line })[];
  /** When executions entered their Notify state, by their ARN: their metrics bear this time. */
  readonly toldFrom: ReadonlyMap<string, number>;

  constructor(private readonly month: Month) {
    this.changes = this.readChanges();
    this.records = this.lines('outcome').filter(({ repetition }) => repetition !== true);
    this.notices = this.lines('notice');
    this.sentEvents = this.lines('event');
    this.sentChats = this.lines('chat');
    const messages = this.messages(/Topic/);
    this.mails = messages.filter(({ text }) => !text.startsWith('{'));
    this.alarmMails = messages.flatMap(({ at, text }) => {
      if (!text.startsWith('{')) return [];
      const { AlarmName, NewStateValue } = JSON.parse(text);
      return [{ at, name: String(AlarmName), state: String(NewStateValue) }];
    });
    this.chats = this.messages(/Chat/).map(({ at, text }) => {
      const { id, content } = JSON.parse(text);
      return { at, id, title: content.title };
    });
    this.outcomes = this.eventsOf('event').flatMap(({ at, id, detailType, detail }) =>
      detailType === OUTCOME_TYPE ? [{ at, id, detail: JSON.parse(JSON.stringify(detail)) }] : [],
    );
    this.toldFrom = new Map(
      this.eventsOf('state-entered').flatMap(({ at, execution, state }) =>
        state.startsWith('Notify') ? [[execution, at] as const] : [],
      ),
    );
  }

  eventsOf<Type extends TimelineEvent['type']>(type: Type): readonly EventOf<Type>[] {
    return this.month.cloud.timeline.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  private readChanges(): readonly Change[] {
    const { cloud, byHand } = this.month;
    const addresses = cloud.clusters.flatMap(({ virtualIps }) => virtualIps.map(({ address }) => address));
    return cloud.timeline.events.flatMap((event, index) => {
      if (event.type !== 'holder-changed' || !addresses.includes(event.address)) return [];
      const { at, address, from, to } = event;
      if (byHand.includes(index)) return [{ at, address, from, to, execution: null }];
      const call = cloud.timeline.events.slice(index).find((each) => isCallOf(each, event));
      if (call?.type !== 'api-call') throw new Error(`Nobody moved ${address} to ${to} at ${at}.`);
      return [{ at, address, from, to, execution: call.execution }];
    });
  }

  /** Lines of Notify's log with this message. */
  private lines(message: string): readonly Line[] {
    return this.eventsOf('log').flatMap(({ at, group, line }) =>
      group.includes('NotifyLogs') && line.includes(`"message":"${message}"`) ? [{ ...JSON.parse(line), at }] : [],
    );
  }

  /** Of the product's own metrics: when each value came, and the moment that it is of. */
  metric(name: string, cluster: string): readonly (At & { readonly of: number; readonly value: number })[] {
    return this.eventsOf('metric').flatMap((event) =>
      event.name === name && event.dimensions.Cluster === cluster
        ? [{ at: event.at, of: event.measuredAt ?? event.at, value: event.value }]
        : [],
    );
  }

  /** From when to when the alarm was up. */
  ups(name: RegExp): readonly Span[] {
    const spans: [number, number][] = [];
    for (const event of this.eventsOf('alarm')) {
      if (!name.test(event.name)) continue;
      if (event.to === 'ALARM') spans.push([event.at, Number.POSITIVE_INFINITY]);
      else if (event.from === 'ALARM') spans.push([spans.pop()?.[0] ?? Number.NaN, event.at]);
    }
    return spans;
  }

  private messages(topic: RegExp): readonly Message[] {
    return this.eventsOf('notice').flatMap(({ at, topic: arn, subject, message }) =>
      topic.test(arn) ? [{ at, subject, text: message }] : [],
    );
  }
}

export type Span = readonly [from: number, to: number];

/** Trouble: when CloudWatch heard of it, and the moment that it is of. */
export interface Cause extends At {
  readonly of?: number;
}

/**
 * From when to when an alarm must be up that is evaluated at full minutes, and looks back so many milliseconds: causes that
 * follow each other within the window are one.
 */
export function upsFor(causes: readonly Cause[], window: number): readonly Span[] {
  const spans: [number, number][] = [];
  const minute = (time: number) => Math.ceil(time / MINUTE) * MINUTE;
  for (const { at, of = at } of causes.toSorted((one, other) => one.at - other.at)) {
    const [from, to] = [minute(at), minute(of + window)];
    const last = spans.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else spans.push([from, to]);
  }
  return spans;
}

function isCallOf(event: TimelineEvent, change: EventOf<'holder-changed'>): boolean {
  if (event.type !== 'api-call' || event.error !== null) return false;
  const { NetworkInterfaceId, PrivateIpAddress } = Object(event.parameters);
  if (![PrivateIpAddress].flat().includes(change.address)) return false;
  if (event.action === 'AssignPrivateIpAddresses') return NetworkInterfaceId === change.to;
  return event.action === 'UnassignPrivateIpAddresses' && change.to === null && NetworkInterfaceId === change.from;
}
