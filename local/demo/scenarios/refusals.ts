import { addInterface } from '../../emulator/ec2/model/build';
import type { ClusterDriver } from '../cluster-driver';
import { cluster, ELASTIC_VIP, elasticIpOn, node, nodeOptions } from './configs';
import { expect, type Scenario } from './scenario';

const THREE_NODES = cluster(3);
const THREE_ADDRESSES = cluster(2, ['10.0.0.5', '10.0.0.6', '10.0.0.7']);

/** Fills an interface to the limit of its instance type: t3.nano takes two addresses. */
const CANNOT_HOLD = { instanceType: 't3.nano' };

function fill(driver: ClusterDriver, networkInterfaceId: string): void {
  driver.cloud.world.addresses.assign(networkInterfaceId, ['10.0.0.100'], false);
}

const elasticFollowed = (driver: ClusterDriver) => [
  expect('10.0.0.5 on the standby', driver.holds(driver.standby)),
  expect('the Elastic IP is on it', elasticIpOn(driver) === driver.standby.networkInterfaceId),
];

const failedOver = (driver: ClusterDriver) => [
  expect(
    'one notice, and it says FAILED_OVER',
    driver.notices().length === 1 && driver.notices('FAILED_OVER').length === 1,
  ),
  expect('no execution failed', driver.failures.length === 0),
];

/** Targets that say no, addresses that are not where they should be, and Elastic IPs. */
export const REFUSALS: readonly Scenario[] = [
  {
    name: 'target-refuses',
    description: 'The first standby has no room for the address; the next node takes it.',
    config: THREE_NODES,
    cloud: { world: nodeOptions(1, CANNOT_HOLD) },
    play: (driver) => {
      fill(driver, driver.standby.networkInterfaceId);
      driver.stop(driver.active);
    },
    world: (driver) => [
      expect('10.0.0.5 on the third node', driver.holderOf('10.0.0.5') === node(3).networkInterfaceId),
    ],
    told: failedOver,
  },
  {
    name: 'drill-refused',
    description:
      'A drill whose target has no room: the address stays with (or comes back to) a healthy node, and the drill is told as failed.',
    cloud: { world: nodeOptions(1, CANNOT_HOLD) },
    play: (driver) => {
      fill(driver, driver.standby.networkInterfaceId);
      driver.drill(driver.standby);
    },
    world: (driver) => [expect('10.0.0.5 on the old holder', driver.holds(driver.active))],
    told: (driver) => [
      expect('one notice, and it says FAILED', driver.notices().length === 1 && driver.notices('FAILED').length === 1),
      expect('the execution failed', driver.failures.length === 1),
    ],
  },
  {
    name: 'split',
    description: 'Three addresses lie on two nodes when the active one stops; they come together on the standby.',
    config: THREE_ADDRESSES,
    play: (driver) => {
      driver.cloud.world.addresses.assign(driver.standby.networkInterfaceId, ['10.0.0.6'], true);
      driver.stop(driver.active);
    },
    world: (driver) => [expect('all three addresses on the standby', driver.holds(driver.standby))],
    told: failedOver,
  },
  {
    name: 'elastic-ip',
    description: 'The Elastic IP of the address goes with it, although unassigning drops it.',
    config: cluster(2, [ELASTIC_VIP]),
    play: (driver) => driver.stop(driver.active),
    world: elasticFollowed,
    told: failedOver,
  },
  {
    name: 'elastic-ip-atomic',
    description: 'With handover "atomic", address and Elastic IP move in one call.',
    config: cluster(2, [ELASTIC_VIP], { handover: 'atomic' }),
    play: (driver) => driver.stop(driver.active),
    world: (driver) => [
      ...elasticFollowed(driver),
      expect('nothing was unassigned', driver.calls('UnassignPrivateIpAddresses').length === 0),
    ],
    told: failedOver,
  },
  {
    name: 'elastic-ip-terminate',
    description: 'The active node is terminated, which drops the Elastic IP; it is associated again.',
    config: cluster(2, [ELASTIC_VIP]),
    play: (driver) => driver.terminate(driver.active),
    world: elasticFollowed,
    told: failedOver,
  },
  {
    name: 'stranger',
    description: 'An interface outside of the cluster holds the address; it is refused and left untouched.',
    play: (driver) => {
      const { world } = driver.cloud;
      addInterface(world, driver.cluster.subnetId, 'eni-0123456789abcdef0', null, 0, false, []);
      world.addresses.assign('eni-0123456789abcdef0', driver.addresses, true);
      driver.stop(driver.active);
    },
    world: (driver) => [
      expect(
        'the stranger still holds the address',
        driver.addresses.every((address) => driver.holderOf(address) === 'eni-0123456789abcdef0'),
      ),
    ],
    told: (driver) => [
      expect(
        'people are told, and only FAILED',
        driver.notices().length > 0 && driver.notices().length === driver.notices('FAILED').length,
      ),
      expect('the execution failed with HeldByStranger', driver.failures.at(-1)?.error === 'HeldByStranger'),
    ],
  },
];
