import { addressesOf } from '../shared/cluster';
import type { NotifyInput } from '../shared/contract';
import { messageOf } from '../shared/errors';
import { logger } from '../shared/logger';
import { cut } from '../shared/text';
import { latestPlan, type Silence } from './audience';
import { clusterOf } from './compose';
import type { Notice } from './notice';

/** Grows when a field of the records changes its name or its meaning. */
const SCHEMA_VERSION = 2;
const LONGEST_TEXT = 1_000;

/**
 * The record of an outcome, one line in the log: written before anybody is told, so that the list of all moves does not
 * depend on SNS. A state that is tried again writes it again, marked as a repetition. The execution's ARN, which CloudTrail
 * knows too, is on every line of the log.
 */
export function recordOutcome(input: NotifyInput, notice: Notice, silence: Silence | null): void {
  const plan = latestPlan(input);
  const cluster = clusterOf(input);
  logger.info('outcome', {
    schemaVersion: SCHEMA_VERSION,
    outcome: notice.outcome,
    cluster: notice.cluster ?? 'unknown',
    mode: notice.mode,
    trigger: notice.trigger,
    why: notice.why ?? input.error?.Error ?? null,
    addresses: cluster === null ? [] : addressesOf(cluster),
    from: from(input),
    to: plan?.destination?.instanceId ?? null,
    target: plan?.target ?? null,
    reason: clip(notice.reason),
    requestedBy: clip(notice.requestedBy),
    // Anybody can write any name into a request; who called StartExecution stands in CloudTrail.
    requesterIs: notice.requestedBy === null ? null : 'AS_STATED',
    eventTime: notice.eventTime,
    eventId: notice.eventId,
    startTime: notice.startTime,
    outageMs: notice.outageMs,
    tookMs: notice.tookMs,
    darkTimeMs: notice.darkTimeMs,
    status: notice.status,
    error: input.error?.Error ?? null,
    errorMessage: input.error === null ? null : cut(messageOf(input.error), LONGEST_TEXT),
    findings: notice.findings.map(({ detail, ...finding }) => ({ ...finding, detail: cut(detail, LONGEST_TEXT) })),
    told: silence === null,
    silence,
    repetition: notice.repetition,
  });
}

/** Where the addresses were, in words that one can search for: "i-…", an interface without an instance, or "nobody". */
function from(input: NotifyInput): string | null {
  const places = latestPlan(input)?.heldBefore.map(
    ({ instanceId, networkInterfaceId }) => instanceId ?? networkInterfaceId ?? 'nobody',
  );
  return places === undefined ? null : [...new Set(places)].join(',');
}

function clip(text: string | null): string | null {
  return text === null ? null : cut(text, LONGEST_TEXT);
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
