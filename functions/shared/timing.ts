import type { Execution } from './contract';

/**
 * Every limit of the workflow, as one budget. The same seconds stand in statemachine/failover.asl.yaml and, for the
 * function's timeout, in the template; test/statemachine compares them.
 *
 *   request < function < function + initialisation <= task
 *   read patience + request + optional patience + optional request < function    the checks are read after the snapshot
 *   homeless patience + request < function
 *   2 × (connect + event request) <= publish                      nobody waits for an event
 *   UNASSIGN_UNTIL + task + AssignIp's retries < DEADLINE        who unassigns has time to assign
 *   LAST_DEADLINE + task <= execution, DEADLINE < LAST_DEADLINE   whoever fails has time to say so
 *   execution < Express
 */

/** Connecting to an endpoint, ms. */
export const CONNECT_MS = 1_000;
/** One request, ms: a lost answer leaves time for another try inside the function's timeout. */
export const REQUEST_MS = 3_000;
/** SNS may carry out what it answers late, and then a repetition is a second mail: its answer is waited for longer, ms. */
export const PUBLISH_MS = 8_000;
/** One attempt to put an event, ms. There are two, and the notice beside it may take longer. */
export const EVENT_REQUEST_MS = 2_000;
/** No attempt of a read begins later than this after its first one, ms. */
export const READ_PATIENCE_MS = 5_000;
/** The same for a read that the decision can do without, and how long one of its requests may take, ms. */
export const OPTIONAL_READ_PATIENCE_MS = 1_000;
export const OPTIONAL_REQUEST_MS = 2_000;
/** How long AssignIp asks again by itself when EC2 throttles it and an address has no holder, and its longest pause, ms. */
export const HOMELESS_PATIENCE_MS = 8_000;
export const HOMELESS_PAUSE_MS = 100;

/** A function's timeout, s. */
export const FUNCTION_SECONDS = 12;
/** The longest initialisation of a function, which is not part of its timeout, s. @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
export const INITIALISATION_SECONDS = 10;
/** A task waits until no invocation of it can still be working, s. */
export const TASK_SECONDS = 23;
/** Nothing but Notify begins later than this after the execution's start, s. */
export const DEADLINE_SECONDS = 240;
/** But for an execution that took an address off and does not know of an assignment: it tries until here, s. */
export const LAST_DEADLINE_SECONDS = 262;
/**
 * Nobody takes an address off later than this after the execution's start, s. Whoever was held up so long would be held up
 * again before the assignment, with the address on nobody; AssignIp takes it over in one call instead. One look again
 * (UNSETTLED_SECONDS) leaves time to unassign.
 */
export const UNASSIGN_UNTIL_SECONDS = 3.5;
/** Nor after a decision whose reads took longer than this, ms: EC2 is short of tokens, and they would lack for the assignment too. */
export const HELD_UP_MS = 1_000;
/** TimeoutSeconds of the workflow. */
export const EXECUTION_SECONDS = 290;
/** Express ends every execution after five minutes. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const EXPRESS_SECONDS = 300;

/** Oldest plan that a step may act on, ms: while a step waited for a throttle the world may have changed. */
export const PLAN_MAX_AGE_MS = 15_000;

/**
 * How long after a write a read may still show what was before it, ms. EC2 gives no bound.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const READS_SETTLE_MS = 15_000;
/** Pauses between two looks of one VerifyEni call, ms: a fast EC2 is not slowed down, a slow one is not hammered. */
export const LOOK_PAUSES_MS = [100, 200, 400, 800, 1_500];
/** The pause before Notify looks a second time, ms. */
export const LOOK_AGAIN_MS = 500;
/** So often a rehearsal is tried again before what it cannot read is a finding: fewer than UnassignIp has retries. */
export const REHEARSAL_RETRIES = 2;
/** IntervalSeconds of the retriers of NotConverged and StateUnsettled. */
export const NOT_CONVERGED_SECONDS = 1;
export const UNSETTLED_SECONDS = 3;
/** From this retry on a read of VerifyEni is surely later than the assignment: counted in attempts, because clocks differ. */
export const VERIFY_SETTLED_RETRIES = 4;
/** From this retry on a read of VerifyInstanceState surely shows what the pass before wrote. */
export const DECIDE_SETTLED_RETRIES = 5;
/** How often a state is looked at again before an event that EC2 contradicts is believed to be over. */
export const DOUBT_RETRIES = 7;
/** MaxAttempts of StateUnsettled: what still contradicts itself then is told. */
export const UNSETTLED_RETRIES = 10;

type Started = Pick<Execution, 'startTime' | 'stateEnteredTime' | 'retryCount'>;

/** A retry, its pause of up to 4 s included, takes no longer than this, ms. */
const LONGEST_RETRY_MS = (TASK_SECONDS + 4) * 1_000;
/** One of UnassignIp or AssignIp takes no longer than this, because those that hang are not retried, ms. */
const LONGEST_WRITE_RETRY_MS = 12_000;

/**
 * Milliseconds since the execution's start, when this state was entered by the workflow's clock; a state that is tried
 * again adds what this function's own clock says, which may differ.
 */
export function elapsedMs(execution: Started): number {
  const { startTime, stateEnteredTime } = execution;
  return Date.parse(stateEnteredTime) - Date.parse(startTime) + inStateMs(execution, LONGEST_RETRY_MS);
}

/** Milliseconds since the decision, likewise. */
export function planAgeMs(execution: Started, decidedAt: string): number {
  const { stateEnteredTime } = execution;
  return Date.parse(stateEnteredTime) - Date.parse(decidedAt) + inStateMs(execution, LONGEST_WRITE_RETRY_MS);
}

/**
 * No more than the retries can have taken: with a clock that is ahead an execution would else give up, or decide again,
 * without ever trying twice.
 * @param longest a retry takes no longer, ms
 */
function inStateMs({ stateEnteredTime, retryCount }: Started, longest: number): number {
  return Math.min(Math.max(0, Date.now() - Date.parse(stateEnteredTime)), retryCount * longest);
}

/**
 * Longer than two intervals of the scheduled checks, minutes: one late check is not a missing one. Metrics that are written as
 * logs may be seen a minute or two late.
 */
export function twoChecksMinutes(intervalMinutes: number): number {
  return 2 * intervalMinutes + 2;
}
