/**
 * One event of an execution's history, as Step Functions writes it to CloudWatch Logs.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
export interface HistoryEvent {
  readonly id: string;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly redrive_count: '0';
  readonly previous_event_id: string;
  /** Milliseconds since the epoch. */
  readonly event_timestamp: string;
  readonly execution_arn: string;
}

/** Step Functions cuts what is longer. @see the same page */
const DATA_CHARACTERS = 248_000;

/** The history of one execution, which AWS keeps for Express nowhere but in the log group. */
export class History {
  readonly events: HistoryEvent[] = [];

  constructor(
    private readonly executionArn: string,
    private readonly now: () => number,
    private readonly write: (event: HistoryEvent) => void,
  ) {}

  /** @returns the event's ID. */
  add(type: string, details: Readonly<Record<string, unknown>>): string {
    const before = this.events.length;
    const event: HistoryEvent = {
      id: String(before + 1),
      type,
      details,
      redrive_count: '0',
      // The first state follows nothing: seen so in the logs of AWS.
      previous_event_id: String(before === 1 ? 0 : before),
      event_timestamp: String(this.now()),
      execution_arn: this.executionArn,
    };
    this.events.push(event);
    this.write(event);
    return event.id;
  }
}

/** `{ input: '…', inputDetails: { truncated } }`. */
export function data(name: 'input' | 'output', json: string): Readonly<Record<string, unknown>> {
  const truncated = json.length > DATA_CHARACTERS;
  return { [name]: truncated ? json.slice(0, DATA_CHARACTERS) : json, [`${name}Details`]: { truncated } };
}

/** Variables that a state assigned, each as JSON text. @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StateExitedEventDetails.html */
export function assignedVariables(texts: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  if (Object.keys(texts).length === 0) return {};
  const truncated = Object.values(texts).some((text) => text.length > DATA_CHARACTERS);
  const cut = Object.entries(texts).map(([name, text]) => [name, text.slice(0, DATA_CHARACTERS)]);
  return { assignedVariables: Object.fromEntries(cut), assignedVariablesDetails: { truncated } };
}
