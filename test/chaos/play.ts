import { type Cloud, startCloud } from '../../local/emulator/cloud';
import type { NodeOptions } from '../../local/emulator/ec2/model/build';
import type { Transitions } from '../../local/emulator/ec2/model/world';
import { ApiError } from '../../local/emulator/kernel/api';
import { REALISTIC } from '../../local/emulator/kernel/latency';
import { seeded } from '../../local/emulator/kernel/random';
import { changesNothing, FUNCTIONS, type History, isDisturbance, type Step } from './history';
import { type Moment, Recorder } from './recorder';
import { ServiceFaults } from './service-faults';
import { WorldEvents } from './world-events';

const MINUTE = 60_000;
/** A request that was held up in EC2 takes effect this late at most, ms. */
const LAST_EFFECT = 15_000;
/** Longer than two intervals of the scheduled check, and than alarms are damped plus one interval. */
const QUIET_TIME = 11 * MINUTE;
/** A cluster that fails all the time has done so for longer than any alarm's period. */
const DOOMED_FOR = 16 * MINUTE;

const TRANSITIONS: Readonly<Record<History['transitions'], Partial<Transitions>>> = {
  quick: {},
  slow: { stopping: 20_000, pending: 12_000, shuttingDown: 15_000, initializing: 90_000 },
  stuck: { stopping: 10 * MINUTE, pending: 12_000, shuttingDown: 5 * MINUTE, initializing: 90_000 },
};

/** What was played, with all that the invariants are judged by. Indexes are positions in the timeline. */
export interface Played {
  readonly cloud: Cloud;
  readonly recorder: Recorder;
  /** What people did, from index to index: changes in between are theirs. */
  readonly byHand: readonly (readonly [from: number, to: number])[];
  /** Reads may show what was before any of this time, ms. */
  readonly lag: number;
  /** Whether clocks of functions or events were off. */
  readonly skewed: boolean;
  /** Whether nothing but the product and the world stood in the way of an assignment from one time to another. */
  readonly couldAssign: (networkInterfaceId: string, from: number, to: number) => boolean;
  /** What must never change: primary addresses, the stranger, other addresses; before and after. */
  readonly untouchable: { readonly before: string; readonly after: string };
  /** All is at rest, all faults are over. */
  readonly rest: Moment;
  /** One check of every cluster has ended. */
  readonly checked: Moment;
  readonly end: Moment;
  /** It did not come to rest, or a check did not come: why. */
  readonly stuck: string | null;
}

/** @param fresh makes new Lambda instances, for a run that owes nothing to the runs before it. */
export async function play(history: History, templateFile: string, fresh = false): Promise<Played> {
  const lags = { reads: history.lag, alarms: history.alarmLag };
  const random = seeded(history.seed ^ 0x5bd1e995);
  const { skew, coldStart } = history;
  const cloud = await startCloud({
    templateFile,
    clock: 'virtual',
    reuseInstances: !fresh,
    schedules: true,
    seed: history.seed,
    latency: REALISTIC,
    throttle: history.throttle,
    lag: () => Math.floor(random() * (lags.reads + 1)),
    history: history.lag,
    alarmLag: () => Math.floor(random() * (lags.alarms + 1)),
    ...(skew && {
      skew: {
        events: skew.events,
        lambda: (label) => skew.functions[(FUNCTIONS as readonly string[]).indexOf(label)] ?? 0,
      },
    }),
    overhead: { cold: coldStart, warm: 10 },
    startTime: Date.UTC(2026, 0, 1, 12, history.minute),
    world: { nodes: nodesOf(history), transitions: TRANSITIONS[history.transitions] },
  });
  try {
    return await new Player(history, cloud, lags).play();
  } finally {
    await cloud.close();
  }
}

class Player {
  private readonly byHand: [number, number][] = [];
  private readonly recorder: Recorder;
  private readonly world: WorldEvents;
  private readonly services: ServiceFaults;

  constructor(
    private readonly history: History,
    private readonly cloud: Cloud,
    private readonly lags: { reads: number; alarms: number },
  ) {
    this.recorder = new Recorder(cloud);
    this.world = new WorldEvents(cloud, () => this.recorder.journal.record());
    this.services = new ServiceFaults(cloud, (place) => this.world.node(place));
  }

  async play(): Promise<Played> {
    const { cloud, history, recorder, services, byHand } = this;
    if (history.full !== null) this.fill(history.full);
    if (history.foreignElasticIp) recorder.addForeignElasticIps();
    const before = recorder.untouchable();
    let stuck: string | null = null;
    let rest = recorder.here();
    let checked = rest;
    try {
      if (history.doomed) await this.doom();
      recorder.journal.record();
      for (const step of history.steps) await this.take(step);
      this.stopFaults();
      await cloud.advance(LAST_EFFECT);
      await cloud.idle();
      rest = recorder.here();
      await this.nextChecks(rest.index);
      checked = recorder.here();
      await cloud.advance(QUIET_TIME);
      await cloud.idle();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      stuck = error.message;
    }
    const untouchable = { before, after: recorder.untouchable() };
    return {
      cloud,
      recorder,
      byHand,
      lag: Math.max(history.lag, history.alarmLag),
      skewed: history.skew !== null,
      couldAssign: (networkInterfaceId, from, to) => services.couldAssign(networkInterfaceId, from, to),
      untouchable,
      rest,
      checked,
      end: recorder.here(),
      stuck,
    };
  }

  /** Leaves no room on a node's interface: for its other addresses (`nodesOf` chose a small type), or for its prefixes. */
  private fill({ node: number, by }: NonNullable<History['full']>): void {
    const { world, clusters } = this.cloud;
    for (const [index, { nodes }] of clusters.entries()) {
      const node = nodes[number];
      if (node === undefined) continue;
      if (by === 'type') world.addresses.assign(node.networkInterfaceId, [`10.0.0.10${index}`], false);
      // The smallest type that the local cloud builds nodes of has ten slots, one of them for the primary address.
      else
        world.changeInterface(node.networkInterfaceId, {
          prefixes: Array.from({ length: 9 }, (_, prefix) => `10.${index + 1}.0.${16 * prefix}/28`),
        });
    }
  }

  /** The last cluster, where there are several, fails from now on, until a history heals it. */
  private async doom(): Promise<void> {
    const { world, clusters } = this.cloud;
    const last = clusters.length > 1 ? clusters.at(-1) : undefined;
    if (last === undefined) return;
    for (const { instanceId } of last.nodes) world.stopInstance(instanceId);
    this.recorder.journal.record();
    await this.cloud.advance(DOOMED_FOR);
  }

  private async take({ after, on, what }: Step): Promise<void> {
    const { cloud } = this;
    await cloud.advance(after);
    if (on !== undefined) await this.entered(on);
    const from = cloud.timeline.events.length;
    cloud.timeline.add({ type: 'fault', what: `history: ${JSON.stringify(what)}` });
    try {
      if (isDisturbance(what)) this.services.add(what);
      else this.world.happen(what);
    } catch (error) {
      // EC2 refuses what makes no sense just then: to start a terminated instance, to fill a full interface.
      if (!(error instanceof ApiError)) throw error;
    }
    this.recorder.journal.record();
    if (!changesNothing(what)) this.byHand.push([from, cloud.timeline.events.length]);
  }

  private async entered(state: string): Promise<void> {
    const { cloud } = this;
    let over = false;
    const stop = cloud.timeline.listen((event) => {
      if (event.type === 'state-entered' && event.state === state) over = true;
    });
    cloud.world.clock.setTimeout(() => {
      over = true;
    }, MINUTE / 2);
    await cloud.until(() => over);
    stop();
  }

  private stopFaults(): void {
    this.cloud.timeline.add({ type: 'fault', what: 'history: all faults are over' });
    this.world.clear();
    this.services.clear();
    this.lags.reads = 0;
    this.lags.alarms = 0;
  }

  /** Waits until every cluster had a check that its schedule started, and nothing runs any more. */
  private async nextChecks(since: number): Promise<void> {
    const { cloud } = this;
    const waiting = new Set(cloud.clusters.map(({ name }) => name));
    let looked = since;
    await cloud.until(() => {
      const { events } = cloud.timeline;
      for (; looked < events.length; looked += 1) {
        const event = events[looked];
        if (event?.type === 'execution-started') waiting.delete(checkedCluster(event.input));
      }
      return waiting.size === 0 && cloud.quiet;
    });
  }
}

function nodesOf({ interfaces, full }: History): Readonly<Record<string, NodeOptions>> {
  const options: NodeOptions =
    interfaces === 'primary'
      ? {}
      : { deviceIndex: 1, deleteOnTermination: interfaces === 'secondary, deleted on termination' };
  const all = [1, 2].flatMap((cluster) =>
    [1, 2, 3, 4].map((number) => ({ id: `i-0a1b2c3d4e5f6${cluster}00${number}`, number })),
  );
  return Object.fromEntries(
    all.map(({ id, number }) => [
      id,
      full?.by === 'type' && number - 1 === full.node ? { ...options, instanceType: 't3.nano' } : options,
    ]),
  );
}

function checkedCluster(input: unknown): string {
  const request = typeof input === 'object' && input !== null ? { ...input } : {};
  return 'mode' in request && request.mode === 'check' && 'cluster' in request ? String(request.cluster) : '';
}
