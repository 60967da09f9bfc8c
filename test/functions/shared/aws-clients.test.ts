import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { call, OPTIONAL_READER, READER, WRITER, wasThrottled } from '../../../functions/shared/aws-clients';
import { TransientAwsError } from '../../../functions/shared/errors';
import { ec2Error, THROTTLED } from '../support/ec2';
import { NOW } from '../support/facts';

describe('errors of AWS that may pass', () => {
  /** As a service throws it: `$fault` says whose fault it is. */
  const answered = (name: string) => Object.assign(new Error('m'), { name, $fault: 'client', $metadata: {} });
  test.each([
    'RequestLimitExceeded',
    'EC2ThrottledException',
    'Throttling',
    'ThrottlingException',
    'ThrottledException',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'TooManyRequestsException',
    'TimeoutError',
  ])('%s is transient', async (name) => {
    await expect(call('X', Promise.reject(answered(name)))).rejects.toBeInstanceOf(TransientAwsError);
  });
  test.each([429, 500, 501, 502, 503, 504])('HTTP %i is transient', async (status) => {
    await expect(call('X', Promise.reject(ec2Error('Whatever', status)))).rejects.toBeInstanceOf(TransientAwsError);
  });
  test.each([
    ['a broken connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['an answer that did not come', Object.assign(new Error('no answer'), { name: 'TimeoutError' })],
    ['an answer that is no XML', new SyntaxError('char "<" is not expected')],
    ['an answer without what it must have', new TypeError("Cannot read properties of undefined (reading 'x')")],
  ])('%s, which no service reported, is transient', async (_what, error) => {
    await expect(call('X', Promise.reject(error))).rejects.toBeInstanceOf(TransientAwsError);
  });
  test.each([
    ['UnauthorizedOperation', 403],
    ['InvalidParameterValue', 400],
    ['PrivateIpAddressLimitExceeded', 400],
    ['AuthFailure', 401],
    ['InvalidInstanceID.NotFound', 400],
    ['NobodyKnows', 400],
  ])('%s keeps its name: the workflow knows it, or gives it half a minute', async (name, status) => {
    const error: unknown = await call('X', Promise.reject(ec2Error(name, status))).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EC2ServiceException);
    expect(error).toMatchObject({ name });
  });
  test('what is no error at all stays as it is', async () => {
    await expect(call('X', Promise.reject('text'))).rejects.toBe('text');
    const odd = { name: 'Throttling' };
    await expect(call('X', Promise.reject(odd))).rejects.toBe(odd);
  });
  test('the message says which call it was and what AWS said, and the cause is the error itself', async () => {
    await expect(call('AssignPrivateIpAddresses', Promise.reject(THROTTLED))).rejects.toMatchObject({
      name: 'TransientAwsError',
      message: 'AssignPrivateIpAddresses: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
      cause: THROTTLED,
    });
  });
  test('an answer is passed on', async () => {
    await expect(call('X', Promise.resolve(7))).resolves.toBe(7);
  });
});

describe('whether AWS asked for fewer calls', () => {
  test.each([
    ['a throttle', THROTTLED, true],
    ['a 5xx', ec2Error('InternalError', 500), false],
    ['no error', 'text', false],
    ['nothing', undefined, false],
  ])('%s: %s', (_what, cause, throttled) => {
    expect(wasThrottled(new TransientAwsError('x', { cause }))).toBe(throttled);
  });
});

describe('the settings of the clients', () => {
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
  const before = variables.map((name) => process.env[name]);
  const set = (values: readonly (string | undefined)[]) => {
    for (const [index, name] of variables.entries()) {
      const value = values[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  afterEach(() => set(before));

  test('credentials are those that Lambda sets, as they are at each call', async () => {
    set(['key', 'secret', 'token']);
    const all = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' };
    expect(await READER.credentials()).toEqual(all);
    set(['key', 'secret', undefined]);
    expect(await WRITER.credentials()).toStrictEqual({ accessKeyId: 'key', secretAccessKey: 'secret' });
    set([undefined, undefined, undefined]);
    expect(await OPTIONAL_READER.credentials()).toStrictEqual({ accessKeyId: '', secretAccessKey: '' });
  });
  test.each([
    ['a writer', WRITER, 3_000],
    ['a reader', READER, 3_000],
    ['an optional reader', OPTIONAL_READER, 2_000],
  ])(
    '%s: a connection may take 1 s, and a request that takes longer than it may fails',
    (_what, settings, requestTimeout) => {
      expect(settings.requestHandler).toEqual({
        connectionTimeout: 1_000,
        requestTimeout,
        throwOnRequestTimeout: true,
      });
    },
  );
  test('a change is sent once: the workflow sends it again, with a fresh clock', () => {
    expect(WRITER).toMatchObject({ maxAttempts: 1 });
  });
});

describe('how reads are tried again', () => {
  beforeEach(() => jest.useFakeTimers({ now: NOW }));
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  type Strategy = typeof READER.retryStrategy;
  type ErrorType = Parameters<Strategy['refreshRetryTokenForRetry']>[1]['errorType'];

  /** The pauses before each retry when every attempt takes `attemptMs` and fails in the same way; all draws are `random`. */
  async function pauses(
    errorType: ErrorType,
    { random, attemptMs, strategy = READER.retryStrategy }: { random: number; attemptMs: number; strategy?: Strategy },
  ) {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const waited: number[] = [];
    let token = await strategy.acquireInitialRetryToken('');
    for (;;) {
      jest.setSystemTime(Date.now() + attemptMs);
      try {
        token = await strategy.refreshRetryTokenForRetry(token, { errorType });
      } catch {
        return waited;
      }
      waited.push(token.getRetryDelay());
      expect(token.getRetryCount()).toBe(waited.length);
      jest.setSystemTime(Date.now() + token.getRetryDelay());
    }
  }

  test('the first attempt waits for nothing', async () => {
    const token = await READER.retryStrategy.acquireInitialRetryToken('');
    expect([token.getRetryCount(), token.getRetryDelay()]).toEqual([0, 0]);
  });
  test('throttled ones as long as the next attempt begins within 5 s of the first', async () => {
    expect(await pauses('THROTTLING', { random: 0.5, attemptMs: 500 })).toEqual([1_000, 1_000, 1_000]);
    expect(await pauses('THROTTLING', { random: 0.25, attemptMs: 1_000 })).toEqual([500, 500, 500]);
  });
  test('those that the decision can do without for 1 s', async () => {
    const strategy = OPTIONAL_READER.retryStrategy;
    expect(await pauses('THROTTLING', { random: 0.25, attemptMs: 500, strategy })).toEqual([500]);
  });
  test('an attempt that begins exactly 5 s after the first is made, one a moment later is not', async () => {
    expect(await pauses('THROTTLING', { random: 0, attemptMs: 2_500 })).toEqual([0, 0]);
    expect(await pauses('THROTTLING', { random: 0, attemptMs: 2_501 })).toEqual([0]);
  });
  test('a pause is a whole number of milliseconds', async () => {
    expect((await pauses('THROTTLING', { random: 0.12345, attemptMs: 2_500 }))[0]).toBe(246);
  });
  test('lost answers and 5xx three times in all, with pauses that double', async () => {
    expect(await pauses('TRANSIENT', { random: 1, attemptMs: 10 })).toEqual([100, 200]);
    expect(await pauses('TRANSIENT', { random: 0, attemptMs: 10 })).toEqual([0, 0]);
    expect(await pauses('TRANSIENT', { random: 1, attemptMs: 4_950 })).toEqual([]);
  });
  test.each(['SERVER_ERROR', 'CLIENT_ERROR'] as const)('%s not at all', async (errorType) => {
    expect(await pauses(errorType, { random: 0, attemptMs: 10 })).toEqual([]);
  });
  test('a success needs no bookkeeping', async () => {
    const token = await READER.retryStrategy.acquireInitialRetryToken('');
    expect(READER.retryStrategy.recordSuccess(token)).toBeUndefined();
  });
});
