import type { Cloud } from '../emulator/cloud';
import { FAULT_KINDS, type PlainFaultKind } from '../emulator/kernel/faults';

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
const READS = ['DescribeInstances', 'DescribeNetworkInterfaces'];

const ONCE: Readonly<Record<PlainFaultKind, Omit<FaultChoice, 'apply'> & { readonly at: readonly string[] }>> = {
  throttle: { name: 'throttle', description: 'the API call is throttled', at: STRUCK },
  error500: { name: 'error500', description: 'the API call ends in an internal error', at: STRUCK },
  error503: { name: 'error503', description: 'the service is unavailable', at: STRUCK },
  reset: { name: 'reset', description: 'the connection breaks before the call took effect', at: STRUCK },
  'lost-response': { name: 'lost-response', description: 'the call takes effect and its answer is lost', at: STRUCK },
  slow: {
    name: 'slow',
    description: 'the call takes effect after ten seconds, when nobody waits any more',
    // A change that takes effect late may undo what was proved meanwhile.
    needsCheck: true,
    at: STRUCK,
  },
  'slow-answer': {
    name: 'slow-answer',
    description: 'the call takes effect at once and is answered after ten seconds, when nobody waits any more',
    at: STRUCK,
  },
  empty: { name: 'empty-answer', description: 'the answer is an empty list', at: READS },
  lacks: { name: 'lacking-answer', description: 'the answer lacks one instance or interface', at: READS },
  'cut-short': { name: 'cut-short', description: 'the call takes effect and half of its answer arrives', at: STRUCK },
  'not-xml': { name: 'not-xml', description: 'a web page is answered in the place of the service', at: STRUCK },
};

const WORDS: Readonly<Record<string, string>> = {
  UnassignPrivateIpAddresses: 'unassign',
  AssignPrivateIpAddresses: 'assign',
  DescribeInstances: 'describe instances',
  DescribeNetworkInterfaces: 'describe interfaces',
  Publish: 'publish',
};

const API: readonly FaultChoice[] = FAULT_KINDS.map((kind) => {
  const { name, description, needsCheck = false, at } = ONCE[kind];
  return {
    name,
    description: `${description} (first ${at.map((action) => WORDS[action]).join(', ')})`,
    needsCheck,
    apply: (cloud) => {
      for (const action of at) cloud.faults.add({ action, kind, nth: 1 });
    },
  };
});

const REFUSALS: readonly FaultChoice[] = [
  {
    name: 'unassign-denied',
    description: 'IAM denies every unassignment',
    apply: (cloud) => {
      const denied = { kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;
      cloud.faults.add({ action: 'UnassignPrivateIpAddresses', ...denied });
    },
  },
  {
    name: 'unassign-fails',
    description: 'every unassignment ends in an internal error',
    apply: (cloud) => {
      cloud.faults.add({ action: 'UnassignPrivateIpAddresses', kind: 'error500' });
    },
  },
  {
    name: 'assign-unknown-error',
    description: 'the first assignment is refused with an error that nobody has heard of',
    apply: (cloud) => {
      cloud.faults.add({ action: 'AssignPrivateIpAddresses', kind: 'error', code: 'SomethingNew', times: 1 });
    },
  },
  {
    name: 'auth-failure',
    description: 'the first two calls of each kind to EC2 are refused: credentials that are not known everywhere yet',
    apply: (cloud) => {
      for (const action of new Set([...STRUCK, ...READS, 'DescribeInstanceStatus']))
        cloud.faults.add({ service: 'ec2', action, kind: 'error', code: 'AuthFailure', status: 401, times: 2 });
    },
  },
  {
    name: 'zone-disrupted',
    description: 'EC2 lists no instances: it answers only those who name them',
    apply: (cloud) => {
      cloud.faults.add({
        action: 'DescribeInstances',
        kind: 'error503',
        when: ({ parameters }) => parameters.InstanceId === undefined,
      });
    },
  },
];

const LAMBDA: readonly FaultChoice[] = [
  ...(['crash', 'timeout'] as const).map((kind) => ({
    name: `lambda-${kind}`,
    description: `the functions that change addresses ${kind === 'crash' ? 'die' : 'hang'} after their first call`,
    apply: (cloud: Cloud) => {
      for (const fn of ['unassign-ip', 'assign-ip'])
        cloud.lambda.faults.add({ function: fn, kind, atCall: 1, when: 'after' });
    },
  })),
  {
    name: 'lambda-throttled',
    description: 'Lambda does not run the function that assigns for the first five seconds',
    apply: (cloud) => cloud.lambda.faults.add({ function: 'assign-ip', kind: 'throttle', milliseconds: 5_000 }),
  },
];

const STATES = ['VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni'];

/** All that `--fault` takes. */
export const FAULT_CHOICES: readonly FaultChoice[] = [
  ...API,
  ...REFUSALS,
  {
    name: 'sns-down',
    description: 'every publish to SNS fails',
    apply: (cloud) => {
      cloud.faults.add({ service: 'sns', kind: 'error503' });
    },
  },
  ...LAMBDA,
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
