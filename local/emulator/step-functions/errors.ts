/** No Retry and no Catch sees these. @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const UNCATCHABLE: readonly string[] = ['States.Runtime', 'States.DataLimitExceeded'];

/** An error with the name and the cause that Retry, Catch and the execution's end show. */
export class StatesError extends Error {
  override readonly cause: string;

  constructor(
    override readonly name: string,
    cause: string,
  ) {
    super(cause);
    this.cause = cause;
  }

  get catchable(): boolean {
    return !UNCATCHABLE.includes(this.name);
  }
}

/** What a task or a Fail state reports, also a task's timeout. Its cause is passed on as it is. */
export class ReportedError extends StatesError {}

/** An expression that failed, or gave a value that its field does not take. */
export class QueryEvaluationError extends StatesError {
  constructor(
    /** Field of the state, as AWS writes it: `Arguments/Payload/items[0]`. */
    readonly location: string,
    cause: string,
  ) {
    super('States.QueryEvaluationError', cause);
  }
}

/** Data over a service quota. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export class DataLimitExceeded extends StatesError {
  constructor(cause: string) {
    super('States.DataLimitExceeded', cause);
  }
}
