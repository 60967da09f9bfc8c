import { PATIENT_RETRY } from '../../functions/shared/patient-retry';
import { NOW } from './support/clusters';

type ErrorType = 'THROTTLING' | 'TRANSIENT' | 'SERVER_ERROR' | 'CLIENT_ERROR';

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

/** The pauses before each retry when every attempt takes `attemptMs` and fails in the same way; all draws are `random`. */
async function pauses(errorType: ErrorType, { random, attemptMs }: { random: number; attemptMs: number }) {
  jest.spyOn(Math, 'random').mockReturnValue(random);
  const waited: number[] = [];
  let token = await PATIENT_RETRY.acquireInitialRetryToken('');
  for (;;) {
    jest.setSystemTime(Date.now() + attemptMs);
    try {
      token = await PATIENT_RETRY.refreshRetryTokenForRetry(token, { errorType });
    } catch {
      return waited;
    }
    waited.push(token.getRetryDelay());
    expect(token.getRetryCount()).toBe(waited.length);
    jest.setSystemTime(Date.now() + token.getRetryDelay());
  }
}

test('the first attempt waits for nothing', async () => {
  const token = await PATIENT_RETRY.acquireInitialRetryToken('');
  expect([token.getRetryCount(), token.getRetryDelay()]).toEqual([0, 0]);
});

test('throttled reads are retried as long as the next attempt begins within 6 s of the first', async () => {
  expect(await pauses('THROTTLING', { random: 0.5, attemptMs: 500 })).toEqual([1_000, 1_000, 1_000, 1_000]);
  expect(await pauses('THROTTLING', { random: 0.25, attemptMs: 1_000 })).toEqual([500, 500, 500, 500]);
});

test('an attempt that begins exactly 6 s after the first is made, one a moment later is not', async () => {
  expect(await pauses('THROTTLING', { random: 0, attemptMs: 3_000 })).toEqual([0, 0]);
  expect(await pauses('THROTTLING', { random: 0, attemptMs: 3_001 })).toEqual([0]);
});

test('a pause is a whole number of milliseconds', async () => {
  expect((await pauses('THROTTLING', { random: 0.12345, attemptMs: 2_500 }))[0]).toBe(246);
});

test('lost answers and 5xx are tried three times in all, with pauses that double', async () => {
  expect(await pauses('TRANSIENT', { random: 1, attemptMs: 10 })).toEqual([100, 200]);
  expect(await pauses('TRANSIENT', { random: 0, attemptMs: 10 })).toEqual([0, 0]);
  expect(await pauses('TRANSIENT', { random: 1, attemptMs: 5_950 })).toEqual([]);
});

test.each(['SERVER_ERROR', 'CLIENT_ERROR'] as const)('%s is not retried', async (errorType) => {
  expect(await pauses(errorType, { random: 0, attemptMs: 10 })).toEqual([]);
});

test('a success needs no bookkeeping', async () => {
  const token = await PATIENT_RETRY.acquireInitialRetryToken('');
  expect(PATIENT_RETRY.recordSuccess(token)).toBeUndefined();
});
