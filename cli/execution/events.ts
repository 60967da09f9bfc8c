import { asFields, type Fields } from '../../functions/shared/input';

/** One line of an Express execution's history. @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
export interface HistoryEvent {
  readonly id: number;
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly executionArn: string;
  readonly details: Fields;
}

/** Null: the line is no history event. */
export function eventIn(message: string): HistoryEvent | null {
  const { id, type, event_timestamp: at, execution_arn: executionArn, details } = asFields(JSON.parse(message));
  if (typeof type !== 'string' || typeof executionArn !== 'string') return null;
  return { id: Number(id), type, at: Number(at), executionArn, details: asFields(details) };
}

const ENDS: Readonly<Record<string, 'succeeded' | 'failed' | 'timed out' | 'aborted' | undefined>> = {
  ExecutionSucceeded: 'succeeded',
  ExecutionFailed: 'failed',
  ExecutionTimedOut: 'timed out',
  ExecutionAborted: 'aborted',
};

/** How an event ends its execution; undefined: it does not. */
export function endOf({ type }: Pick<HistoryEvent, 'type'>) {
  return ENDS[type];
}

/** A JSON text in an event's details; null where there is none, or where Step Functions cut it. */
export function jsonIn(details: Fields, name: string): unknown {
  const text = details[name];
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
