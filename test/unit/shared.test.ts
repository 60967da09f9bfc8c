import './support/quiet';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { holdersOf } from '../../functions/shared/addresses';
import { CLIENT_DEFAULTS, call } from '../../functions/shared/aws';
import * as errors from '../../functions/shared/errors';
import { PLAN_MAX_AGE_MS, refuseStale } from '../../functions/shared/fresh';
import { logger } from '../../functions/shared/logger';
import { DEADLINE_MS, step } from '../../functions/shared/step';
import { A, cluster, NOW, vips } from './support/clusters';
import { ec2Error } from './support/ec2';
import { execution, plan } from './support/plans';

describe('errors', () => {
  test.each(Object.entries(errors))('%s carries its own name, which Retry and Catch match', (name, Kind) => {
    const error = new Kind('what happened');
    expect(error.name).toBe(name);
    expect(error).toBeInstanceOf(Error);
    expect(Object.hasOwn(error, 'name')).toBe(true);
  });
});

describe('errors of AWS that may pass', () => {
  const named = (name: string, changes: object = {}) => Object.assign(new Error('m'), { name }, changes);
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
    'KMSThrottlingException',
    'TimeoutError',
    'AbortError',
  ])('%s is transient', async (name) => {
    await expect(call('X', Promise.reject(named(name)))).rejects.toBeInstanceOf(errors.TransientAwsError);
  });
  test.each([429, 500, 502, 503, 504])('HTTP %i is transient', async (status) => {
    await expect(call('X', Promise.reject(ec2Error('Whatever', status)))).rejects.toBeInstanceOf(
      errors.TransientAwsError,
    );
  });
  test.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])(
    '%s is transient',
    async (code) => {
      await expect(call('X', Promise.reject(named('Error', { code })))).rejects.toBeInstanceOf(
        errors.TransientAwsError,
      );
    },
  );
  test.each([
    ['UnauthorizedOperation', 403],
    ['InvalidParameterValue', 400],
    ['PrivateIpAddressLimitExceeded', 400],
  ])('%s is permanent and keeps its name', async (name, status) => {
    const error: unknown = await call('X', Promise.reject(ec2Error(name, status))).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EC2ServiceException);
    expect(error).toMatchObject({ name });
  });
  test('what is no error at all stays as it is', async () => {
    await expect(call('X', Promise.reject('text'))).rejects.toBe('text');
    const odd = { name: 'Throttling' };
    await expect(call('X', Promise.reject(odd))).rejects.toBe(odd);
  });
  test('another code of a system call is permanent', async () => {
    const error = named('Error', { code: 'EACCES' });
    await expect(call('X', Promise.reject(error))).rejects.toBe(error);
  });
  test('the error of AWS is the cause', async () => {
    const error = ec2Error('RequestLimitExceeded', 503);
    await expect(call('X', Promise.reject(error))).rejects.toMatchObject({ cause: error });
  });
  test('the message says which call it was and what EC2 said', async () => {
    await expect(
      call('AssignPrivateIpAddresses', Promise.reject(ec2Error('RequestLimitExceeded', 503))),
    ).rejects.toThrow('AssignPrivateIpAddresses: RequestLimitExceeded: EC2 says RequestLimitExceeded.');
  });
  test('an answer is passed on', async () => {
    await expect(call('X', Promise.resolve(7))).resolves.toBe(7);
  });
});

describe('a step', () => {
  const run = jest.fn(async () => 'done');
  beforeEach(() => run.mockClear());
  test('works until the deadline of the execution', async () => {
    await expect(step(run)({ execution: execution(DEADLINE_MS - 5_000) })).resolves.toBe('done');
  });
  test('does nothing after it', async () => {
    await expect(step(run)({ execution: execution(DEADLINE_MS + 100) })).rejects.toMatchObject({
      name: 'DeadlineExceeded',
    });
    expect(run).not.toHaveBeenCalled();
  });
  test('passes errors on unchanged', async () => {
    const error = new errors.TargetLost('x');
    const failing = step(async () => Promise.reject(error));
    await expect(failing({ execution: execution(), plan: plan() })).rejects.toBe(error);
  });
});

describe('what a step logs', () => {
  const run = async () => 'done';
  const logged = () => ({
    info: jest.spyOn(logger, 'info').mockImplementation(),
    error: jest.spyOn(logger, 'error').mockImplementation(),
  });
  afterEach(() => jest.restoreAllMocks());

  test('every line carries the execution, the cluster and the mode, and nothing of the execution before', async () => {
    logged();
    const said: unknown[] = [];
    jest.spyOn(logger, 'resetKeys').mockImplementation(() => void said.push('nothing'));
    jest.spyOn(logger, 'appendKeys').mockImplementation((keys) => void said.push(keys));
    const { id } = execution();
    await step(run)({ execution: execution() });
    await step(run)({ execution: execution(), plan: plan({ mode: 'drill' }) });
    expect(said).toEqual([
      'nothing',
      { executionId: id },
      'nothing',
      { executionId: id },
      { cluster: 'mail', mode: 'drill' },
    ]);
  });
  test('the result once', async () => {
    const { info, error } = logged();
    await step(async () => ({ released: [] }))({ execution: execution() });
    expect(info.mock.calls).toEqual([['done', { output: { released: [] } }]]);
    expect(error).not.toHaveBeenCalled();
  });
  test('an error once, also one that is no Error', async () => {
    const { info, error } = logged();
    const lost = new errors.TargetLost('x');
    await expect(step(() => Promise.reject(lost))({ execution: execution() })).rejects.toBe(lost);
    await expect(step(() => Promise.reject('odd'))({ execution: execution() })).rejects.toBe('odd');
    expect(error.mock.calls).toEqual([
      ['failed', lost],
      ['failed', new Error('odd')],
    ]);
    expect(info).not.toHaveBeenCalled();
  });
});

describe('limits, to the millisecond', () => {
  beforeEach(() => jest.useFakeTimers({ now: NOW }));
  afterEach(() => jest.useRealTimers());
  const aged = (age: number) => plan({ decidedAt: new Date(NOW - age).toISOString() });

  test('a plan may be acted on for 15 s', () => {
    expect(() => refuseStale(aged(PLAN_MAX_AGE_MS))).not.toThrow();
    expect(() => refuseStale(aged(PLAN_MAX_AGE_MS + 1))).toThrow(errors.PlanStale);
    expect(() => refuseStale(aged(42_400))).toThrow('The plan is 42 s old; 15 s are allowed. Deciding again.');
  });
  test('a step may start until 240 s after the execution', async () => {
    const late = (age: number) => step(async () => 'done')({ execution: execution(age) });
    await expect(late(DEADLINE_MS)).resolves.toBe('done');
    await expect(late(DEADLINE_MS + 1)).rejects.toBeInstanceOf(errors.DeadlineExceeded);
    await expect(late(250_400)).rejects.toThrow('started 250 s ago and may work for 240 s. Start it again.');
  });
});

describe('the settings of every client', () => {
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;
  const before = variables.map((name) => process.env[name]);
  const set = (values: readonly (string | undefined)[]) =>
    variables.forEach((name, index) => {
      const value = values[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  afterEach(() => set(before));

  test('credentials are those that Lambda sets, as they are at each call', async () => {
    set(['key', 'secret', 'token']);
    const all = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' };
    expect(await CLIENT_DEFAULTS.credentials()).toEqual(all);
    set(['key', 'secret', undefined]);
    expect(await CLIENT_DEFAULTS.credentials()).toStrictEqual({ accessKeyId: 'key', secretAccessKey: 'secret' });
    set([undefined, undefined, undefined]);
    expect(await CLIENT_DEFAULTS.credentials()).toStrictEqual({ accessKeyId: '', secretAccessKey: '' });
  });
  test('a connection may take 1 s and a request 3 s, and a request that takes longer fails', () => {
    expect(CLIENT_DEFAULTS.requestHandler).toEqual({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
    });
  });
});

test('every virtual IP has an entry among the holders, also the one that nobody holds', () => {
  const found = [{ address: '10.0.0.6', ...A, elasticIpAllocationId: null }];
  expect(holdersOf(cluster({ virtualIps: vips(2) }), found)).toEqual([
    { address: '10.0.0.5', networkInterfaceId: null, instanceId: null, elasticIpAllocationId: null },
    ...found,
  ]);
});
