import { DeadlineExceeded } from './errors';
import { logger } from './logger';
import type { Execution, Plan } from './types';

/** Latest start of a step after the execution's, milliseconds: what is left until the workflow's timeout is for the failure notice. */
export const DEADLINE_MS = 240_000;

/**
 * Wraps a step's function as a Lambda handler: the execution's ID, cluster and mode on every log line, the result or the
 * error logged once, and no work after the deadline.
 * @param latestStartMs after the execution's start, milliseconds
 * @throws {DeadlineExceeded} when the step starts later than that
 */
export function step<Input extends { readonly execution: Execution; readonly plan?: Plan | null }, Output>(
  run: (input: Input) => Promise<Output>,
  latestStartMs: number = DEADLINE_MS,
): (input: Input) => Promise<Output> {
  return async (input) => {
    logger.resetKeys();
    logger.appendKeys({ executionId: input.execution.id });
    if (input.plan) logger.appendKeys({ cluster: input.plan.cluster.name, mode: input.plan.mode });
    try {
      refuseAfterDeadline(input.execution, latestStartMs);
      const output = await run(input);
      logger.info('done', { output });
      return output;
    } catch (error) {
      logger.error('failed', error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
}

function refuseAfterDeadline({ startTime }: Execution, latestStartMs: number): void {
  const age = Date.now() - Date.parse(startTime);
  if (age > latestStartMs) {
    throw new DeadlineExceeded(
      `The execution started ${Math.round(age / 1000)} s ago and may work for ${latestStartMs / 1000} s. Start it again.`,
    );
  }
}
