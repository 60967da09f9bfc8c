/**
 * What each state gives its Lambda, and what the Lambda gives back: statemachine/failover.asl.yaml in types. A field keeps
 * its name on its whole way, from the request to the notice. Times are ISO 8601 in UTC, durations milliseconds, addresses
 * dotted IPv4.
 */
import type { Cluster, Holder } from './cluster';
import type { Finding, Plan, StateError } from './plan';

/** The context object's part that every Lambda gets. Its times are the workflow's own clock. */
export interface Execution {
  readonly id: string;
  readonly startTime: string;
  readonly stateEnteredTime: string;
  /** How often this state has been tried again since it was entered. */
  readonly retryCount: number;
}

/** What the pass before left; null in the first pass. */
export interface Previous {
  readonly plan: Plan;
  readonly unassigned: UnassignIpOutput | null;
  readonly assigned: AssignIpOutput | null;
  readonly error: StateError;
}

export interface VerifyInstanceStateInput {
  readonly execution: Execution;
  /** The execution's input as it came: anything at all, or its size where it is too long. */
  readonly input: unknown;
  /** The registry; null from the second pass on, where the plan has the cluster. */
  readonly clusters: readonly Cluster[] | null;
  readonly previous: Previous | null;
}

export interface UnassignIpInput {
  readonly execution: Execution;
  readonly plan: Plan;
  /** When the decision was made, by the workflow's clock. */
  readonly decidedAt: string;
}

/** An address that UnassignIp left where it was, and why. */
export interface KeptAddress {
  readonly address: string;
  readonly why: 'HEALTHY_HOLDER' | 'ATOMIC' | 'FOREIGN_ELASTIC_IP' | 'HELD_UP' | 'REHEARSAL';
}

export interface UnassignIpOutput {
  /** Addresses that this call took off a source. */
  readonly released: readonly string[];
  /** Addresses that were already off their source: gone, or the interface was. */
  readonly alreadyGone: readonly string[];
  readonly kept: readonly KeptAddress[];
  /** When the first address was released; null where none was. */
  readonly releasedAt: string | null;
  /**
   * The first try found every address off an interface that still exists, and on no other than the destination's: another
   * execution makes the same move, and tells people.
   */
  readonly overtaken?: true;
  /** What EC2 (or Lambda) said where unassigning was refused or failed: AssignIp takes the addresses all the same. */
  readonly refused: StateError | null;
  readonly findings: readonly Finding[];
}

export interface AssignIpInput extends UnassignIpInput {
  readonly unassigned: UnassignIpOutput;
}

export interface AssignIpOutput {
  readonly assigned: readonly string[];
  /** When EC2 accepted the assignment; null in a rehearsal. */
  readonly assignedAt: string | null;
  /** False: an earlier attempt may have made it, and its answer was lost. */
  readonly certain: boolean;
  /** Allocation IDs of the Elastic IPs that were associated again. */
  readonly reassociated: readonly string[];
  /** What EC2 said of those that it refused to associate. VerifyEni finds out what that means. */
  readonly refusals: readonly string[];
  readonly findings: readonly Finding[];
}

export interface VerifyEniInput {
  readonly execution: Execution;
  readonly plan: Plan;
  readonly assigned: AssignIpOutput;
}

/** The proof: what EC2 said at `verifiedAt`. */
export interface VerifyEniOutput {
  readonly verifiedAt: string;
  readonly holders: readonly Holder[];
  readonly findings: readonly Finding[];
}

/** Which of its three states calls Notify. */
export type NoticeKind = 'SUCCESS' | 'NOTHING_TO_DO' | 'FAILURE';

export interface NotifyInput {
  readonly kind: NoticeKind;
  readonly execution: Execution;
  readonly plan: Plan | null;
  readonly unassigned: UnassignIpOutput | null;
  readonly assigned: AssignIpOutput | null;
  readonly verified: VerifyEniOutput | null;
  readonly previous: Previous | null;
  /** FAILURE: what ended the execution. */
  readonly error: StateError | null;
  /** FAILURE only: as in VerifyInstanceStateInput. */
  readonly input: unknown;
  /** FAILURE only: the registry where no plan was made; null otherwise. */
  readonly clusters: readonly Cluster[] | null;
}

/** How an execution ended. `CHECKED`, a silent rehearsal, adds to the metric and sends no notice. */
export const OUTCOMES = [
  'FAILED_OVER',
  'CLAIMED',
  'DRILLED',
  'REHEARSED',
  'NOTHING_TO_DO',
  'FAILED',
  'CHECKED',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface NotifyOutput {
  readonly outcome: Outcome;
  /** SNS's message ID; null where nobody was to be told. */
  readonly messageId: string | null;
  /** From the first sign of trouble to the proof (shared/meaning.ts); null without a move, and where nobody knows when it began. */
  readonly outageMs: number | null;
  /** How long the addresses had no holder because of this execution; null without a move, or where that is not known. */
  readonly darkTimeMs: number | null;
}
