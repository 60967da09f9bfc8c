import type { OutcomeRecord } from '../functions/notify/record';
import { asFields } from '../functions/shared/input';
import type { Clients } from './aws/clients';
import { readLog } from './aws/log-events';
import type { RecordedNotice, RecordedOutcome } from './collect/records';

export interface OutcomeSearch {
  readonly group: string;
  /** Milliseconds since the epoch, both included. */
  readonly start: number;
  readonly end: number;
  readonly cluster?: string | undefined;
  /** One execution's only, by its ARN. */
  readonly executionId?: string;
  /** With those of checks that found all well. */
  readonly checks?: boolean;
  readonly progress?: (part: number) => void;
}

/** A state that is tried again writes its record again, within the five minutes of its execution. */
const REPEATED_WITHIN = 300_000;

/** Which lines the records of all outcomes and notices are. */
export const OUTCOME_LINES = '{ ($.message = "outcome") }';
export const NOTICE_LINES = '{ ($.message = "notice") }';

/** Records of outcomes, oldest first, each execution's once. */
export async function* readOutcomes(clients: Clients, search: OutcomeSearch): AsyncGenerator<RecordedOutcome> {
  const conditions = [
    '($.message = "outcome")',
    ...(search.checks ? [] : ['($.outcome != "CHECKED")']),
    ...(search.cluster === undefined ? [] : [`($.cluster = "${search.cluster}")`]),
    ...(search.executionId === undefined ? [] : [`($.executionId = "${search.executionId}")`]),
  ];
  const seen = new Map<string, number>();
  for await (const { at, message } of readLog(clients, { ...search, pattern: `{ ${conditions.join(' && ')} }` })) {
    const record = outcomeIn(at, message);
    if (record === null) continue;
    for (const [executionId, since] of seen) {
      if (at - since <= REPEATED_WITHIN) break;
      seen.delete(executionId);
    }
    if (record.repetition && seen.has(record.executionId)) continue;
    seen.set(record.executionId, at);
    yield record;
  }
}

/** The logger leaves out what is null. */
const NULLABLE = {
  mode: null,
  trigger: null,
  why: null,
  from: null,
  to: null,
  target: null,
  reason: null,
  requestedBy: null,
  requesterIs: null,
  eventTime: null,
  eventId: null,
  outageMs: null,
  tookMs: null,
  darkTimeMs: null,
  error: null,
  errorMessage: null,
  silence: null,
} satisfies Partial<OutcomeRecord>;

/** Null: the line is no record of an outcome. */
function outcomeIn(at: number, message: string): RecordedOutcome | null {
  const fields = asFields(JSON.parse(message));
  const { outcome, executionId, cluster, findings, addresses } = fields;
  const complete =
    typeof outcome === 'string' &&
    typeof executionId === 'string' &&
    typeof cluster === 'string' &&
    Array.isArray(findings) &&
    Array.isArray(addresses);
  return complete ? ({ ...NULLABLE, ...fields, at } as unknown as RecordedOutcome) : null;
}

/** What became of the notices, oldest first. */
export async function* readNotices(
  clients: Clients,
  search: Pick<OutcomeSearch, 'group' | 'start' | 'end'>,
): AsyncGenerator<RecordedNotice> {
  for await (const { at, message } of readLog(clients, { ...search, pattern: NOTICE_LINES })) {
    const { executionId, subject, messageId, sent, sendError } = asFields(JSON.parse(message));
    if (typeof executionId !== 'string' || typeof subject !== 'string') continue;
    yield {
      at,
      executionId,
      subject,
      messageId: typeof messageId === 'string' ? messageId : null,
      sent: sent === true,
      sendError: typeof sendError === 'string' ? sendError : null,
    };
  }
}
