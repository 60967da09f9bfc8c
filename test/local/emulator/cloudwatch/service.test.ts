import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
  paginateGetMetricData,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { VirtualClock } from '../../../../local/emulator/kernel/clock';
import { type Cloud, cloud, plainTopic, role, serve, signed, template } from '../services-harness';

const BEGIN = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

let aws: Cloud;
let clock: VirtualClock;
let client: Awaited<ReturnType<typeof serve>>;
/** Time moves only where a test moves it. */
async function start(options = {}) {
  clock = new VirtualClock(BEGIN);
  aws = cloud({ clock, template: template(plainTopic, role('Reader', [])), options: { latency: () => 0, ...options } });
  client = await serve(aws);
}
beforeEach(() => start());
/** To that many minutes after the beginning. */
async function at(minutes: number) {
  clock.setTimeout(() => undefined, BEGIN + minutes * MINUTE - clock.now());
  await clock.run(() => false);
}
afterEach(() => client.close());

test('alarms are described by name, with their state and when it changed', async () => {
  const { MetricAlarms } = await client.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['web-1', 'gone'] }));
  expect(MetricAlarms).toMatchObject([
    {
      AlarmName: 'web-1',
      StateValue: 'OK',
      StateUpdatedTimestamp: new Date(BEGIN),
      StateTransitionedTimestamp: new Date(BEGIN),
      Dimensions: [{ Name: 'Host', Value: 'web-1' }],
    },
  ]);
});

test('SetAlarmState changes the state, which filters then see', async () => {
  const change = { AlarmName: 'mail-1-smtp', StateValue: 'ALARM', StateReason: 'drill' } as const;
  await client.cloudWatch.send(new SetAlarmStateCommand(change));
  const { MetricAlarms } = await client.cloudWatch.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
  expect(MetricAlarms).toMatchObject([{ AlarmName: 'mail-1-smtp', StateReason: 'drill' }]);
});

test('an alarm that is set to the state that it has is updated, and has not changed', async () => {
  await at(1);
  await client.cloudWatch.send(
    new SetAlarmStateCommand({ AlarmName: 'web-1', StateValue: 'OK', StateReason: 'said again' }),
  );
  const { MetricAlarms } = await client.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['web-1'] }));
  expect(MetricAlarms).toMatchObject([
    {
      StateReason: 'said again',
      StateUpdatedTimestamp: new Date(BEGIN + MINUTE),
      StateTransitionedTimestamp: new Date(BEGIN),
    },
  ]);
  const history = { AlarmName: 'web-1', HistoryItemType: 'StateUpdate' } as const;
  const { AlarmHistoryItems } = await client.cloudWatch.send(new DescribeAlarmHistoryCommand(history));
  expect(AlarmHistoryItems).toEqual([]);
});

test('alarms come in pages', async () => {
  const first = await client.cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
  const second = await client.cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }));
  expect([first.MetricAlarms?.length, second.MetricAlarms?.length, second.NextToken]).toEqual([2, 1, undefined]);
});

test('an alarm that does not exist is ResourceNotFound; an unknown parameter is refused by name', async () => {
  const change = new SetAlarmStateCommand({ AlarmName: 'gone', StateValue: 'OK', StateReason: 'x' });
  await expect(client.cloudWatch.send(change)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  const asked = client.cloudWatch.send(new DescribeAlarmsCommand({ ActionPrefix: 'arn' }));
  await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('ActionPrefix') });
});

test('a role needs a permission for each action', async () => {
  const { cloudWatch } = client.as('Reader');
  const denied = { name: expect.stringContaining('AccessDenied'), $metadata: { httpStatusCode: 403 } };
  await expect(cloudWatch.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject(denied);
  await expect(cloudWatch.send(new DescribeAlarmHistoryCommand({}))).rejects.toMatchObject(denied);
  await expect(cloudWatch.send(new GetMetricDataCommand(asking([])))).rejects.toMatchObject(denied);
  expect(aws.events('access-denied').map(({ action }) => action)).toEqual([
    'cloudwatch:DescribeAlarms',
    'cloudwatch:DescribeAlarmHistory',
    'cloudwatch:GetMetricData',
  ]);
});

/** web-1 goes up after a minute, down after two, and up again after three. */
async function flap() {
  for (const [minutes, state] of [
    [1, 'ALARM'],
    [2, 'OK'],
    [3, 'ALARM'],
  ] as const) {
    await at(minutes);
    aws.alarms.setState('web-1', state, `because of minute ${minutes}`);
  }
}

const history = (more: object = {}) =>
  client.cloudWatch.send(
    new DescribeAlarmHistoryCommand({ AlarmName: 'web-1', HistoryItemType: 'StateUpdate', ...more }),
  );

test('the history of an alarm tells its changes of state, the newest first', async () => {
  await flap();
  const { AlarmHistoryItems = [] } = await history();
  expect(AlarmHistoryItems.map(({ Timestamp }) => Timestamp?.getTime())).toEqual(
    [3, 2, 1].map((minutes) => BEGIN + minutes * MINUTE),
  );
  expect(AlarmHistoryItems[1]).toMatchObject({
    AlarmName: 'web-1',
    AlarmType: 'MetricAlarm',
    HistoryItemType: 'StateUpdate',
    HistorySummary: 'Alarm updated from ALARM to OK',
  });
  expect(JSON.parse(AlarmHistoryItems[1]?.HistoryData ?? '')).toEqual({
    version: '1.0',
    oldState: { stateValue: 'ALARM', stateReason: 'because of minute 1' },
    newState: { stateValue: 'OK', stateReason: 'because of minute 2' },
  });
});

test('a part of the history: between two dates, in the other order, of one alarm or of all', async () => {
  await flap();
  const dates = { StartDate: new Date(BEGIN + 2 * MINUTE), EndDate: new Date(BEGIN + 3 * MINUTE) };
  const { AlarmHistoryItems = [] } = await history({ ...dates, ScanBy: 'TimestampAscending' });
  expect(AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary)).toEqual([
    'Alarm updated from ALARM to OK',
    'Alarm updated from OK to ALARM',
  ]);
  aws.alarms.setState('mail-1-smtp', 'ALARM', 'down too');
  expect((await history({ AlarmName: undefined })).AlarmHistoryItems).toHaveLength(4);
  expect((await history({ AlarmName: 'gone' })).AlarmHistoryItems).toEqual([]);
});

test.each([
  [{ HistoryItemType: undefined }, 'StateUpdate'],
  [{ HistoryItemType: 'Action' }, 'Action'],
  [{ AlarmContributorId: 'x' }, 'AlarmContributorId'],
])('a history that the local cloud does not have is refused by name: %j', async (more, name) => {
  await expect(history(more)).rejects.toMatchObject({ message: expect.stringContaining(name) });
});

test('what CloudWatch says of alarms may lag behind their changes', async () => {
  await client.close();
  await start({ alarmLag: 5_000 });
  await at(1);
  aws.alarms.setState('web-1', 'ALARM', 'down');
  const state = async () => {
    const { MetricAlarms } = await client.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['web-1'] }));
    return [MetricAlarms?.[0]?.StateValue, (await history()).AlarmHistoryItems?.length];
  };
  expect(await state()).toEqual(['OK', 0]);
  await at(1 + 4_999 / MINUTE);
  expect(await state()).toEqual(['OK', 0]);
  await at(1 + 5_000 / MINUTE);
  expect(await state()).toEqual(['ALARM', 1]);
});

const READY = { namespace: 'Mine', name: 'Ready', dimensions: { Cluster: 'mail' } };
const query = (Id: string, more: object = {}, stat: object = {}) => ({
  Id,
  MetricStat: {
    Metric: { Namespace: 'Mine', MetricName: 'Ready', Dimensions: [{ Name: 'Cluster', Value: 'mail' }] },
    Period: 60,
    Stat: 'Minimum',
    ...stat,
  },
  ...more,
});
const asking = (MetricDataQueries: GetMetricDataCommandInput['MetricDataQueries'], more: object = {}) => ({
  MetricDataQueries,
  StartTime: new Date(BEGIN),
  EndTime: new Date(BEGIN + 60 * MINUTE),
  ...more,
});

async function measure() {
  for (const [minutes, value] of [
    [1, 1],
    [1.5, 0],
    [7, 1],
  ] as const) {
    await at(minutes);
    aws.metrics.add(READY, value);
  }
}

test('metric data comes as one value a period, at the beginning of the period, the newest first', async () => {
  await measure();
  const asked = asking([
    query('a'),
    query('b', {}, { Period: 300, Stat: 'Sum' }),
    query('c', { Label: 'none' }, { Metric: { Namespace: 'Mine', MetricName: 'Other' } }),
  ]);
  const { MetricDataResults } = await client.cloudWatch.send(new GetMetricDataCommand(asked));
  const times = (...minutes: number[]) => minutes.map((each) => new Date(BEGIN + each * MINUTE));
  expect(MetricDataResults).toEqual([
    { Id: 'a', Label: 'Ready', Timestamps: times(7, 1), Values: [1, 0], StatusCode: 'Complete' },
    { Id: 'b', Label: 'Ready', Timestamps: times(5, 0), Values: [1, 1], StatusCode: 'Complete' },
    { Id: 'c', Label: 'none', Timestamps: [], Values: [], StatusCode: 'Complete' },
  ]);
});

test('metric data: the start counts, the end does not, and either order can be had', async () => {
  await measure();
  const range = { StartTime: new Date(BEGIN + MINUTE), EndTime: new Date(BEGIN + 7 * MINUTE) };
  const answer = await client.cloudWatch.send(new GetMetricDataCommand(asking([query('a')], range)));
  expect(answer.MetricDataResults?.[0]?.Values).toEqual([0]);
  const ascending = asking([query('a')], { ScanBy: 'TimestampAscending' });
  const other = await client.cloudWatch.send(new GetMetricDataCommand(ascending));
  expect(other.MetricDataResults?.[0]?.Values).toEqual([0, 1]);
});

test('after 15 days there are no points of a minute any more, but of five', async () => {
  aws.metrics.add(READY, 1);
  await at(16 * 24 * 60);
  const range = { EndTime: new Date(clock.now()) };
  const asked = asking([query('minute'), query('five', {}, { Period: 300 })], range);
  const { MetricDataResults } = await client.cloudWatch.send(new GetMetricDataCommand(asked));
  expect(MetricDataResults?.map(({ Values }) => Values)).toEqual([[], [1]]);
});

test('points of a second are had of what is kept that finely, for three hours; of other metrics there are none', async () => {
  const fine = { namespace: 'Mine', name: 'Claim', dimensions: {} };
  await at(1);
  aws.metrics.add(READY, 1);
  aws.metrics.add(fine, 1, BEGIN + 30_000, 1);
  aws.metrics.add(fine, 2, BEGIN + 30_999, 1);
  aws.metrics.add(fine, 3, BEGIN + 31_000, 1);
  const Metric = { Namespace: 'Mine', MetricName: 'Claim' };
  const asked = () =>
    client.cloudWatch.send(
      new GetMetricDataCommand(
        asking([query('a', {}, { Metric, Period: 1, Stat: 'Maximum' }), query('b', {}, { Period: 1 })]),
      ),
    );
  const values = (await asked()).MetricDataResults?.map(({ Values }) => Values);
  expect(values).toEqual([[3, 2], []]);
  await at(182);
  expect((await asked()).MetricDataResults?.[0]?.Values).toEqual([]);
});

test.each([
  ['an expression', [{ Id: 'a', Expression: 'FILL(b, 0)' }], {}, 'Expression'],
  ['a percentile', [query('a', {}, { Stat: 'p99' })], {}, 'p99'],
  ['half a minute and more', [query('a', {}, { Period: 40 })], {}, 'Period'],
  ['a bad ID', [query('A')], {}, 'lower-case'],
  ['an ID twice', [query('a'), query('a')], {}, 'unique'],
  ['no time at all', [query('a')], { EndTime: new Date(BEGIN) }, 'StartTime'],
  ['nothing', [], {}, 'MetricDataQueries'],
])('metric data for %s is refused, saying what is wrong', async (_, queries, more, words) => {
  const asked = client.cloudWatch.send(new GetMetricDataCommand(asking(queries, more)));
  await expect(asked).rejects.toMatchObject({ message: expect.stringContaining(words) });
});

test('CloudWatch, too, may cut an answer into pages that nobody asked for', async () => {
  await client.close();
  await start({ pageSize: 1 });
  await flap();
  aws.metrics.add(READY, 1);
  await at(7);
  aws.metrics.add(READY, 0);
  const paging = { client: client.cloudWatch };
  const names: (string | undefined)[] = [];
  for await (const page of paginateDescribeAlarms(paging, {}))
    names.push(...(page.MetricAlarms ?? []).map(({ AlarmName }) => AlarmName));
  expect(names).toEqual(['mail-1-smtp', 'mail-2-smtp', 'web-1']);
  let changes = 0;
  for await (const page of paginateDescribeAlarmHistory(paging, { HistoryItemType: 'StateUpdate' }))
    changes += page.AlarmHistoryItems?.length ?? 0;
  expect(changes).toBe(3);
  const values: unknown[] = [];
  for await (const page of paginateGetMetricData(paging, asking([query('a')])))
    values.push(page.MetricDataResults?.[0]?.StatusCode, page.MetricDataResults?.[0]?.Values);
  expect(values).toEqual(['PartialData', [0], 'Complete', [1]]);
});

test('clients that still speak the Query protocol get XML', async () => {
  const body = 'Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=web-1';
  expect(await aws.services.dispatch(signed(body, 'monitoring'))).toMatchObject({
    status: 200,
    body: expect.stringContaining('<MetricAlarms><member><AlarmName>web-1</AlarmName>'),
  });
  expect(await aws.services.dispatch(signed('Action=PutMetricAlarm&Version=2010-08-01', 'monitoring'))).toMatchObject({
    status: 400,
    body: expect.stringContaining('<Code>InvalidAction</Code>'),
  });
});
