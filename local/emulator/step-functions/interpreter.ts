import type { Definition, State } from './definition';
import { StatesError } from './errors';
import { Variables } from './limits';
import { ExecutionEnded, type Runtime, type StateEvent, StateExecution, type Step } from './state-execution';
import { runChoice, runFail, runPass, runSucceed, runWait } from './states';
import { runTask } from './task-state';

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error: string; readonly cause: string };

export interface RunOptions extends Pick<Runtime, 'clock' | 'random' | 'history' | 'context' | 'task' | 'timedOut'> {
  readonly definition: Definition;
  readonly listen: (event: StateEvent) => void;
  readonly end: (outcome: Outcome) => void;
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
  private readonly runtime: Runtime;
  private readonly timers = new Set<unknown>();
  private over = false;

  constructor(private readonly options: RunOptions) {
    const { clock, random, history, context, task, timedOut } = options;
    this.runtime = {
      clock,
      random,
      history,
      context,
      variables: new Variables(),
      task: (given, seconds, over) => task(given, seconds, () => this.over || over()),
      timedOut,
      tell: (event) => {
        options.listen(event);
        this.mustLive();
      },
      mustLive: () => this.mustLive(),
      after: (milliseconds, callback) => this.after(milliseconds, callback),
      sleep: (milliseconds) => this.sleep(milliseconds),
    };
  }

  start(): void {
    const { definition, context } = this.options;
    this.after(definition.timeoutSeconds * 1000, () =>
      this.end({ status: 'TIMED_OUT', error: 'States.Timeout', cause: '' }),
    );
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
      let step: Step = { next: startAt, output: executionInput };
      for (let transitions = 1; step.next !== null; transitions++) {
        if (transitions % TRANSITIONS_A_SECOND === 0) await this.sleep(1000);
        step = await this.runState(this.stateOf(step.next), step.output);
      }
      this.end({ status: 'SUCCEEDED', output: step.output });
    } catch (error) {
      if (error instanceof ExecutionEnded) return;
      if (!(error instanceof StatesError)) throw error;
      this.end({ status: 'FAILED', error: error.name, cause: error.cause });
    }
  }

  private runState(state: State, input: unknown): Promise<Step> {
    const { runtime } = this;
    switch (state.type) {
      case 'Task':
        return runTask(new StateExecution(state, input, runtime));
      case 'Pass':
        return attempted(new StateExecution(state, input, runtime), runPass);
      case 'Choice':
        return attempted(new StateExecution(state, input, runtime), runChoice);
      case 'Wait':
        return attempted(new StateExecution(state, input, runtime), runWait);
      case 'Succeed':
        return attempted(new StateExecution(state, input, runtime), runSucceed);
      case 'Fail':
        return attempted(new StateExecution(state, input, runtime), runFail);
    }
  }

  private stateOf(name: string): State {
    const state = this.options.definition.states.get(name);
    if (state === undefined) throw new Error(`There is no state ${name}`);
    return state;
  }

  private mustLive(): void {
    if (this.over) throw new ExecutionEnded();
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve);
    });
  }

  private after(milliseconds: number, callback: () => void): () => void {
    const { clock } = this.options;
    const handle = clock.setTimeout(() => {
      this.timers.delete(handle);
      callback();
    }, milliseconds);
    this.timers.add(handle);
    return () => {
      this.timers.delete(handle);
      clock.clearTimeout(handle);
    };
  }
}

const attempted = <Kind extends State>(
  execution: StateExecution<Kind>,
  work: (execution: StateExecution<Kind>) => Promise<Step>,
): Promise<Step> => execution.attempt(() => work(execution));
