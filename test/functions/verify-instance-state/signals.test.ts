import '../support/quiet';
import { CloudWatchClient, DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstanceStatusCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Request } from '../../../functions/shared/plan';
import type { Snapshot } from '../../../functions/shared/snapshot';
import { readSignals } from '../../../functions/verify-instance-state/signals';
import { A, B, C, cluster } from '../notify/builders';
import { ec2Error, THROTTLED } from '../support/ec2';
import { alarm, CHECK, event, NOW, snapshotOf, stopped } from '../support/facts';

const ec2 = mockClient(EC2Client);
const cloudWatch = mockClient(CloudWatchClient);
const of = cluster({ nodes: [{ ...A, alarms: ['smtp', 'both'] }, { ...B, alarms: ['disk', 'both'] }, C] });
const BARE = cluster({ nodes: [A, B] });

beforeEach(() => {
  ec2.reset();
  cloudWatch.reset();
  ec2.on(DescribeInstanceStatusCommand).resolves({});
  cloudWatch.on(DescribeAlarmsCommand).resolves({});
  cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
});

function read(
  request: Request = CHECK,
  inCluster = of,
  snapshot: Promise<Snapshot> = Promise.resolve(snapshotOf(inCluster)),
) {
  return readSignals(new EC2Client({}), new CloudWatchClient({}), inCluster, request, snapshot, NOW);
}

const damped = { ...of, dampingMinutes: 10 };

describe('status checks', () => {
  test('are asked for of the running instances only, also of managed ones', async () => {
    await read(CHECK, of, Promise.resolve(snapshotOf(of, { instances: { [B.instanceId]: stopped(B) } })));
    expect(ec2.calls().map(({ args }) => args[0].input)).toEqual([
      {
        InstanceIds: [A.instanceId, C.instanceId],
        Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
        IncludeManagedResources: true,
      },
    ]);
  });
  test('are not asked for when no node runs', async () => {
    const instances = Object.fromEntries([A, B, C].map((node) => [node.instanceId, stopped(node)]));
    expect((await read(CHECK, of, Promise.resolve(snapshotOf(of, { instances })))).checks).toEqual({});
    expect(ec2.calls()).toHaveLength(0);
  });
  test('are all four read, of every page', async () => {
    ec2
      .on(DescribeInstanceStatusCommand)
      .resolves({
        NextToken: 'more',
        InstanceStatuses: [
          {
            InstanceId: A.instanceId,
            SystemStatus: { Status: 'ok' },
            InstanceStatus: { Status: 'impaired' },
            AttachedEbsStatus: { Status: 'not-applicable' },
            ApplicationStatus: { Status: 'insufficient-data' },
          },
        ],
      })
      .on(DescribeInstanceStatusCommand, { NextToken: 'more' })
      .resolves({ InstanceStatuses: [{ InstanceId: B.instanceId, SystemStatus: { Status: 'initializing' } }, {}] });
    expect((await read()).checks).toEqual({
      [A.instanceId]: { system: 'ok', instance: 'impaired', ebs: 'not-applicable', application: 'insufficient-data' },
      [B.instanceId]: { system: 'initializing', instance: null, ebs: null, application: null },
      '': { system: null, instance: null, ebs: null, application: null },
    });
  });
});

describe('what answers lack', () => {
  const status = ({ instanceId }: typeof A) => ({ InstanceId: instanceId, SystemStatus: { Status: 'ok' } as const });
  test('is a running instance without its checks, and an alarm', async () => {
    ec2.on(DescribeInstanceStatusCommand).resolves({ InstanceStatuses: [status(A)] });
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [{ AlarmName: 'smtp', StateValue: 'OK' }] });
    const snapshot = snapshotOf(of, { instances: { [B.instanceId]: stopped(B) } });
    const { missing } = await read(CHECK, of, Promise.resolve(snapshot));
    expect(missing).toEqual({ checks: [C.instanceId], alarms: ['both', 'disk'] });
  });
  test('is nothing where there was no answer', async () => {
    ec2.on(DescribeInstanceStatusCommand).rejects(THROTTLED);
    cloudWatch.on(DescribeAlarmsCommand).rejects(THROTTLED);
    expect((await read()).missing).toEqual({ checks: [], alarms: [] });
  });
});

describe('alarms', () => {
  test('are asked for once, all of the nodes, also composite ones', async () => {
    await read();
    expect(cloudWatch.calls().map(({ args }) => args[0].input)).toEqual([
      { AlarmNames: ['smtp', 'both', 'disk'], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
    ]);
  });
  test('are not asked for where no node has one', async () => {
    expect((await read(CHECK, BARE)).alarms).toEqual({});
    expect(cloudWatch.calls()).toHaveLength(0);
  });
  test('are read with since when they are so, however often they were updated since, of every page', async () => {
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({
        NextToken: 'more',
        MetricAlarms: [
          {
            AlarmName: 'smtp',
            StateValue: 'ALARM',
            StateUpdatedTimestamp: new Date(NOW + 1_000),
            StateTransitionedTimestamp: new Date(NOW),
          },
          { AlarmName: 'disk', StateValue: 'INSUFFICIENT_DATA' },
        ],
      })
      .on(DescribeAlarmsCommand, { NextToken: 'more' })
      .resolves({
        CompositeAlarms: [
          {
            AlarmName: 'both',
            StateValue: 'OK',
            StateUpdatedTimestamp: new Date(NOW),
            StateTransitionedTimestamp: new Date(0),
          },
          {},
        ],
      });
    expect((await read()).alarms).toEqual({
      smtp: { inAlarm: true, since: '2026-01-31T12:30:00.000Z' },
      disk: { inAlarm: false, since: null },
      both: { inAlarm: false, since: '1970-01-01T00:00:00.000Z' },
      '': { inAlarm: false, since: null },
    });
  });
});

describe('how often an alarm rose within the damping time', () => {
  const item = (state: unknown) => ({ HistoryData: JSON.stringify({ newState: { stateValue: state } }) });

  test('is asked for of the alarm that started the execution', async () => {
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({
      AlarmHistoryItems: [
        item('ALARM'),
        item('OK'),
        item('ALARM'),
        item(undefined),
        {},
        { HistoryData: 'null' },
        { HistoryData: '{' },
      ],
    });
    expect((await read(alarm('smtp', A), damped)).rises).toBe(2);
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand).map(({ args }) => args[0].input)).toEqual([
      {
        AlarmName: 'smtp',
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        HistoryItemType: 'StateUpdate',
        StartDate: new Date('2026-01-31T12:20:00Z'),
        EndDate: new Date('2026-01-31T12:30:00Z'),
      },
    ]);
  });
  test('is none without an entry', async () => {
    expect((await read(alarm('smtp', A), damped)).rises).toBe(0);
  });
  test.each<[string, Request, typeof of]>([
    ['of an event of EC2', event(), damped],
    ['of an alarm that goes down', alarm('smtp'), damped],
    ['of an alarm without a name', { ...alarm('smtp', A), eventDetail: null }, damped],
    ['without damping', alarm('smtp', A), of],
    ['with damping switched off', alarm('smtp', A), { ...of, dampingMinutes: 0 }],
  ])('is not asked for %s', async (_what, request, inCluster) => {
    expect((await read(request, inCluster)).rises).toBeNull();
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)).toHaveLength(0);
  });
  test('is not known when that cannot be read: then people are told once more', async () => {
    cloudWatch.on(DescribeAlarmHistoryCommand).rejects(ec2Error('AccessDenied', 403));
    expect(await read(alarm('smtp', A), damped)).toMatchObject({ rises: null, notRead: [] });
  });
});

describe('when an alarm went up or came down', () => {
  const minutesAgo = (minutes: number) => new Date(NOW - minutes * 60_000);
  const change = (minutes: number, from: string, to: string) => ({
    Timestamp: minutesAgo(minutes),
    HistoryData: JSON.stringify({ oldState: { stateValue: from }, newState: { stateValue: to } }),
  });
  const since = async (StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', minutes: number, ...items: object[]) => {
    const changed = { AlarmName: 'smtp', StateValue, StateTransitionedTimestamp: minutesAgo(minutes) };
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [changed] });
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({ AlarmHistoryItems: items });
    return (await read(CHECK, damped)).alarms.smtp?.since;
  };
  const asked = () => cloudWatch.commandCalls(DescribeAlarmHistoryCommand).length;
  test.each([
    ['it came down', [change(1, 'ALARM', 'OK')], 1],
    [
      'it came down by way of no data',
      [change(1, 'INSUFFICIENT_DATA', 'OK'), change(3, 'ALARM', 'INSUFFICIENT_DATA')],
      3,
    ],
    [
      'it went up, and had no data',
      [change(1, 'INSUFFICIENT_DATA', 'OK'), change(2, 'x', 'y'), change(4, 'OK', 'ALARM')],
      4,
    ],
  ])('is what its history says: %s', async (_what, items, minutes) => {
    expect(await since('OK', 1, ...items)).toBe(minutesAgo(minutes).toISOString());
  });
  test('it only had no data: it did neither', async () => {
    expect(await since('OK', 1, change(1, 'INSUFFICIENT_DATA', 'OK'), change(4, 'OK', 'INSUFFICIENT_DATA'))).toBeNull();
    expect(await since('INSUFFICIENT_DATA', 1, change(1, 'OK', 'INSUFFICIENT_DATA'))).toBeNull();
  });
  test('the history is not asked for where the alarm is up, or changed long ago', async () => {
    expect(await since('ALARM', 1)).toBe(minutesAgo(1).toISOString());
    expect(await since('OK', 11)).toBe(minutesAgo(11).toISOString());
    expect(asked()).toBe(0);
  });
  test('where it cannot be read, the change counts', async () => {
    const changed = { AlarmName: 'smtp', StateValue: 'OK' as const, StateTransitionedTimestamp: minutesAgo(1) };
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [changed] });
    cloudWatch.on(DescribeAlarmHistoryCommand).rejects(THROTTLED);
    const { alarms, notRead } = await read(CHECK, damped);
    expect([alarms.smtp?.since, notRead]).toEqual([minutesAgo(1).toISOString(), []]);
  });
  test('automatic failback looks as far back as it counts', async () => {
    await since('OK', 11, change(11, 'ALARM', 'OK'));
    cloudWatch.resetHistory();
    await read(CHECK, { ...damped, failbackAfterMinutes: 60 });
    expect(cloudWatch.commandCalls(DescribeAlarmHistoryCommand)[0]?.args[0].input.StartDate).toEqual(minutesAgo(60));
  });
});

describe('what cannot be read does not stop the decision', () => {
  test.each([
    ['DescribeInstanceStatus', () => ec2.on(DescribeInstanceStatusCommand).rejects(THROTTLED)],
    ['DescribeAlarms', () => cloudWatch.on(DescribeAlarmsCommand).rejects(THROTTLED)],
  ])('%s', async (name, throttle) => {
    throttle();
    const { notRead, checks, alarms } = await read();
    expect([checks, alarms]).toEqual([{}, {}]);
    expect(notRead).toEqual([{ call: name, error: expect.objectContaining({ name: 'TransientAwsError' }) }]);
    expect(notRead[0]?.error.message).toBe(`${name}: RequestLimitExceeded: EC2 says RequestLimitExceeded.`);
  });
  test('neither does what is no error', async () => {
    cloudWatch.on(DescribeAlarmsCommand).callsFake(() => Promise.reject('odd'));
    const { notRead } = await read();
    expect(notRead).toEqual([{ call: 'DescribeAlarms', error: new Error('odd') }]);
  });
  test('where the snapshot itself cannot be read, that is the error that counts', async () => {
    const signals = await read(CHECK, of, Promise.reject(new Error('no snapshot')));
    expect(signals).toEqual({
      checks: {},
      alarms: {},
      missing: { checks: [], alarms: ['smtp', 'both', 'disk'] },
      rises: null,
      notRead: [],
    });
  });
});
