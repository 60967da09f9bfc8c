import type { Execution } from './contract';
import { asError, DeadlineExceeded, PlanStale } from './errors';
import { logger } from './logger';
import type { Plan } from './plan';
import { DEADLINE_SECONDS, elapsedMs, PLAN_MAX_AGE_MS, planAgeMs } from './timing';

interface StateInput {
  readonly execution: Execution;
  readonly plan?: Plan | null;
}

/**
 * Wraps a state's function as a Lambda handler: the execution's ID, cluster and mode on every log line, the result or the
 * error logged once, and no work after the deadline.
 * @param latestSeconds latest start after the execution's, s
 * @throws {DeadlineExceeded} when the state starts later than that
 */
export function handler<Input extends StateInput, Output>(
  run: (input: Input) => Promise<Output>,
  latestSeconds: (input: Input) => number = () => DEADLINE_SECONDS,
): (input: Input) => Promise<Output> {
  return async (input) => {
    logger.resetKeys();
    logger.appendKeys({ executionId: input.execution.id });
    if (input.plan) logger.appendKeys({ cluster: input.plan.cluster.name, mode: input.plan.mode });
    try {
      assertInTime(input.execution, latestSeconds(input));
      const output = await run(input);
      logger.info('done', { output });
      return output;
    } catch (error) {
      logger.error('failed', asError(error));
      throw error;
    }
  };
}

function assertInTime(execution: Execution, latestSeconds: number): void {
  const seconds = elapsedMs(execution) / 1_000;
  if (seconds <= latestSeconds) return;
  throw new DeadlineExceeded(
    `The execution started ${Math.round(seconds)} s ago and may work for ${latestSeconds} s. Start it again.`,
  );
}

/**
 * While a state waited for a throttle the target may have died, or the old holder recovered.
 * @throws {PlanStale}
 */
export function assertFresh(execution: Execution, decidedAt: string): void {
  const age = planAgeMs(execution, decidedAt);
  if (age <= PLAN_MAX_AGE_MS) return;
  throw new PlanStale(
    `The plan is ${Math.round(age / 1_000)} s old; ${PLAN_MAX_AGE_MS / 1_000} s are allowed. Deciding again.`,
  );
}
