import type { Clock } from './clock';
import { evaluate } from './loader';
import { isObject, type JsonObject, TemplateError } from './template';

/** What the interpreter says as it goes, at the moment it happens. */
export interface InterpreterEvent {
  readonly type: string;
  readonly state?: { readonly name: string; readonly type: string; readonly input: unknown; readonly output?: unknown };
  readonly retry?: { readonly attempt: number };
  readonly catch?: { readonly catcher: { readonly Next: string } };
  readonly Error?: string;
  readonly Cause?: unknown;
  readonly output?: unknown;
}

/** An error of the interpreter, or one that a task throws: `name` is the error's name in Retry and Catch. */
export interface StatesError extends Error {
  readonly isRetryable?: boolean;
  readonly isCatchable?: boolean;
}

export interface RunOptions {
  /** The context object but for Execution.Input and Execution.StartTime, which the interpreter adds. */
  readonly context: JsonObject;
  /** By state name; gets what `Parameters` made. */
  readonly tasks: Readonly<Record<string, (input: unknown) => Promise<unknown>>>;
  readonly listen: (event: InterpreterEvent) => void;
}

export interface Run {
  abort(): void;
  readonly result: Promise<unknown>;
}

/** The open-source interpreter of the Amazon States Language, on this cloud's clock. */
export class Interpreter {
  private readonly StateMachine: StateMachineClass;

  constructor(clock: Clock, random: () => number) {
    const file = require.resolve('aws-local-stepfunctions');
    const loaded = evaluate(file, {
      clock,
      random,
      process,
      console,
      // Only for tasks that nothing answers here; loading them takes longer than a whole failover.
      modules: { '@aws-sdk/client-lambda': {}, '@aws-sdk/credential-providers': {} },
    });
    this.StateMachine = (loaded as { StateMachine: StateMachineClass }).StateMachine;
  }

  /** @throws Error that names what is wrong with the definition. */
  validate(definition: JsonObject): void {
    new this.StateMachine(definition, { validationOptions: { checkArn: false } });
  }

  run(definition: JsonObject, input: unknown, { context, tasks, listen }: RunOptions): Run {
    const machine = new this.StateMachine(definition, { validationOptions: { noValidate: true } });
    const execute = machine.execute.bind(machine);
    // Its own event log is read asynchronously, which would show states after the API calls that their tasks made.
    machine.execute = (given, options, cleanUp) => {
      options.eventLogger.dispatch = listen;
      return execute(given, options, cleanUp);
    };
    return machine.run(input, { context, overrides: { taskResourceLocalHandlers: tasks } });
  }
}

type StateMachineClass = new (
  definition: JsonObject,
  options: { validationOptions: { noValidate?: boolean; checkArn?: boolean } },
) => {
  execute(
    input: unknown,
    options: { readonly eventLogger: { dispatch: (event: InterpreterEvent) => void } },
    cleanUp: () => void,
  ): Promise<unknown>;
  run(
    input: unknown,
    options: { readonly context: JsonObject; readonly overrides: object },
  ): { abort(): void; readonly result: Promise<unknown> };
};

/** The types of states that run here. */
export const KNOWN_STATES: readonly string[] = ['Task', 'Pass', 'Choice', 'Wait', 'Succeed', 'Fail'];

/**
 * The definition as the interpreter must get it to do what AWS does: it loses a task's result under an explicit
 * `"ResultPath": "$"`, which is the default, and takes `"Result": null | false | 0 | ""` of a Pass state for none.
 * @throws TemplateError for what this local cloud does not run.
 */
export function prepare(definition: JsonObject, where: string): JsonObject {
  const states = definition.States;
  if (!isObject(states)) throw new TemplateError(`${where}: the definition has no States`);
  if (definition.QueryLanguage !== undefined && definition.QueryLanguage !== 'JSONPath')
    throw new TemplateError(`${where}: the local cloud knows the query language JSONPath only`);
  return {
    ...definition,
    States: Object.fromEntries(
      Object.entries(states).map(([name, state]) => {
        if (!isObject(state) || !KNOWN_STATES.includes(String(state.Type)))
          throw new TemplateError(
            `${where}: the local cloud does not run the state ${name} (${JSON.stringify(state)})`,
          );
        return [name, prepareState(state)];
      }),
    ),
  };
}

function prepareState(state: JsonObject): JsonObject {
  const { ResultPath, Result, ...rest } = state;
  const resultPath = ResultPath === undefined || ResultPath === '$' ? {} : { ResultPath };
  if (state.Type !== 'Pass' || Result === undefined || Result) {
    return { ...rest, ...resultPath, ...(Result === undefined ? {} : { Result }) };
  }
  // A payload template that is no object is handed on as it is.
  return { ...rest, ...resultPath, Parameters: Result };
}
