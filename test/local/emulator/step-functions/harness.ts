import type { Cloud } from '../../../../local/emulator/cloud';
import { VirtualClock } from '../../../../local/emulator/kernel/clock';
import { timestamp } from '../../../../local/emulator/step-functions/context';
import { checkDefinition } from '../../../../local/emulator/step-functions/definition-check';
import { ReportedError } from '../../../../local/emulator/step-functions/errors';
import { History } from '../../../../local/emulator/step-functions/history';
import { type Outcome, Run } from '../../../../local/emulator/step-functions/interpreter';
import type { StateEvent } from '../../../../local/emulator/step-functions/state-execution';
import type { JsonObject } from '../../../../local/emulator/template/json';

/** Functions that the tests' tasks invoke. */
export const FAILS = `exports.handler = async () => { throw Object.assign(new Error('no'), { name: 'Sorry' }); };`;
export const COUNTS = 'let calls = 0; exports.handler = async () => ++calls;';
export const HANGS = 'exports.handler = () => new Promise(() => undefined);';

/** Waits for the end of an execution while virtual time runs. */
export async function run(cloud: Cloud, input: unknown = {}) {
  const execution = cloud.startExecution(input);
  await cloud.idle();
  return { execution, result: await execution.result };
}

/** A Task state; what it does is the play's `task`. It ends the execution where it has no Next. */
export const task = (more: JsonObject = {}): JsonObject => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'work' },
  ...(more.Next === undefined && { End: true }),
  ...more,
});

/** What a task may do: answer, fail, or take its time. */
export type Work = (given: unknown, call: number) => unknown;

/** Fails with a name, as a function's error does. */
export const failing =
  (...names: readonly string[]): Work =>
  (_, call) => {
    const name = names[Math.min(call, names.length) - 1] ?? '';
    throw new ReportedError(name, `cause of ${name}`);
  };

export interface PlayOptions {
  readonly input?: unknown;
  readonly work?: Work;
  readonly random?: () => number;
  /** Of the whole execution, s. */
  readonly timeoutSeconds?: number;
  readonly startAt?: string;
}

export const definitionOf = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0] ?? '',
  States: states,
  ...more,
});

const START = Date.UTC(2026, 0, 1);

/** Runs one execution of these states to its end, in virtual time. */
export async function play(
  states: JsonObject,
  { input = {}, work, random, timeoutSeconds, startAt }: PlayOptions = {},
) {
  const clock = new VirtualClock(START);
  const definition = checkDefinition(
    definitionOf(states, {
      ...(timeoutSeconds === undefined ? {} : { TimeoutSeconds: timeoutSeconds }),
      ...(startAt === undefined ? {} : { StartAt: startAt }),
    }),
    'Machine',
  );
  const history = new History(
    'arn:execution',
    () => clock.now(),
    () => undefined,
  );
  const events: (StateEvent & { readonly at: number })[] = [];
  const calls: unknown[] = [];
  let outcome: Outcome | undefined;
  const execution = new Run({
    definition,
    clock,
    random: random ?? (() => 0.5),
    history,
    context: {
      Execution: {
        Id: 'arn:execution',
        Input: input,
        Name: 'name',
        RoleArn: 'arn:role',
        StartTime: timestamp(START),
        RedriveCount: 0,
      },
      StateMachine: { Id: 'arn:machine', Name: 'machine' },
    },
    listen: (event) => events.push({ at: clock.now() - START, ...event }),
    task: async (given) => {
      calls.push(given);
      return work?.(given, calls.length);
    },
    timedOut: () => new ReportedError('States.Timeout', ''),
    end: (ended) => {
      outcome = ended;
    },
  });
  history.add('ExecutionStarted', {});
  execution.start();
  await clock.run(() => outcome !== undefined);
  const ofType = <Type extends StateEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<StateEvent, { type: Type }> & { at: number } => event.type === type);
  return { outcome, events, ofType, calls, history: history.events, clock, elapsed: clock.now() - START, execution };
}

/** The output of an execution that succeeded. */
export async function outputOf(states: JsonObject, options: PlayOptions = {}): Promise<unknown> {
  const { outcome } = await play(states, options);
  if (outcome?.status !== 'SUCCEEDED') throw new Error(`The execution ended with ${JSON.stringify(outcome)}`);
  return outcome.output;
}
