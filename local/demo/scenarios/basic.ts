import type { ClusterDriver } from '../cluster-driver';
import { expect, type Scenario } from './scenario';

const addresses = (driver: ClusterDriver) => driver.addresses.join(', ');

const onStandby = (driver: ClusterDriver) => [
  expect(`${addresses(driver)} on the standby (${driver.standby.networkInterfaceId})`, driver.holds(driver.standby)),
];

const unmoved = (driver: ClusterDriver) => [
  expect(`${addresses(driver)} where it was (${driver.active.networkInterfaceId})`, driver.holds(driver.active)),
  expect('nothing moved', driver.moves === 0),
];

const once = (driver: ClusterDriver, outcome: string) => [
  expect(`one notice, and it says ${outcome}`, driver.notices().length === 1 && driver.notices(outcome).length === 1),
];

/** A death is told of at "stopping" and at "stopped". */
const onlyFailures = (driver: ClusterDriver) => [
  expect(
    'people are told, and only FAILED',
    driver.notices().length > 0 && driver.notices().length === driver.notices('FAILED').length,
  ),
];

const noFailure = (driver: ClusterDriver) => [expect('no execution failed', driver.failures.length === 0)];

export const BASIC: readonly Scenario[] = [
  {
    name: 'stop',
    description: 'The active node stops; the address moves to the standby.',
    play: (driver) => driver.stop(driver.active),
    world: onStandby,
    told: (driver) => [...once(driver, 'FAILED_OVER'), ...noFailure(driver)],
  },
  {
    name: 'terminate',
    description: 'The active node is terminated and its network interface with it; the address moves all the same.',
    play: (driver) => driver.terminate(driver.active),
    world: onStandby,
    told: (driver) => [...once(driver, 'FAILED_OVER'), ...noFailure(driver)],
  },
  {
    name: 'standby-stops',
    description: 'The standby stops; nothing moves, nobody is disturbed.',
    play: (driver) => driver.stop(driver.standby),
    world: unmoved,
    told: (driver) => [expect('no notice', driver.notices().length === 0), ...noFailure(driver)],
  },
  {
    name: 'duplicate-event',
    description: 'EventBridge delivers the event twice; the address moves once, one notice goes out.',
    play: (driver) => {
      driver.cloud.events.faults.add({
        kind: 'duplicate',
        milliseconds: 1_000,
        when: ({ detail }) => detail.state === 'stopping',
      });
      driver.stop(driver.active);
    },
    world: (driver) => [...onStandby(driver), expect('moved once', driver.moves === driver.addresses.length)],
    told: (driver) => [
      ...once(driver, 'FAILED_OVER'),
      // The two of "stopping", and the one of "stopped".
      expect('three executions, and none failed', driver.successes.length === 3 && driver.failures.length === 0),
    ],
  },
  {
    name: 'no-standby',
    description: 'Both nodes stop, the active one last; the workflow fails and the notice says where the address is.',
    play: async (driver) => {
      for (const node of driver.nodes.slice(1)) driver.stop(node);
      await driver.settled();
      driver.stop(driver.active);
    },
    world: unmoved,
    told: (driver) => [
      ...onlyFailures(driver),
      expect(
        'the notices say where each address is, and what to type',
        driver
          .notices()
          .every(
            ({ message }) =>
              driver.addresses.every((address) => message.includes(address)) &&
              message.includes(driver.active.networkInterfaceId) &&
              message.includes('aws ec2 start-instances'),
          ),
      ),
      expect('the execution failed with NoHealthyStandby', driver.failures.at(-1)?.error === 'NoHealthyStandby'),
    ],
  },
  {
    name: 'drill',
    description: 'A person moves the address to the standby off a healthy node, and is told.',
    play: (driver) => {
      driver.drill(driver.standby);
    },
    world: onStandby,
    told: (driver) => [...once(driver, 'DRILLED'), ...noFailure(driver)],
  },
  {
    name: 'claim',
    description: 'The cluster software on the standby says that it is active now; the address follows it.',
    play: (driver) => driver.claim(driver.standby),
    world: onStandby,
    told: (driver) => [...once(driver, 'CLAIMED'), ...noFailure(driver)],
  },
  {
    name: 'rehearsal',
    description: 'Every state and every Lambda runs and nothing changes; the notice says what would happen.',
    play: (driver) => {
      driver.rehearsal();
    },
    world: unmoved,
    told: (driver) => [...once(driver, 'REHEARSED'), ...noFailure(driver)],
  },
  {
    name: 'none',
    description: 'Nothing happens by itself; with --keep, you do it.',
    play: () => undefined,
    world: unmoved,
    told: (driver) => [expect('no notice', driver.notices().length === 0)],
  },
];
