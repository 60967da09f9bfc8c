import { StatesError } from '../../../../local/emulator/step-functions/errors';
import { matches, RETRY_DEFAULTS, Retries } from '../../../../local/emulator/step-functions/retry';

// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
const error = (name: string) => new StatesError(name, '');

describe('ErrorEquals', () => {
  test('names errors exactly, case included', () => {
    expect(matches(['Other', 'Sorry'], error('Sorry'))).toBe(true);
    expect(matches(['sorry'], error('Sorry'))).toBe(false);
    expect(matches([], error('Sorry'))).toBe(false);
  });

  test('names every error with States.ALL', () => {
    for (const name of ['Sorry', 'States.Timeout', 'States.TaskFailed', 'States.QueryEvaluationError', ''])
      expect(matches(['States.ALL'], error(name))).toBe(true);
  });

  test('names every error but States.Timeout with States.TaskFailed', () => {
    expect(matches(['States.TaskFailed'], error('Sorry'))).toBe(true);
    expect(matches(['States.TaskFailed'], error('States.Timeout'))).toBe(false);
    expect(matches(['States.TaskFailed', 'States.Timeout'], error('States.Timeout'))).toBe(true);
  });

  test.each(['States.Runtime', 'States.DataLimitExceeded'])('never names %s', (name) => {
    for (const given of [name, 'States.ALL', 'States.TaskFailed']) expect(matches([given], error(name))).toBe(false);
  });
});

describe('a pause', () => {
  const pauses = (more: object, random = () => 1, count = 5) => {
    const retries = new Retries([{ ...RETRY_DEFAULTS, errorEquals: ['States.ALL'], ...more }], random);
    return Array.from({ length: count }, () => retries.pauseAfter(error('Sorry')));
  };

  test('is 1 s, 2 s, 4 s by default, and then there is none', () => {
    expect(pauses({})).toEqual([1_000, 2_000, 4_000, null, null]);
  });

  test('grows by the BackoffRate up to MaxDelaySeconds', () => {
    expect(pauses({ intervalSeconds: 2, backoffRate: 1.5, maxAttempts: 5, maxDelaySeconds: 6 })).toEqual([
      2_000, 3_000, 4_500, 6_000, 6_000,
    ]);
  });

  test('with full jitter lies between nothing and the whole', () => {
    const numbers = [0, 0.5, 0.9996];
    const random = () => numbers.shift() ?? 0;
    expect(pauses({ backoffRate: 1, jitter: 'FULL' }, random, 3)).toEqual([0, 500, 1_000]);
  });

  test('takes no random number without jitter', () => {
    const random = () => {
      throw new Error('not asked for');
    };
    expect(pauses({}, random, 1)).toEqual([1_000]);
  });
});
