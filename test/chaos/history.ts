import type { FAULT_KINDS } from '../../local/emulator/kernel/faults';

/** One run as plain JSON: everything that happens to the clusters, so that a failing one can be kept as a test. */
export interface History {
  /** Index into CONFIGS. */
  readonly config: number;
  /** Of everything that is left to chance while it runs: latencies, jitter, how far a read lags. */
  readonly seed: number;
  /** The most that EC2's reads lag behind writes, ms. */
  readonly lag: number;
  /** The most that CloudWatch's answers lag behind its events, ms. */
  readonly alarmLag: number;
  /** EC2's documented token buckets. */
  readonly throttle: boolean;
  /** Stopping, starting and the first status checks: an instant, as long as on AWS, or `stuck`: stopping takes ten minutes. */
  readonly transitions: 'quick' | 'slow' | 'stuck';
  /** What a function's first invocation takes before its handler runs, ms. */
  readonly coldStart: number;
  /** How far clocks are off, ms: the times of events, and each function's own clock (in the order of FUNCTIONS). */
  readonly skew: { readonly events: number; readonly functions: readonly number[] } | null;
  /** Minute of the hour in which it begins. */
  readonly minute: number;
  /** The nodes' interfaces: primary ones die with their instance, secondary ones can be detached. */
  readonly interfaces: 'primary' | 'secondary' | 'secondary, deleted on termination';
  /** The node (never a cluster's first) whose interface has no room for the addresses, for its type or its prefixes; null: all have. */
  readonly full: { readonly node: number; readonly by: 'type' | 'prefixes' } | null;
  /** An Elastic IP that the configuration does not name lies on the last virtual IP, where that has none of its own. */
  readonly foreignElasticIp: boolean;
  /** The last of several clusters has no healthy node, for a quarter of an hour before anything else happens. */
  readonly doomed: boolean;
  readonly steps: readonly Step[];
}

/**
 * What happens next: `after` so many milliseconds, or, where `on` names a state, as soon as an execution enters it, if
 * that is within half a minute.
 */
export interface Step {
  readonly after: number;
  readonly on?: string;
  readonly what: Happening;
}

/** A node of a cluster. */
interface Place {
  readonly cluster: number;
  readonly node: number;
}

/**
 * `cluster` and `node` count from 0 and wrap around, so that every history fits every configuration. Node 0 is the one
 * that holds the cluster's first address just then (the first of the configuration where none does), 1 the next, …
 */
export type Happening =
  | (Place & { readonly do: 'stop' | 'start' | 'terminate' | 'recover' | 'detach' | 'attach' | 'include' })
  | (Place & { readonly do: 'impair'; readonly check: 'system' | 'instance' | 'ebs' })
  | (Place & { readonly do: 'exclude'; readonly tag: string })
  | (Place & { readonly do: 'drill'; readonly reason: ReasonKind })
  /** The cluster software on the node says that the node is active now. */
  | (Place & { readonly do: 'claim' })
  | { readonly do: 'failover' | 'rehearsal'; readonly cluster: number; readonly node: number | null }
  | { readonly do: 'check' | 'unpause'; readonly cluster: number }
  /** `minutes`: the tag names its end; null: it does not. */
  | { readonly do: 'pause'; readonly cluster: number; readonly minutes: number | null }
  | (Place & { readonly do: 'alarm'; readonly state: 'OK' | 'ALARM' })
  /** The user's alarms of the holder and of the next node go up in turn, so many times, each for `milliseconds`. */
  | { readonly do: 'alternate'; readonly cluster: number; readonly milliseconds: number; readonly times: number }
  /** What EC2's application status check of the node says from now on, where the configuration has such a check. */
  | (Place & { readonly do: 'application'; readonly status: ApplicationSays })
  /** An administrator moves one address by hand, or (node null) takes it off. */
  | { readonly do: 'move'; readonly cluster: number; readonly address: number; readonly node: number | null }
  /** An interface that another service manages, and that lists hide, takes one address; or gives back what it took. */
  | { readonly do: 'hide'; readonly cluster: number; readonly address: number }
  | { readonly do: 'unhide'; readonly cluster: number }
  /** EventBridge delivers an event of this run's past once more: the `back`th before the last one. */
  | { readonly do: 'repeat-event'; readonly back: number }
  /** An EC2 event that is true but for its time. */
  | (Place & { readonly do: 'odd-event'; readonly time: 'missing' | 'empty' | 'number' | 'words' })
  | Disturbance;

export type ApplicationSays = 'ok' | 'impaired' | 'insufficient-data';

/** Texts that a person gives: usual ones, with emoji and lone surrogates all over, and one that no state can carry. */
export type ReasonKind = 'plain' | 'emoji' | 'long';

/** What goes wrong with the services. It changes neither the world nor what anybody wants of it. */
export type Disturbance =
  | {
      readonly do: 'api-fault';
      readonly action: string;
      readonly kind: (typeof FAULT_KINDS)[number];
      readonly nth: number;
      readonly times: number;
    }
  /** The answers that an action gives lack a node's instance and interface, though EC2 has them. */
  | (Place & { readonly do: 'lacks'; readonly action: string; readonly times: number })
  /** Calls of an action (or of all of EC2's) are refused with this code; `milliseconds` null: until all faults are over. */
  | {
      readonly do: 'refuse';
      readonly action: string | null;
      readonly code: string;
      readonly milliseconds: number | null;
    }
  /** EC2 refuses with this code whatever is to be assigned to one node. */
  | (Place & { readonly do: 'refuse-target'; readonly code: string })
  /** An assignment is carried out, then refused, as a repetition inside EC2 would be. */
  | { readonly do: 'refuse-late'; readonly times: number }
  /** Calls of an action (or of all) are throttled. */
  | { readonly do: 'throttle'; readonly action: string | null; readonly milliseconds: number }
  /** Some Availability Zone of the Region is disrupted: DescribeInstances works only with instance IDs. */
  | { readonly do: 'disrupted-zone'; readonly milliseconds: number }
  | { readonly do: 'sns-down'; readonly milliseconds: number }
  /** SNS carries messages out at once and answers late. */
  | { readonly do: 'sns-slow'; readonly answer: number; readonly milliseconds: number }
  | {
      readonly do: 'event-fault';
      readonly kind: 'duplicate' | 'delay' | 'reorder' | 'drop';
      readonly milliseconds: number;
    }
  | {
      readonly do: 'lambda-fault';
      readonly function: string;
      readonly kind: 'crash' | 'timeout';
      readonly atCall: number;
      readonly when: 'before' | 'after';
    }
  /** Lambda refuses to invoke one function: it throttles, or says anything else. */
  | { readonly do: 'lambda-refuses'; readonly function: string; readonly error: string; readonly milliseconds: number }
  | { readonly do: 'kill'; readonly state: string; readonly when: 'entered' | 'exited'; readonly nth: number }
  /** Express runs the next execution twice. */
  | { readonly do: 'twice'; readonly milliseconds: number };

const DISTURBANCES: Readonly<Record<Disturbance['do'], true>> = {
  'api-fault': true,
  lacks: true,
  refuse: true,
  'refuse-target': true,
  'refuse-late': true,
  throttle: true,
  'disrupted-zone': true,
  'sns-down': true,
  'sns-slow': true,
  'event-fault': true,
  'lambda-fault': true,
  'lambda-refuses': true,
  kill: true,
  twice: true,
};

export function isDisturbance(what: Happening): what is Disturbance {
  return Object.hasOwn(DISTURBANCES, what.do);
}

/** Changes neither the world nor what anybody wants of it. */
export function changesNothing(what: Happening): boolean {
  return isDisturbance(what) || ['repeat-event', 'odd-event', 'check', 'rehearsal'].includes(what.do);
}

/** All that any function calls. The first three change something. */
export const ACTIONS = [
  'UnassignPrivateIpAddresses',
  'AssignPrivateIpAddresses',
  'AssociateAddress',
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeNetworkInterfaces',
  'DescribeAlarms',
  'Publish',
  'DescribeAlarmHistory',
  'GetMetricData',
  'DescribeInstanceTypes',
  'DescribeSubnets',
  'DescribeAddresses',
] as const;

/** Those with which a failover stands and falls. */
export const MAIN_ACTIONS = ACTIONS.slice(0, 8);
export const CHANGES = ACTIONS.slice(0, 3);
export const READS = ['DescribeInstances', 'DescribeInstanceStatus', 'DescribeNetworkInterfaces'] as const;

export const STATES = [
  'VerifyInstanceState',
  'UnassignIp',
  'AssignIp',
  'VerifyEni',
  'NotifySuccess',
  'NotifyNothingToDo',
  'NotifyFailure',
] as const;

export const FUNCTIONS = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'] as const;

/** Refusals that sound final and pass, that no list knows, and that are final. */
export const CODES = [
  'AuthFailure',
  'InvalidInstanceID.NotFound',
  'OperationNotPermitted',
  'IncorrectState',
  'RequestExpired',
  'SomethingNobodyHasSeen',
  'UnauthorizedOperation',
] as const;

/** What else EC2 may refuse one target with. */
export const TARGET_CODES = [
  'InvalidNetworkInterface.NotFound',
  'PrivateIpAddressLimitExceeded',
  'OperationNotPermitted',
  'UnsupportedOperation',
  'InvalidParameterValue',
  'SomethingNobodyHasSeen',
] as const;

export const LAMBDA_ERRORS = [
  'Lambda.TooManyRequestsException',
  'Lambda.ResourceNotReadyException',
  'Runtime.OutOfMemory',
  'Lambda.SomethingNobodyHasSeen',
] as const;
