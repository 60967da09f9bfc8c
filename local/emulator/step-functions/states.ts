import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from './definition';
import { ReportedError, StatesError } from './errors';
import { evaluateAs, isBoolean, isString } from './field';
import { MOST_SECONDS } from './limits';
import type { StateExecution, Step } from './state-execution';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html */
export async function runPass(execution: StateExecution<PassState>): Promise<Step> {
  return execution.leave(execution.state, execution.input);
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export async function runChoice(execution: StateExecution<ChoiceState>): Promise<Step> {
  const scope = execution.scope();
  for (const rule of execution.state.rules) {
    if (await evaluateAs(rule.condition, scope, 'true or false', isBoolean))
      return execution.leave(rule, execution.input);
  }
  const { otherwise } = execution.state;
  if (otherwise !== null) return execution.leave(otherwise, execution.input);
  throw new StatesError('States.NoChoiceMatched', 'No choice rule matched, and there is no Default.');
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
export async function runWait(execution: StateExecution<WaitState>): Promise<Step> {
  const { kind, field } = execution.state.until;
  const scope = execution.scope();
  const milliseconds =
    kind === 'seconds'
      ? (await evaluateAs(field, scope, `whole seconds from 0 to ${MOST_SECONDS}`, isPause)) * 1000
      : Date.parse(await evaluateAs(field, scope, 'a time as in RFC 3339', isTime)) - execution.runtime.clock.now();
  await execution.runtime.sleep(milliseconds);
  return execution.leave(execution.state, execution.input);
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html */
export async function runSucceed(execution: StateExecution<SucceedState>): Promise<Step> {
  return execution.leave({ assign: null, output: execution.state.output, next: null }, execution.input);
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html */
export async function runFail(execution: StateExecution<FailState>): Promise<never> {
  const scope = execution.scope();
  const { error, cause } = execution.state;
  const name = error === null ? '' : await evaluateAs(error, scope, 'a string', isString);
  const why = cause === null ? '' : await evaluateAs(cause, scope, 'a string', isString);
  throw new ReportedError(name, why);
}

const isPause = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_SECONDS;

/**
 * "must conform to the RFC3339 profile of ISO 8601, with the further restrictions that an uppercase T must separate the date
 * and time portions, and an uppercase Z must denote that a numeric time zone offset is not present".
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
const isTime = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value));
