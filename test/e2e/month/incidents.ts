import { ClusterDriver } from '../../../local/demo/cluster-driver';
import type { FaultRule } from '../../../local/emulator/kernel/faults';
import { HOUR, MINUTE, SECOND } from '../field';

type Node = ClusterDriver['nodes'][number];

/** What happens to a cluster. It begins and ends with both nodes well. */
export interface Incident {
  readonly name: string;
  /** How often in the month. */
  readonly times: number;
  /** A check finds that the cluster could not fail over. */
  readonly unready?: true;
  readonly play: (cluster: MonthDriver) => Promise<void>;
}

/** A cluster as the month goes by: its nodes by what they are now. */
export class MonthDriver extends ClusterDriver {
  get holder(): Node {
    return this.find(true);
  }

  get other(): Node {
    return this.find(false);
  }

  wait(milliseconds: number): Promise<void> {
    return this.cloud.advance(milliseconds);
  }

  /** The calls of AWS that fit fail from now on. */
  fail(rule: Partial<Omit<FaultRule, 'kind'>>): void {
    this.cloud.faults.add({ kind: 'error503', ...rule });
  }

  /** All faults are over. */
  heal(): void {
    this.cloud.faults.clear();
  }

  pause(tag: string | null): void {
    this.cloud.world.setTags(this.nodes[0]?.instanceId ?? '', { 'vip-failover:paused': tag });
  }

  private find(holds: boolean): Node {
    const found = this.nodes.find((node) => this.holds(node) === holds);
    if (found === undefined) throw new Error(`${this.cluster.name}: no node ${holds ? 'has' : 'lacks'} the addresses.`);
    return found;
  }
}

/** Longer than the interval of the checks. */
const LONG = 2 * HOUR;

async function stopForAWhile(cluster: MonthDriver): Promise<void> {
  const node = cluster.holder;
  cluster.stop(node);
  await cluster.wait(LONG);
  cluster.start(node);
}

const toTopic =
  (name: RegExp): FaultRule['when'] =>
  ({ parameters }) =>
    name.test(String(parameters.TopicArn));

export const INCIDENTS: readonly Incident[] = [
  { name: 'the active node stops', times: 4, unready: true, play: stopForAWhile },
  {
    name: "the active node's host breaks",
    times: 2,
    unready: true,
    async play(cluster) {
      const node = cluster.holder;
      cluster.cloud.world.impair(node.instanceId, 'system');
      await cluster.wait(LONG);
      cluster.cloud.world.recover(node.instanceId);
    },
  },
  { name: 'a drill', times: 4, play: async (cluster) => void cluster.drill(cluster.other) },
  {
    name: 'a drill to a node that is down',
    times: 2,
    unready: true,
    async play(cluster) {
      const node = cluster.other;
      cluster.stop(node);
      await cluster.wait(LONG);
      cluster.drill(node);
      await cluster.wait(5 * MINUTE);
      cluster.start(node);
    },
  },
  {
    name: 'a drill that EC2 refuses',
    times: 2,
    async play(cluster) {
      const { networkInterfaceId } = cluster.other;
      cluster.cloud.faults.add({
        action: 'AssignPrivateIpAddresses',
        kind: 'error',
        code: 'PrivateIpAddressLimitExceeded',
        message: 'Number of private addresses will exceed limit.',
        when: ({ parameters }) => parameters.NetworkInterfaceId === networkInterfaceId,
      });
      cluster.drill(cluster.other);
      await cluster.wait(10 * MINUTE);
      cluster.heal();
    },
  },
  { name: 'a failover by hand to nowhere', times: 2, play: async (cluster) => void cluster.failover() },
  { name: 'a failover by hand to a node', times: 2, play: async (cluster) => void cluster.failover(cluster.other) },
  { name: 'a claim', times: 2, play: async (cluster) => cluster.claim(cluster.other) },
  { name: 'a rehearsal', times: 2, play: async (cluster) => void cluster.rehearsal() },
  {
    name: 'a request for a cluster that is not there',
    times: 1,
    play: async ({ cloud }) =>
      void cloud.startExecution({ cluster: 'mial', mode: 'rehearsal', requestedBy: 'operator' }),
  },
  {
    name: 'a pause that is forgotten',
    times: 1,
    async play(cluster) {
      cluster.pause('kernel update');
      await cluster.wait(30 * HOUR);
      cluster.pause(null);
    },
  },
  {
    name: 'a pause in which the active node stops',
    times: 1,
    unready: true,
    async play(cluster) {
      cluster.pause(`kernel update until=${new Date(cluster.cloud.now() + 3 * HOUR).toISOString()}`);
      const node = cluster.holder;
      cluster.stop(node);
      await cluster.wait(5 * HOUR);
      cluster.start(node);
      cluster.pause(null);
    },
  },
  {
    name: 'SNS is down for three hours, and a node stops',
    times: 1,
    unready: true,
    async play(cluster) {
      cluster.fail({ service: 'sns' });
      await cluster.wait(5 * MINUTE);
      await Promise.all([stopForAWhile(cluster), cluster.wait(LONG)]);
      await cluster.wait(HOUR);
      cluster.heal();
    },
  },
  {
    name: 'SNS is down during a drill, and back before the next notice, which is not of a check',
    times: 2,
    async play(cluster) {
      cluster.fail({ service: 'sns' });
      cluster.drill(cluster.other);
      await cluster.wait(6 * MINUTE);
      cluster.heal();
      cluster.rehearsal();
    },
  },
  {
    name: 'SNS is down while both nodes stop, and comes back long before them',
    times: 1,
    unready: true,
    async play(cluster) {
      const { holder, other } = cluster;
      cluster.fail({ service: 'sns' });
      cluster.stop(other);
      await cluster.wait(5 * MINUTE);
      cluster.stop(holder);
      await cluster.wait(70 * MINUTE);
      cluster.heal();
      await cluster.wait(5 * HOUR);
      cluster.start(holder);
      cluster.start(other);
    },
  },
  {
    name: 'SNS has a hiccup',
    times: 1,
    async play(cluster) {
      cluster.fail({ service: 'sns' });
      cluster.drill(cluster.other);
      await cluster.wait(20 * SECOND);
      cluster.heal();
    },
  },
  {
    name: 'the answer of SNS is lost',
    times: 1,
    async play(cluster) {
      const when = toTopic(/Topic/);
      cluster.cloud.faults.add({ action: 'Publish', kind: 'lost-response', times: 1, ...(when && { when }) });
      cluster.drill(cluster.other);
    },
  },
  {
    name: "the chat's topic is down",
    times: 1,
    async play(cluster) {
      const when = toTopic(/Chat/);
      cluster.fail({ action: 'Publish', ...(when && { when }) });
      cluster.drill(cluster.other);
      await cluster.wait(5 * MINUTE);
      cluster.heal();
    },
  },
  {
    name: 'the bus is down',
    times: 1,
    async play(cluster) {
      cluster.fail({ action: 'PutEvents' });
      cluster.drill(cluster.other);
      await cluster.wait(5 * MINUTE);
      cluster.heal();
    },
  },
  {
    name: 'the events of a node that stops are lost',
    times: 2,
    unready: true,
    async play(cluster) {
      cluster.cloud.events.faults.add({ kind: 'drop', times: 2, when: ({ source }) => source === 'aws.ec2' });
      await stopForAWhile(cluster);
    },
  },
  {
    name: 'the event of a node that stops comes twice',
    times: 1,
    unready: true,
    async play(cluster) {
      cluster.cloud.events.faults.add({ kind: 'duplicate', when: ({ source }) => source === 'aws.ec2' });
      await stopForAWhile(cluster);
    },
  },
  {
    name: 'both nodes stop',
    times: 1,
    unready: true,
    async play(cluster) {
      const { holder, other } = cluster;
      cluster.stop(other);
      await cluster.wait(5 * MINUTE);
      cluster.stop(holder);
      await cluster.wait(LONG);
      cluster.start(holder);
      cluster.start(other);
    },
  },
  {
    name: 'EC2 answers nothing while a node stops',
    times: 1,
    unready: true,
    async play(cluster) {
      cluster.fail({ service: 'ec2' });
      const played = stopForAWhile(cluster);
      await cluster.wait(10 * MINUTE);
      cluster.heal();
      await played;
    },
  },
  {
    name: 'EC2 refuses to take the address off',
    times: 1,
    unready: true,
    async play(cluster) {
      const [action, code] = ['UnassignPrivateIpAddresses', 'UnauthorizedOperation'];
      cluster.cloud.faults.add({ action, kind: 'error', code, status: 403 });
      await stopForAWhile(cluster);
      cluster.heal();
    },
  },
  {
    name: 'an execution is cut off between taking the address off and assigning it',
    times: 1,
    unready: true,
    async play(cluster) {
      cluster.cloud.stateMachine.killAt({ state: 'UnassignIp', when: 'exited' });
      await stopForAWhile(cluster);
    },
  },
  {
    name: 'a person moves the address with the CLI',
    times: 1,
    play: async ({ cloud, addresses, other }) =>
      void cloud.world.addresses.assign(other.networkInterfaceId, addresses, true),
  },
];
