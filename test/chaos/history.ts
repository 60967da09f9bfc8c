import type { FaultKind } from '../../local/services/faults';

/** One run as plain JSON: everything that happens to the clusters, so that a failing one can be kept as a test. */
export interface History {
  /** Index into CONFIGS. */
  readonly config: number;
  /** Of everything that is left to chance while it runs: latencies, jitter, how far a read lags. */
  readonly seed: number;
  /** The most that reads lag behind writes, milliseconds. */
  readonly lag: number;
  /** EC2's documented token buckets. */
  readonly throttle: boolean;
  /** Stopping, starting and the first status checks take as long as on AWS. */
  readonly slow: boolean;
  /** Minute of the hour in which it begins: automatic failback looks at that. */
  readonly minute: number;
  /** The nodes' interfaces: primary ones die with their instance, secondary ones can be detached. */
  readonly interfaces: 'primary' | 'secondary' | 'secondary, deleted on termination';
  /** The node (never a cluster's first) whose interface has no room for the addresses; null: all have. */
  readonly full: number | null;
  /** An Elastic IP that the configuration does not name lies on the last virtual IP, where that has none of its own. */
  readonly foreignElasticIp: boolean;
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

/**
 * `cluster` and `node` count from 0 and wrap around, so that every history fits every configuration. Node 0 is the one
 * that holds the cluster's first address just then (the first of the configuration where none does), 1 the next, …
 */
export type Happening =
  | {
      readonly do: 'stop' | 'start' | 'terminate' | 'recover' | 'detach' | 'attach' | 'drill' | 'exclude' | 'include';
      readonly cluster: number;
      readonly node: number;
    }
  | {
      readonly do: 'impair';
      readonly cluster: number;
      readonly node: number;
      readonly check: 'system' | 'instance' | 'ebs';
    }
  | { readonly do: 'failover' | 'rehearsal'; readonly cluster: number; readonly node: number | null }
  | { readonly do: 'check' | 'pause' | 'unpause'; readonly cluster: number }
  | { readonly do: 'alarm'; readonly cluster: number; readonly node: number; readonly state: 'OK' | 'ALARM' }
  /** An administrator moves one address by hand, or (node null) takes it off. */
  | { readonly do: 'move'; readonly cluster: number; readonly address: number; readonly node: number | null }
  /** EventBridge delivers an event of this execution's past once more: the `back`th before the last one. */
  | { readonly do: 'repeat-event'; readonly back: number }
  | {
      readonly do: 'api-fault';
      readonly action: string;
      readonly kind: FaultKind;
      readonly nth: number;
      readonly times: number;
    }
  /** Calls of an action (or of all) are throttled for so many milliseconds. */
  | { readonly do: 'throttle'; readonly action: string | null; readonly milliseconds: number }
  | { readonly do: 'sns-down'; readonly milliseconds: number }
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
  | { readonly do: 'kill'; readonly state: string; readonly when: 'entered' | 'exited'; readonly nth: number }
  /** Express runs the next execution twice. */
  | { readonly do: 'twice'; readonly milliseconds: number };

export const ACTIONS = [
  'UnassignPrivateIpAddresses',
  'AssignPrivateIpAddresses',
  'AssociateAddress',
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeNetworkInterfaces',
  'DescribeAlarms',
  'Publish',
] as const;

export const STATES = [
  'ReadRequest',
  'VerifyInstanceState',
  'UnassignIp',
  'AssignIp',
  'VerifyEni',
  'NotifySuccess',
] as const;

export const FUNCTIONS = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'] as const;
