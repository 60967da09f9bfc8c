import { ClusterDriver } from '../local/demo/cluster-driver';
import { type Cloud, startCloud } from '../local/emulator/cloud';
import { REALISTIC } from '../local/emulator/kernel/latency';
import type { TimelineEvent } from '../local/emulator/kernel/timeline';

/** What befalls the active node, and AWS meanwhile. */
export const SITUATIONS = ['stop', 'terminate', 'one throttled call', 'one lost response'] as const;
export type Situation = (typeof SITUATIONS)[number];

export interface PlayOptions {
  readonly templateFile: string;
  readonly situation: Situation;
  readonly seed: number;
  /** Milliseconds that Lambda takes before a handler runs. */
  readonly overhead: { readonly cold: number; readonly warm: number };
}

/** One run. Times are milliseconds; null: it did not happen. */
export interface Played {
  /** From the event to the last address on the standby. */
  readonly eventToStandbyMs: number | null;
  /** From the event to the proof. */
  readonly eventToVerifiedMs: number | null;
  /** The longest that an address had no holder; null: for good. */
  readonly darkMs: number | null;
  readonly notices: number;
  readonly calls: Readonly<Record<string, number>>;
  readonly timeline: readonly TimelineEvent[];
}

/** One death of the first cluster's active node, to the end of all retries. Virtual time, realistic latencies. */
export async function play({ templateFile, situation, seed, overhead }: PlayOptions): Promise<Played> {
  const cloud = await startCloud({
    templateFile,
    clock: 'virtual',
    seed,
    latency: REALISTIC,
    overhead,
    reuseInstances: true,
  });
  const driver = new ClusterDriver(cloud);
  bringAbout(cloud, driver, situation);
  await driver.settled();
  const played = judge(cloud, driver);
  await cloud.close();
  return played;
}

export function bringAbout(cloud: Cloud, driver: ClusterDriver, situation: Situation): void {
  if (situation === 'one throttled call')
    cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'throttle', nth: 1 });
  if (situation === 'one lost response')
    cloud.faults.add({ action: 'UnassignPrivateIpAddresses', kind: 'lost-response', nth: 1 });
  if (situation === 'terminate') driver.terminate(driver.active);
  else driver.stop(driver.active);
}

export function judge(cloud: Cloud, driver: ClusterDriver): Played {
  const timeline = cloud.timeline.events;
  // The rule lets the state through that the cluster is triggered by: stopped, terminated.
  const event = timeline.find(
    (each) => each.type === 'event' && /"(stopped|terminated)"/.test(JSON.stringify(each.detail)),
  );
  if (event?.type !== 'event') throw new Error('No event came');
  const arrivals = driver
    .eventsOf('holder-changed')
    .filter(({ to }) => to === driver.standby.networkInterfaceId)
    .map(({ at }) => at);
  const arrived = driver.holds(driver.standby) ? Math.max(...arrivals) : null;
  const verified = timeline.find((each) => each.type === 'state-exited' && each.state === 'VerifyEni');
  const calls = new Map<string, number>();
  for (const { action } of driver.eventsOf('api-call')) calls.set(action, (calls.get(action) ?? 0) + 1);
  return {
    eventToStandbyMs: arrived === null ? null : arrived - event.at,
    eventToVerifiedMs: verified === undefined ? null : verified.at - event.at,
    darkMs: arrived === null ? null : Math.max(0, ...darkTimes(timeline)),
    notices: driver.eventsOf('notice').length,
    calls: Object.fromEntries(calls),
    timeline,
  };
}

/** Of each address that lost its holder and got one: how long it had none. */
function darkTimes(timeline: readonly TimelineEvent[]): number[] {
  const since = new Map<string, number>();
  return timeline.flatMap((event) => {
    if (event.type !== 'holder-changed') return [];
    if (event.to === null) since.set(event.address, event.at);
    return event.to === null ? [] : [event.at - (since.get(event.address) ?? event.at)];
  });
}
