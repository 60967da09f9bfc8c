import { DataLimitExceeded } from './errors';

/** A state's input and output, a task's input and result. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const STATE_DATA_BYTES = 256 * 1024;
/** One variable, and all that one Assign assigns. @see https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
export const ASSIGN_BYTES = 256 * 1024;
/** All variables of an execution. @see the same page */
export const VARIABLES_BYTES = 10 * 1024 * 1024;
/** An Express execution ends after five minutes, whatever its definition says. @see service-quotas.html */
export const EXPRESS_SECONDS = 300;

/** The largest TimeoutSeconds and Seconds. @see https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
export const MOST_SECONDS = 99_999_999;

/** `value` as JSON text. @throws DataLimitExceeded */
export function stateData(value: unknown, what: 'input' | 'output', subject: string): string {
  const text = JSON.stringify(value) ?? 'null';
  if (Buffer.byteLength(text) <= STATE_DATA_BYTES) return text;
  const verb = what === 'input' ? 'received an input' : 'returned a result';
  throw new DataLimitExceeded(
    `${subject} ${verb} with a size exceeding the maximum number of bytes service limit (${STATE_DATA_BYTES}).`,
  );
}

/** The variables of one execution and their sizes. */
export class Variables {
  private values: Readonly<Record<string, unknown>> = {};
  private readonly bytes = new Map<string, number>();

  /** A new object after each assignment, so that whoever keeps it sees the values of that moment. */
  get current(): Readonly<Record<string, unknown>> {
    return this.values;
  }

  /** Assigns all or nothing. @returns each value as JSON text. @throws DataLimitExceeded */
  assign(assigned: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
    const texts = Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)] as const);
    const sizes = texts.map(([name, text]) => [name, Buffer.byteLength(text)] as const);
    const together = sizes.reduce((sum, [, size]) => sum + size, 0);
    if (together > ASSIGN_BYTES)
      throw new DataLimitExceeded(
        `The Assign field assigns ${together} bytes, more than the ${ASSIGN_BYTES} bytes that one Assign field may assign.`,
      );
    const all = new Map([...this.bytes, ...sizes]);
    const total = [...all.values()].reduce((sum, size) => sum + size, 0);
    if (total > VARIABLES_BYTES)
      throw new DataLimitExceeded(
        `All variables together take ${total} bytes, more than the ${VARIABLES_BYTES} bytes that an execution may store.`,
      );
    for (const [name, size] of sizes) this.bytes.set(name, size);
    if (sizes.length > 0) this.values = { ...this.values, ...assigned };
    return Object.fromEntries(texts);
  }
}
