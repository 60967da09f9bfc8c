import { addInterface } from '../../emulator/ec2/model/build';
import type { Stage } from '../cluster-driver';
import { cluster, ELASTIC_VIP, elasticIpOn, node, nodeOptions } from './configs';
import { expect, type Scenario } from './scenario';

const THREE_NODES = cluster(3);
const THREE_ADDRESSES = cluster(2, ['10.0.0.5', '10.0.0.6', '10.0.0.7']);

/** Fills an interface to the limit of its instance type: t3.nano takes two addresses. */
const CANNOT_HOLD = { instanceType: 't3.nano' };

function fill(stage: Stage, networkInterfaceId: string): void {
  stage.cloud.world.addresses.assign(networkInterfaceId, ['10.0.0.100'], false);
}

const elasticFollowed = (stage: Stage) => [
  expect('10.0.0.5 on the standby', stage.holds(stage.standby)),
  expect('the Elastic IP is on it', elasticIpOn(stage) === stage.standby.networkInterfaceId),
];

const failedOver = (stage: Stage) => [
  expect(
    'one notice, and it says FAILED_OVER',
    stage.notices().length === 1 && stage.notices('FAILED_OVER').length === 1,
  ),
  expect('no execution failed', stage.failures.length === 0),
];

/** Targets that say no, addresses that are not where they should be, and Elastic IPs. */
export const REFUSALS: readonly Scenario[] = [
  {
    name: 'target-refuses',
    description: 'The first standby has no room for the address; the next node takes it.',
    config: THREE_NODES,
    cloud: { world: nodeOptions(1, CANNOT_HOLD) },
    play: (stage) => {
      fill(stage, stage.standby.networkInterfaceId);
      stage.stop(stage.active);
    },
    world: (stage) => [expect('10.0.0.5 on the third node', stage.holderOf('10.0.0.5') === node(3).networkInterfaceId)],
    told: failedOver,
  },
  {
    name: 'drill-refused',
    description:
      'A drill whose target has no room: the address stays with (or comes back to) a healthy node, and the drill is told as failed.',
    cloud: { world: nodeOptions(1, CANNOT_HOLD) },
    play: (stage) => {
      fill(stage, stage.standby.networkInterfaceId);
      stage.drill(stage.standby);
    },
    world: (stage) => [expect('10.0.0.5 on the old holder', stage.holds(stage.active))],
    told: (stage) => [
      expect('one notice, and it says FAILED', stage.notices().length === 1 && stage.notices('FAILED').length === 1),
      expect('the execution failed', stage.failures.length === 1),
    ],
  },
  {
    name: 'split',
    description: 'Three addresses lie on two nodes when the active one stops; they come together on the standby.',
    config: THREE_ADDRESSES,
    play: (stage) => {
      stage.cloud.world.addresses.assign(stage.standby.networkInterfaceId, ['10.0.0.6'], true);
      stage.stop(stage.active);
    },
    world: (stage) => [expect('all three addresses on the standby', stage.holds(stage.standby))],
    told: failedOver,
  },
  {
    name: 'elastic-ip',
    description: 'The Elastic IP of the address goes with it, although unassigning drops it.',
    config: cluster(2, [ELASTIC_VIP]),
    play: (stage) => stage.stop(stage.active),
    world: elasticFollowed,
    told: failedOver,
  },
  {
    name: 'elastic-ip-atomic',
    description: 'With handover "atomic", address and Elastic IP move in one call.',
    config: cluster(2, [ELASTIC_VIP], { handover: 'atomic' }),
    play: (stage) => stage.stop(stage.active),
    world: (stage) => [
      ...elasticFollowed(stage),
      expect('nothing was unassigned', stage.calls('UnassignPrivateIpAddresses').length === 0),
    ],
    told: failedOver,
  },
  {
    name: 'elastic-ip-terminate',
    description: 'The active node is terminated, which drops the Elastic IP; it is associated again.',
    config: cluster(2, [ELASTIC_VIP]),
    play: (stage) => stage.terminate(stage.active),
    world: elasticFollowed,
    told: failedOver,
  },
  {
    name: 'stranger',
    description: 'An interface outside of the cluster holds the address; it is refused and left untouched.',
    play: (stage) => {
      const { world } = stage.cloud;
      addInterface(world, stage.cluster.subnetId, 'eni-0123456789abcdef0', null, 0, false, []);
      world.addresses.assign('eni-0123456789abcdef0', stage.addresses, true);
      stage.stop(stage.active);
    },
    world: (stage) => [
      expect(
        'the stranger still holds the address',
        stage.addresses.every((address) => stage.holderOf(address) === 'eni-0123456789abcdef0'),
      ),
    ],
    told: (stage) => [
      expect(
        'people are told, and only FAILED',
        stage.notices().length > 0 && stage.notices().length === stage.notices('FAILED').length,
      ),
      expect('the execution failed with HeldByStranger', stage.failures.at(-1)?.error === 'HeldByStranger'),
    ],
  },
];
