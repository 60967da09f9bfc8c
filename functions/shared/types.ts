/**
 * The words of the product as types: what the state machine's definition holds, what each state gives its Lambda,
 * and what the Lambda gives back. Times are ISO 8601 in UTC, durations milliseconds, addresses dotted IPv4.
 */

/** A secondary private IPv4 address that moves. `elasticIpAllocationId` names the Elastic IP that belongs on it. */
export interface VirtualIp {
  readonly address: string;
  readonly elasticIpAllocationId?: string;
}

/** An instance and the network interface of it that may hold the virtual IPs. `alarms` are CloudWatch alarm names. */
export interface ClusterNode {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly alarms?: readonly string[];
}

/** `unassign-first` takes the address off its holder before it is assigned; `atomic` lets EC2 reassign it in one call. */
export type Handover = 'unassign-first' | 'atomic';

/** One cluster of the registry, nodes in order of preference. `failbackAfterMinutes` is present where failback is automatic. */
export interface Cluster {
  readonly name: string;
  readonly subnetId: string;
  readonly virtualIps: readonly VirtualIp[];
  readonly nodes: readonly ClusterNode[];
  readonly handover: Handover;
  readonly failbackAfterMinutes?: number;
  /** How often the scheduled check comes; absent where it is switched off. */
  readonly checkIntervalMinutes?: number;
}

export const MODES = ['failover', 'drill', 'rehearsal', 'check'] as const;
export type Mode = (typeof MODES)[number];

/** What started the execution: an instance's state change, an alarm's, the schedule, or a person. */
export type Trigger = 'event' | 'alarm' | 'schedule' | 'request';

/** An execution's input, understood: what is asked for, of which cluster. */
export interface Request {
  readonly cluster: Cluster;
  readonly mode: Mode;
  readonly trigger: Trigger;
  /** Instance ID of the node that a person named. */
  readonly target: string | null;
  readonly reason: string | null;
  readonly requestedBy: string | null;
  /** When the event happened, ISO 8601. */
  readonly eventTime: string | null;
  /** The instance that an EC2 event says is not running any more. */
  readonly saidDown: string | null;
}

/** What ReadRequest made of the input: all that the later states know of it. */
export type Reading =
  | { readonly request: Request; readonly invalid: null }
  | {
      readonly request: null;
      /** What is wrong and what is allowed, and the cluster that the input is about all the same, if there is one. */
      readonly invalid: { readonly message: string; readonly cluster: Cluster | null };
    };

/** What stands in the place of a reading where ReadRequest failed. */
export interface NotRead {
  readonly clusters: readonly Cluster[];
}

/** Why the decision is what it is. Stands in the plan, the logs and the notice. */
export type Reason =
  | 'HOLDER_UNHEALTHY'
  | 'NO_HOLDER'
  | 'SPLIT'
  | 'ELASTIC_IP_MISSING'
  | 'REQUESTED'
  | 'FAILBACK'
  | 'HOLDER_HEALTHY'
  | 'ALREADY_THERE'
  | 'OVERTAKEN'
  | 'PAUSED'
  | 'PrimaryAddress'
  | 'HeldByStranger'
  | 'TargetUnhealthy'
  | 'NoHealthyStandby';

/** What makes a node unhealthy, or unfit to be a target. `detail` is the value seen: a state, a subnet, an alarm's name. */
export interface NodeProblem {
  readonly code:
    | 'NOT_FOUND'
    | 'NOT_RUNNING'
    | 'SYSTEM_CHECK_IMPAIRED'
    | 'INSTANCE_CHECK_IMPAIRED'
    | 'EBS_CHECK_IMPAIRED'
    | 'INTERFACE_NOT_ATTACHED'
    | 'WRONG_SUBNET'
    | 'ALARM'
    | 'EXCLUDED'
    | 'REFUSED';
  readonly detail: string;
}

/** How a node looked when the plan was made; an empty list of problems means healthy and eligible. */
export interface NodeReport {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly problems: readonly NodeProblem[];
}

/** Where one virtual IP was when the plan was made. All null: nobody holds it. */
export interface Holder {
  readonly address: string;
  readonly networkInterfaceId: string | null;
  readonly instanceId: string | null;
  /** The Elastic IP on the address, whoever put it there. */
  readonly elasticIpAllocationId: string | null;
}

/** An interface that the addresses leave. */
export interface Source {
  readonly networkInterfaceId: string;
  readonly instanceId: string | null;
  readonly addresses: readonly string[];
}

/** The node that takes the addresses; what AssignIp needs to see whether there is room comes along. */
export interface Target {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly instanceType: string;
  /** Private IPv4 addresses on the interface now, the primary one included. */
  readonly addressCount: number;
}

/** Something that a rehearsal or a check found. A `problem` would stop a real move, a `warning` would not. */
export interface Finding {
  readonly severity: 'problem' | 'warning';
  readonly code:
    | 'PrimaryAddress'
    | 'HeldByStranger'
    | 'TargetUnhealthy'
    | 'NoHealthyStandby'
    | 'NO_ROOM'
    | 'NO_RESERVATION';
  readonly detail: string;
}

/** A target of an earlier pass of the same execution, and the name of the error that led back to the decision. */
export interface Attempt {
  readonly instanceId: string;
  readonly error: string;
}

/** What VerifyInstanceState decided. */
export interface Plan {
  readonly action: 'MOVE' | 'REHEARSE' | 'NONE';
  readonly reason: Reason;
  /** One English sentence for the console and the logs. Notices are worded from the other fields. */
  readonly explanation: string;
  /** False: nobody is told how this ends unless it fails. Always true for a MOVE. */
  readonly notify: boolean;
  readonly mode: Mode;
  readonly trigger: Trigger;
  readonly cluster: Cluster;
  /** What a REHEARSE would have been. Null otherwise. */
  readonly rehearsed: 'MOVE' | 'NONE' | 'ERROR' | null;
  readonly target: Target | null;
  readonly sources: readonly Source[];
  readonly holders: readonly Holder[];
  /** The holders when this execution decided for the first time: where the addresses come from. */
  readonly heldBefore: readonly Holder[];
  readonly nodes: readonly NodeReport[];
  readonly findings: readonly Finding[];
  /** 1 for the first decision of an execution; each way back to VerifyInstanceState adds one. */
  readonly pass: number;
  readonly attempts: readonly Attempt[];
  /** Instances that a person wanted the addresses off: healthy perhaps, but the last choice from the second pass on. */
  readonly lastResort: readonly string[];
  readonly requestedTarget: string | null;
  readonly requestedBy: string | null;
  readonly requestReason: string | null;
  /** When the event happened, or null where no event started the execution. */
  readonly eventTime: string | null;
  /** Since when an address is off its holder because of this execution, as far as it knows; null if none is. */
  readonly homelessSince: string | null;
  /** How long earlier passes of this execution left an address without a holder, milliseconds. */
  readonly darkTimeBeforeMs: number;
  readonly decidedAt: string;
}

/** `$$.Execution` as far as the Lambdas need it. */
export interface Execution {
  readonly id: string;
  readonly startTime: string;
}

/** What a Catch puts into `$.error`. `Cause` is a JSON string for Lambda errors, plain text for others. */
export interface StateError {
  readonly Error: string;
  readonly Cause: string;
}

export interface ReadRequestInput {
  readonly execution: Execution;
  /** The execution's input as it came: an event, a request, or anything at all. */
  readonly input: unknown;
  readonly clusters: readonly Cluster[];
}

export interface VerifyInstanceStateInput {
  readonly execution: Execution;
  readonly reading: Reading;
  /** What the pass before this one left; all null in the first pass. */
  readonly previous: {
    readonly plan: Plan | null;
    readonly unassigned: UnassignIpOutput | null;
    readonly assigned: AssignIpOutput | null;
    readonly error: StateError | null;
  };
}

export interface UnassignIpInput {
  readonly execution: Execution;
  readonly plan: Plan;
}

/** An address that UnassignIp left where it was, and why. */
export interface KeptAddress {
  readonly address: string;
  readonly why: 'ATOMIC' | 'FOREIGN_ELASTIC_IP' | 'REHEARSAL';
}

export interface UnassignIpOutput {
  /** Addresses that this call took off a source. */
  readonly released: readonly string[];
  /** Addresses that were already off their source: gone, or the interface was. */
  readonly alreadyGone: readonly string[];
  readonly kept: readonly KeptAddress[];
  /** When the first address was released; null where none was. */
  readonly releasedAt: string | null;
  readonly findings: readonly Finding[];
}

export interface AssignIpInput {
  readonly execution: Execution;
  readonly plan: Plan;
  readonly unassigned: UnassignIpOutput;
}

export interface AssignIpOutput {
  readonly assigned: readonly string[];
  /** When EC2 accepted the assignment; null in a rehearsal. */
  readonly assignedAt: string | null;
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
  readonly input: unknown;
  readonly plan: Plan | null;
  readonly unassigned: UnassignIpOutput | null;
  readonly assigned: AssignIpOutput | null;
  readonly verified: VerifyEniOutput | null;
  /** FAILURE only. */
  readonly error?: StateError;
  readonly previous?: VerifyInstanceStateInput['previous'];
  readonly reading?: Reading | NotRead;
}

/** How an execution ended. `CHECKED`, a silent rehearsal, is counted and never told. */
export type Outcome = 'FAILED_OVER' | 'DRILLED' | 'REHEARSED' | 'NOTHING_TO_DO' | 'FAILED' | 'CHECKED';

export interface NotifyOutput {
  readonly outcome: Outcome;
  /** SNS's message ID; null where nobody was to be told. */
  readonly messageId: string | null;
  /** From the event (else the execution's start) to the proof, milliseconds; null without a move. */
  readonly eventToVerifiedMs: number | null;
  /** How long the addresses had no holder because of this execution, milliseconds; null without a move. */
  readonly darkTimeMs: number | null;
}
