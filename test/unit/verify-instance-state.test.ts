import './support/quiet';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { logger } from '../../functions/shared/logger';
import type { Cluster, VerifyInstanceStateInput } from '../../functions/shared/types';
import { handler } from '../../functions/verify-instance-state';
import { read } from '../../functions/verify-instance-state/reading';
import { A, B, cluster, SUBNET } from './support/clusters';
import { ec2Error, instances, interfaces } from './support/ec2';
import { execution, plan } from './support/plans';

const ec2 = mockClient(EC2Client);
const cloudWatch = mockClient(CloudWatchClient);

beforeEach(() => {
  ec2.reset();
  cloudWatch.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  ec2.on(DescribeInstanceStatusCommand).resolves({
    InstanceStatuses: [
      {
        InstanceId: B.instanceId,
        SystemStatus: { Status: 'ok' },
        InstanceStatus: { Status: 'ok' },
        AttachedEbsStatus: { Status: 'ok' },
      },
    ],
  });
});

const FAILOVER = { cluster: 'mail', mode: 'failover' };
const input = (changes: Partial<VerifyInstanceStateInput> = {}, of: Cluster = cluster()): VerifyInstanceStateInput => ({
  execution: execution(),
  reading: read(FAILOVER, [of]),
  previous: { plan: null, unassigned: null, assigned: null, error: null },
  ...changes,
});

test('asks EC2 three filtered questions and plans the move', async () => {
  const decided = await handler(input());
  expect(ec2.commandCalls(DescribeInstancesCommand).map(({ args }) => args[0].input)).toEqual([
    { Filters: [{ Name: 'instance-id', Values: [A.instanceId, B.instanceId] }] },
  ]);
  expect(ec2.commandCalls(DescribeNetworkInterfacesCommand).map(({ args }) => args[0].input)).toEqual([
    {
      Filters: [
        { Name: 'subnet-id', Values: [SUBNET] },
        { Name: 'addresses.private-ip-address', Values: ['10.0.0.5'] },
      ],
    },
  ]);
  expect(ec2.commandCalls(DescribeInstanceStatusCommand).map(({ args }) => args[0].input)).toEqual([
    { InstanceIds: [B.instanceId], Filters: [{ Name: 'instance-state-name', Values: ['running'] }] },
  ]);
  expect(decided).toMatchObject({
    action: 'MOVE',
    reason: 'HOLDER_UNHEALTHY',
    target: { ...B, instanceType: 't3.small', addressCount: 1 },
    sources: [{ ...A, addresses: ['10.0.0.5'] }],
    holders: [{ address: '10.0.0.5', ...A, elasticIpAllocationId: null }],
    nodes: [
      { ...A, problems: [{ code: 'NOT_RUNNING', detail: 'stopped' }] },
      { ...B, problems: [] },
    ],
    pass: 1,
    cluster: cluster(),
  });
});

test('asks for no status when no node runs', async () => {
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'stopped']));
  await expect(handler(input())).rejects.toMatchObject({ name: 'NoHealthyStandby' });
  expect(ec2.commandCalls(DescribeInstanceStatusCommand)).toHaveLength(0);
});

test('reads all three status checks', async () => {
  for (const impaired of ['SystemStatus', 'InstanceStatus', 'AttachedEbsStatus']) {
    const statuses = [{ InstanceId: B.instanceId, [impaired]: { Status: 'impaired' as const } }];
    ec2.on(DescribeInstanceStatusCommand).resolves({ InstanceStatuses: statuses });
    await expect(handler(input())).rejects.toMatchObject({ name: 'NoHealthyStandby' });
  }
});

test('asks CloudWatch nothing when the cluster has no alarms', async () => {
  await handler(input());
  expect(cloudWatch.calls()).toHaveLength(0);
});

test('asks CloudWatch once for all alarms of the nodes that are in ALARM, also composite ones', async () => {
  const of = cluster({
    nodes: [
      { ...A, alarms: ['one', 'both'] },
      { ...B, alarms: ['two', 'both'] },
    ],
  });
  cloudWatch
    .on(DescribeAlarmsCommand)
    .resolves({ MetricAlarms: [{ AlarmName: 'one' }], CompositeAlarms: [{ AlarmName: 'two' }] });
  await expect(handler(input({}, of))).rejects.toThrow(/ALARM \(two\)/);
  expect(cloudWatch.commandCalls(DescribeAlarmsCommand).map(({ args }) => args[0].input)).toEqual([
    { AlarmNames: ['one', 'both', 'two'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'], StateValue: 'ALARM' },
  ]);
});

test('refuses a wrong input before it asks anything', async () => {
  const { invalid } = read(null, [cluster()]);
  await expect(handler(input({ reading: read(null, [cluster()]) }))).rejects.toMatchObject({
    name: 'InvalidInput',
    message: invalid?.message,
  });
  expect(ec2.calls()).toHaveLength(0);
});

test('looks again when a fresh event contradicts EC2, and 20 s after its start believes EC2', async () => {
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running'], [B, 'running']));
  const event = {
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    time: new Date(Date.now() - 30_000).toISOString(),
    detail: { 'instance-id': A.instanceId, state: 'stopped' },
  };
  const started = (ageMs: number) => handler(input({ reading: read(event, [cluster()]), execution: execution(ageMs) }));
  await expect(started(1_000)).rejects.toMatchObject({ name: 'StateUnsettled' });
  await expect(started(21_000)).resolves.toMatchObject({ action: 'NONE', reason: 'HOLDER_HEALTHY' });
});

test('logs with the cluster and the mode as soon as they are known', async () => {
  const appendKeys = jest.spyOn(logger, 'appendKeys');
  await handler(input());
  expect(appendKeys.mock.calls.at(-1)).toEqual([{ cluster: 'mail', mode: 'failover' }]);
  appendKeys.mockRestore();
});

test('leaves out the target of the pass before that refused', async () => {
  const previous = {
    plan: plan(),
    unassigned: null,
    assigned: null,
    error: { Error: 'TargetCannotHold', Cause: '{}' },
  };
  await expect(handler(input({ previous }))).rejects.toMatchObject({ name: 'NoHealthyStandby' });
});

test('a read without permission is an error of its own name, a throttled one is transient', async () => {
  ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
  await expect(handler(input())).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
  ec2.on(DescribeInstancesCommand).rejects(ec2Error('RequestLimitExceeded', 503));
  await expect(handler(input())).rejects.toMatchObject({ name: 'TransientAwsError' });
});

test('the plan is dated after the answers came', async () => {
  const before = Date.now();
  ec2.on(DescribeNetworkInterfacesCommand).callsFake(async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return interfaces({ node: A });
  });
  const { decidedAt } = await handler(input());
  expect(Date.parse(decidedAt)).toBeGreaterThanOrEqual(before + 25);
});

test('is refused when it is too late for anything but the notice', async () => {
  await expect(handler({ ...input(), execution: execution(241_000) })).rejects.toMatchObject({
    name: 'DeadlineExceeded',
  });
  expect(ec2.calls()).toHaveLength(0);
});

describe('ReadRequest', () => {
  const db = cluster({ name: 'db', virtualIps: [{ address: '10.0.0.77' }] });
  const readRequest = (asked: unknown, ageMs = 1_000) =>
    handler({ execution: execution(ageMs), input: asked, clusters: [db, cluster()] });

  test('hands on what is asked, of the one cluster concerned', async () => {
    const { request, invalid } = await readRequest(FAILOVER);
    expect(request).toMatchObject({ cluster: cluster(), mode: 'failover', trigger: 'request' });
    expect(invalid).toBeNull();
  });
  test('hands on what is wrong, with the cluster that it is about', async () => {
    await expect(readRequest({ cluster: 'mail' })).resolves.toEqual({
      request: null,
      invalid: { message: expect.stringContaining('mode is missing'), cluster: cluster() },
    });
  });
  test('asks EC2 nothing', async () => {
    await readRequest(FAILOVER);
    expect(ec2.calls()).toHaveLength(0);
  });
  test('is never too late: the failure notice needs the cluster', async () => {
    await expect(readRequest(FAILOVER, 241_000)).resolves.toMatchObject({ request: { cluster: cluster() } });
  });
  test('logs with the execution and nothing of the one before', async () => {
    const info = jest.spyOn(logger, 'info').mockImplementation();
    const appendKeys = jest.spyOn(logger, 'appendKeys');
    const resetKeys = jest.spyOn(logger, 'resetKeys');
    const reading = await readRequest(FAILOVER);
    expect(info.mock.calls).toEqual([['done', { output: reading }]]);
    expect(appendKeys.mock.calls).toEqual([[{ executionId: execution().id }], [{ cluster: 'mail', mode: 'failover' }]]);
    expect(resetKeys).toHaveBeenCalledTimes(1);
    jest.restoreAllMocks();
  });
});
