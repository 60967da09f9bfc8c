import type { Clock } from '../clock';
import { isObject } from '../template';
import { type ContextObject, type ExecutionContext, timestamp } from './context';
import type { ChoiceState, Definition, Exit, FailState, State, SucceedState, TaskState, WaitState } from './definition';
import { MOST_SECONDS } from './definition-check';
import { QueryEvaluationError, ReportedError, StatesError } from './errors';
import type { Scope } from './expression';
import { evaluateAs, isBoolean, isString } from './field';
import { assignedVariables, data, type History } from './history';
import { stateData, Variables } from './limits';
import { matches, Retries } from './retry';

/** What happens in an execution, at the moment it happens. */
export type StateEvent =
  | {
      readonly type: 'state-entered';
      readonly state: string;
      readonly stateType: string;
      readonly input: unknown;
      readonly variables: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'state-exited';
      readonly state: string;
      readonly stateType: string;
      readonly output: unknown;
      readonly assigned: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'state-retried'; readonly state: string; readonly attempt: number; readonly error: string }
  | {
      readonly type: 'state-caught';
      readonly state: string;
      readonly error: string;
      readonly cause: string;
      readonly next: string;
    };

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error: string; readonly cause: string };

export interface RunOptions {
  readonly definition: Definition;
  readonly clock: Clock;
  /** In [0, 1): for the retriers' jitter. */
  readonly random: () => number;
  readonly history: History;
  readonly context: ExecutionContext;
  readonly listen: (event: StateEvent) => void;
  /** Does a Task state's work. @throws StatesError */
  readonly task: (given: unknown, timeoutSeconds: number | null, over: () => boolean) => Promise<unknown>;
  /** Records that a task's TimeoutSeconds are over. */
  readonly timedOut: () => ReportedError;
  readonly end: (outcome: Outcome) => void;
}

/** Thrown where an execution that has ended would go on. */
class Over extends Error {}

/** Where a state leads, with what. */
interface Step {
  readonly next: string | null;
  readonly output: unknown;
}

/** A state that was entered. */
interface Visit<Kind extends State = State> {
  readonly state: Kind;
  readonly input: unknown;
  readonly enteredTime: string;
  /** Of its event in the history. */
  readonly eventId: string;
}

/**
 * After so many transitions a second passes. They take no time otherwise, and a definition that goes round without waiting
 * would never end; on AWS, where each takes some milliseconds, its execution times out.
 */
const TRANSITIONS_A_SECOND = 100;

/**
 * One execution of a state machine: the States Language with JSONata.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */
export class Run {
  private readonly variables = new Variables();
  private readonly timers = new Set<unknown>();
  private over = false;

  constructor(private readonly options: RunOptions) {}

  start(): void {
    const { definition, context } = this.options;
    const timeout = { status: 'TIMED_OUT', error: 'States.Timeout', cause: '' } as const;
    this.timer(definition.timeoutSeconds * 1000, () => this.end(timeout));
    void this.walk(definition.startAt, context.Execution.Input);
  }

  /** Ends it: nothing more happens in it. What a task has begun elsewhere goes on there. */
  abort(cause: string): void {
    this.end({ status: 'ABORTED', error: 'Aborted', cause });
  }

  private end(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    for (const handle of this.timers) this.options.clock.clearTimeout(handle);
    this.timers.clear();
    this.options.end(outcome);
  }

  private async walk(startAt: string, executionInput: unknown): Promise<void> {
    try {
      let name: string | null = startAt;
      let input = executionInput;
      for (let transitions = 1; name !== null; transitions++) {
        if (transitions % TRANSITIONS_A_SECOND === 0) await this.sleep(1000);
        const step: Step = await this.visit(this.stateOf(name), input);
        name = step.next;
        input = step.output;
      }
      this.end({ status: 'SUCCEEDED', output: input });
    } catch (error) {
      if (error instanceof Over) return;
      if (!(error instanceof StatesError)) throw error;
      this.end({ status: 'FAILED', error: error.name, cause: error.cause });
    }
  }

  private stateOf(name: string): State {
    const state = this.options.definition.states.get(name);
    if (state === undefined) throw new Error(`There is no state ${name}`);
    return state;
  }

  /** Everything that happens from a state's entry to its exit. */
  private async visit(state: State, input: unknown): Promise<Step> {
    this.mustLive();
    const { clock, history } = this.options;
    const eventId = history.add(`${state.type}StateEntered`, {
      name: state.name,
      ...data('input', stateData(input, 'input', `The state '${state.name}'`)),
    });
    const { current: variables } = this.variables;
    this.tell({ type: 'state-entered', state: state.name, stateType: state.type, input, variables });
    const visit = { input, enteredTime: timestamp(clock.now()), eventId };
    switch (state.type) {
      case 'Task':
        return this.task({ ...visit, state });
      case 'Pass':
        return this.explained({ ...visit, state }, () => this.leave({ ...visit, state }, state, input));
      case 'Choice':
        return this.explained({ ...visit, state }, () => this.choose({ ...visit, state }));
      case 'Wait':
        return this.explained({ ...visit, state }, () => this.wait({ ...visit, state }));
      case 'Succeed':
        return this.explained({ ...visit, state }, () => this.succeed({ ...visit, state }));
      case 'Fail':
        return this.explained({ ...visit, state }, () => this.fail({ ...visit, state }));
    }
  }

  /** Retry first, then Catch. @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
  private async task(visit: Visit<TaskState>): Promise<Step> {
    const { state } = visit;
    const retries = new Retries(state.retriers, this.options.random);
    for (let retryCount = 0; ; retryCount++) {
      try {
        return await this.explained(visit, () => this.attempt(visit, retryCount));
      } catch (error) {
        if (!(error instanceof StatesError)) throw error;
        const pause = retries.pauseAfter(error);
        if (pause === null) return this.handle(visit, error, retryCount);
        await this.sleep(pause);
        this.tell({ type: 'state-retried', state: state.name, attempt: retryCount + 1, error: error.name });
      }
    }
  }

  /** One attempt, with the Arguments as they are now. */
  private async attempt(visit: Visit<TaskState>, retryCount: number): Promise<Step> {
    const { state } = visit;
    const scope = this.scope(visit, { retryCount });
    const given = await state.arguments.evaluate(scope);
    const seconds =
      state.timeoutSeconds === null
        ? null
        : await evaluateAs(state.timeoutSeconds, scope, `whole seconds from 1 to ${MOST_SECONDS}`, isTimeout);
    this.mustLive();
    const result = await this.inTime(given, seconds);
    return this.leave(visit, state, result, { result, retryCount });
  }

  /** The task's result, unless its TimeoutSeconds are over first. */
  private inTime(given: unknown, seconds: number | null): Promise<unknown> {
    const { task, timedOut } = this.options;
    return new Promise((resolve, reject) => {
      let waiting = true;
      const settle = (settled: () => void) => {
        if (!waiting || this.over) return;
        waiting = false;
        this.clear(timer);
        settled();
      };
      const timer = seconds === null ? null : this.timer(seconds * 1000, () => settle(() => reject(timedOut())));
      task(given, seconds, () => !waiting || this.over).then(
        (result) => settle(() => resolve(result)),
        (error) => settle(() => reject(error)),
      );
    });
  }

  private async handle(visit: Visit<TaskState>, error: StatesError, retryCount: number): Promise<Step> {
    const { state } = visit;
    const catcher = state.catchers.find(({ errorEquals }) => matches(errorEquals, error));
    if (catcher === undefined) throw error;
    const { name, cause } = error;
    this.tell({ type: 'state-caught', state: state.name, error: name, cause, next: catcher.next });
    const errorOutput = { Error: name, Cause: cause };
    return this.explained(visit, () => this.leave(visit, catcher, errorOutput, { errorOutput, retryCount }));
  }

  private async choose(visit: Visit<ChoiceState>): Promise<Step> {
    const scope = this.scope(visit);
    for (const rule of visit.state.rules) {
      if (await evaluateAs(rule.condition, scope, 'true or false', isBoolean))
        return this.leave(visit, rule, visit.input);
    }
    const { otherwise } = visit.state;
    if (otherwise === null)
      throw new StatesError('States.NoChoiceMatched', 'No choice rule matched, and there is no Default.');
    return this.leave(visit, otherwise, visit.input);
  }

  private async wait(visit: Visit<WaitState>): Promise<Step> {
    const { kind, field } = visit.state.until;
    const scope = this.scope(visit);
    const milliseconds =
      kind === 'seconds'
        ? (await evaluateAs(field, scope, `whole seconds from 0 to ${MOST_SECONDS}`, isPause)) * 1000
        : Date.parse(await evaluateAs(field, scope, 'a time as in RFC 3339', isTime)) - this.options.clock.now();
    await this.sleep(milliseconds);
    return this.leave(visit, visit.state, visit.input);
  }

  private async succeed(visit: Visit<SucceedState>): Promise<Step> {
    return this.leave(visit, { assign: null, output: visit.state.output, next: null }, visit.input);
  }

  private async fail(visit: Visit<FailState>): Promise<never> {
    const scope = this.scope(visit);
    const { error, cause } = visit.state;
    const name = error === null ? '' : await evaluateAs(error, scope, 'a string', isString);
    const why = cause === null ? '' : await evaluateAs(cause, scope, 'a string', isString);
    throw new ReportedError(name, why);
  }

  /** Assign and Output are worked out side by side, from the variables as they were; then both take effect. */
  private async leave(
    visit: Visit,
    { assign, output, next }: Exit,
    otherwise: unknown,
    more: { readonly result?: unknown; readonly errorOutput?: unknown; readonly retryCount?: number } = {},
  ): Promise<Step> {
    const { name, type } = visit.state;
    const scope = this.scope(visit, more);
    const assigned = assign === null ? {} : await assign.evaluate(scope);
    const made = output === null ? otherwise : await output.evaluate(scope);
    this.mustLive();
    const text = stateData(made, 'output', `The state '${name}'`);
    const variables = isObject(assigned) ? assigned : {};
    const texts = this.variables.assign(variables);
    this.options.history.add(`${type}StateExited`, { name, ...data('output', text), ...assignedVariables(texts) });
    this.tell({ type: 'state-exited', state: name, stateType: type, output: made, assigned: variables });
    return { next, output: made };
  }

  private scope(
    { state, input, enteredTime }: Visit,
    more: { readonly result?: unknown; readonly errorOutput?: unknown; readonly retryCount?: number } = {},
  ): Scope {
    const { retryCount, ...states } = more;
    const context: ContextObject = {
      ...this.options.context,
      State: {
        EnteredTime: enteredTime,
        Name: state.name,
        ...(retryCount === undefined ? {} : { RetryCount: retryCount }),
      },
    };
    return { variables: this.variables.current, states: { input, context, ...states } };
  }

  /** Gives an error of the interpreter the cause that AWS gives it, and the history its event. */
  private async explained<Result>({ state, eventId }: Visit, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StatesError) || error instanceof ReportedError) throw error;
      this.mustLive();
      const { name, cause } = error;
      if (error instanceof QueryEvaluationError) {
        const { location } = error;
        this.options.history.add('EvaluationFailed', { error: name, cause, location, state: state.name });
      }
      const where = `An error occurred while executing the state '${state.name}' (entered at the event id #${eventId}).`;
      throw new StatesError(name, `${where} ${cause}`);
    }
  }

  private tell(event: StateEvent): void {
    this.options.listen(event);
    this.mustLive();
  }

  private mustLive(): void {
    if (this.over) throw new Over();
  }

  /** Never comes back when the execution ends meanwhile. */
  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.timer(milliseconds, resolve);
    });
  }

  private timer(milliseconds: number, callback: () => void): unknown {
    const handle = this.options.clock.setTimeout(() => {
      this.timers.delete(handle);
      callback();
    }, milliseconds);
    this.timers.add(handle);
    return handle;
  }

  private clear(handle: unknown): void {
    this.options.clock.clearTimeout(handle);
    this.timers.delete(handle);
  }
}

const isSeconds = (value: unknown, least: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MOST_SECONDS;
const isTimeout = (value: unknown): value is number => isSeconds(value, 1);
const isPause = (value: unknown): value is number => isSeconds(value, 0);

/** "must conform to the RFC3339 profile of ISO 8601, with the further restrictions that an uppercase T must separate the date and time portions, and an uppercase Z". @see https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
const isTime = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value) &&
  !Number.isNaN(Date.parse(value));
