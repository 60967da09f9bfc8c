import type { Clock } from '../kernel/clock';
import type { Lambda } from '../lambda/lambda';
import { isObject, type JsonObject, TemplateError, text } from '../template/json';
import { timestamp } from './context';
import type { Definition } from './definition';
import { checkDefinition } from './definition-check';
import { data, History, type HistoryEvent } from './history';
import { type Outcome, Run } from './interpreter';
import { invokeLambda, timedOut } from './lambda-task';
import { type LogDeliveryOptions, logDelivery } from './log-delivery';
import type { StateEvent } from './state-execution';

export type ExecutionResult = Outcome;

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

export interface StateMachineOptions extends LogDeliveryOptions {
  readonly logicalId: string;
  readonly lambda: Lambda;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
}

const END_EVENTS = { FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted' };

/** An Express state machine of the template: its definition interpreted, its tasks sent to Lambda, its end as on AWS. */
export class StateMachine {
  readonly arn: string;
  readonly name: string;
  /** As the template has it. */
  readonly definition: JsonObject;
  readonly roleArn: string;
  readonly roleLogicalId: string;
  /** As the template has it; undefined where nothing is logged. */
  readonly logging: JsonObject | undefined;
  readonly executions: Execution[] = [];
  private readonly checked: Definition;
  private readonly killPoints = new Set<{ point: KillPoint; left: number }>();
  private readonly writeLog: (event: HistoryEvent) => void;
  private readonly doubles: number[] = [];
  private running = 0;

  constructor(private readonly options: StateMachineOptions) {
    const { template, logicalId } = options;
    const { properties } = template.resource(logicalId);
    if (properties.StateMachineType !== 'EXPRESS')
      throw new TemplateError(`${logicalId}: the local cloud runs state machines of the type EXPRESS only`);
    this.arn = template.arn(logicalId);
    this.name = template.nameOf(logicalId);
    this.roleArn = text(properties.RoleArn, `${logicalId}.RoleArn`);
    const role = template.find('AWS::IAM::Role', this.roleArn);
    if (role === undefined) throw new TemplateError(`${logicalId}.RoleArn: the template declares no such role`);
    this.roleLogicalId = role.logicalId;
    this.definition = parseDefinition(properties, logicalId);
    this.logging = isObject(properties.LoggingConfiguration) ? properties.LoggingConfiguration : undefined;
    this.checked = checkedOnce(this.definition, logicalId);
    this.writeLog = logDelivery(this.roleLogicalId, properties, options);
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
    const { clock, timeline, random, lambda, template, refusal } = this.options;
    const history = new History(arn, () => clock.now(), this.writeLog);
    const startedAt = clock.now();
    const mayInvoke = (functionArn: string) => refusal(this.roleLogicalId, 'lambda:InvokeFunction', functionArn);
    let settle: (result: ExecutionResult) => void = () => undefined;
    const result = new Promise<ExecutionResult>((resolve) => {
      settle = resolve;
    });
    const run = new Run({
      definition: this.checked,
      clock,
      random,
      history,
      context: {
        Execution: {
          Id: arn,
          Input: input,
          Name: name,
          RoleArn: this.roleArn,
          StartTime: timestamp(startedAt),
          RedriveCount: 0,
        },
        StateMachine: { Id: this.arn, Name: this.name },
      },
      task: (given, timeoutSeconds, over) =>
        invokeLambda(
          { lambda, region: template.region, refusal: mayInvoke },
          { arguments: given, timeoutSeconds, execution: arn, history, over },
        ),
      timedOut: () => timedOut(history),
      listen: (event) => {
        timeline.add({ ...event, execution: arn });
        if (this.strikes(event)) run.abort(KILLED);
      },
      end: (outcome) => {
        this.running -= 1;
        this.report(arn, history, outcome);
        settle(outcome);
      },
    });
    const execution: Execution = {
      arn,
      name,
      input,
      startedAt,
      history: history.events,
      result,
      kill: () => run.abort(KILLED),
    };
    this.executions.push(execution);
    this.running += 1;
    timeline.add({ type: 'execution-started', execution: arn, input });
    history.add('ExecutionStarted', { ...data('input', JSON.stringify(input) ?? 'null'), roleArn: this.roleArn });
    run.start();
    return execution;
  }

  private strikes(event: StateEvent): boolean {
    const when = { 'state-entered': 'entered', 'state-exited': 'exited', 'state-retried': null, 'state-caught': null };
    for (const entry of this.killPoints) {
      if (entry.point.state !== event.state || entry.point.when !== when[event.type]) continue;
      entry.left -= 1;
      if (entry.left > 0) continue;
      this.killPoints.delete(entry);
      this.options.timeline.add({ type: 'fault', what: `execution killed, ${entry.point.state} ${entry.point.when}` });
      return true;
    }
    return false;
  }

  private report(execution: string, history: History, outcome: ExecutionResult): void {
    const { timeline } = this.options;
    if (outcome.status === 'SUCCEEDED') {
      timeline.add({ type: 'execution-succeeded', execution, output: outcome.output });
      history.add('ExecutionSucceeded', data('output', JSON.stringify(outcome.output) ?? 'null'));
      return;
    }
    const { error, cause } = outcome;
    timeline.add({ type: 'execution-failed', execution, error, cause });
    history.add(END_EVENTS[outcome.status], { error, cause });
  }
}

const KILLED = 'The execution was killed.';

/** Definitions that were found good, by their text; many clouds in one process run the same. */
const good = new Map<string, Definition>();

function checkedOnce(definition: JsonObject, where: string): Definition {
  const key = JSON.stringify(definition);
  const known = good.get(key);
  if (known) return known;
  const checked = checkDefinition(definition, where);
  good.set(key, checked);
  return checked;
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
