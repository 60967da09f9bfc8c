import type { LambdaFunction } from './function';

/** What an unhandled error looks like to whoever invoked the function. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** How one invocation ended inside its instance. `exit`: the process is gone. */
export type Outcome =
  | { readonly kind: 'result'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: FunctionError }
  | { readonly kind: 'exit'; readonly reason: string };

/** What the context object of an invocation is made of. `deadline` is milliseconds since the epoch. */
export interface InvocationContext {
  readonly requestId: string;
  readonly functionName: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMegabytes: string;
  readonly logGroupName: string;
  readonly deadline: number;
}

/** One execution environment: initialised once, one invocation at a time. */
export interface Instance {
  /** Comes with each of its API calls, and so tells which instance makes them. */
  readonly sessionToken: string;
  /** Payload and result are JSON text. Never rejects. */
  invoke(payload: string, context: InvocationContext): Promise<Outcome>;
  /** Ends it at once; an invocation that is under way never returns. */
  discard(): void;
  /** This cloud will not invoke it any more; it may be kept for another one. Only while nothing is under way. */
  release(): void;
}

export interface InstanceSettings {
  readonly function: LambdaFunction;
  readonly environment: Readonly<Record<string, string>>;
  /** Each line that the function writes. */
  readonly log: (line: string) => void;
}

/** The context object that a handler gets. @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export function contextObject(context: InvocationContext, now: () => number): object {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: '$LATEST',
    functionName: context.functionName,
    memoryLimitInMB: context.memoryLimitInMegabytes,
    logGroupName: context.logGroupName,
    logStreamName: '2026/01/01/[$LATEST]00000000000000000000000000000000',
    invokedFunctionArn: context.invokedFunctionArn,
    awsRequestId: context.requestId,
    getRemainingTimeInMillis: () => context.deadline - now(),
  };
}

/** As the Node.js runtime reports an error: the error's name, message and stack, line by line. */
export function functionError(error: unknown): FunctionError {
  if (error instanceof Error || (typeof error === 'object' && error !== null && 'stack' in error)) {
    const { name, message, stack } = error as Error;
    return { errorType: name, errorMessage: message, trace: (stack ?? '').split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}
