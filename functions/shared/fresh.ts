import { PlanStale } from './errors';
import type { Plan } from './types';

/** Oldest plan that a step may act on, milliseconds: while a step waited for a throttle the world may have changed. */
export const PLAN_MAX_AGE_MS = 15_000;

/**
 * How long after a write a read may still show what was before it, milliseconds. EC2 gives no bound; a read that shows
 * the addresses elsewhere is taken at its word only after this time.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export const READS_SETTLE_MS = 10_000;

/** @throws {PlanStale} */
export function refuseStale({ decidedAt }: Plan): void {
  const age = Date.now() - Date.parse(decidedAt);
  if (age > PLAN_MAX_AGE_MS) {
    throw new PlanStale(
      `The plan is ${Math.round(age / 1000)} s old; ${PLAN_MAX_AGE_MS / 1000} s are allowed. Deciding again.`,
    );
  }
}
