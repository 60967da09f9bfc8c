import type { Finding, Holder, Mode, NodeReport, Outcome, Plan, Reason, Trigger } from '../shared/types';

/** Where one virtual IP is at the time of a failure. */
export interface Whereabouts extends Holder {
  /** State of the instance ("running"), or null where nobody holds the address or its interface has no instance. */
  readonly instanceState: string | null;
}

/** One thing to do by hand, with the command where there is one. */
export interface RepairStep {
  readonly what:
    | 'LOOK'
    | 'START_TARGET'
    | 'ASSIGN'
    | 'ASSOCIATE'
    | 'UNASSIGN_STRANGER'
    | 'RUN_AGAIN'
    | 'NO_NODE_LEFT'
    | 'PRIMARY_ADDRESS';
  readonly command: string | null;
  /** The node, interface or address that it is about. */
  readonly about: string;
}

export interface Failure {
  /** State of the workflow that failed. */
  readonly state: string;
  readonly error: string;
  readonly message: string;
  /** Null: there is no cluster to look at, or looking failed. */
  readonly where: readonly Whereabouts[] | null;
  /** Why looking failed; null where it did not, or there was nothing to look at. */
  readonly lookError: string | null;
  /** Every address is on one running node of the cluster. */
  readonly safe: boolean;
  readonly repair: readonly RepairStep[];
}

/** How one virtual IP changed hands. */
export interface Move {
  readonly address: string;
  /** "i-… (eni-…)"; null: nobody held it. */
  readonly from: string | null;
  readonly to: string;
  readonly elasticIpAllocationId: string | null;
}

/** Everything a notice says, before it is worded in a language. */
export interface Notice {
  readonly outcome: Exclude<Outcome, 'CHECKED'>;
  /** Null where the input names no cluster. */
  readonly cluster: string | null;
  readonly mode: Mode | null;
  readonly trigger: Trigger | null;
  readonly reason: Reason | null;
  readonly rehearsed: Plan['rehearsed'];
  readonly requestedTarget: string | null;
  readonly requestedBy: string | null;
  readonly requestReason: string | null;
  readonly eventTime: string | null;
  readonly startTime: string;
  readonly moves: readonly Move[];
  readonly nodes: readonly NodeReport[];
  /** Healthy nodes that could take over next. Null where no move was made. */
  readonly standbysLeft: number | null;
  readonly findings: readonly Finding[];
  readonly eventToVerifiedMs: number | null;
  readonly darkTimeMs: number | null;
  readonly consoleLink: string;
  readonly failure: Failure | null;
}

/** A language's wording of a notice. */
export interface Locale {
  subject(notice: Notice): string;
  body(notice: Notice): string;
}

/** SNS allows 99 characters, and no line breaks or control characters. @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const SUBJECT_MAX = 99;

/** A subject that SNS takes, whatever the cluster is called. */
export function toSubject(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  if (line.length <= SUBJECT_MAX) return line;
  // Half of a surrogate pair must not stay at the cut.
  return `${line.slice(0, SUBJECT_MAX - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** A quoted text of unknown length and origin, fit for a body that stays under SNS's 256 KiB. */
export function quote(text: string, limit = 2_000): string {
  const clean = text.replace(/[^\P{Cc}\n]/gu, ' ');
  return clean.length <= limit ? clean : `${clean.slice(0, limit)}…`;
}

/** True where the addresses stay where they were and only their Elastic IPs are put back. */
export function onlyElasticIps({ reason, moves }: Notice): boolean {
  return reason === 'ELASTIC_IP_MISSING' && moves.every(({ from, to }) => from === to);
}

export function addressesOf({ moves }: Notice): string {
  return moves.map(({ address }) => address).join(', ');
}

/** Instance IDs without repetition. */
export function targetsOf({ moves }: Notice): string {
  return [...new Set(moves.map(({ to }) => to))].join(', ');
}
