/** One event of an execution's history, as Step Functions writes it to CloudWatch Logs. */
export interface HistoryEvent {
  readonly id: string;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly previous_event_id: string;
  /** Milliseconds since the epoch. */
  readonly event_timestamp: string;
  readonly execution_arn: string;
}

/** Step Functions cuts what is longer. @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const DATA_LIMIT = 248_000;

/** The history of one execution, which AWS keeps for Express nowhere but in the log group. */
export class ExecutionLog {
  readonly events: HistoryEvent[] = [];

  constructor(
    private readonly executionArn: string,
    private readonly now: () => number,
    private readonly write: (event: HistoryEvent) => void,
  ) {}

  add(type: string, details: Readonly<Record<string, unknown>>): void {
    const event = {
      id: String(this.events.length + 1),
      type,
      details,
      previous_event_id: String(this.events.length),
      event_timestamp: String(this.now()),
      execution_arn: this.executionArn,
    };
    this.events.push(event);
    this.write(event);
  }
}

/** `{ input: '…', inputDetails: { truncated } }`: data stands in the history as JSON text. */
export function data(name: 'input' | 'output', value: unknown): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(value) ?? 'null';
  const truncated = text.length > DATA_LIMIT;
  return { [name]: truncated ? text.slice(0, DATA_LIMIT) : text, [`${name}Details`]: { truncated } };
}
