import { ClusterDriver } from '../../local/demo/cluster-driver';
import type { Cloud } from '../../local/emulator/cloud';
import type { RegistryCluster } from '../../local/emulator/template/registry';
import { alarmName } from './configs';
import type { ApplicationSays, Disturbance, Happening, ReasonKind } from './history';
import { MANAGED } from './recorder';

type Node = RegistryCluster['nodes'][number];
type Happens = Exclude<Happening, Disturbance>;
type Place = { readonly cluster: number; readonly node: number };

const MINUTE = 60_000;

/** Texts in UTF-8 that are cut somewhere must not be cut inside a character; and one that is longer than any state may be. */
const REASONS: Readonly<Record<ReasonKind, string>> = {
  plain: 'quarterly drill',
  emoji: `${'🚒🔥'.repeat(150)}\ud83d`,
  long: 'x'.repeat(200_000),
};

/** Does to the nodes, their interfaces, alarms and tags what a history says, and starts what people start. */
export class WorldEvents {
  private readonly drivers: readonly ClusterDriver[];
  private readonly timers: unknown[] = [];

  /** @param changed is called after whatever happens later by itself. */
  constructor(
    private readonly cloud: Cloud,
    private readonly changed: () => void,
  ) {
    this.drivers = cloud.clusters.map((cluster) => new ClusterDriver(cloud, cluster));
  }

  /** What goes on by itself stops. */
  clear(): void {
    for (const timer of this.timers) this.cloud.world.clock.clearTimeout(timer);
  }

  /** @throws ApiError where EC2 refuses what makes no sense just then. */
  happen(what: Happens): void {
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
        world.setTags(this.node(what).instanceId, { 'vip-failover:standby': what.do === 'exclude' ? what.tag : null });
        return;
      case 'pause': {
        const tag =
          what.minutes === null ? 'patch day' : `patch day until=${written(cloud.now() + what.minutes * MINUTE)}`;
        world.setTags(this.driver(what).active.instanceId, { 'vip-failover:paused': tag });
        return;
      }
      case 'unpause':
        world.setTags(this.driver(what).active.instanceId, { 'vip-failover:paused': null });
        return;
      case 'drill':
        this.start(what, { mode: 'drill', target: this.node(what).instanceId, reason: REASONS[what.reason] });
        return;
      case 'claim':
        this.driver(what).claim(this.node(what));
        return;
      case 'failover':
      case 'rehearsal': {
        const { node } = what;
        const target = node === null ? {} : { target: this.node({ ...what, node }).instanceId };
        this.start(what, { mode: what.do, reason: 'the application hangs', ...target });
        return;
      }
      case 'check':
        this.driver(what).check();
        return;
      case 'move':
        this.move(what);
        return;
      case 'hide':
      case 'unhide':
        this.hide(what);
        return;
      case 'alarm':
        this.setAlarm(what.cluster, this.node(what), what.state);
        return;
      case 'alternate':
        this.alternate(what);
        return;
      case 'application':
        this.setApplication(this.node(what).instanceId, what.status);
        return;
      case 'repeat-event':
        this.repeatEvent(what.back);
        return;
      case 'odd-event':
        this.oddEvent(what);
        return;
    }
  }

  driver({ cluster }: { readonly cluster: number }): ClusterDriver {
    return pick(this.drivers, cluster);
  }

  node({ cluster, node }: Place): Node {
    const driver = this.driver({ cluster });
    const holder = driver.holderOf(driver.addresses[0] ?? '');
    const first = Math.max(
      0,
      driver.nodes.findIndex(({ networkInterfaceId }) => networkInterfaceId === holder),
    );
    return pick(driver.nodes, first + node);
  }

  private start(where: { readonly cluster: number }, request: Readonly<Record<string, string>>): void {
    const { name } = this.driver(where).cluster;
    this.cloud.startExecution({ cluster: name, requestedBy: 'operator', ...request });
  }

  private move(what: Extract<Happening, { do: 'move' }>): void {
    const { world } = this.cloud;
    const { cluster } = this.driver(what);
    const { address } = pick(cluster.virtualIps, what.address);
    const holder = world.holderOf(address, cluster.subnetId);
    if (what.node !== null) {
      world.addresses.assign(this.node({ ...what, node: what.node }).networkInterfaceId, [address], true);
    } else if (holder !== null && !world.elasticIps().some((each) => each.association?.privateAddress === address)) {
      world.addresses.unassign(holder, [address]);
    }
  }

  /** Not an address with an Elastic IP: giving it back would drop that, and nobody but a person could put it right. */
  private hide(what: Extract<Happening, { do: 'hide' | 'unhide' }>): void {
    const { world } = this.cloud;
    const { cluster } = this.driver(what);
    if (what.do === 'unhide') {
      const taken = world.secondaryAddressesOf(MANAGED);
      if (taken.length > 0) world.addresses.unassign(MANAGED, taken);
      return;
    }
    const { address } = pick(cluster.virtualIps, what.address);
    if (!world.elasticIps().some((each) => each.association?.privateAddress === address))
      world.addresses.assign(MANAGED, [address], true);
  }

  /** Where the configuration ties an alarm to the node. */
  private setAlarm(cluster: number, node: Node, state: 'OK' | 'ALARM'): void {
    const { alarms } = this.cloud;
    const { name, nodes } = this.driver({ cluster }).cluster;
    const alarm = alarmName(name, nodes.indexOf(node));
    if (alarms.list().some((each) => each.name === alarm)) alarms.setState(alarm, state, 'chaos');
  }

  private alternate({ cluster, milliseconds, times }: Extract<Happening, { do: 'alternate' }>): void {
    const { clock } = this.cloud.world;
    const pair = [this.node({ cluster, node: 0 }), this.node({ cluster, node: 1 })];
    const set = (which: number, state: 'OK' | 'ALARM') => this.setAlarm(cluster, pick(pair, which), state);
    for (let time = 0; time < times; time += 1) {
      const turn = () => {
        set(time + 1, 'OK');
        set(time, 'ALARM');
        this.changed();
      };
      if (time === 0) turn();
      else this.timers.push(clock.setTimeout(turn, time * milliseconds));
    }
    const over = () => {
      set(times - 1, 'OK');
      this.changed();
    };
    this.timers.push(clock.setTimeout(over, times * milliseconds));
  }

  /** Where the configuration has a check, and the instance runs. */
  private setApplication(instanceId: string, status: ApplicationSays): void {
    const { world } = this.cloud;
    const instance = world.view().instance(instanceId);
    if (instance?.state === 'running' && instance.application.checked) world.setApplicationStatus(instanceId, status);
  }

  private repeatEvent(back: number): void {
    const events = this.cloud.stateMachine.executions.flatMap(({ input }) => (isBusEvent(input) ? [input] : []));
    const event = events.at(-1 - back);
    if (event !== undefined) this.cloud.events.repeat(event);
  }

  private oddEvent({ time, ...where }: Extract<Happening, { do: 'odd-event' }>): void {
    const { cloud } = this;
    const { instanceId } = this.node(where);
    const state = cloud.world.view().instance(instanceId)?.state ?? 'terminated';
    const times = { missing: {}, empty: { time: '' }, number: { time: cloud.now() }, words: { time: 'just now 1' } };
    cloud.startExecution({
      version: '0',
      id: '00000000-0000-4000-8000-00000000c0de',
      'detail-type': 'EC2 Instance State-change Notification',
      source: 'aws.ec2',
      account: cloud.template.accountId,
      region: cloud.template.region,
      resources: [],
      detail: { 'instance-id': instanceId, state },
      ...times[time],
    });
  }
}

/** A time as people write it, and as machines do. */
function written(at: number): string {
  const text = new Date(at).toISOString();
  return new Date(at).getUTCMinutes() % 2 === 0 ? text : text.replace('T', ' ');
}

export function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('Nothing to pick from.');
  return item;
}

function isBusEvent(input: unknown): input is Parameters<Cloud['events']['repeat']>[0] {
  return typeof input === 'object' && input !== null && 'detail-type' in input && 'time' in input;
}
