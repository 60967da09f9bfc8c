import '../support/quiet';
import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { OPTIONAL_READER, READER } from '../../../functions/shared/aws-clients';
import type { Cluster } from '../../../functions/shared/cluster';
import type { VerifyInstanceStateInput } from '../../../functions/shared/contract';
import { logger } from '../../../functions/shared/logger';
import { HELD_UP_MS } from '../../../functions/shared/timing';
import { handler } from '../../../functions/verify-instance-state';
import {
  A,
  B,
  C,
  cluster,
  execution,
  LEFT,
  lambdaError,
  passBefore,
  plan,
  stoppedEvent,
  unassigned,
} from '../notify/builders';
import { enteredNow } from '../support/clock';
import { ec2Error, instances, interfaces, settingsOf, THROTTLED } from '../support/ec2';
import { complete } from '../support/metrics';

const WELL = { InstanceId: B.instanceId, SystemStatus: { Status: 'ok' as const } };

const ec2 = mockClient(EC2Client);
const cloudWatch = mockClient(CloudWatchClient);

beforeEach(() => {
  ec2.reset();
  cloudWatch.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  ec2.on(DescribeInstanceStatusCommand).resolves({ InstanceStatuses: [WELL] });
  cloudWatch.on(GetMetricDataCommand).callsFake(complete());
  cloudWatch.on(DescribeAlarmsCommand).resolves({});
});
afterEach(() => jest.restoreAllMocks());

const START = Date.parse(execution().startTime);
function entered(seconds: number) {
  return execution({ stateEnteredTime: new Date(START + seconds * 1_000).toISOString() });
}

function input(changes: Partial<VerifyInstanceStateInput> = {}, of: Cluster = cluster()): VerifyInstanceStateInput {
  return {
    execution: entered(1),
    input: { cluster: 'mail', mode: 'failover', requestedBy: 'alice' },
    clusters: [of],
    previous: null,
    ...changes,
  };
}

const names = () => [...ec2.calls(), ...cloudWatch.calls()].map(({ args }) => args[0].constructor.name);

test('reads a snapshot and the signals, and plans the move', async () => {
  const decided = await handler(input());
  expect(names().sort()).toEqual([
    'DescribeInstanceStatusCommand',
    'DescribeInstancesCommand',
    'DescribeNetworkInterfacesCommand',
  ]);
  expect(decided).toMatchObject({
    action: 'MOVE',
    why: 'HOLDER_UNHEALTHY',
    mode: 'failover',
    trigger: 'request',
    destination: { instanceId: B.instanceId, networkInterfaceId: B.networkInterfaceId, instanceType: 't3.small' },
    sources: [{ instanceId: A.instanceId, healthy: false }],
    pass: 1,
    cluster: cluster(),
  });
});

test.each([
  ['says so where EC2 took long to answer', 1, true],
  ['does not where it did not', 0, undefined],
])('%s', async (_what, ms, heldUp) => {
  const now = Date.now;
  let late = 0;
  jest.spyOn(Date, 'now').mockImplementation(() => now() + late);
  ec2.on(DescribeInstancesCommand).callsFake(() => {
    late = ms * (HELD_UP_MS + 1);
    return instances([A, 'stopped'], [B, 'running']);
  });
  expect((await handler(input())).heldUp).toBe(heldUp);
});

test('understands an event, of the one cluster of several that it is about', async () => {
  const db = cluster({ name: 'db', nodes: [C] });
  const decided = await handler(input({ input: stoppedEvent(A), clusters: [db, cluster()] }));
  expect(decided).toMatchObject({
    action: 'MOVE',
    cluster: { name: 'mail' },
    trigger: 'event',
    saidDown: [A.instanceId],
  });
});

test('knows the alarms that are up', async () => {
  const of = cluster({ nodes: [A, { ...B, alarms: ['two'] }] });
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'two', StateValue: 'ALARM' }] });
  expect(await handler(input({}, of))).toMatchObject({
    action: 'FAIL',
    error: { Error: 'NoHealthyStandby', Cause: expect.stringContaining('ALARM (two)') },
  });
});

describe('the history', () => {
  const check = { cluster: 'mail', mode: 'check' };
  const asked = () => cloudWatch.commandCalls(GetMetricDataCommand).length;
  test('is read by a check', async () => {
    await handler(input({ input: check }));
    expect(asked()).toBe(1);
  });
  test('is not read by anything else, nor by a later pass of a check', async () => {
    await handler(input());
    await handler(
      input({ clusters: null, previous: passBefore(lambdaError('PlanStale', 'x'), { plan: plan({ mode: 'check' }) }) }),
    );
    expect(asked()).toBe(0);
  });
});

describe('a wrong input', () => {
  test('that is about no cluster is thrown before anything is asked', async () => {
    await expect(handler(input({ input: null }))).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('The input is null'),
    });
    expect(names()).toEqual([]);
  });
  test('that is about a cluster is a plan that fails, so that the notice says where its addresses are', async () => {
    expect(await handler(input({ input: { cluster: 'mail', mode: 'drill' } }))).toMatchObject({
      action: 'FAIL',
      why: 'INVALID_INPUT',
      cluster: { name: 'mail' },
      mode: 'drill',
      error: { Error: 'InvalidInput', Cause: expect.stringContaining('target is missing') },
    });
    expect(await handler(input({ input: { cluster: 'mail', mode: 'x' } }))).toMatchObject({ mode: 'failover' });
    expect(names()).toEqual([]);
  });
  test('is everything where the registry is empty', async () => {
    await expect(handler(input({ clusters: null }))).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

describe('a later pass', () => {
  const refused = lambdaError('TargetCannotHold', 'No room.');
  test('takes the request and the cluster from the plan before, and leaves out the target that refused', async () => {
    const of = cluster({ nodes: [A, B, C] });
    ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running'], [C, 'running']));
    const asked = plan({
      cluster: of,
      mode: 'drill',
      trigger: 'request',
      target: B.instanceId,
      reason: 'why',
      requestedBy: 'alice',
    });
    const decided = await handler(
      input({ input: 'whatever', clusters: null, previous: passBefore(refused, { plan: asked, unassigned: LEFT }) }),
    );
    expect(decided).toMatchObject({
      action: 'MOVE',
      pass: 2,
      cluster: of,
      mode: 'drill',
      trigger: 'request',
      target: B.instanceId,
      reason: 'why',
      requestedBy: 'alice',
      eventTime: asked.eventTime,
      eventId: asked.eventId,
      saidDown: asked.saidDown,
      eventDetail: asked.eventDetail,
      destination: { instanceId: C.instanceId },
      attempts: [{ instanceId: B.instanceId, error: 'TargetCannotHold', message: 'No room.' }],
    });
  });
  test('looks as often as its own writes may need', async () => {
    const now = new Date().toISOString();
    const previous = passBefore(lambdaError('PlanStale', 'old'));
    ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running', '10.0.0.5'], [B, 'running']));
    const looks = (retryCount: number) =>
      handler(
        input({
          clusters: null,
          previous,
          execution: execution({ startTime: now, stateEnteredTime: now, retryCount }),
        }),
      );
    await expect(looks(0)).rejects.toMatchObject({ name: 'StateUnsettled' });
    await expect(looks(5)).resolves.toMatchObject({ action: 'NONE', why: 'HOLDER_HEALTHY' });
  });
});

describe('what cannot be read', () => {
  test('lets the decision stand that took an address off', async () => {
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
    const previous = passBefore(lambdaError('Lambda.Unknown', 'x'));
    expect(await handler(input({ clusters: null, previous }))).toMatchObject({
      action: 'MOVE',
      pass: 2,
      explanation: expect.stringContaining('The last decision stands'),
    });
  });
  test('a snapshot without permission is an error of its own name, a throttled one is transient', async () => {
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
    await expect(handler(input())).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    ec2.on(DescribeInstancesCommand).rejects(THROTTLED);
    await expect(handler(input())).rejects.toMatchObject({ name: 'TransientAwsError' });
  });
  test.each([
    [0, 1],
    [1, 0],
  ])('on retry %d, after a read that was refused, %d further tokens are spent', async (retryCount, count) => {
    ec2.on(DescribeNetworkInterfacesCommand).rejects(THROTTLED);
    await expect(handler(input({ execution: enteredNow(1, retryCount) }))).rejects.toMatchObject({
      name: 'TransientAwsError',
    });
    expect(ec2.commandCalls(DescribeInstancesCommand)).toHaveLength(count);
  });
  test('status checks are not needed where the holder is dead', async () => {
    ec2.on(DescribeInstanceStatusCommand).rejects(THROTTLED);
    expect(await handler(input())).toMatchObject({
      action: 'MOVE',
      findings: [{ severity: 'warning', code: 'NOT_READ' }],
    });
  });
});

describe('the deadline', () => {
  const late = (seconds: number, previous: VerifyInstanceStateInput['previous'] = null) =>
    handler(input({ execution: entered(seconds), previous, clusters: previous === null ? [cluster()] : null }));
  test('is 240 s after the start of the execution', async () => {
    await expect(late(240)).resolves.toMatchObject({ action: 'MOVE' });
    await expect(late(240.001)).rejects.toMatchObject({ name: 'DeadlineExceeded' });
  });
  test('is later for one that may have left an address on nobody', async () => {
    const homeless = passBefore(lambdaError('TransientAwsError', 'x'), { unassigned: unassigned() });
    await expect(late(262, homeless)).resolves.toMatchObject({ action: 'MOVE' });
    await expect(late(262.001, homeless)).rejects.toMatchObject({ name: 'DeadlineExceeded' });
    const kept = passBefore(lambdaError('TransientAwsError', 'x'), { unassigned: LEFT });
    await expect(late(241, kept)).rejects.toMatchObject({ name: 'DeadlineExceeded' });
  });
});

test('what the decision cannot do without is read with more patience than what it can', async () => {
  const of = cluster({ nodes: [A, { ...B, alarms: ['two'] }] });
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'two', StateValue: 'OK' }] });
  await handler(input({}, of));
  const strategy = (command: unknown) => ec2.calls().find(({ args }) => args[0].constructor === command);
  for (const command of [DescribeInstancesCommand, DescribeNetworkInterfacesCommand]) {
    expect(await settingsOf(strategy(command)).retryStrategy()).toBe(READER.retryStrategy);
  }
  expect(await settingsOf(strategy(DescribeInstanceStatusCommand)).retryStrategy()).toBe(OPTIONAL_READER.retryStrategy);
  const cloud = cloudWatch.calls()[0]?.thisValue;
  expect(cloud instanceof CloudWatchClient && (await cloud.config.retryStrategy())).toBe(OPTIONAL_READER.retryStrategy);
});

test('logs with the cluster and the mode as soon as they are known', async () => {
  const appendKeys = jest.spyOn(logger, 'appendKeys');
  await handler(input());
  expect(appendKeys.mock.calls).toEqual([[{ executionId: execution().id }], [{ cluster: 'mail', mode: 'failover' }]]);
});

test('failback and damping count from now, the time at which the answers came', async () => {
  const of = cluster({ nodes: [A, B], failbackAfterMinutes: 60 });
  const moved = [[Date.now() - 7_200_000, 2]] as const;
  cloudWatch.on(GetMetricDataCommand).callsFake(complete({ least: moved, most: moved }));
  const ok = { Status: 'ok' as const };
  ec2.on(DescribeInstanceStatusCommand).resolves({
    InstanceStatuses: [A, B].map(({ instanceId }) => ({
      InstanceId: instanceId,
      SystemStatus: ok,
      InstanceStatus: ok,
      AttachedEbsStatus: ok,
    })),
  });
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running'], [B, 'running', '10.0.0.5']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
  expect(await handler(input({ input: { cluster: 'mail', mode: 'check' } }, of))).toMatchObject({
    action: 'MOVE',
    why: 'FAILBACK',
  });
});

test('a claim is remembered when it is read for the first time, and those before it are asked for in every pass', async () => {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const of = cluster({ dampingMinutes: 5 });
  const event = {
    source: 'vip-failover',
    'detail-type': `Virtual IP Claim ${B.instanceId}`,
    time: '2026-01-31T03:14:07Z',
    detail: { cluster: 'mail' },
  };
  const first = await handler(input({ input: event }, of));
  expect(first).toMatchObject({ action: 'MOVE', trigger: 'claim', target: B.instanceId });
  const claims = () => write.mock.calls.filter(([line]) => String(line).includes('"Claim":2'));
  expect(claims()).toHaveLength(1);
  expect(names()).toContain('GetMetricDataCommand');
  await handler(input({ previous: passBefore(lambdaError('AssignRefused', 'no'), { plan: first }) }, of));
  expect(claims()).toHaveLength(1);
  expect(names().filter((name) => name === 'GetMetricDataCommand')).toHaveLength(2);
});

describe('an application that does not answer', () => {
  const down = {
    InstanceStatuses: [{ InstanceId: A.instanceId, ApplicationStatus: { Status: 'impaired' as const } }, WELL],
  };
  beforeEach(() => {
    ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running', '10.0.0.5'], [B, 'running']));
    ec2.on(DescribeInstanceStatusCommand).resolves(down);
  });
  test('on the holder moves the addresses, once it is known that they did not come a moment ago', async () => {
    expect(await handler(input())).toMatchObject({
      action: 'MOVE',
      why: 'HOLDER_UNHEALTHY',
      nodes: [{ problems: [{ code: 'APPLICATION_CHECK_IMPAIRED', detail: 'impaired' }] }, { problems: [] }],
    });
    expect(names()).toContain('GetMetricDataCommand');
  });
  test('where the moves cannot be read, nothing is done about it', async () => {
    const warn = jest.spyOn(logger, 'warn').mockReturnValue();
    cloudWatch.on(GetMetricDataCommand).rejects(THROTTLED);
    expect(await handler(input())).toMatchObject({ action: 'NONE', why: 'HOLDER_HEALTHY' });
    expect(warn).toHaveBeenCalledTimes(1);
  });
  test('where all answer, nobody asks for the moves', async () => {
    ec2.on(DescribeInstanceStatusCommand).resolves({});
    await handler(input());
    expect(names()).not.toContain('GetMetricDataCommand');
  });
});
