import type { Cloud } from './cloud';
import { FAULT_KINDS } from './services/faults';

/** A kind of fault that `--fault` puts in, once each where it can strike. */
export interface FaultChoice {
  readonly name: string;
  readonly description: string;
  /** Whether it may take a later check to bring the addresses home: the event or the execution is lost, or a change late. */
  readonly needsCheck?: boolean;
  apply(cloud: Cloud): void;
}

/** A change, a read and the notice: where an answer of each kind goes wrong. */
const STRUCK = ['UnassignPrivateIpAddresses', 'AssignPrivateIpAddresses', 'DescribeInstances', 'Publish'];

const DESCRIPTIONS: Readonly<Record<(typeof FAULT_KINDS)[number], string>> = {
  throttle: 'the API call is throttled',
  error500: 'the API call ends in an internal error',
  error503: 'the service is unavailable',
  reset: 'the connection breaks before the call took effect',
  'lost-response': 'the call takes effect and its answer is lost',
  slow: 'the call takes effect after ten seconds, when nobody waits any more',
};

const API: readonly FaultChoice[] = FAULT_KINDS.map((kind) => ({
  name: kind,
  description: `${DESCRIPTIONS[kind]} (first unassign, assign, describe, publish)`,
  // A change that takes effect late may undo what was proved meanwhile.
  needsCheck: kind === 'slow',
  apply: (cloud) => {
    for (const action of STRUCK) cloud.faults.add({ action, kind, nth: 1 });
  },
}));

const STATES = ['ReadRequest', 'VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni'];

/** All that `--fault` takes. */
export const FAULT_CHOICES: readonly FaultChoice[] = [
  ...API,
  {
    name: 'sns-down',
    description: 'every publish to SNS fails',
    apply: (cloud) => {
      cloud.faults.add({ service: 'sns', kind: 'error503' });
    },
  },
  ...(['crash', 'timeout'] as const).map((kind) => ({
    name: `lambda-${kind}`,
    description: `the functions that change addresses ${kind === 'crash' ? 'die' : 'hang'} after their first call`,
    apply: (cloud: Cloud) => {
      for (const fn of ['unassign-ip', 'assign-ip'])
        cloud.lambda.faults.add({ function: fn, kind, atCall: 1, when: 'after' });
    },
  })),
  {
    name: 'event-duplicate',
    description: 'every event is delivered twice',
    apply: (cloud) => cloud.events.faults.add({ kind: 'duplicate', times: 1_000 }),
  },
  {
    name: 'event-delay',
    description: 'every event comes five seconds late',
    apply: (cloud) => cloud.events.faults.add({ kind: 'delay', times: 1_000, milliseconds: 5_000 }),
  },
  {
    name: 'event-reorder',
    description: 'the first event comes after the second, if one follows',
    needsCheck: true,
    apply: (cloud) => cloud.events.faults.add({ kind: 'reorder' }),
  },
  {
    name: 'event-drop',
    description: 'every event is lost; only a check can see the death',
    needsCheck: true,
    apply: (cloud) => cloud.events.faults.add({ kind: 'drop', times: 1_000 }),
  },
  {
    name: 'execution-twice',
    description: 'Express runs the execution twice',
    apply: (cloud) => cloud.stateMachine.doubleNext(200),
  },
  ...STATES.map((state) => ({
    name: `kill-${state}`,
    description: `the execution is killed when it leaves ${state}; only a check can go on`,
    needsCheck: true,
    apply: (cloud: Cloud) => cloud.stateMachine.killAt({ state, when: 'exited' }),
  })),
];
