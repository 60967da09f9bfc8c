import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import * as errors from '../../functions/shared/errors';
import { DEADLINE_MS } from '../../functions/shared/step';

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}
interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string; readonly [key: string]: unknown }[];
  readonly Parameters?: unknown;
  readonly ResultPath?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly ResultPath: string;
    readonly Next: string;
  }[];
  readonly [key: string]: unknown;
}

const source = readFileSync(join(__dirname, '../../statemachine/failover.asl.json'), 'utf8');
const definition: { StartAt: string; TimeoutSeconds: number; States: Record<string, State> } = JSON.parse(source);
const states = Object.entries(definition.States);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const STEPS = ['ReadRequest', 'VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni'];

function stateNamed(name: string): State {
  const state = definition.States[name];
  if (state === undefined) throw new Error(`There is no state ${name}`);
  return state;
}

/** Every reference path to the state's own input in a state, such as "$.plan.Payload". */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^\$\.[\w.]+$/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

function exists(object: unknown, path: string): boolean {
  let at = object;
  for (const key of path.slice(2).split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}

describe('The workflow definition', () => {
  it('passes the States Language validator as it stands in the repository', () => {
    const { isValid, errorsText } = validate(JSON.parse(source), { checkArn: false, checkPaths: true });
    expect([isValid, errorsText('\n')]).toEqual([true, expect.anything()]);
  });

  it('has the states that the console, the code folders and the documents name', () => {
    expect(Object.keys(definition.States)).toEqual(
      expect.arrayContaining([
        ...STEPS,
        'Decide',
        'NotifySuccess',
        'NotifyFailure',
        'FailoverFailed',
        'NoticeFailed',
        'NothingToDo',
      ]),
    );
  });

  it('reads only paths that the first state, or the way back to the decision, has laid', () => {
    const laid = stateNamed('Prepare').Parameters;
    const again = stateNamed('DecideAgain').Parameters;
    // A task's result and a caught error are laid by the state that comes before.
    const written = new Set(['$.plan.Payload.action', '$.plan.Payload.notify', '$.error.Error', '$.error.Cause']);
    for (const [name, { Parameters, Choices, ErrorPath, CausePath }] of states) {
      for (const path of pathsIn([Parameters, Choices, ErrorPath, CausePath])) {
        expect([name, path, written.has(path) || exists(laid, path)]).toEqual([name, path, true]);
      }
    }
    expect(Object.keys(again as object).map((key) => key.replace('.$', ''))).toEqual(Object.keys(laid as object));
  });

  it('shows the registry to the first task alone, and to the notice where that task could not be run', () => {
    const holding = states.filter(([, state]) => /\$\{Clusters\}/.test(JSON.stringify(state))).map(([name]) => name);
    expect(holding).toEqual(['ReadRequest', 'RequestNotRead']);
    expect(stateNamed('Prepare').Next).toBe('ReadRequest');
    const leading = states.filter(([, state]) => /"Next":"RequestNotRead"/.test(JSON.stringify(state)));
    expect(leading.map(([name]) => name)).toEqual(['ReadRequest']);
    expect(stateNamed('RequestNotRead').ResultPath).toBe('$.reading.Payload');
  });

  it.each(tasks)('%s keeps what every other state has found', (_name, { ResultPath, Catch = [] }) => {
    expect(ResultPath).toMatch(/^\$\.\w+$/);
    for (const { ResultPath: caught } of Catch) expect(caught).toMatch(/^\$\.\w+$/);
  });

  it.each(STEPS)('%s ends in a failure notice on any error that leads nowhere else', (name) => {
    const { ErrorEquals, ResultPath, Next = '' } = stateNamed(name).Catch?.at(-1) ?? {};
    expect({ ErrorEquals, ResultPath }).toEqual({ ErrorEquals: ['States.ALL'], ResultPath: '$.error' });
    const notice = name === 'ReadRequest' ? stateNamed(Next).Next : Next;
    expect(notice).toBe('NotifyFailure');
  });

  it('fails with the original error, whether or not the failure notice went out', () => {
    expect(stateNamed('NotifyFailure')).toMatchObject({
      Next: 'FailoverFailed',
      ResultPath: '$.notice',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.noticeError', Next: 'FailoverFailed' }],
    });
    expect(stateNamed('FailoverFailed')).toMatchObject({
      Type: 'Fail',
      ErrorPath: '$.error.Error',
      CausePath: '$.error.Cause',
    });
  });

  it.each(['NotifySuccess', 'NotifyNothingToDo'])('%s never turns a good end into a failure notice', (name) => {
    expect(stateNamed(name).Catch).toEqual([
      { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'NoticeFailed' },
    ]);
  });

  it('decides again exactly on the five errors that another node or a fresh look can cure', () => {
    for (const name of ['UnassignIp', 'AssignIp', 'VerifyEni']) {
      expect(stateNamed(name).Catch?.[0]).toMatchObject({
        ErrorEquals: ['TargetCannotHold', 'TargetLost', 'Superseded', 'ElasticIpMissing', 'PlanStale'],
        Next: 'DecideAgain',
      });
    }
    expect(stateNamed('DecideAgain').Next).toBe('VerifyInstanceState');
  });

  it('names no error of its own that the functions do not throw', () => {
    const own = states
      .flatMap(([, { Retry = [], Catch = [] }]) => [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals))
      .filter((name) => !/^(States|Lambda|Sandbox|Runtime)\./.test(name));
    const thrown = Object.values(errors).map((Thrown) => new Thrown('').name);
    expect(thrown).toEqual(expect.arrayContaining([...new Set(own)]));
  });

  it.each(tasks)(
    '%s retries a broken Lambda and a struggling AWS with backoff, a cap and full jitter',
    (_name, { Retry = [] }) => {
      expect(Retry[0]).toMatchObject({
        ErrorEquals: expect.arrayContaining([
          'Lambda.Unknown',
          'Sandbox.Timedout',
          'Lambda.TooManyRequestsException',
          'TransientAwsError',
        ]),
        JitterStrategy: 'FULL',
        MaxDelaySeconds: expect.any(Number),
      });
      expect(Retry[0]?.BackoffRate).toBeGreaterThan(1);
    },
  );

  it('retries no permanent error', () => {
    const retried = states.flatMap(([, { Retry = [] }]) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals));
    const permanent = [
      'States.ALL',
      'States.TaskFailed',
      'InvalidInput',
      'NoHealthyStandby',
      'HeldByStranger',
      'TargetRefused',
      'DeadlineExceeded',
    ];
    expect(retried.filter((name) => permanent.includes(name))).toEqual([]);
  });

  it('leaves the failure notice time after the latest start of a step', () => {
    const late = STEPS.filter((name) => name !== 'ReadRequest');
    const step = Math.max(...late.map((name) => stateNamed(name).TimeoutSeconds ?? Number.POSITIVE_INFINITY));
    const longestPause = Math.max(
      ...late.flatMap((name) =>
        (stateNamed(name).Retry ?? []).map((retrier) => retrier.MaxDelaySeconds ?? retrier.IntervalSeconds),
      ),
    );
    const notice = stateNamed('NotifyFailure').TimeoutSeconds ?? Number.POSITIVE_INFINITY;
    // The last step starts at the deadline, times out, pauses, is told that it is too late; then the notice goes out.
    expect(DEADLINE_MS / 1000 + step + longestPause + notice).toBeLessThanOrEqual(definition.TimeoutSeconds);
    expect(definition.TimeoutSeconds).toBeLessThan(300);
  });

  it('leaves the failure notice time when the function that reads the request fails at once, every time', () => {
    const [{ IntervalSeconds, BackoffRate = 1, MaxDelaySeconds = 0, MaxAttempts }] = stateNamed('ReadRequest')
      .Retry as [Retrier];
    const pauses = Array.from({ length: MaxAttempts }, (_, nth) =>
      Math.min(IntervalSeconds * BackoffRate ** nth, MaxDelaySeconds),
    );
    const notice = stateNamed('NotifyFailure').TimeoutSeconds ?? Number.POSITIVE_INFINITY;
    const longest = pauses.reduce((sum, pause) => sum + pause, 0);
    expect(longest + notice).toBeLessThan(definition.TimeoutSeconds);
  });
});
