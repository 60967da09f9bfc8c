import { ApiError } from '../../local/api';
import { type Cloud, startCloud } from '../../local/cloud';
import { seeded } from '../../local/random';
import { REALISTIC } from '../../local/services/latency';
import { Stage } from '../../local/stage';
import type { NodeOptions } from '../../local/world/build';
import { alarmName } from './configs';
import type { Happening, History, Step } from './history';
import { type Moment, Witness } from './witness';

const MINUTE = 60_000;
/** A request that was held up in EC2 takes effect this late at most, milliseconds. */
const LAST_EFFECT = 15_000;
/** Longer than two intervals of the scheduled check. */
const QUIET_TIME = 11 * MINUTE;

/** These change neither the world nor what anybody wants of it. */
const DISTURBANCES: ReadonlySet<Happening['do']> = new Set([
  'api-fault',
  'throttle',
  'sns-down',
  'event-fault',
  'lambda-fault',
  'kill',
  'twice',
  'repeat-event',
  'check',
  'rehearsal',
]);

/** What was played, with all that the invariants are judged by. Indexes are positions in the timeline. */
export interface Played {
  readonly cloud: Cloud;
  readonly witness: Witness;
  /** What people did, from index to index: changes in between are theirs. */
  readonly byHand: readonly (readonly [from: number, to: number])[];
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
  const lag = { most: history.lag };
  const random = seeded(history.seed ^ 0x5bd1e995);
  const cloud = await startCloud({
    templateFile,
    clock: 'virtual',
    reuseInstances: !fresh,
    schedules: true,
    seed: history.seed,
    latency: REALISTIC,
    throttle: history.throttle,
    lag: () => Math.floor(random() * (lag.most + 1)),
    history: history.lag,
    overhead: { cold: 300, warm: 10 },
    startTime: Date.UTC(2026, 0, 1, 12, history.minute),
    world: {
      nodes: nodesOf(history),
      ...(history.slow && {
        transitions: { stopping: 20_000, pending: 12_000, shuttingDown: 15_000, initializing: 90_000 },
      }),
    },
  });
  try {
    return await new Player(history, cloud, lag).play();
  } finally {
    await cloud.close();
  }
}

class Player {
  private readonly stages: readonly Stage[];
  private readonly byHand: [number, number][] = [];
  private readonly witness: Witness;

  constructor(
    private readonly history: History,
    private readonly cloud: Cloud,
    private readonly lag: { most: number },
  ) {
    this.witness = new Witness(cloud);
    this.stages = cloud.clusters.map((cluster) => new Stage(cloud, cluster));
  }

  async play(): Promise<Played> {
    const { cloud, history, witness } = this;
    if (history.full !== null) this.fill(history.full);
    if (history.foreignElasticIp) witness.addForeignElasticIps();
    const before = witness.untouchable();
    let stuck: string | null = null;
    let rest = witness.here();
    let checked = rest;
    try {
      for (const step of history.steps) await this.take(step);
      this.stopFaults();
      await cloud.advance(LAST_EFFECT);
      await cloud.idle();
      rest = witness.here();
      await this.nextChecks(rest.index);
      checked = witness.here();
      await cloud.advance(QUIET_TIME);
      await cloud.idle();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      stuck = error.message;
    }
    const untouchable = { before, after: witness.untouchable() };
    return { cloud, witness, byHand: this.byHand, untouchable, rest, checked, end: witness.here(), stuck };
  }

  /** Leaves no room on the interface of a node: its instance is of a type that has two addresses an interface. */
  private fill(number: number): void {
    const { world, clusters } = this.cloud;
    for (const [index, { nodes }] of clusters.entries()) {
      const node = nodes[number];
      if (node !== undefined) world.addresses.assign(node.networkInterfaceId, [`10.0.0.10${index}`], false);
    }
  }

  private async take({ after, on, what }: Step): Promise<void> {
    const { cloud } = this;
    await cloud.advance(after);
    if (on !== undefined) await this.entered(on);
    const from = cloud.timeline.events.length;
    cloud.timeline.add({ type: 'fault', what: `history: ${JSON.stringify(what)}` });
    try {
      this.happen(what);
    } catch (error) {
      // EC2 refuses what makes no sense just then: to start a terminated instance, to fill a full interface.
      if (!(error instanceof ApiError)) throw error;
    }
    if (!DISTURBANCES.has(what.do)) this.byHand.push([from, cloud.timeline.events.length]);
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

  private happen(what: Happening): void {
    const { cloud } = this;
    const { world } = cloud;
    switch (what.do) {
      case 'stop':
        world.stopInstance(this.node(what).instanceId);
        return;
      case 'start':
        world.startInstance(this.node(what).instanceId);
        return;
      case 'terminate':
        world.terminateInstance(this.node(what).instanceId);
        return;
      case 'impair':
      case 'recover': {
        const { instanceId } = this.node(what);
        if (world.view().instance(instanceId)?.state !== 'running') return;
        if (what.do === 'impair') world.impair(instanceId, what.check);
        else world.recover(instanceId);
        return;
      }
      case 'detach':
        world.detachNetworkInterface(this.node(what).networkInterfaceId);
        return;
      case 'attach': {
        const { instanceId, networkInterfaceId } = this.node(what);
        if (world.view().instance(instanceId)?.state === 'running')
          world.attachNetworkInterface(networkInterfaceId, instanceId, 1);
        return;
      }
      case 'exclude':
      case 'include':
        world.setTags(this.node(what).instanceId, {
          'vip-failover:standby': what.do === 'exclude' ? 'never' : null,
        });
        return;
      case 'pause':
      case 'unpause': {
        const value = what.do === 'pause' ? 'patch day' : null;
        world.setTags(this.stage(what).active.instanceId, { 'vip-failover:paused': value });
        return;
      }
      case 'drill':
        this.stage(what).drill(this.node(what));
        return;
      case 'failover':
        this.stage(what).failover(what.node === null ? undefined : this.node({ ...what, node: what.node }));
        return;
      case 'rehearsal': {
        const { name } = this.stage(what).cluster;
        const target = what.node === null ? {} : { target: this.node({ ...what, node: what.node }).instanceId };
        cloud.startExecution({ cluster: name, mode: 'rehearsal', ...target });
        return;
      }
      case 'check':
        this.stage(what).check();
        return;
      case 'move':
        this.move(what);
        return;
      case 'alarm': {
        const { cluster } = this.stage(what);
        const name = alarmName(cluster.name, cluster.nodes.indexOf(this.node(what)));
        if (cloud.alarms.list().some((alarm) => alarm.name === name)) cloud.alarms.setState(name, what.state, 'chaos');
        return;
      }
      case 'repeat-event':
        this.repeatEvent(what.back);
        return;
      default:
        this.disturb(what);
        return;
    }
  }

  private disturb(what: Happening): void {
    const { cloud } = this;
    const until = 'milliseconds' in what ? cloud.now() + what.milliseconds : 0;
    const when = () => cloud.now() < until;
    switch (what.do) {
      case 'api-fault': {
        const { action, kind, nth, times } = what;
        cloud.faults.add({ action, kind, nth, times });
        return;
      }
      case 'throttle':
        cloud.faults.add({ ...(what.action !== null && { action: what.action }), kind: 'throttle', when });
        return;
      case 'sns-down':
        cloud.faults.add({ service: 'sns', kind: 'error503', when });
        return;
      case 'event-fault':
        cloud.events.faults.add({
          kind: what.kind,
          milliseconds: what.milliseconds,
          when: ({ source, detail }) =>
            source === 'aws.cloudwatch' || ['stopped', 'terminated', 'running'].includes(String(detail.state)),
        });
        return;
      case 'lambda-fault': {
        const { kind, atCall, when: moment } = what;
        cloud.lambda.faults.add({ function: what.function, kind, atCall, when: moment });
        return;
      }
      case 'kill':
        cloud.stateMachine.killAt({ state: what.state, when: what.when, nth: what.nth });
        return;
      case 'twice':
        cloud.stateMachine.doubleNext(what.milliseconds);
        return;
    }
  }

  private move(what: Extract<Happening, { do: 'move' }>): void {
    const { world } = this.cloud;
    const { cluster } = this.stage(what);
    const { address } = pick(cluster.virtualIps, what.address);
    const holder = world.holderOf(address, cluster.subnetId);
    if (what.node !== null) {
      world.addresses.assign(this.node({ ...what, node: what.node }).networkInterfaceId, [address], true);
    } else if (holder !== null && !world.elasticIps().some((each) => each.association?.privateAddress === address)) {
      world.addresses.unassign(holder, [address]);
    }
  }

  private repeatEvent(back: number): void {
    const events = this.cloud.stateMachine.executions.flatMap(({ input }) => (isBusEvent(input) ? [input] : []));
    const event = events.at(-1 - back);
    if (event !== undefined) this.cloud.events.repeat(event);
  }

  private stage({ cluster }: { readonly cluster: number }): Stage {
    return pick(this.stages, cluster);
  }

  private node({ cluster, node }: { readonly cluster: number; readonly node: number }) {
    const stage = this.stage({ cluster });
    const holder = stage.holderOf(stage.addresses[0] ?? '');
    const first = Math.max(
      0,
      stage.nodes.findIndex(({ networkInterfaceId }) => networkInterfaceId === holder),
    );
    return pick(stage.nodes, first + node);
  }

  private stopFaults(): void {
    const { cloud } = this;
    cloud.timeline.add({ type: 'fault', what: 'history: all faults are over' });
    cloud.faults.clear();
    cloud.events.faults.clear();
    cloud.lambda.faults.clear();
    cloud.stateMachine.clearFaults();
    this.lag.most = 0;
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
    all.map(({ id, number }) => [id, number - 1 === full ? { ...options, instanceType: 't3.nano' } : options]),
  );
}

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('Nothing to pick from.');
  return item;
}

function isBusEvent(input: unknown): input is Parameters<Cloud['events']['repeat']>[0] {
  return typeof input === 'object' && input !== null && 'detail-type' in input;
}

function checkedCluster(input: unknown): string {
  const request = typeof input === 'object' && input !== null ? { ...input } : {};
  return 'mode' in request && request.mode === 'check' && 'cluster' in request ? String(request.cluster) : '';
}
