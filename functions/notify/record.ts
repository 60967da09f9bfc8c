import { addressesOf } from '../shared/cluster';
import type { NotifyInput, Outcome } from '../shared/contract';
import { messageOf } from '../shared/errors';
import { logger } from '../shared/logger';
import type { Finding, Mode, Trigger } from '../shared/plan';
import { latestPlan, type Silence } from './audience';
import { clusterOf } from './compose';
import type { Notice, Status } from './notice';
import { quote, quoteLine } from './text';

/** Grows when a field of the records changes its name or its meaning. */
const SCHEMA_VERSION = 2;
const LONGEST_TEXT = 1_000;

/**
 * How an execution ended: a line of the log, and the detail of the event on the bus. What is not known, or does not apply, is
 * null. infra/outcome-schema.ts has it as a JSON Schema.
 */
export interface OutcomeRecord {
  readonly schemaVersion: number;
  /** The execution's ARN, which CloudTrail knows too. */
  readonly executionId: string;
  readonly outcome: Outcome;
  /** "unknown" where the input names no known cluster. */
  readonly cluster: string;
  readonly mode: Mode | null;
  readonly trigger: Trigger | null;
  /** The rule that decided, or the error's name where there was no plan. */
  readonly why: string | null;
  readonly addresses: readonly string[];
  /** Instances, interfaces without one, or "nobody", joined by commas. */
  readonly from: string | null;
  /** Instance of the node that the addresses were to go to. */
  readonly to: string | null;
  /** Instance of the node that was asked for. */
  readonly target: string | null;
  readonly reason: string | null;
  readonly requestedBy: string | null;
  /** Anybody can write any name into a request; who called StartExecution stands in CloudTrail. */
  readonly requesterIs: 'AS_STATED' | null;
  readonly eventTime: string | null;
  readonly eventId: string | null;
  readonly startTime: string;
  readonly outageMs: number | null;
  readonly tookMs: number | null;
  readonly darkTimeMs: number | null;
  readonly status: Status;
  readonly error: string | null;
  readonly errorMessage: string | null;
  readonly findings: readonly Finding[];
  /** False: nobody was to be told, and `silence` says why. */
  readonly told: boolean;
  readonly silence: Silence | null;
  /** The state was tried again, and may have said this before. */
  readonly repetition: boolean;
}

export function outcomeRecord(input: NotifyInput, notice: Notice, silence: Silence | null): OutcomeRecord {
  const plan = latestPlan(input);
  const cluster = clusterOf(input);
  return {
    schemaVersion: SCHEMA_VERSION,
    executionId: input.execution.id,
    outcome: notice.outcome,
    cluster: notice.cluster ?? 'unknown',
    mode: notice.mode,
    trigger: notice.trigger,
    why: notice.why ?? input.error?.Error ?? null,
    addresses: cluster === null ? [] : addressesOf(cluster),
    from: from(input),
    to: plan?.destination?.instanceId ?? null,
    target: plan?.target ?? clip(notice.target?.short ?? null),
    reason: clip(notice.reason),
    requestedBy: clip(notice.requestedBy),
    requesterIs: notice.requestedBy === null ? null : 'AS_STATED',
    eventTime: notice.eventTime,
    eventId: notice.eventId,
    startTime: notice.startTime,
    outageMs: notice.outageMs,
    tookMs: notice.tookMs,
    darkTimeMs: notice.darkTimeMs,
    status: notice.status,
    error: input.error?.Error ?? null,
    errorMessage: input.error === null ? null : quote(messageOf(input.error), LONGEST_TEXT),
    findings: notice.findings.map(({ detail, ...finding }) => ({ ...finding, detail: quote(detail, LONGEST_TEXT) })),
    told: silence === null,
    silence,
    repetition: notice.repetition,
  };
}

/**
 * Written before anybody is told, so that the list of all moves does not depend on SNS. A state that is tried again writes it
 * again, marked as a repetition.
 */
export function recordOutcome(record: OutcomeRecord): void {
  logger.info('outcome', { ...record });
}

/** Where the addresses were, in words that one can search for: "i-…", an interface without an instance, or "nobody". */
function from(input: NotifyInput): string | null {
  const places = latestPlan(input)?.heldBefore.map(
    ({ instanceId, networkInterfaceId }) => instanceId ?? networkInterfaceId ?? 'nobody',
  );
  return places === undefined || places.length === 0 ? null : [...new Set(places)].join(',');
}

/** What people typed stands in the console's lists and on the dashboard, too: on one line, without what hides or turns it. */
function clip(text: string | null): string | null {
  return text === null ? null : quoteLine(text, LONGEST_TEXT);
}

/** What became of the notice. */
export function recordNotice(result: {
  readonly outcome: Notice['outcome'];
  readonly subject: string;
  readonly messageId: string | null;
  readonly error: string | null;
}): void {
  const { error, ...rest } = result;
  const fields = { schemaVersion: SCHEMA_VERSION, ...rest, sent: error === null, sendError: error };
  if (error === null) logger.info('notice', fields);
  else logger.error('notice', fields);
}

/** What goes out beside the notice. */
export type Channel = 'event' | 'chat';

/** What became of it: a line "event" or "chat". */
export function recordSent(channel: Channel, id: string | null, error: string | null): void {
  const fields = { schemaVersion: SCHEMA_VERSION, id, sent: error === null, sendError: error };
  if (error === null) logger.info(channel, fields);
  else logger.error(channel, fields);
}
