import type { OutcomeRecord } from '../../functions/notify/record';
import type { Outcome } from '../../functions/shared/contract';
import type { Fields } from '../../functions/shared/input';

/** An outcome's record, with what its line in the log has beside it. */
export interface RecordedOutcome extends OutcomeRecord {
  /** When it was written, milliseconds since the epoch. */
  readonly at: number;
  /** ARN of the execution. */
  readonly executionId: string;
}

/** What became of a notice (functions/notify/record.ts). */
export interface RecordedNotice {
  readonly at: number;
  readonly executionId: string;
  readonly subject: string;
  readonly messageId: string | null;
  readonly sent: boolean;
  readonly sendError: string | null;
}

/** A call as CloudTrail recorded it. */
export interface RecordedCall {
  /** Milliseconds since the epoch, to the second. */
  readonly at: number;
  /** ARN of whoever signed it; else what CloudTrail says instead. */
  readonly who: string;
  readonly sourceIp: string | null;
  readonly eventId: string;
  readonly request: Fields;
  /** Empty where the call failed. */
  readonly response: Fields;
}

/** Who did something: the call that proves it, or in words why none is known. */
export type Caller = RecordedCall | string;

/** Which outcomes are moves of addresses. */
const MOVES: Readonly<Record<Outcome, boolean>> = {
  FAILED_OVER: true,
  CLAIMED: true,
  DRILLED: true,
  REHEARSED: false,
  NOTHING_TO_DO: false,
  FAILED: false,
  CHECKED: false,
};
export const MOVE_OUTCOMES = Object.keys(MOVES).filter((outcome) => MOVES[outcome as Outcome]);
export const isMove = ({ outcome }: Pick<OutcomeRecord, 'outcome'>): boolean => MOVES[outcome] === true;
