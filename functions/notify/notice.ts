import type { Holder } from '../shared/cluster';
import type { Outcome } from '../shared/contract';
import type { Finding, Mode, NodeProblem, Plan, Reason, Trigger } from '../shared/plan';

/** How the service stands, as far as EC2 shows it. */
export type Status =
  /** Nobody has to act. */
  | 'OK'
  /** Where the addresses are is not known, or whether they are well there: somebody should look. */
  | 'CHECK'
  /** On a running node that is not well, split over nodes, or without an Elastic IP. */
  | 'DEGRADED'
  /** An address is on nobody, or on a node that does not run. */
  | 'DOWN';

/** What people call a node, and how commands call it. */
export interface NodeName {
  /** "mail-1", or the instance's ID where the node has no name. */
  readonly short: string;
  /** "mail-1 (i-…)". */
  readonly full: string;
}

/** Where one virtual IP is. */
export interface Whereabouts extends Holder {
  /** The node's name, or the interface's ID outside the cluster; null: on nobody. */
  readonly name: NodeName | null;
  /** On an interface, or on an instance, that is not in the configuration. */
  readonly outside: boolean;
  /** State of the node's instance ("running"); null where there is none, or EC2 does not know it. */
  readonly instanceState: string | null;
  readonly attached: boolean;
  readonly primary: boolean;
  /** The configured Elastic IP that is not on the address; null: none is missing. */
  readonly missingElasticIp: string | null;
  /** What keeps the node from being well although it runs: impaired checks, alarms. */
  readonly sickness: readonly NodeProblem[];
}

/** A node as the person who repairs finds it. */
export interface NodeNow {
  readonly instanceId: string;
  readonly networkInterfaceId: string;
  readonly name: NodeName;
  /** "running", "stopped", …; null: EC2 does not know the instance. */
  readonly state: string | null;
  readonly attached: boolean;
  /** As decided: impaired checks, alarms, tags, refusals. */
  readonly problems: readonly NodeProblem[];
}

/** One thing to do by hand, with the command where there is one. */
export interface RepairStep {
  readonly what:
    | 'LOOK'
    | 'START'
    | 'WAIT_STOPPED'
    | 'WAIT_RUNNING'
    | 'FAIL_OVER'
    | 'NAME_TARGET'
    | 'ASSIGN'
    | 'ASSOCIATE'
    | 'TAKE_BACK'
    | 'RESUME'
    | 'REPAIR_NODES'
    | 'NO_NODE_LEFT'
    | 'PRIMARY_ADDRESS';
  /** The node, interface, address or cluster that it is about. */
  readonly about: string;
  readonly command: string | null;
}

/** A target that did not take the addresses, and EC2's words. */
export interface Refusal {
  readonly node: string;
  readonly error: string;
  readonly message: string;
}

export interface Failure {
  /** State of the workflow that failed. */
  readonly state: string;
  readonly error: string;
  readonly message: string;
  readonly refusals: readonly Refusal[];
  /** Why looking failed; null where it did not, or there was nothing to look at. */
  readonly lookError: string | null;
}

/** How one virtual IP changed hands. */
export interface Move {
  readonly address: string;
  /** "mail-1 (i-…), eni-…"; null: nobody held it. */
  readonly from: string | null;
  readonly to: string;
  readonly elasticIpAllocationId: string | null;
}

/** What the subject and the first line are about. */
export type Headline =
  | 'MOVED'
  | 'DRILLED'
  | 'ELASTIC_IP_BACK'
  | 'WOULD_WORK'
  | 'WOULD_FAIL'
  | 'NOTICE_LOST'
  | 'KEPT'
  | 'FAILED';

/** Everything that a notice says, before it is worded in a language. */
export interface Notice {
  readonly outcome: Outcome;
  readonly headline: Headline;
  readonly status: Status;
  /** Null where the input names no known cluster. */
  readonly cluster: string | null;
  readonly addresses: readonly string[];
  /** Where the addresses are; null where this is not known. */
  readonly where: readonly Whereabouts[] | null;
  /** Which two answers of EC2 contradict each other; null: none do. */
  readonly contradiction: string | null;
  /** FAILED, KEPT: every address is where it was when the execution began. */
  readonly unmoved: boolean;
  readonly mode: Mode | null;
  readonly trigger: Trigger | null;
  readonly why: Reason | null;
  readonly rehearsed: Plan['rehearsed'];
  /** The node that a person named. */
  readonly target: NodeName | null;
  readonly requestedBy: string | null;
  readonly reason: string | null;
  readonly eventTime: string | null;
  readonly eventId: string | null;
  readonly eventDetail: string | null;
  /** Nodes that the event says are in trouble. */
  readonly saidDown: readonly string[];
  readonly startTime: string;
  /** Notify was tried before, and SNS may have carried out that try. */
  readonly repetition: boolean;
  readonly destination: NodeName | null;
  readonly moves: readonly Move[];
  readonly nodes: readonly NodeNow[];
  /** Healthy nodes that could take over next. Null where no move was made. */
  readonly standbysLeft: number | null;
  /** What the pause tag says; null where the cluster is not paused. */
  readonly paused: string | null;
  readonly findings: readonly Finding[];
  readonly outageMs: number | null;
  readonly tookMs: number | null;
  readonly darkTimeMs: number | null;
  readonly failure: Failure | null;
  readonly repair: readonly RepairStep[];
  readonly consoleLink: string;
}

/** A language's wording of a notice. */
export interface Locale {
  subject(notice: Notice): string;
  /** @param timeZone whose local time stands beside UTC, as the IANA database calls it */
  body(notice: Notice, timeZone: string): string;
  /** The body without lists of addresses and nodes, and without the steps of a repair. */
  brief(notice: Notice, timeZone: string): string;
  /** The steps of a repair. */
  steps(notice: Notice): readonly { readonly words: string; readonly command: string | null }[];
  /** Stands for steps that a short message leaves out. */
  moreSteps(count: number): string;
}

/** True where somebody has to act: the first line of a notice says so. */
export function mustAct(notice: Notice): boolean {
  return notice.status !== 'OK' || notice.standbysLeft === 0 || forecastOf(notice) !== 'WORK';
}

/** How a failover would end, as far as a rehearsal or a check can say. */
export type Forecast = 'WORK' | 'NOBODY_TOLD' | 'NOT_KNOWN' | 'FAIL';

export function forecastOf({ outcome, findings }: Pick<Notice, 'outcome' | 'findings'>): Forecast {
  const problems = findings.filter(({ severity }) => severity === 'problem').map(({ code }) => code);
  const others = problems.filter((code) => code !== 'NOBODY_LISTENS');
  if (outcome !== 'REHEARSED' || problems.length === 0) return 'WORK';
  if (others.length === 0) return 'NOBODY_TOLD';
  return others.every((code) => code === 'NOT_READ') ? 'NOT_KNOWN' : 'FAIL';
}
