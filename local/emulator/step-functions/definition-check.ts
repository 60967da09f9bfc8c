import type { Json, JsonObject } from '../template/json';
import type { Catcher, ChoiceRule, Definition, Exit, State } from './definition';
import { KNOWN_STATES } from './definition';
import { CATCHER, EVERY_STATE, FIELDS, RETRIER, RULE, TOP_LEVEL } from './definition-fields';
import { assignedIn, DefinitionParts, show } from './definition-parts';
import { problemOf, type StatesMember } from './expression-check';
import { compileField, type Field } from './field';
import { EXPRESS_SECONDS, MOST_SECONDS } from './limits';
import { RETRY_DEFAULTS, type Retrier } from './retry';
import { hasEnd, unreachable } from './transitions';

/** The one task that runs here. */
export const LAMBDA_INVOKE = 'arn:aws:states:::lambda:invoke';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
const VARIABLE_NAME = /^\p{ID_Start}\p{ID_Continue}{0,79}$/u;
/** @see https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html */
const LONGEST_STATE_NAME = 80;

/**
 * The definition as it will run. Only what is known here is accepted, so that nothing is silently left out.
 * @throws TemplateError that names the state, the field and the remedy.
 */
export function checkDefinition(definition: JsonObject, where: string): Definition {
  return new Check(where, definition).definition();
}

class Check extends DefinitionParts {
  private readonly states: JsonObject;
  private readonly variables: ReadonlySet<string>;

  constructor(
    where: string,
    private readonly raw: JsonObject,
  ) {
    super(where);
    if (raw.QueryLanguage !== 'JSONata')
      this.fail('', `QueryLanguage is ${show(raw.QueryLanguage)}; the local cloud runs "JSONata" only`);
    this.states = this.object(raw.States, 'States');
    this.variables = assignedIn(this.states);
  }

  definition(): Definition {
    this.only(this.raw, TOP_LEVEL, '');
    const startAt = this.stateName(this.raw.StartAt, 'StartAt');
    const timeout = this.raw.TimeoutSeconds ?? EXPRESS_SECONDS;
    const timeoutSeconds = Math.min(this.whole(timeout, 'TimeoutSeconds', 1, MOST_SECONDS), EXPRESS_SECONDS);
    const states = new Map(Object.entries(this.states).map(([name, state]) => [name, this.state(name, state)]));
    this.transitions(startAt, states);
    return { startAt, timeoutSeconds, states };
  }

  private state(name: string, given: Json): State {
    if (name.length > LONGEST_STATE_NAME) this.fail(name, `the name is longer than ${LONGEST_STATE_NAME} characters`);
    const state = this.object(given, name);
    const type = KNOWN_STATES.find((each) => each === state.Type);
    if (type === undefined)
      this.fail(
        name,
        `the local cloud does not run states of the type ${show(state.Type)}; it runs ${KNOWN_STATES.join(', ')}`,
      );
    this.only(state, [...EVERY_STATE, ...FIELDS[type]], name);
    if (state.QueryLanguage !== undefined && state.QueryLanguage !== 'JSONata')
      this.fail(
        name,
        `QueryLanguage is ${show(state.QueryLanguage)}; it cannot differ from the state machine's "JSONata"`,
      );
    switch (type) {
      case 'Task':
        return this.task(name, state);
      case 'Pass':
        return { type, name, ...this.exit(name, state) };
      case 'Choice':
        return this.choice(name, state);
      case 'Wait':
        return { type, name, ...this.exit(name, state), until: this.until(name, state) };
      case 'Succeed':
        return { type, name, output: this.field(name, state, 'Output', 'Output') };
      case 'Fail':
        return { type, name, error: this.text(name, state, 'Error'), cause: this.text(name, state, 'Cause') };
    }
  }

  private task(name: string, state: JsonObject): State {
    if (state.Resource !== LAMBDA_INVOKE)
      this.fail(name, `the local cloud does not run the task ${show(state.Resource)}; it runs ${LAMBDA_INVOKE}`);
    const args = this.field(name, state, 'Arguments', 'Arguments');
    if (args === null) this.fail(name, 'Arguments with a FunctionName are missing');
    if (typeof state.TimeoutSeconds === 'number')
      this.whole(state.TimeoutSeconds, `${name}: TimeoutSeconds`, 1, MOST_SECONDS);
    return {
      type: 'Task',
      name,
      ...this.exit(name, state, ['input', 'context', 'result']),
      arguments: args,
      timeoutSeconds: this.field(name, state, 'TimeoutSeconds', 'TimeoutSeconds'),
      retriers: this.list(name, state, 'Retry').map((each, index, all) => this.retrier(name, each, index, all.length)),
      catchers: this.list(name, state, 'Catch').map((each, index, all) => this.catcher(name, each, index, all.length)),
    };
  }

  private retrier(name: string, given: Json, index: number, count: number): Retrier {
    const at = `${name}: Retry[${index}]`;
    const retrier = this.object(given, at);
    this.only(retrier, RETRIER, at);
    const number = (field: string, otherwise: number, least: number, most: number) =>
      retrier[field] === undefined ? otherwise : this.whole(retrier[field], `${at}.${field}`, least, most);
    const intervalSeconds = number('IntervalSeconds', RETRY_DEFAULTS.intervalSeconds, 1, MOST_SECONDS);
    const backoffRate = retrier.BackoffRate ?? RETRY_DEFAULTS.backoffRate;
    if (typeof backoffRate !== 'number' || backoffRate < 1)
      this.fail(at, `BackoffRate is ${show(backoffRate)}; it must be a number of 1 or more`);
    const jitter = retrier.JitterStrategy ?? RETRY_DEFAULTS.jitter;
    if (jitter !== 'FULL' && jitter !== 'NONE')
      this.fail(at, `JitterStrategy is ${show(jitter)}; it must be FULL or NONE`);
    return {
      errorEquals: this.errorEquals(at, retrier.ErrorEquals, index === count - 1),
      intervalSeconds,
      maxAttempts: number('MaxAttempts', RETRY_DEFAULTS.maxAttempts, 0, MOST_SECONDS),
      backoffRate,
      // "MaxDelaySeconds must be greater than IntervalSeconds and less than 31,622,400": concepts-error-handling.html
      maxDelaySeconds: number('MaxDelaySeconds', RETRY_DEFAULTS.maxDelaySeconds, intervalSeconds + 1, 31_622_399),
      jitter,
    };
  }

  private catcher(name: string, given: Json, index: number, count: number): Catcher {
    const at = `${name}: Catch[${index}]`;
    const catcher = this.object(given, at);
    this.only(catcher, CATCHER, at);
    return {
      errorEquals: this.errorEquals(at, catcher.ErrorEquals, index === count - 1),
      next: this.stateName(catcher.Next, `${at}.Next`),
      ...this.data(name, catcher, `Catch[${index}]/`, ['input', 'context', 'errorOutput']),
    };
  }

  private choice(name: string, state: JsonObject): State {
    const choices = this.list(name, state, 'Choices');
    if (choices.length === 0) this.fail(name, 'Choices has no rule');
    const rules = choices.map((given, index): ChoiceRule => {
      const at = `Choices[${index}]`;
      const rule = this.object(given, `${name}: ${at}`);
      this.only(rule, RULE, `${name}: ${at}`);
      const condition = this.field(name, rule, 'Condition', `${at}/Condition`);
      if (condition === null) this.fail(`${name}: ${at}`, 'Condition is missing');
      const next = this.stateName(rule.Next, `${name}: ${at}.Next`);
      return { condition, next, ...this.data(name, rule, `${at}/`, ['input', 'context']) };
    });
    if (state.Default === undefined) return { type: 'Choice', name, rules, otherwise: null };
    const next = this.stateName(state.Default, `${name}: Default`);
    return { type: 'Choice', name, rules, otherwise: { next, ...this.data(name, state, '', ['input', 'context']) } };
  }

  private until(name: string, state: JsonObject) {
    const seconds = this.field(name, state, 'Seconds', 'Seconds');
    const timestamp = this.field(name, state, 'Timestamp', 'Timestamp');
    if (seconds !== null && timestamp === null) return { kind: 'seconds', field: seconds } as const;
    if (timestamp !== null && seconds === null) return { kind: 'timestamp', field: timestamp } as const;
    this.fail(name, 'a Wait state has either Seconds or Timestamp');
  }

  /** Where a state leads that has Next or End. */
  private exit(name: string, state: JsonObject, members: readonly StatesMember[] = ['input', 'context']): Exit {
    if ((state.Next === undefined) === (state.End === undefined)) this.fail(name, 'it must have either Next or End');
    if (state.End !== undefined && state.End !== true) this.fail(name, `End is ${show(state.End)}; it must be true`);
    const next = state.Next === undefined ? null : this.stateName(state.Next, `${name}: Next`);
    return { next, ...this.data(name, state, '', members) };
  }

  private data(name: string, from: JsonObject, prefix: string, members: readonly StatesMember[]) {
    const assign = this.field(name, from, 'Assign', `${prefix}Assign`, members);
    if (assign !== null)
      for (const variable of Object.keys(this.object(from.Assign, `${name}: ${prefix}Assign`)))
        this.variableName(variable, `${name}: ${prefix}Assign`);
    return { assign, output: this.field(name, from, 'Output', `${prefix}Output`, members) };
  }

  private variableName(variable: string, at: string): void {
    if (!VARIABLE_NAME.test(variable))
      this.fail(at, `"${variable}" is no variable name; it takes letters, digits and _, at most 80, a letter first`);
    if (variable === 'states') this.fail(at, 'the variable name "states" is reserved by Step Functions; use another');
  }

  private field(
    name: string,
    from: JsonObject,
    key: string,
    location: string,
    members: readonly StatesMember[] = ['input', 'context'],
  ): Field | null {
    const value = from[key];
    if (value === undefined) return null;
    const field = this.compiled(name, value, location);
    for (const { location: at, expression } of field.expressions) {
      const problem = problemOf(expression, { variables: this.variables, members });
      if (problem !== null) this.fail(`${name}: ${at}`, `the expression '${expression.source}' cannot run: ${problem}`);
    }
    return field;
  }

  private compiled(name: string, value: Json, location: string): Field {
    try {
      return compileField(value, location);
    } catch (error) {
      this.fail(name, error instanceof Error ? error.message : String(error));
    }
  }

  /** Error and Cause of a Fail state. */
  private text(name: string, state: JsonObject, key: string): Field | null {
    if (state[key] !== undefined && typeof state[key] !== 'string')
      this.fail(name, `${key} is ${show(state[key])}; it must be a string`);
    return this.field(name, state, key, key);
  }

  /** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
  private errorEquals(at: string, given: Json | undefined, last: boolean): readonly string[] {
    const names = Array.isArray(given) ? given.filter((each) => typeof each === 'string') : [];
    if (!Array.isArray(given) || names.length === 0 || names.length !== given.length)
      this.fail(at, `ErrorEquals is ${show(given)}; it must be a list of error names`);
    if (names.includes('States.ALL') && (names.length > 1 || !last))
      this.fail(at, 'States.ALL must stand alone, and in the last entry');
    return names;
  }

  private stateName(given: Json | undefined, at: string): string {
    if (typeof given === 'string' && Object.hasOwn(this.states, given)) return given;
    this.fail(at, `there is no state ${show(given)}`);
  }

  private transitions(startAt: string, states: ReadonlyMap<string, State>): void {
    const lost = unreachable(startAt, states);
    if (lost !== undefined) this.fail(lost, 'no state leads to it');
    if (!hasEnd(states)) this.fail('', 'no state ends the execution');
  }
}
