/**
 * What a state throws for the workflow to act on. Lambda reports an error's `name` as `errorType`, and that is what Retry
 * and Catch match, so every name is written out: a minifier may rename classes, never strings.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export abstract class WorkflowError extends Error {
  abstract override name: string;
}

/** The execution's input is none of those that the workflow knows, and names no cluster. */
export class InvalidInput extends WorkflowError {
  override name = 'InvalidInput';
}

/** What EC2 shows contradicts itself or a fresh event, or may not show yet what this execution did: look again. */
export class StateUnsettled extends WorkflowError {
  override name = 'StateUnsettled';
}

/** EC2 does not let the target have the addresses: decide again, without it. */
export class TargetCannotHold extends WorkflowError {
  override name = 'TargetCannotHold';
}

/** EC2 refused the assignment with a code that says nothing about the target for certain: try again, then decide again. */
export class AssignRefused extends WorkflowError {
  override name = 'AssignRefused';
}

/** The target died after the assignment: decide again. */
export class TargetLost extends WorkflowError {
  override name = 'TargetLost';
}

/** The addresses are proven on a node, but not on the one that a person named: that one could not take them. */
export class TargetRefused extends WorkflowError {
  override name = 'TargetRefused';
}

/** Another execution moved the addresses away from the target: decide again. */
export class Superseded extends WorkflowError {
  override name = 'Superseded';
}

/** The plan is too old to act on: decide again. */
export class PlanStale extends WorkflowError {
  override name = 'PlanStale';
}

/** The addresses are on the target, but a configured Elastic IP is not on one of them: decide again. */
export class ElasticIpMissing extends WorkflowError {
  override name = 'ElasticIpMissing';
}

/** The addresses are on the target, but a configured Elastic IP is not, although it was associated twice. */
export class ElasticIpNotAssociated extends WorkflowError {
  override name = 'ElasticIpNotAssociated';
}

/** EC2 does not show the move yet: look again. */
export class NotConverged extends WorkflowError {
  override name = 'NotConverged';
}

/** The execution has no time left for anything but the failure notice. */
export class DeadlineExceeded extends WorkflowError {
  override name = 'DeadlineExceeded';
}

/** Throttling, 5xx, a timeout, a broken connection, an answer that cannot be read: the same call may work later. */
export class TransientAwsError extends WorkflowError {
  override name = 'TransientAwsError';
}

/** Codes with which AWS refuses a caller: no repetition helps. The workflow's list of permanent errors has them too. */
export const DENIED: ReadonlySet<string> = new Set([
  'UnauthorizedOperation',
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
]);

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** "Name: message" of whatever was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** What a thrown error looks like to a Catch. */
export function toStateError(error: Error): { Error: string; Cause: string } {
  return { Error: error.name, Cause: JSON.stringify({ errorType: error.name, errorMessage: error.message }) };
}

/** What a state's error said: for a Lambda's error `Cause` is JSON with `errorMessage`; for States.Timeout and the like plain text. */
export function messageOf({
  Error: name,
  Cause: cause = '',
}: {
  readonly Error: string;
  readonly Cause?: string;
}): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed) return String(parsed.errorMessage);
  } catch {
    // Plain text.
  }
  return cause || name;
}
