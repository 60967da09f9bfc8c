import '../support/quiet';
import { DeadlineExceeded, PlanStale, TargetLost } from '../../../functions/shared/errors';
import { assertFresh, handler } from '../../../functions/shared/handler';
import { logger } from '../../../functions/shared/logger';
import { DEADLINE_SECONDS, PLAN_MAX_AGE_MS } from '../../../functions/shared/timing';
import { execution, plan } from '../notify/builders';

const START = Date.parse('2026-01-31T12:00:00.000Z');
afterEach(() => jest.restoreAllMocks());

/** A state that was entered so long after the execution's start. */
function entered(ms: number) {
  const at = (time: number) => new Date(time).toISOString();
  return execution({ startTime: at(START), stateEnteredTime: at(START + ms) });
}

const quickly = entered(1_000);

describe('a state', () => {
  const run = jest.fn(async () => 'done');
  beforeEach(() => run.mockClear());

  test('works until the deadline of the execution, to the millisecond', async () => {
    await expect(handler(run)({ execution: entered(DEADLINE_SECONDS * 1_000) })).resolves.toBe('done');
    await expect(handler(run)({ execution: entered(DEADLINE_SECONDS * 1_000 + 1) })).rejects.toBeInstanceOf(
      DeadlineExceeded,
    );
    expect(run).toHaveBeenCalledTimes(1);
  });
  test('says how late it is', async () => {
    await expect(handler(run)({ execution: entered(250_400) })).rejects.toThrow(
      'The execution started 250 s ago and may work for 240 s. Start it again.',
    );
  });
  test('may have a deadline of its own, which its input decides', async () => {
    const until = jest.fn(() => 10);
    const late = { execution: entered(11_000) };
    await expect(handler(run, until)(late)).rejects.toThrow('may work for 10 s');
    expect(until.mock.calls).toEqual([[late]]);
    await expect(handler(run, () => Number.POSITIVE_INFINITY)({ execution: entered(900_000) })).resolves.toBe('done');
  });
  test('passes errors on unchanged', async () => {
    const error = new TargetLost('x');
    const failing = handler(async () => Promise.reject(error));
    await expect(failing({ execution: quickly, plan: plan() })).rejects.toBe(error);
  });
});

describe('what a state logs', () => {
  const logged = () => ({
    info: jest.spyOn(logger, 'info').mockImplementation(),
    error: jest.spyOn(logger, 'error').mockImplementation(),
  });

  test('every line carries the execution, the cluster and the mode, and nothing of the execution before', async () => {
    logged();
    const said: unknown[] = [];
    jest.spyOn(logger, 'resetKeys').mockImplementation(() => void said.push('nothing'));
    jest.spyOn(logger, 'appendKeys').mockImplementation((keys) => void said.push(keys));
    const { id } = execution();
    const run = handler(async (_input: { execution: typeof quickly; plan?: ReturnType<typeof plan> | null }) => 'done');
    await run({ execution: quickly });
    await run({ execution: quickly, plan: null });
    await run({ execution: quickly, plan: plan({ mode: 'drill' }) });
    expect(said).toEqual([
      'nothing',
      { executionId: id },
      'nothing',
      { executionId: id },
      'nothing',
      { executionId: id },
      { cluster: 'mail', mode: 'drill' },
    ]);
  });
  test('the result once', async () => {
    const { info, error } = logged();
    await handler(async () => ({ released: [] }))({ execution: quickly });
    expect(info.mock.calls).toEqual([['done', { output: { released: [] } }]]);
    expect(error).not.toHaveBeenCalled();
  });
  test('an error once, also one that is no Error', async () => {
    const { info, error } = logged();
    const lost = new TargetLost('x');
    await expect(handler(() => Promise.reject(lost))({ execution: quickly })).rejects.toBe(lost);
    await expect(handler(() => Promise.reject('odd'))({ execution: quickly })).rejects.toBe('odd');
    expect(error.mock.calls).toEqual([
      ['failed', lost],
      ['failed', new Error('odd')],
    ]);
    expect(info).not.toHaveBeenCalled();
  });
  test('also that it is too late', async () => {
    const { error } = logged();
    await expect(handler(async () => 'done')({ execution: entered(300_000) })).rejects.toThrow();
    expect(error).toHaveBeenCalledTimes(1);
  });
});

describe('a plan', () => {
  const decided = (ageMs: number) => new Date(Date.parse(quickly.stateEnteredTime) - ageMs).toISOString();
  test('may be acted on for 15 s, to the millisecond', () => {
    expect(() => assertFresh(quickly, decided(PLAN_MAX_AGE_MS))).not.toThrow();
    expect(() => assertFresh(quickly, decided(PLAN_MAX_AGE_MS + 1))).toThrow(PlanStale);
  });
  test('that is too old says how old it is', () => {
    expect(() => assertFresh(quickly, decided(42_400))).toThrow(
      'The plan is 42 s old; 15 s are allowed. Deciding again.',
    );
  });
});
