import * as timing from '../../../functions/shared/timing';

const { elapsedMs, planAgeMs } = timing;
const START = '2026-01-31T12:00:00.000Z';
const NOW = Date.parse('2026-01-31T12:01:00.000Z');

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

function entered(seconds: number, retryCount = 0) {
  return { startTime: START, stateEnteredTime: at(seconds), retryCount };
}

function at(seconds: number): string {
  return new Date(Date.parse(START) + seconds * 1_000).toISOString();
}

describe('the time since the execution began', () => {
  test('is told by the workflow alone in the first attempt of a state', () => {
    expect(elapsedMs(entered(7))).toBe(7_000);
    expect(elapsedMs(entered(90))).toBe(90_000);
  });
  test('counts the time in the state, by our own clock, when it is tried again', () => {
    expect(elapsedMs(entered(50, 1))).toBe(60_000);
  });
  test('counts no more than the retries can have taken: our clock may be ahead', () => {
    expect(elapsedMs(entered(2, 1))).toBe(29_000);
    expect(elapsedMs(entered(2, 2))).toBe(56_000);
  });
  test('does not run backwards when our own clock is behind', () => {
    expect(elapsedMs(entered(90, 3))).toBe(90_000);
  });
});

describe('the age of a plan', () => {
  test('is told by the workflow alone in the first attempt of a state', () => {
    expect(planAgeMs(entered(7), at(5))).toBe(2_000);
  });
  test('counts the time in the state when it is tried again', () => {
    expect(planAgeMs(entered(57, 1), at(45))).toBe(15_000);
    expect(planAgeMs(entered(70, 1), at(45))).toBe(25_000);
  });
  test('counts no more than the retries can have taken: our clock may be ahead', () => {
    expect(planAgeMs(entered(40, 1), at(40))).toBe(12_000);
    expect(planAgeMs(entered(40, 2), at(39))).toBe(21_000);
  });
});

describe('the budget', () => {
  const t = timing;
  test.each<[string, number, number]>([
    ['connecting < a request', t.CONNECT_MS, t.REQUEST_MS - 1],
    ['a request < a function', t.REQUEST_MS, t.FUNCTION_SECONDS * 1_000 - 1],
    ['publishing < a function', t.PUBLISH_MS, t.FUNCTION_SECONDS * 1_000 - 1],
    [
      'the last attempt of a read ends within its function',
      t.READ_PATIENCE_MS + t.REQUEST_MS,
      t.FUNCTION_SECONDS * 1_000,
    ],
    [
      'an optional read after the needed ones ends within its function',
      t.READ_PATIENCE_MS + t.REQUEST_MS + t.OPTIONAL_READ_PATIENCE_MS + t.OPTIONAL_REQUEST_MS,
      t.FUNCTION_SECONDS * 1_000 - 1,
    ],
    [
      'the last attempt for an address without a holder ends within its function',
      t.HOMELESS_PATIENCE_MS + t.HOMELESS_PAUSE_MS + t.REQUEST_MS,
      t.FUNCTION_SECONDS * 1_000 - 1,
    ],
    ['an optional read is given up before a needed one', t.OPTIONAL_READ_PATIENCE_MS, t.READ_PATIENCE_MS - 1],
    ['a function and its initialisation <= a task', t.FUNCTION_SECONDS + t.INITIALISATION_SECONDS, t.TASK_SECONDS],
    [
      'who unassigns last still has a task for it and 30 s to assign',
      t.UNASSIGN_UNTIL_SECONDS + t.TASK_SECONDS + 30,
      t.DEADLINE_SECONDS - 1,
    ],
    ['the deadline < the last deadline', t.DEADLINE_SECONDS, t.LAST_DEADLINE_SECONDS - 1],
    ['two tasks after the deadline <= an execution', t.DEADLINE_SECONDS + 2 * t.TASK_SECONDS, t.EXECUTION_SECONDS],
    ['a task after the last deadline <= an execution', t.LAST_DEADLINE_SECONDS + t.TASK_SECONDS, t.EXECUTION_SECONDS],
    ['an execution < what Express allows', t.EXECUTION_SECONDS, t.EXPRESS_SECONDS - 1],
    [
      'all looks of one VerifyEni call fit into its function',
      total(t.LOOK_PAUSES_MS) + t.REQUEST_MS,
      t.FUNCTION_SECONDS * 1_000,
    ],
    ['doubt ends before looking again does', t.DOUBT_RETRIES, t.UNSETTLED_RETRIES - 1],
    ['own writes are seen before doubt ends', t.DECIDE_SETTLED_RETRIES, t.DOUBT_RETRIES],
  ])('%s', (_what, less, most) => {
    expect(less).toBeLessThanOrEqual(most);
  });

  test('reads have settled after as many looks as the steps count', () => {
    expect(t.DECIDE_SETTLED_RETRIES * t.UNSETTLED_SECONDS * 1_000).toBeGreaterThanOrEqual(t.READS_SETTLE_MS);
    const oneVerify = total(t.LOOK_PAUSES_MS) + t.NOT_CONVERGED_SECONDS * 1_000;
    expect(t.VERIFY_SETTLED_RETRIES * oneVerify).toBeGreaterThanOrEqual(t.READS_SETTLE_MS);
  });
  test('an event that AWS contradicts is doubted for about 20 s', () => {
    expect(t.DOUBT_RETRIES * t.UNSETTLED_SECONDS).toBe(21);
  });
  test('a plan lives as long as reads may lag', () => {
    expect(t.PLAN_MAX_AGE_MS).toBe(15_000);
  });
});

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
