import type { TaskState } from './definition';
import { StatesError } from './errors';
import type { Scope } from './expression';
import { evaluateAs } from './field';
import { MOST_SECONDS } from './limits';
import { matches, Retries } from './retry';
import type { Runtime, StateExecution, Step } from './state-execution';

/**
 * A Task state: Retry first, then Catch.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export async function runTask(execution: StateExecution<TaskState>): Promise<Step> {
  const { state, runtime } = execution;
  const retries = new Retries(state.retriers, runtime.random);
  for (let retryCount = 0; ; retryCount++) {
    try {
      return await execution.attempt(() => attempt(execution, retryCount));
    } catch (error) {
      if (!(error instanceof StatesError)) throw error;
      const pause = retries.pauseAfter(error);
      if (pause === null) return await handle(execution, error, retryCount);
      await runtime.sleep(pause);
      runtime.tell({ type: 'state-retried', state: state.name, attempt: retryCount + 1, error: error.name });
    }
  }
}

/** One attempt, with the Arguments as they are now. */
async function attempt(execution: StateExecution<TaskState>, retryCount: number): Promise<Step> {
  const { state, runtime } = execution;
  const scope = execution.scope({ retryCount });
  const given = await state.arguments.evaluate(scope);
  const seconds = await timeoutOf(state, scope);
  runtime.mustLive();
  const result = await inTime(runtime, given, seconds);
  return execution.leave(state, result, { result, retryCount });
}

async function timeoutOf({ timeoutSeconds }: TaskState, scope: Scope): Promise<number | null> {
  if (timeoutSeconds === null) return null;
  return evaluateAs(timeoutSeconds, scope, `whole seconds from 1 to ${MOST_SECONDS}`, isTimeout);
}

/** The task's result, unless its TimeoutSeconds are over first. */
function inTime(runtime: Runtime, given: unknown, seconds: number | null): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    const cancel =
      seconds === null ? () => undefined : runtime.after(seconds * 1000, () => end(() => reject(runtime.timedOut())));
    const end = (settle: () => void) => {
      if (!waiting) return;
      waiting = false;
      cancel();
      settle();
    };
    runtime
      .task(given, seconds, () => !waiting)
      .then(
        (result) => end(() => resolve(result)),
        (error) => end(() => reject(error)),
      );
  });
}

async function handle(execution: StateExecution<TaskState>, error: StatesError, retryCount: number): Promise<Step> {
  const { state, runtime } = execution;
  const catcher = state.catchers.find(({ errorEquals }) => matches(errorEquals, error));
  if (catcher === undefined) throw error;
  const { name, cause } = error;
  runtime.tell({ type: 'state-caught', state: state.name, error: name, cause, next: catcher.next });
  const errorOutput = { Error: name, Cause: cause };
  return execution.attempt(() => execution.leave(catcher, errorOutput, { errorOutput, retryCount }));
}

const isTimeout = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_SECONDS;
