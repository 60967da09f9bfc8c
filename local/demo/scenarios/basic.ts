import type { Stage } from '../cluster-driver';
import { expect, type Scenario } from './scenario';

const addresses = (stage: Stage) => stage.addresses.join(', ');

const onStandby = (stage: Stage) => [
  expect(`${addresses(stage)} on the standby (${stage.standby.networkInterfaceId})`, stage.holds(stage.standby)),
];

const unmoved = (stage: Stage) => [
  expect(`${addresses(stage)} where it was (${stage.active.networkInterfaceId})`, stage.holds(stage.active)),
  expect('nothing moved', stage.moves === 0),
];

const once = (stage: Stage, outcome: string) => [
  expect(`one notice, and it says ${outcome}`, stage.notices().length === 1 && stage.notices(outcome).length === 1),
];

/** A death is told of at "stopping" and at "stopped". */
const onlyFailures = (stage: Stage) => [
  expect(
    'people are told, and only FAILED',
    stage.notices().length > 0 && stage.notices().length === stage.notices('FAILED').length,
  ),
];

const noFailure = (stage: Stage) => [expect('no execution failed', stage.failures.length === 0)];

export const BASIC: readonly Scenario[] = [
  {
    name: 'stop',
    description: 'The active node stops; the address moves to the standby.',
    play: (stage) => stage.stop(stage.active),
    world: onStandby,
    told: (stage) => [...once(stage, 'FAILED_OVER'), ...noFailure(stage)],
  },
  {
    name: 'terminate',
    description: 'The active node is terminated and its network interface with it; the address moves all the same.',
    play: (stage) => stage.terminate(stage.active),
    world: onStandby,
    told: (stage) => [...once(stage, 'FAILED_OVER'), ...noFailure(stage)],
  },
  {
    name: 'standby-stops',
    description: 'The standby stops; nothing moves, nobody is disturbed.',
    play: (stage) => stage.stop(stage.standby),
    world: unmoved,
    told: (stage) => [expect('no notice', stage.notices().length === 0), ...noFailure(stage)],
  },
  {
    name: 'duplicate-event',
    description: 'EventBridge delivers the event twice; the address moves once, one notice goes out.',
    play: (stage) => {
      stage.cloud.events.faults.add({
        kind: 'duplicate',
        milliseconds: 1_000,
        when: ({ detail }) => detail.state === 'stopping',
      });
      stage.stop(stage.active);
    },
    world: (stage) => [...onStandby(stage), expect('moved once', stage.moves === stage.addresses.length)],
    told: (stage) => [
      ...once(stage, 'FAILED_OVER'),
      // The two of "stopping", and the one of "stopped".
      expect('three executions, and none failed', stage.successes.length === 3 && stage.failures.length === 0),
    ],
  },
  {
    name: 'no-standby',
    description: 'Both nodes stop, the active one last; the workflow fails and the notice says where the address is.',
    play: async (stage) => {
      for (const node of stage.nodes.slice(1)) stage.stop(node);
      await stage.settled();
      stage.stop(stage.active);
    },
    world: unmoved,
    told: (stage) => [
      ...onlyFailures(stage),
      expect(
        'the notices say where each address is, and what to type',
        stage
          .notices()
          .every(
            ({ message }) =>
              stage.addresses.every((address) => message.includes(address)) &&
              message.includes(stage.active.networkInterfaceId) &&
              message.includes('aws ec2 start-instances'),
          ),
      ),
      expect('the execution failed with NoHealthyStandby', stage.failures.at(-1)?.error === 'NoHealthyStandby'),
    ],
  },
  {
    name: 'drill',
    description: 'A person moves the address to the standby off a healthy node, and is told.',
    play: (stage) => {
      stage.drill(stage.standby);
    },
    world: onStandby,
    told: (stage) => [...once(stage, 'DRILLED'), ...noFailure(stage)],
  },
  {
    name: 'rehearsal',
    description: 'Every state and every Lambda runs and nothing changes; the notice says what would happen.',
    play: (stage) => {
      stage.rehearsal();
    },
    world: unmoved,
    told: (stage) => [...once(stage, 'REHEARSED'), ...noFailure(stage)],
  },
  {
    name: 'none',
    description: 'Nothing happens by itself; with --keep, you do it.',
    play: () => undefined,
    world: unmoved,
    told: (stage) => [expect('no notice', stage.notices().length === 0)],
  },
];
