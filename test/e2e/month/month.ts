import { node } from '../../../local/demo/scenarios/configs';
import { synthesize } from '../../../local/demo/synth';
import { type Cloud, startCloud } from '../../../local/emulator/cloud';
import { REALISTIC } from '../../../local/emulator/kernel/latency';
import { seeded } from '../../../local/emulator/kernel/random';
import { HOUR, MINUTE } from '../field';
import { INCIDENTS, type Incident, MonthDriver } from './incidents';

const SEED = 20260201;
const CHECK_INTERVAL_MINUTES = 60;
/** Of alarms that outlast two checks: infra/alarms.ts, twoChecks. Milliseconds. */
export const TWO_CHECKS = (2 * CHECK_INTERVAL_MINUTES + 2) * MINUTE;
/** February has four weeks. */
export const BEGIN = Date.UTC(2026, 1, 1);
export const END = Date.UTC(2026, 2, 1);

const cluster = (name: string, address: string, first: number) => ({
  name,
  subnetId: 'subnet-0a1b2c3d4e5f60001',
  virtualIps: [address],
  checkIntervalMinutes: CHECK_INTERVAL_MINUTES,
  nodes: [0, 1].map((place) => ({ ...node(first + place), name: `${name}-${place + 1}` })),
});

const CONFIG = {
  clusters: [cluster('mail', '10.0.0.5', 1), cluster('web', '10.0.0.8', 3)],
  notifications: { emails: ['operations@example.com'], chat: true },
};

/** Something that happened, and when; milliseconds since the epoch. */
export interface Happened {
  readonly incident: Incident;
  readonly cluster: string;
  readonly from: number;
  readonly to: number;
}

export interface Month {
  readonly cloud: Cloud;
  readonly drivers: readonly MonthDriver[];
  readonly happened: readonly Happened[];
  /** Positions in the timeline at which a person changed something behind the product's back. */
  readonly byHand: readonly number[];
}

/**
 * Four weeks of two clusters in virtual time: every incident, in an order and at times that the seed gives. The schedules run,
 * and alarms are evaluated each minute. The caller closes the cloud.
 */
export async function playMonth(): Promise<Month> {
  const cloud = await startCloud({
    templateFile: synthesize(CONFIG),
    clock: 'virtual',
    startTime: BEGIN,
    seed: SEED,
    schedules: true,
    latency: REALISTIC,
    overhead: { cold: 400, warm: 10 },
    world: { transitions: { stopping: 20_000, pending: 12_000, initializing: 90_000 } },
  });
  const random = seeded(SEED);
  const drivers = cloud.clusters.map((each) => new MonthDriver(cloud, each));
  const deck = shuffled(
    INCIDENTS.flatMap((incident) => Array.from({ length: incident.times }, () => incident)),
    random,
  );
  const happened: Happened[] = [];
  const byHand: number[] = [];
  for (const [index, incident] of deck.entries()) {
    // Each gets its share of what is left of the month; half of it at least is quiet time, for alarms to go down.
    const share = (END - cloud.now()) / (deck.length - index + 1);
    await cloud.advance(Math.floor(share * (0.2 + 0.3 * random())));
    const driver = drivers[Math.floor(random() * drivers.length)] ?? drivers[0];
    if (driver === undefined) throw new Error('The template has no cluster.');
    const from = cloud.now();
    const first = cloud.timeline.events.length;
    await incident.play(driver);
    if (incident.name.startsWith('a person moves')) byHand.push(first);
    await cloud.idle();
    happened.push({ incident, cluster: driver.cluster.name, from, to: cloud.now() });
    await cloud.advance(Math.max(3 * HOUR, Math.floor(share * 0.3)));
  }
  await cloud.advance(END - cloud.now());
  await cloud.idle();
  return { cloud, drivers, happened, byHand };
}

/** @see https://en.wikipedia.org/wiki/Fisher%E2%80%93Yates_shuffle */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const left = [...items];
  return items.flatMap(() => left.splice(Math.floor(random() * left.length), 1));
}
