import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import jsonata from 'jsonata';
import * as errors from '../../functions/shared/errors';
import * as timing from '../../functions/shared/timing';
import { FUNCTIONS } from '../../infra/functions';
import { DEFINITION_FILE, readDefinition } from '../../infra/workflow-definition';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}
interface Transition {
  readonly Next: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
}
interface State extends Partial<Transition> {
  readonly Type: string;
  readonly Arguments?: { readonly FunctionName: string; readonly Payload: Readonly<Record<string, unknown>> };
  readonly Choices?: readonly (Transition & { readonly Condition: string })[];
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly (Transition & { readonly ErrorEquals: readonly string[] })[];
}

const text = readFileSync(DEFINITION_FILE, 'utf8');
const definition: { StartAt: string; TimeoutSeconds: number; States: Record<string, State> } = JSON.parse(
  // The one placeholder inside an expression; it stands for a number.
  JSON.stringify(readDefinition()).replace(/\$\{InputLimit\}/, '32768'),
);
const states = Object.entries(definition.States);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const retriers = tasks.flatMap(([, { Retry = [] }]) => Retry);
const catchers = tasks.flatMap(([, { Catch = [] }]) => Catch);

function stateNamed(name: string): State {
  const state = definition.States[name];
  if (state === undefined) throw new Error(`There is no state ${name}.`);
  return state;
}

/** Every string in a part of the definition. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

const expressions = [...new Set(stringsIn(definition))].flatMap((string) => /^\{%(.*)%\}$/s.exec(string)?.[1] ?? []);

/** Every node of an expression's syntax tree. */
function nodesOf(tree: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(tree)) return tree.flatMap(nodesOf);
  if (typeof tree !== 'object' || tree === null) return [];
  return [...('type' in tree ? [{ ...tree }] : []), ...Object.values(tree).flatMap(nodesOf)];
}

const nodes = expressions.flatMap((expression) => nodesOf(jsonata(expression).ast()));

/** The pauses of a retrier as they are without jitter, s. Full jitter draws each between 0 and that. */
function pausesOf({
  IntervalSeconds = 1,
  BackoffRate = 2,
  MaxDelaySeconds = Number.POSITIVE_INFINITY,
  MaxAttempts,
}: Retrier) {
  return Array.from({ length: MaxAttempts }, (_, nth) =>
    Math.min(IntervalSeconds * BackoffRate ** nth, MaxDelaySeconds),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The retrier of a state for an error, the first one that names it. */
function retrierOf(state: string, error: string): Retrier {
  const found = stateNamed(state).Retry?.find(({ ErrorEquals }) =>
    [error, 'States.ALL'].some((name) => ErrorEquals.includes(name)),
  );
  if (found === undefined) throw new Error(`${state} has no retrier for ${error}.`);
  return found;
}

describe('The workflow', () => {
  test('is read in a minute: fewer than 200 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThan(200);
  });

  test('passes the States Language validator', () => {
    const { isValid, errorsText } = validate(definition, { checkArn: false, checkPaths: true });
    expect([isValid, errorsText('\n')]).toEqual([true, expect.anything()]);
  });

  test('begins by giving every variable a value, the registry’s among them, which stands nowhere else', () => {
    const variables = Object.keys(stateNamed(definition.StartAt).Assign ?? {});
    const used = nodes.flatMap(({ type, value }) => (type === 'variable' ? String(value) : []));
    const functions = nodes.flatMap(({ type, procedure }) => (type === 'function' ? nodesOf(procedure) : []));
    const known = new Set([...variables, 'states', ...functions.map(({ value }) => String(value))]);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
    const assigned = [
      ...states.map(([, state]) => state),
      ...catchers,
      ...states.flatMap(([, { Choices = [] }]) => Choices),
    ];
    expect(new Set(assigned.flatMap(({ Assign = {} }) => Object.keys(Assign)))).toEqual(new Set(variables));
    expect(stringsIn(definition).filter((string) => string.includes('{Clusters}'))).toHaveLength(1);
  });

  test('has placeholders for the five functions, the partition, the registry and how long an input may be, and no others', () => {
    const placeholders = stringsIn(readDefinition()).flatMap((string) => string.match(/(?<=\$\{)\w+(?=\})/g) ?? []);
    expect(new Set(placeholders)).toEqual(
      new Set([...FUNCTIONS.map(({ state }) => state), 'Partition', 'Clusters', 'InputLimit']),
    );
  });

  test.each(tasks)(
    '%s calls the function of its name, and passes on what it found in variables only',
    (name, state) => {
      const function_ = name.startsWith('Notify') ? 'Notify' : name;
      expect(state.Arguments?.FunctionName).toBe(`\${${function_}}`);
      for (const { Output } of [state, ...(state.Catch ?? [])]) expect(Output).toEqual({});
    },
  );

  test('computes nothing: its expressions are paths, literals and conditions', () => {
    const types = new Set(nodes.map(({ type }) => type));
    const allowed = [
      'variable',
      'path',
      'name',
      'condition',
      'string',
      'number',
      'value',
      'binary',
      'unary',
      'function',
    ];
    expect([...types].filter((type) => !allowed.includes(String(type)))).toEqual([]);
    const operators = nodes.flatMap(({ type, value }) => (type === 'binary' || type === 'unary' ? value : []));
    // A unary { is an object, a unary [ a list, and <, $length and $string serve the longest input alone.
    expect(new Set(operators)).toEqual(new Set(['=', 'or', '<', '{', '[']));
  });
});

describe('Errors', () => {
  const thrown = Object.values(errors).flatMap((value) =>
    typeof value === 'function' && value.prototype instanceof errors.WorkflowError ? value.name : [],
  );
  const named = [...new Set([...retriers, ...catchers].flatMap(({ ErrorEquals }) => ErrorEquals))];
  const own = named.filter((name) => !name.includes('.') && !errors.DENIED.has(name));

  test('that the workflow names are thrown by the functions, and the reverse', () => {
    const folder = join(__dirname, '../../functions');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    expect([...own].sort()).toEqual([...thrown].sort());
    for (const name of own) expect(sources).toContain(`new ${name}(`);
  });

  test('that say no for good are not tried again, in any state', () => {
    for (const [name, { Retry = [] }] of tasks) {
      expect([name, Retry[0]?.MaxAttempts]).toEqual([name, 0]);
      const permanent = Retry[0]?.ErrorEquals;
      expect(permanent).toEqual(expect.arrayContaining([...errors.DENIED, 'InvalidInput', 'DeadlineExceeded']));
    }
  });

  test('that nobody knows are tried again too, after all that have a name', () => {
    for (const [, { Retry = [], Catch = [] }] of tasks) {
      for (const list of [Retry, Catch]) {
        expect(list.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
        expect(list.filter(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'))).toHaveLength(1);
      }
      expect(Retry.at(-1)?.MaxAttempts).toBeGreaterThan(0);
    }
  });

  test('are waited for steadily, or with a cap and full jitter', () => {
    for (const { MaxAttempts, BackoffRate, MaxDelaySeconds, JitterStrategy } of retriers) {
      if (MaxAttempts > 0 && BackoffRate !== 1)
        expect([MaxDelaySeconds, JitterStrategy]).toEqual([expect.any(Number), 'FULL']);
    }
  });

  test('lead on: UnassignIp to AssignIp, AssignIp to another decision, everything else to the failure notice', () => {
    const last = (name: string) => stateNamed(name).Catch?.at(-1);
    expect(last('VerifyInstanceState')).toMatchObject({ Next: 'NotifyFailure', Assign: { failure: ERROR_OUTPUT } });
    expect(last('UnassignIp')).toMatchObject({ Next: 'AssignIp', Assign: { unassigned: { refused: ERROR_OUTPUT } } });
    expect(last('AssignIp')).toMatchObject({ Next: 'VerifyInstanceState', Assign: PASS_ENDED });
    expect(last('VerifyEni')).toMatchObject({ Next: 'NotifyFailure', Assign: { failure: ERROR_OUTPUT } });
  });

  test('that another node or a fresh look can cure are decided again, and leave all that is known to the next pass', () => {
    const back = states.flatMap(([name, { Catch = [] }]) =>
      Catch.filter(({ Next }) => Next === 'VerifyInstanceState').map((catcher) => ({ name, ...catcher })),
    );
    expect(back.map(({ name, ErrorEquals }) => [name, ErrorEquals])).toEqual([
      ['AssignIp', ['States.ALL']],
      ['VerifyEni', ['TargetLost', 'Superseded', 'ElasticIpMissing', 'NotConverged']],
    ]);
    for (const { Assign } of back) expect(Assign).toEqual(PASS_ENDED);
  });

  test('end the execution under their own name, whether or not the failure notice went out', () => {
    expect(stateNamed('NotifyFailure')).toMatchObject({ Next: 'FailoverFailed' });
    expect(stateNamed('NotifyFailure').Catch).toEqual([
      { ErrorEquals: ['States.ALL'], Output: {}, Next: 'FailoverFailed' },
    ]);
    expect(stateNamed('FailoverFailed')).toMatchObject({ Type: 'Fail', Error: '{% $failure.Error %}' });
  });

  test.each(['NotifySuccess', 'NotifyNothingToDo'])('of %s never make a failure notice of a good end', (name) => {
    expect(stateNamed(name).Catch).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'NoticeFailed' }]);
  });
});

const ERROR_OUTPUT = '{% $states.errorOutput %}';
const PASS_ENDED = {
  previous: { plan: '{% $plan %}', unassigned: '{% $unassigned %}', assigned: '{% $assigned %}', error: ERROR_OUTPUT },
  plan: null,
  unassigned: null,
  assigned: null,
};

describe('The time budget', () => {
  const { FUNCTION_SECONDS, INITIALISATION_SECONDS, TASK_SECONDS, EXECUTION_SECONDS, EXPRESS_SECONDS } = timing;
  const { DEADLINE_SECONDS, LAST_DEADLINE_SECONDS, UNASSIGN_UNTIL_SECONDS, READS_SETTLE_MS } = timing;

  test('is the same in the workflow and in timing.ts', () => {
    expect(definition.TimeoutSeconds).toBe(EXECUTION_SECONDS);
    expect(new Set(tasks.map(([, task]) => task.TimeoutSeconds))).toEqual(new Set([TASK_SECONDS]));
    expect(retrierOf('VerifyInstanceState', 'StateUnsettled')).toMatchObject({
      IntervalSeconds: timing.UNSETTLED_SECONDS,
      MaxAttempts: timing.UNSETTLED_RETRIES,
    });
    expect(retrierOf('VerifyEni', 'NotConverged')).toMatchObject({ IntervalSeconds: timing.NOT_CONVERGED_SECONDS });
  });

  test('A16: lets no forgotten invocation go on working: a task outlasts its function and the longest initialisation', () => {
    expect(timing.CONNECT_MS).toBeLessThan(timing.REQUEST_MS);
    expect(timing.READ_PATIENCE_MS + timing.REQUEST_MS).toBeLessThan(1_000 * FUNCTION_SECONDS);
    expect(timing.PUBLISH_MS).toBeLessThan(1_000 * FUNCTION_SECONDS);
    expect(FUNCTION_SECONDS + INITIALISATION_SECONDS).toBeLessThanOrEqual(TASK_SECONDS);
  });

  test('D3: lets whoever unassigns assign: a last unassigning task and all of AssignIp’s retries fit before the deadline', () => {
    const retries = sum(pausesOf(retrierOf('AssignIp', 'any')));
    expect(UNASSIGN_UNTIL_SECONDS + TASK_SECONDS + retries).toBeLessThan(DEADLINE_SECONDS);
  });

  test('lets whoever fails say so: a last task and the failure notice fit before the execution’s end', () => {
    expect(DEADLINE_SECONDS).toBeLessThan(LAST_DEADLINE_SECONDS);
    expect(DEADLINE_SECONDS + 2 * TASK_SECONDS).toBeLessThanOrEqual(EXECUTION_SECONDS);
    expect(LAST_DEADLINE_SECONDS + TASK_SECONDS).toBeLessThanOrEqual(EXECUTION_SECONDS);
    expect(EXECUTION_SECONDS).toBeLessThan(EXPRESS_SECONDS);
  });

  test('D4, D5: gives a step that fails at once all the time there is, and what hangs no more than that', () => {
    const { ErrorEquals, ...passing } = retrierOf('VerifyInstanceState', 'TransientAwsError');
    expect(ErrorEquals).toEqual(expect.arrayContaining(['Lambda.TooManyRequestsException', 'Lambda.ServiceException']));
    // With full jitter a pause takes half of its bound on average.
    const mean = sum(pausesOf({ ErrorEquals, ...passing })) / 2;
    expect(mean).toBeGreaterThan(0.8 * DEADLINE_SECONDS);
    expect(mean).toBeLessThan(DEADLINE_SECONDS);
    const hung = retrierOf('VerifyInstanceState', 'States.Timeout');
    expect((hung.MaxAttempts + 1) * TASK_SECONDS + sum(pausesOf(hung)) / 2).toBeLessThan(DEADLINE_SECONDS);
    const unknown = sum(pausesOf(retrierOf('VerifyInstanceState', 'any'))) / 2;
    expect(unknown).toBeGreaterThan(25);
    expect(unknown).toBeLessThan(40);
  });

  test('tries UnassignIp for a few seconds, and AssignIp for as long as a plan lives', () => {
    expect(sum(pausesOf(retrierOf('UnassignIp', 'any')))).toBeLessThanOrEqual(6);
    expect(sum(pausesOf(retrierOf('AssignIp', 'any'))) / 2).toBeLessThan(timing.PLAN_MAX_AGE_MS / 1_000);
    for (const name of ['UnassignIp', 'AssignIp']) expect(retrierOf(name, 'States.Timeout').MaxAttempts).toBe(0);
  });

  test('looks often enough to see what was written, and believes an event’s doubt to be over before it gives up', () => {
    const { LOOK_PAUSES_MS, NOT_CONVERGED_SECONDS, UNSETTLED_SECONDS } = timing;
    const look = 1_000 * NOT_CONVERGED_SECONDS + sum(LOOK_PAUSES_MS);
    expect(timing.VERIFY_SETTLED_RETRIES * look).toBeGreaterThanOrEqual(READS_SETTLE_MS);
    expect(timing.VERIFY_SETTLED_RETRIES).toBeLessThan(retrierOf('VerifyEni', 'NotConverged').MaxAttempts);
    expect(1_000 * timing.DECIDE_SETTLED_RETRIES * UNSETTLED_SECONDS).toBeGreaterThanOrEqual(READS_SETTLE_MS);
    expect(timing.DECIDE_SETTLED_RETRIES).toBeLessThan(timing.DOUBT_RETRIES);
    expect(timing.DOUBT_RETRIES).toBeLessThan(timing.UNSETTLED_RETRIES);
    // A rehearsal that is tried again must end before the courtesy is given up.
    expect(timing.REHEARSAL_RETRIES).toBeLessThan(Number(retrierOf('UnassignIp', 'States.ALL')?.MaxAttempts));
  });
});
