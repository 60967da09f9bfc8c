import type { TimelineEvent } from '../emulator/kernel/timeline';
import type { ClusterDriver } from './cluster-driver';

/** What a run came to, for the closing lines. Times are milliseconds; null: it did not happen. */
export interface Summary {
  readonly from: string | null;
  readonly to: string | null;
  readonly darkTime: number | null;
  /** From the event that set off the move (else the execution's start) to the proof. */
  readonly outage: number | null;
  readonly apiCalls: number;
  /** What reached the topic about this cluster. */
  readonly notices: number;
}

/** @param from who held the first address before */
export function summarize(driver: ClusterDriver, from: string | null): Summary {
  const { events } = driver.cloud.timeline;
  return {
    from,
    to: driver.holderOf(driver.addresses[0] ?? ''),
    darkTime: darkTime(events, driver.addresses),
    outage: driver.moves > 0 ? outage(events) : null,
    apiCalls: events.filter(({ type }) => type === 'api-call').length,
    notices: driver.notices().length,
  };
}

/** The longest that one of the addresses was nobody's; null while one still is, or where nothing moved. */
function darkTime(events: readonly TimelineEvent[], addresses: readonly string[]): number | null {
  let longest: number | null = null;
  const since = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'holder-changed' || !addresses.includes(event.address)) continue;
    if (event.to === null) since.set(event.address, event.at);
    else {
      longest = Math.max(longest ?? 0, event.at - (since.get(event.address) ?? event.at));
      since.delete(event.address);
    }
  }
  return since.size > 0 ? null : longest;
}

function outage(events: readonly TimelineEvent[]): number | null {
  const verified = events.find((event) => event.type === 'state-exited' && event.state === 'VerifyEni');
  if (verified?.type !== 'state-exited') return null;
  const started = events.find((event) => event.type === 'execution-started' && event.execution === verified.execution);
  if (started?.type !== 'execution-started') return null;
  const cause = events.find((event) => event.type === 'event' && event.id === idOf(started.input));
  return verified.at - (cause ?? started).at;
}

function idOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined;
}
