import type { NotifyInput } from '../shared/contract';
import { totalDarkTimeMs } from '../shared/dark-time';

/** Durations of a proven move, milliseconds; what they are called: shared/meaning.ts. What is not known is null, never 0. */
export interface Durations {
  /** From the first sign of trouble to the proof; null where there was no trouble, or no sign of when it began. */
  readonly outageMs: number | null;
  /** From the start of the execution to the proof. */
  readonly tookMs: number | null;
  /** How long the addresses had no holder because of this execution. */
  readonly darkTimeMs: number | null;
}

const NONE: Durations = { outageMs: null, tookMs: null, darkTimeMs: null };

export function durationsOf(input: NotifyInput): Durations {
  const { kind, execution, plan, unassigned, assigned, verified } = input;
  if (kind !== 'SUCCESS' || plan?.action !== 'MOVE' || verified === null) return NONE;
  const since = firstSign(input);
  return {
    outageMs: since === null ? null : outage(since, verified.verifiedAt),
    tookMs: between(execution.startTime, verified.verifiedAt),
    darkTimeMs: totalDarkTimeMs(plan, unassigned, assigned),
  };
}

/**
 * The event of a node that went down, a node's claim, or the moment at which a person said that the service hangs. A check finds trouble
 * that began before it, a node that comes up was not the trouble, and a drill has none.
 */
function firstSign({ plan, execution }: NotifyInput): string | null {
  if (plan === null || plan.mode !== 'failover') return null;
  if (plan.trigger === 'request') return execution.startTime;
  if (plan.trigger === 'claim') return plan.eventTime;
  const isAboutTheHolder = plan.heldBefore.some(
    ({ instanceId }) => instanceId === null || plan.saidDown.includes(instanceId),
  );
  return plan.saidDown.length > 0 && isAboutTheHolder ? plan.eventTime : null;
}

/** EventBridge delivers no event later, ms. @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const LONGEST_DELIVERY_MS = 24 * 60 * 60_000;

/** Where the sign lies after the proof, or longer ago than an event lives, its clock is wrong, and the outage is not known. */
function outage(sign: string, proof: string): number | null {
  const duration = Date.parse(proof) - Date.parse(sign);
  return duration >= 0 && duration <= LONGEST_DELIVERY_MS ? duration : null;
}

/** Not below 0: the two times come from different clocks. */
function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}
