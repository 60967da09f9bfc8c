import { isInvokeParameters, type Lambda } from '../lambda/lambda';
import { ReportedError, StatesError } from './errors';
import { data, type History } from './history';
import { stateData } from './limits';

const LAMBDA = { resource: 'invoke', resourceType: 'lambda' };

export interface LambdaTaskOptions {
  readonly lambda: Lambda;
  readonly region: string;
  /** Whether the state machine's role may invoke the function; else AWS's words why not. */
  readonly refusal: (functionArn: string) => string | null;
}

export interface Invocation {
  readonly arguments: unknown;
  readonly timeoutSeconds: number | null;
  /** ARN of the execution. */
  readonly execution: string;
  readonly history: History;
  /** True once nobody waits for it any more: it timed out, or its execution ended. */
  readonly over: () => boolean;
}

/**
 * The optimized integration `lambda:invoke`.
 * @returns the task's result.
 * @throws ReportedError with the name and the cause that Retry and Catch see.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
 */
export async function invokeLambda(
  { lambda, region, refusal }: LambdaTaskOptions,
  { arguments: given, timeoutSeconds, execution, history, over }: Invocation,
): Promise<unknown> {
  const parameters = stateData(given, 'input', 'The task lambda:invoke');
  if (!isInvokeParameters(given))
    throw new StatesError('States.Runtime', 'The field FunctionName of the Arguments is missing or no string.');
  const timeout = timeoutSeconds === null ? {} : { timeoutInSeconds: timeoutSeconds };
  history.add('TaskScheduled', { ...LAMBDA, region, parameters, ...timeout });
  const fn = lambda.find(given.FunctionName);
  const refused = refusal(fn?.arn ?? given.FunctionName);
  if (refused !== null)
    throw failed(history, 'Lambda.AWSLambdaException', `${refused} (Service: Lambda, Status Code: 403)`);
  if (fn === undefined) {
    const cause = `Function not found: ${given.FunctionName} (Service: Lambda, Status Code: 404)`;
    throw failed(history, 'Lambda.ResourceNotFoundException', cause);
  }
  history.add('TaskStarted', LAMBDA);
  const answer = await lambda.invoke(fn, given.Payload ?? {}, execution);
  if (over()) return undefined;
  if (!answer.ok) throw failed(history, answer.error.errorType, JSON.stringify(answer.error));
  const result = { ExecutedVersion: '$LATEST', Payload: answer.payload ?? null, StatusCode: 200 };
  const output = stateData(result, 'output', 'The task lambda:invoke');
  history.add('TaskSucceeded', { ...LAMBDA, ...data('output', output) });
  return result;
}

/** The task took longer than its TimeoutSeconds. */
export function timedOut(history: History): ReportedError {
  history.add('TaskTimedOut', { ...LAMBDA, error: 'States.Timeout' });
  return new ReportedError('States.Timeout', '');
}

function failed(history: History, error: string, cause: string): ReportedError {
  history.add('TaskFailed', { ...LAMBDA, error, cause });
  return new ReportedError(error, cause);
}
