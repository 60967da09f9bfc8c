import type { Clock } from '../kernel/clock';
import type { NewTimelineEvent } from '../kernel/timeline';
import { isObject } from '../template/json';
import { type ContextObject, type ExecutionContext, timestamp } from './context';
import type { Exit, State } from './definition';
import { QueryEvaluationError, ReportedError, StatesError } from './errors';
import type { Scope } from './expression';
import { assignedVariables, data, type History } from './history';
import { stateData, type Variables } from './limits';

/** What happens in an execution, at the moment it happens. */
export type StateEvent = WithoutExecution<Extract<NewTimelineEvent, { type: `state-${string}` }>>;

type WithoutExecution<Event> = Event extends { execution: string } ? Omit<Event, 'execution'> : never;

/** The running execution, as its states see it. */
export interface Runtime {
  readonly clock: Clock;
  /** In [0, 1): for the retriers' jitter. */
  readonly random: () => number;
  readonly history: History;
  readonly context: ExecutionContext;
  readonly variables: Variables;
  /** Does a Task state's work. @throws StatesError */
  readonly task: (given: unknown, timeoutSeconds: number | null, over: () => boolean) => Promise<unknown>;
  /** Records that a task's TimeoutSeconds are over. */
  readonly timedOut: () => ReportedError;
  /** Tells whoever watches. @throws ExecutionEnded */
  tell(event: StateEvent): void;
  /** @throws ExecutionEnded where the execution has ended */
  mustLive(): void;
  /** Calls back unless the execution ends before. @returns what takes it back */
  after(milliseconds: number, callback: () => void): () => void;
  /** Never comes back when the execution ends meanwhile. */
  sleep(milliseconds: number): Promise<void>;
}

/** Thrown where an execution that has ended would go on. */
export class ExecutionEnded extends Error {}

/** Where a state leads, with what. */
export interface Step {
  readonly next: string | null;
  readonly output: unknown;
}

/** Members of `$states` and of the context object that not every field has. */
export interface ScopeExtras {
  readonly result?: unknown;
  readonly errorOutput?: unknown;
  readonly retryCount?: number;
}

/** One state from its entry to its exit. */
export class StateExecution<Kind extends State = State> {
  private readonly enteredTime: string;
  /** ID of the entry in the history. */
  private readonly entered: string;

  constructor(
    readonly state: Kind,
    readonly input: unknown,
    readonly runtime: Runtime,
  ) {
    runtime.mustLive();
    const { name, type } = state;
    const json = stateData(input, 'input', `The state '${name}'`);
    this.enteredTime = timestamp(runtime.clock.now());
    this.entered = runtime.history.add(`${type}StateEntered`, { name, ...data('input', json) });
    runtime.tell({ type: 'state-entered', state: name, stateType: type, input, variables: runtime.variables.current });
  }

  /** What the state's expressions see now. */
  scope({ retryCount, ...states }: ScopeExtras = {}): Scope {
    const { context: execution, variables } = this.runtime;
    const RetryCount = retryCount === undefined ? {} : { RetryCount: retryCount };
    const context: ContextObject = {
      ...execution,
      State: { EnteredTime: this.enteredTime, Name: this.state.name, ...RetryCount },
    };
    return { variables: variables.current, states: { input: this.input, context, ...states } };
  }

  /** Assign and Output are worked out side by side, from the variables as they were; then both take effect. */
  async leave({ assign, output, next }: Exit, otherwise: unknown, more: ScopeExtras = {}): Promise<Step> {
    const { history, variables } = this.runtime;
    const { name, type } = this.state;
    const scope = this.scope(more);
    const assigned = assign === null ? {} : await assign.evaluate(scope);
    const made = output === null ? otherwise : await output.evaluate(scope);
    this.runtime.mustLive();
    const json = stateData(made, 'output', `The state '${name}'`);
    const values = isObject(assigned) ? assigned : {};
    const texts = variables.assign(values);
    history.add(`${type}StateExited`, { name, ...data('output', json), ...assignedVariables(texts) });
    this.runtime.tell({ type: 'state-exited', state: name, stateType: type, output: made, assigned: values });
    return { next, output: made };
  }

  /** Does a part of the state's work. Gives the interpreter's own errors the cause that AWS gives them, and their event. */
  async attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StatesError) || error instanceof ReportedError) throw error;
      this.runtime.mustLive();
      const { name, cause } = error;
      if (error instanceof QueryEvaluationError) {
        const { location } = error;
        this.runtime.history.add('EvaluationFailed', { error: name, cause, location, state: this.state.name });
      }
      const where = `An error occurred while executing the state '${this.state.name}' (entered at the event id #${this.entered}).`;
      throw new StatesError(name, `${where} ${cause}`);
    }
  }
}
