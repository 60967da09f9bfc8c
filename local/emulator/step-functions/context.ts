/** What the context object says of an execution and its state machine. */
export interface ExecutionContext {
  readonly Execution: {
    readonly Id: string;
    readonly Input: unknown;
    readonly Name: string;
    readonly RoleArn: string;
    readonly StartTime: string;
    /** Express executions cannot be redriven. */
    readonly RedriveCount: 0;
  };
  readonly StateMachine: { readonly Id: string; readonly Name: string };
}

/** `$states.context`. @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
export interface ContextObject extends ExecutionContext {
  readonly State: {
    readonly EnteredTime: string;
    readonly Name: string;
    /** How often the state has been tried again. Seen on AWS in states that can be retried only. */
    readonly RetryCount?: number;
  };
}

/**
 * As Step Functions writes times: without the trailing zeros of the fraction, and without an empty one.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.?0*Z$/, 'Z');
}
