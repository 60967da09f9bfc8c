/**
 * The plan: what VerifyInstanceState decided, and all that the later states work from. A field keeps its name on its whole
 * way, from the request to the notice. Times are ISO 8601 in UTC, durations milliseconds, addresses dotted IPv4.
 */
import type { Cluster, Holder } from './cluster';

export const MODES = ['failover', 'drill', 'rehearsal', 'check'] as const;
export type Mode = (typeof MODES)[number];

/** What started the execution: an instance's state change, an alarm's, a node's cluster software, the schedule, or a person. */
export const TRIGGERS = ['event', 'alarm', 'claim', 'schedule', 'request'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** A person, or the cluster software on a node, says where the addresses are to be: no event and no clock. */
export function isAsked({ trigger }: { readonly trigger: Trigger }): boolean {
  return trigger === 'request' || trigger === 'claim';
}

/** An execution's input, understood. The plan carries it on, so that no later state reads the input again. */
export interface Request {
  readonly mode: Mode;
  readonly trigger: Trigger;
  /** Instance ID of the node that a person named, or that claims the addresses. */
  readonly target: string | null;
  /** As the person, or the node, gave it. */
  readonly reason: string | null;
  readonly requestedBy: string | null;
  /** When the event happened, as it says itself; null where it does not, and where no event started the execution. */
  readonly eventTime: string | null;
  /** EventBridge's ID of the event: copies of one event have the same. */
  readonly eventId: string | null;
  /** Instances that the event says are in trouble. */
  readonly saidDown: readonly string[];
  /** The state ("stopped") or the alarm's name that the event is about. */
  readonly eventDetail: string | null;
}

/** What is empty in a request that no event started and in which nobody named or said anything. */
export const NOTHING_SAID: Omit<Request, 'mode' | 'trigger'> = {
  target: null,
  reason: null,
  requestedBy: null,
  eventTime: null,
  eventId: null,
  saidDown: [],
  eventDetail: null,
};

/** What a Catch sees. `Cause` is a JSON string for Lambda errors, plain text for others. */
export interface StateError {
  readonly Error: string;
  readonly Cause: string;
}

/** Why the decision is what it is: the name of the rule that fits. Stands in the plan, the records and the notice. */
export type Reason =
  | 'HOLDER_UNHEALTHY'
  | 'NO_HOLDER'
  | 'SPLIT'
  | 'ELASTIC_IP_MISSING'
  | 'REQUESTED'
  | 'CLAIMED'
  | 'FAILBACK'
  | 'HOLDER_HEALTHY'
  | 'ALREADY_THERE'
  | 'CLAIM_OUTDATED'
  | 'FLAPPING'
  | 'CLAIMED_IN_TURN'
  | 'PAUSED'
  | 'INVALID_INPUT'
  | 'PRIMARY_ADDRESS'
  | 'HELD_BY_STRANGER'
  | 'TARGET_UNHEALTHY'
  | 'TARGET_REFUSED'
  | 'OVERTAKEN'
  | 'NO_HEALTHY_STANDBY';

/** What makes a node unhealthy, or unfit to be a target. `detail` is the value seen: a state, a subnet, an alarm's name. */
export interface NodeProblem {
  readonly code:
    | 'NOT_FOUND'
    | 'NOT_RUNNING'
    | 'SYSTEM_CHECK_IMPAIRED'
    | 'INSTANCE_CHECK_IMPAIRED'
    | 'EBS_CHECK_IMPAIRED'
    | 'APPLICATION_CHECK_IMPAIRED'
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

/** An interface that the addresses leave. A healthy one keeps them until AssignIp takes them over. */
export interface Source {
  readonly networkInterfaceId: string;
  readonly instanceId: string | null;
  readonly addresses: readonly string[];
  readonly healthy: boolean;
}

/** The node that takes the addresses. */
export interface Destination {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly instanceType: string;
}

/** Something that people should know. A `problem` would stop a real move, a `warning` would not. */
export interface Finding {
  readonly severity: 'problem' | 'warning';
  readonly code:
    | 'PRIMARY_ADDRESS'
    | 'HELD_BY_STRANGER'
    | 'TARGET_UNHEALTHY'
    | 'NO_HEALTHY_STANDBY'
    | 'PAUSED'
    | 'FLAPPING'
    | 'CLAIMED_IN_TURN'
    | 'NO_ROOM'
    | 'NO_RESERVATION'
    | 'OUTSIDE_SUBNET'
    | 'RESERVED_BY_AWS'
    | 'SECURITY_GROUPS_DIFFER'
    | 'SOURCE_DEST_CHECK_DIFFERS'
    | 'ELASTIC_IP_UNKNOWN'
    | 'ELASTIC_IP_ELSEWHERE'
    | 'ALARM_UNKNOWN'
    | 'INSTANCE_REPLACED'
    | 'UNREADABLE_TAG'
    | 'NOT_READ'
    | 'UNASSIGN_REFUSED'
    | 'NOTICE_LOST'
    | 'EVENT_LOST'
    | 'CHAT_LOST'
    | 'NOBODY_LISTENS';
  readonly detail: string;
}

/** A target of an earlier pass of the same execution, and the error that led back to the decision. */
export interface Attempt {
  readonly instanceId: string;
  /** The error's name, as Catch saw it. */
  readonly error: string;
  /** What it said, unshortened; empty where a later attempt at the same node met the same error. */
  readonly message: string;
}

/** What VerifyInstanceState decided. Every later state works from it and asks nothing again. */
export interface Plan extends Request {
  readonly action: 'MOVE' | 'REHEARSE' | 'NONE' | 'FAIL';
  readonly why: Reason;
  /** One English sentence for the console and the logs. Notices are worded from the other fields. */
  readonly explanation: string;
  /** False: nobody is told how this ends unless it fails; a FAIL that was told before is recorded only. Always true for a MOVE. */
  readonly notify: boolean;
  /** False: nothing is worth a record, and Notify is not called. Only a NONE. */
  readonly record: boolean;
  readonly cluster: Cluster;
  /** FAIL: what the execution ends with. Null otherwise. */
  readonly error: StateError | null;
  /** What a REHEARSE would have been. Null otherwise. */
  readonly rehearsed: 'MOVE' | 'NONE' | 'FAIL' | null;
  readonly destination: Destination | null;
  readonly sources: readonly Source[];
  readonly holders: readonly Holder[];
  /** The holders when this execution decided for the first time: where the addresses come from. */
  readonly heldBefore: readonly Holder[];
  readonly nodes: readonly NodeReport[];
  readonly findings: readonly Finding[];
  /** 1 for the first decision of an execution; each way back to VerifyInstanceState adds one. */
  readonly pass: number;
  readonly attempts: readonly Attempt[];
  /** Instances that a person wanted the addresses off: the last choice from the second pass on. */
  readonly lastResort: readonly string[];
  /** Earlier passes may have changed something: a call was made whose refusal is not certain. */
  readonly mayHaveChanged: boolean;
  /** An earlier pass took, or may have taken, an address off its holder, and no assignment since is known. */
  readonly mayBeHomeless: boolean;
  /** When an earlier pass took the first address off, where that is known and no assignment since is. */
  readonly homelessSince: string | null;
  /** How long earlier passes left an address without a holder; null where an answer that would tell it was lost. */
  readonly darkTimeBeforeMs: number | null;
  /** What this decision works from took longer than HELD_UP_MS to read: UnassignIp leaves the addresses where they are. */
  readonly heldUp?: true;
}
