import type { TimelineEvent } from '../emulator/kernel/timeline';
import type { ClusterDriver } from './cluster-driver';

/** What a run came to, for the closing lines. Times are milliseconds; null: it did not happen. */
export interface Summary {
  readonly from: string | null;
  readonly to: string | null;
  readonly darkTime: number | null;
  /** From the first sign of trouble to the proof. */
  readonly outage: number | null;
  /** Where each address is in the end: "i-…, which runs", or null. */
  readonly addresses: readonly { readonly address: string; readonly on: string | null }[];
  /** How often an address came to another holder. */
  readonly moves: number;
  readonly apiCalls: number;
  /** What reached the topic about this cluster. */
  readonly notices: number;
  /** Messages of alarms that went up: what speaks where no notice could be sent. */
  readonly alarms: number;
}

function placeOf(driver: ClusterDriver, address: string): string | null {
  const holder = driver.holderOf(address);
  const node = driver.nodes.find(({ networkInterfaceId }) => networkInterfaceId === holder);
  if (node === undefined) return holder;
  return `${node.instanceId} (${driver.cloud.world.view().instance(node.instanceId)?.state ?? 'gone'})`;
}

/** @param from who held the first address before */
export function summarize(driver: ClusterDriver, from: string | null): Summary {
  const { events } = driver.cloud.timeline;
  return {
    from,
    to: driver.holderOf(driver.addresses[0] ?? ''),
    darkTime: longest(events, 'DarkTime'),
    outage: longest(events, 'Outage'),
    addresses: driver.addresses.map((address) => ({ address, on: placeOf(driver, address) })),
    moves: driver.moves,
    apiCalls: events.filter(({ type }) => type === 'api-call').length,
    notices: driver.notices().length,
    alarms: driver.alarms().length,
  };
}

/** The product's own measurement, as its notices and the dashboard have it. */
function longest(events: readonly TimelineEvent[], metric: 'Outage' | 'DarkTime'): number | null {
  const values = events.flatMap((event) => (event.type === 'metric' && event.name === metric ? [event.value] : []));
  return values.length === 0 ? null : Math.max(...values);
}
