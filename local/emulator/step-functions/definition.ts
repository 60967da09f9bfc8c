import type { Field } from './field';
import type { Retrier } from './retry';

/** The types of states that run here. */
export const KNOWN_STATES = ['Task', 'Pass', 'Choice', 'Wait', 'Succeed', 'Fail'] as const;
export type StateType = (typeof KNOWN_STATES)[number];

/** A definition that was found good: every expression compiled, every default filled in. */
export interface Definition {
  readonly startAt: string;
  /** Of the whole execution, s. */
  readonly timeoutSeconds: number;
  readonly states: ReadonlyMap<string, State>;
}

export type State = TaskState | PassState | ChoiceState | WaitState | SucceedState | FailState;

/** What a state, a Choice rule or a catcher does when the execution leaves it. */
export interface Exit {
  /** Each variable's value. */
  readonly assign: Field | null;
  /** Null: the default of the state's type. */
  readonly output: Field | null;
  /** Null: the execution ends here. */
  readonly next: string | null;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
export interface TaskState extends Exit {
  readonly type: 'Task';
  readonly name: string;
  readonly arguments: Field;
  readonly timeoutSeconds: Field | null;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
}

export interface Catcher extends Exit {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html */
export interface PassState extends Exit {
  readonly type: 'Pass';
  readonly name: string;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export interface ChoiceState {
  readonly type: 'Choice';
  readonly name: string;
  readonly rules: readonly ChoiceRule[];
  /** Null: where no rule fits, the execution fails. */
  readonly otherwise: Exit | null;
}

export interface ChoiceRule extends Exit {
  readonly condition: Field;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
export interface WaitState extends Exit {
  readonly type: 'Wait';
  readonly name: string;
  readonly until: { readonly kind: 'seconds' | 'timestamp'; readonly field: Field };
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html */
export interface SucceedState {
  readonly type: 'Succeed';
  readonly name: string;
  readonly output: Field | null;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html */
export interface FailState {
  readonly type: 'Fail';
  readonly name: string;
  readonly error: Field | null;
  readonly cause: Field | null;
}
