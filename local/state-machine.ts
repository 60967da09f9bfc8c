import type { Clock } from './clock';
import { data, ExecutionLog, type HistoryEvent } from './execution-log';
import { Interpreter, type InterpreterEvent, prepare, type Run, type StatesError } from './interpreter';
import { isInvokeParameters, type Lambda } from './lambda/lambda';
import { isObject, type JsonObject, list, object, type Template, TemplateError, text } from './template';
import type { Timeline } from './timeline';

/** Of a state's input and output, and a task's. @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const PAYLOAD_LIMIT_BYTES = 256 * 1024;
/** An Express execution ends after five minutes, whatever its definition says. */
const EXPRESS_LIMIT_SECONDS = 300;

export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error: string; readonly cause: string };

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly history: readonly HistoryEvent[];
  readonly result: Promise<ExecutionResult>;
  /** Ends it at once, as if its host had died: no further state, no notice. */
  kill(): void;
}

/** Ends an execution when it enters (its task does not start) or leaves (its task has taken effect) a state. */
export interface KillPoint {
  readonly state: string;
  readonly when: 'entered' | 'exited';
  /** Counted from 1 over all executions from now on. */
  readonly nth?: number;
}

export interface StateMachineOptions {
  readonly template: Template;
  readonly logicalId: string;
  readonly lambda: Lambda;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly random: () => number;
  readonly uuid: () => string;
  /** Whether the role may, when Step Functions acts in it; else AWS's words why not. */
  readonly refusal: (roleLogicalId: string, action: string, resource: string) => string | null;
}

/** What CloudWatch Logs wants of the role that a logging state machine acts in. */
const LOG_DELIVERY_ACTIONS = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/** An Express state machine of the template: its definition interpreted, its tasks sent to Lambda, its end as on AWS. */
export class StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly definition: JsonObject;
  readonly roleArn: string;
  readonly roleLogicalId: string;
  readonly executions: Execution[] = [];
  private readonly interpreter: Interpreter;
  private readonly killPoints = new Set<{ point: KillPoint; left: number }>();
  private readonly writeLog: (event: HistoryEvent) => void;
  private readonly doubles: number[] = [];
  private running = 0;

  constructor(private readonly options: StateMachineOptions) {
    const { template, logicalId, clock, random } = options;
    const { properties } = template.resource(logicalId);
    if (properties.StateMachineType !== 'EXPRESS')
      throw new TemplateError(`${logicalId}: the local cloud runs state machines of the type EXPRESS only`);
    this.arn = template.arn(logicalId);
    this.name = template.nameOf(logicalId);
    this.roleArn = text(properties.RoleArn, `${logicalId}.RoleArn`);
    const role = template.find('AWS::IAM::Role', this.roleArn);
    if (role === undefined) throw new TemplateError(`${logicalId}.RoleArn: the template declares no such role`);
    this.roleLogicalId = role.logicalId;
    this.interpreter = new Interpreter(clock, random);
    const definition = parseDefinition(properties, logicalId);
    this.validate(definition, logicalId);
    this.definition = limited(prepare(definition, logicalId));
    this.checkTasks();
    this.writeLog = this.logWriter(properties);
  }

  /** Executions that have not ended. */
  get busy(): number {
    return this.running;
  }

  /** The next execution that comes to this point dies there. */
  killAt(point: KillPoint): void {
    this.killPoints.add({ point, left: point.nth ?? 1 });
  }

  /** The next execution runs twice, as Express may do with any; the second run begins so many milliseconds later. */
  doubleNext(milliseconds = 0): void {
    this.doubles.push(milliseconds);
  }

  /** What was to go wrong and has not yet does not. */
  clearFaults(): void {
    this.killPoints.clear();
    this.doubles.length = 0;
  }

  /** Starts an execution; it runs on its own. The name is given out where there is none. */
  start(input: unknown, name = this.options.uuid()): Execution {
    const { template, clock, timeline, uuid } = this.options;
    const arn = `arn:aws:states:${template.region}:${template.accountId}:express:${this.name}:${name}:${uuid()}`;
    const twice = this.doubles.shift();
    if (twice !== undefined) {
      timeline.add({ type: 'fault', what: 'execution runs twice' });
      this.running += 1;
      clock.setTimeout(() => {
        this.running -= 1;
        this.begin(arn, input, name);
      }, twice);
    }
    return this.begin(arn, input, name);
  }

  private begin(arn: string, input: unknown, name: string): Execution {
    const { clock, timeline } = this.options;
    const log = new ExecutionLog(arn, () => clock.now(), this.writeLog);
    const startedAt = clock.now();
    let run: Run | undefined;
    let ended = false;
    let settle: (result: ExecutionResult) => void = () => undefined;
    const result = new Promise<ExecutionResult>((resolve) => {
      settle = resolve;
    });
    const end = (outcome: ExecutionResult) => {
      if (ended) return;
      ended = true;
      this.running -= 1;
      this.report(arn, log, outcome);
      settle(outcome);
    };
    const kill = () => {
      end(KILLED);
      run?.abort();
    };
    const execution: Execution = { arn, name, input, startedAt, history: log.events, result, kill };
    this.executions.push(execution);
    this.running += 1;
    timeline.add({ type: 'execution-started', execution: arn, input });
    log.add('ExecutionStarted', { ...data('input', input), roleArn: this.roleArn });
    const state: { Name: string; EnteredTime: string; RetryCount: number } = {
      Name: '',
      EnteredTime: '',
      RetryCount: 0,
    };
    let failure = { error: '', cause: '' };
    const listen = (event: InterpreterEvent) => {
      if (ended) return;
      if (event.type === 'StateEntered') {
        state.Name = event.state?.name ?? '';
        state.EnteredTime = new Date(clock.now()).toISOString();
        state.RetryCount = 0;
      }
      if (event.type === 'StateFailed') failure = { error: event.Error ?? '', cause: plain(event.Cause) };
      if (event.type === 'StateRetried') state.RetryCount = event.retry?.attempt ?? 0;
      this.show(arn, log, event, failure);
      const outcome = outcomeOf(event);
      if (outcome) end(outcome);
      else if (this.strikes(event)) throw new Killed();
      else checkSize(event);
    };
    const dead = () => ended;
    run = this.interpreter.run(this.definition, input, {
      context: {
        Execution: { Id: arn, Name: name, RoleArn: this.roleArn },
        StateMachine: { Id: this.arn, Name: this.name },
        // Shared on purpose: the interpreter has no $$.State, and copies the context one level deep.
        State: state,
      },
      tasks: this.tasks(arn, log, dead),
      listen,
    });
    run.result.then(
      (output) => end({ status: 'SUCCEEDED', output }),
      (error: Error) => end({ status: 'FAILED', error: error.name, cause: error.message }),
    );
    return execution;
  }

  private tasks(arn: string, log: ExecutionLog, dead: () => boolean) {
    return Object.fromEntries(
      Object.entries(object(this.definition.States))
        .filter(([, state]) => object(state).Type === 'Task')
        .map(([name]) => [name, (input: unknown) => this.invoke(arn, log, input, dead)]),
    );
  }

  /** One `lambda:invoke`. What it throws has the name and the cause that Retry and Catch see on AWS. */
  private async invoke(arn: string, log: ExecutionLog, parameters: unknown, dead: () => boolean): Promise<unknown> {
    // The interpreter goes on for a moment after an abort: its pause ends, and it would try the task again.
    if (dead()) return new Promise(() => undefined);
    checkBytes(parameters, 'input', 'The state/task');
    if (!isInvokeParameters(parameters)) throw statesError('States.Runtime', 'FunctionName is missing', false);
    log.add('TaskScheduled', { resource: 'invoke', resourceType: 'lambda', parameters: JSON.stringify(parameters) });
    const { lambda, refusal } = this.options;
    const fn = lambda.find(parameters.FunctionName);
    const refused = refusal(this.roleLogicalId, 'lambda:InvokeFunction', fn?.arn ?? parameters.FunctionName);
    if (refused !== null) {
      throw this.taskFailed(log, 'Lambda.AWSLambdaException', `${refused} (Service: Lambda, Status Code: 403)`);
    }
    if (fn === undefined) {
      const cause = `Function not found: ${parameters.FunctionName} (Service: Lambda, Status Code: 404)`;
      throw this.taskFailed(log, 'Lambda.ResourceNotFoundException', cause);
    }
    log.add('TaskStarted', { resource: 'invoke', resourceType: 'lambda' });
    const answer = await lambda.invoke(fn, parameters.Payload ?? {}, arn);
    if (dead()) return new Promise(() => undefined);
    if (!answer.ok) throw this.taskFailed(log, answer.error.errorType, JSON.stringify(answer.error));
    const result = { ExecutedVersion: '$LATEST', Payload: answer.payload, StatusCode: 200 };
    checkBytes(result, 'output', 'The state/task');
    log.add('TaskSucceeded', { resource: 'invoke', resourceType: 'lambda', ...data('output', result) });
    return result;
  }

  private taskFailed(log: ExecutionLog, error: string, cause: string): StatesError {
    log.add('TaskFailed', { resource: 'invoke', resourceType: 'lambda', error, cause });
    return statesError(error, cause);
  }

  private strikes(event: InterpreterEvent): boolean {
    const when = event.type === 'StateEntered' ? 'entered' : event.type === 'StateExited' ? 'exited' : null;
    if (when === null) return false;
    for (const entry of this.killPoints) {
      if (entry.point.state !== event.state?.name || entry.point.when !== when) continue;
      entry.left -= 1;
      if (entry.left > 0) continue;
      this.killPoints.delete(entry);
      this.options.timeline.add({ type: 'fault', what: `execution killed, ${entry.point.state} ${when}` });
      return true;
    }
    return false;
  }

  private show(
    execution: string,
    log: ExecutionLog,
    event: InterpreterEvent,
    failure: { readonly error: string; readonly cause: string },
  ): void {
    const { timeline } = this.options;
    const { name: state = '', type: stateType = '', input, output } = event.state ?? {};
    switch (event.type) {
      case 'StateEntered':
        timeline.add({ type: 'state-entered', execution, state, stateType, data: input });
        log.add(`${stateType}StateEntered`, { name: state, ...data('input', input) });
        break;
      case 'StateExited':
        timeline.add({ type: 'state-exited', execution, state, stateType, data: output });
        log.add(`${stateType}StateExited`, { name: state, ...data('output', output) });
        break;
      case 'StateRetried':
        timeline.add({
          type: 'state-retried',
          execution,
          state,
          attempt: event.retry?.attempt ?? 0,
          error: failure.error,
        });
        break;
      case 'StateCaught':
        timeline.add({ type: 'state-caught', execution, state, ...failure, next: event.catch?.catcher.Next ?? '' });
        break;
    }
  }

  private report(execution: string, log: ExecutionLog, outcome: ExecutionResult): void {
    const { timeline } = this.options;
    if (outcome.status === 'SUCCEEDED') {
      timeline.add({ type: 'execution-succeeded', execution, output: outcome.output });
      log.add('ExecutionSucceeded', data('output', outcome.output));
      return;
    }
    const { error, cause } = outcome;
    timeline.add({ type: 'execution-failed', execution, error, cause });
    const type = { FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted' };
    log.add(type[outcome.status], { error, cause });
  }

  private logWriter(properties: JsonObject): (event: HistoryEvent) => void {
    const { template, timeline, refusal } = this.options;
    const logging = object(properties.LoggingConfiguration);
    const level = String(logging.Level ?? 'OFF');
    const arn = object(object(list(logging.Destinations)[0]).CloudWatchLogsLogGroup).LogGroupArn;
    if (level === 'OFF' || typeof arn !== 'string') return () => undefined;
    const group = template.find('AWS::Logs::LogGroup', arn)?.physicalId ?? arn;
    const refused = LOG_DELIVERY_ACTIONS.map((action) => refusal(this.roleLogicalId, `logs:${action}`, '*'));
    if (refused.some((each) => each !== null)) return () => undefined;
    return (event) => {
      if (level === 'ALL' || /Failed|TimedOut|Aborted/.test(event.type))
        timeline.add({ type: 'log', group, line: JSON.stringify(event) });
    };
  }

  private validate(definition: JsonObject, where: string): void {
    const key = JSON.stringify(definition);
    if (valid.has(key)) return;
    try {
      this.interpreter.validate(definition);
    } catch (error) {
      throw new TemplateError(`${where}: ${error instanceof Error ? error.message : error}`);
    }
    valid.add(key);
  }

  private checkTasks(): void {
    for (const [name, state] of Object.entries(object(this.definition.States))) {
      const { Type, Resource } = object(state);
      if (Type === 'Task' && Resource !== 'arn:aws:states:::lambda:invoke')
        throw new TemplateError(`${name}: the local cloud does not know the task ${JSON.stringify(Resource)}`);
    }
  }
}

/** Definitions that were found good; many clouds in one process run the same. */
const valid = new Set<string>();

const KILLED: ExecutionResult = { status: 'ABORTED', error: 'Aborted', cause: 'The execution was killed.' };

class Killed extends Error {
  override readonly name = 'Killed';
}

function parseDefinition(properties: JsonObject, where: string): JsonObject {
  const given = properties.DefinitionString ?? properties.Definition;
  let definition: unknown = given;
  if (typeof given === 'string') {
    try {
      definition = JSON.parse(given);
    } catch (error) {
      throw new TemplateError(
        `${where}.DefinitionString is no JSON: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  if (!isObject(definition)) throw new TemplateError(`${where}: no DefinitionString`);
  return definition;
}

function limited(definition: JsonObject): JsonObject {
  const given = Number(definition.TimeoutSeconds ?? EXPRESS_LIMIT_SECONDS);
  return { ...definition, TimeoutSeconds: Math.min(given, EXPRESS_LIMIT_SECONDS) };
}

function outcomeOf(event: InterpreterEvent): ExecutionResult | undefined {
  switch (event.type) {
    case 'ExecutionSucceeded':
      return { status: 'SUCCEEDED', output: event.output };
    case 'ExecutionFailed':
      if (event.Error === 'Killed') return KILLED;
      return { status: 'FAILED', error: event.Error ?? '', cause: plain(event.Cause) };
    case 'ExecutionTimeout':
      return { status: 'TIMED_OUT', error: 'States.Timeout', cause: '' };
    case 'ExecutionAborted':
      return KILLED;
    default:
      return undefined;
  }
}

const plain = (cause: unknown): string => (typeof cause === 'string' ? cause : (JSON.stringify(cause) ?? ''));

/** Neither Retry nor Catch, not even `States.ALL`, sees an error that is not `catchable`. */
function statesError(name: string, message: string, catchable = true): StatesError {
  return Object.assign(new Error(message), { name, isRetryable: catchable, isCatchable: catchable });
}

function checkSize(event: InterpreterEvent): void {
  if (event.type === 'StateEntered') checkBytes(event.state?.input, 'input', `The state ${event.state?.name}`);
  if (event.type === 'StateExited') checkBytes(event.state?.output, 'output', `The state ${event.state?.name}`);
}

function checkBytes(value: unknown, what: 'input' | 'output', subject: string): void {
  if (Buffer.byteLength(JSON.stringify(value) ?? '') <= PAYLOAD_LIMIT_BYTES) return;
  const message = `${subject} returned or received an ${what} with a size exceeding the maximum number of bytes service limit.`;
  throw statesError('States.DataLimitExceeded', message, false);
}
