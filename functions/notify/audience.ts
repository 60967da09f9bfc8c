import type { NotifyInput, Outcome } from '../shared/contract';
import { asFields } from '../shared/input';
import { isAsked, MODES, type Mode, type Plan } from '../shared/plan';

/** Why nobody is told how an execution ended. It is recorded all the same. */
export type Silence =
  /** The plan asks for none: a check that found nothing to do, or what was told before. */
  | 'NOT_WANTED'
  /** It would be said again at every check; the readiness alarm says it once. */
  | 'CHECK_FAILED'
  /** Another execution took the addresses off for the same move, and tells. */
  | 'OVERTAKEN';

/** The plan of the pass that ended, or of the one before where a pass failed before it had one. */
export function latestPlan({ plan, previous }: NotifyInput): Plan | null {
  return plan ?? previous?.plan ?? null;
}

/** Null where the input was not understood: then the plan's request is none, and what was asked stands in the input alone. */
export function understood(input: NotifyInput): Plan | null {
  const plan = latestPlan(input);
  return plan?.why === 'INVALID_INPUT' ? null : plan;
}

export function outcomeOf({ kind, plan }: NotifyInput): Outcome {
  if (kind === 'FAILURE') return 'FAILED';
  if (kind === 'NOTHING_TO_DO') return 'NOTHING_TO_DO';
  if (plan?.action === 'REHEARSE') return plan.notify ? 'REHEARSED' : 'CHECKED';
  if (plan?.trigger === 'claim' || plan?.why === 'CLAIMED') return 'CLAIMED';
  return plan?.mode === 'drill' ? 'DRILLED' : 'FAILED_OVER';
}

/** Null where the input says nothing that could be understood. */
export function modeOf(input: NotifyInput): Mode | null {
  const plan = understood(input);
  if (plan !== null) return plan.mode;
  const { mode, 'detail-type': detailType } = asFields(input.input);
  return detailType === undefined ? (MODES.find((each) => each === mode) ?? null) : 'failover';
}

/** Null: people are told. */
export function silenceOf(input: NotifyInput): Silence | null {
  const { kind, plan, error } = input;
  if (kind === 'FAILURE') {
    if (mayHaveChanged(input)) return null;
    if (plan?.action === 'FAIL' && !plan.notify) return 'NOT_WANTED';
    return modeOf(input) === 'check' && error?.Error !== 'InvalidInput' ? 'CHECK_FAILED' : null;
  }
  if (plan !== null && !plan.notify) return 'NOT_WANTED';
  return kind === 'SUCCESS' && wasOvertaken(input) ? 'OVERTAKEN' : null;
}

/**
 * Several copies of one event start as many executions, and each of them moves the same addresses. The one that took them
 * off tells. Who asks gets an answer in any case, and so does who had to decide again.
 */
function wasOvertaken({ plan, unassigned }: NotifyInput): boolean {
  return plan?.action === 'MOVE' && !isAsked(plan) && plan.pass === 1 && unassigned?.overtaken === true;
}

/**
 * Judged by what was attempted, because an answer may be lost: a pass that set out to move something may have moved it,
 * unless all that it had to do was to put an Elastic IP back.
 */
export function mayHaveChanged(input: NotifyInput): boolean {
  const plan = latestPlan(input);
  if (plan === null) return false;
  if (input.error?.Error === 'ElasticIpNotAssociated' && onlyPutsElasticIpBack(plan)) return false;
  return plan.mayHaveChanged || plan.action === 'MOVE';
}

/** The addresses were on the destination from the first pass on, and no pass had another one. */
function onlyPutsElasticIpBack({ why, attempts, destination }: Plan): boolean {
  return why === 'ELASTIC_IP_MISSING' && attempts.every(({ instanceId }) => instanceId === destination?.instanceId);
}
