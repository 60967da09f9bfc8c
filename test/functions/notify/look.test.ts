import '../support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { LOOK_MS, lookAround } from '../../../functions/notify/look';
import { logger } from '../../../functions/shared/logger';
import { instances, interfaces, THROTTLED } from '../support/ec2';
import { A, B, cluster } from './builders';

const ec2 = mockClient(EC2Client);
const ON_A = interfaces({ node: A });
const STOPPED_A = instances([A, 'stopped', '10.0.0.5'], [B, 'stopped']);
const looks = () => ec2.commandCalls(DescribeNetworkInterfacesCommand).length;

beforeEach(() => {
  jest.useFakeTimers();
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves(STOPPED_A);
  ec2.on(DescribeNetworkInterfacesCommand).resolves(ON_A);
});
afterEach(() => jest.useRealTimers());

/** Looks with a clock that jumps over the pauses; says where the address is. */
async function look() {
  const looked = lookAround(new EC2Client({}), cluster());
  await jest.advanceTimersByTimeAsync(LOOK_MS);
  const found = await looked;
  if (found === null || !('snapshot' in found)) return found;
  return found.snapshot.addresses.map(({ networkInterfaceId }) => networkInterfaceId);
}

test('looks once where both answers agree', async () => {
  expect(await look()).toEqual([A.networkInterfaceId]);
  expect(looks()).toBe(1);
});

test('looks once where nobody shows the address', async () => {
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'stopped']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves({});
  expect(await look()).toEqual([]);
  expect(looks()).toBe(1);
});

test.each([
  ['an instance that does not run', STOPPED_A],
  ['one that runs', instances([A, 'running', '10.0.0.5'], [B, 'stopped'])],
])('looks once more where only %s shows the address', async (_what, shown) => {
  ec2.on(DescribeInstancesCommand).resolves(shown);
  ec2.on(DescribeNetworkInterfacesCommand).resolvesOnce({}).resolves(ON_A);
  expect(await look()).toEqual([A.networkInterfaceId]);
  expect(looks()).toBe(2);
});

test('looks once more where the other answer lacks the instance, and believes what it sees then', async () => {
  ec2.on(DescribeInstancesCommand).resolves({});
  expect(await look()).toEqual([A.networkInterfaceId]);
  expect(looks()).toBe(2);
});

test('what cannot be read, or takes too long, is said and keeps nobody waiting', async () => {
  const warn = jest.spyOn(logger, 'warn').mockImplementation();
  ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
  expect(await look()).toEqual({
    lookError: 'TransientAwsError: DescribeNetworkInterfaces: RequestLimitExceeded: EC2 says RequestLimitExceeded.',
  });
  ec2.on(DescribeNetworkInterfacesCommand).callsFake(() => new Promise(() => undefined));
  expect(await look()).toEqual({ lookError: 'Error: EC2 did not answer within 3 s.' });
  expect(warn).toHaveBeenCalledTimes(2);
  warn.mockRestore();
});
