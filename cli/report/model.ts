/** What a report says, before it is a page. Times are milliseconds since the epoch where they are numbers. */
import type { Cluster } from '../../functions/shared/cluster';
import type { Completeness, Window } from '../collect/completeness';
import type { PauseSeen } from '../collect/pauses';
import type { Caller, RecordedNotice, RecordedOutcome } from '../collect/records';
import type { ExecutionHistory } from '../execution/states';

/** One outcome, with its execution and its notice where they were read. */
export interface Entry {
  readonly record: RecordedOutcome;
  /** Null: it was not read, or is not in the log any more. */
  readonly history: ExecutionHistory | null;
  /** The last try to send its notice; null where nobody was to be told. */
  readonly notice: RecordedNotice | null;
  /** The notice's text, made again from the execution's data; null where that does not give the subject that was sent. */
  readonly noticeText: string | null;
  /** Who called StartExecution; null where nobody had to, or CloudTrail could not be read. */
  readonly caller: Caller | null;
}

/** What was read, so that anybody can read it again. */
export interface QueryMade {
  readonly group: string;
  readonly pattern: string;
}

export interface Report {
  readonly generatedAt: number;
  /** ARN of whoever made it. */
  readonly generatedBy: string;
  /** "Asia/Tokyo": what local times are in. */
  readonly timeZone: string;
  readonly period: { readonly start: number; readonly end: number };
  readonly stackName: string | null;
  readonly stateMachineArn: string;
  /** SHA-256 of the deployed template; null where it could not be read. */
  readonly templateSha256: string | null;
  readonly clusters: readonly Cluster[];
  /** Null in the report of one execution. */
  readonly completeness: Completeness | null;
  /** Executions by CloudWatch's own count, against the log; null where it could not be read, or there is no whole hour. */
  readonly counted: (Window & { readonly byCloudWatch: number; readonly inLog: number }) | null;
  /** Oldest first. */
  readonly entries: readonly Entry[];
  readonly pauses: readonly (PauseSeen & { readonly setBy: Caller | null })[];
  readonly failedNotices: readonly RecordedNotice[];
  readonly queries: readonly QueryMade[];
  /** What could not be read, in words. */
  readonly notKnown: readonly string[];
}
