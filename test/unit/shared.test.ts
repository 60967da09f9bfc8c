import './support/quiet';
import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { holdersOf } from '../../functions/shared/addresses';
import { call } from '../../functions/shared/aws';
import * as errors from '../../functions/shared/errors';
import { PLAN_MAX_AGE_MS, refuseStale } from '../../functions/shared/fresh';
import { DEADLINE_MS, step } from '../../functions/shared/step';
import { A, cluster, vips } from './support/clusters';
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

test('a plan may be acted on for 15 s', () => {
  const aged = (age: number) => plan({ decidedAt: new Date(Date.now() - age).toISOString() });
  expect(() => refuseStale(aged(PLAN_MAX_AGE_MS - 500))).not.toThrow();
  expect(() => refuseStale(aged(PLAN_MAX_AGE_MS + 100))).toThrow(errors.PlanStale);
});

test('every virtual IP has an entry among the holders, also the one that nobody holds', () => {
  const found = [{ address: '10.0.0.6', ...A, elasticIpAllocationId: null }];
  expect(holdersOf(cluster({ virtualIps: vips(2) }), found)).toEqual([
    { address: '10.0.0.5', networkInterfaceId: null, instanceId: null, elasticIpAllocationId: null },
    ...found,
  ]);
});
