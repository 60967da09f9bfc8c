import { CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { newest, read } from '../../../functions/verify-instance-state/points';

const cloudWatch = mockClient(CloudWatchClient);
const NOON = Date.parse('2026-01-31T12:00:00Z');

function answer(MetricDataResults: MetricDataResult[] | undefined) {
  cloudWatch.reset();
  cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults });
  return read(new CloudWatchClient({}), [], NOON, NOON + 60_000);
}

test('points by the ID of their query, each time with its value', async () => {
  const Timestamps = [new Date(NOON + 60_000), new Date(NOON)];
  expect(await answer([{ Id: 'least', Timestamps, Values: [2, 1] }, { Id: 'most' }])).toEqual({
    least: [
      { time: NOON + 60_000, value: 2 },
      { time: NOON, value: 1 },
    ],
    most: [],
  });
  expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input).toMatchObject({
    StartTime: new Date(NOON),
    EndTime: new Date(NOON + 60_000),
    ScanBy: 'TimestampDescending',
  });
});

test('half an answer is as much as it says', async () => {
  expect(await answer(undefined)).toEqual({});
  expect(await answer([{ Timestamps: [new Date(NOON)], Values: [1] }])).toEqual({ '': [{ time: NOON, value: 1 }] });
  expect(await answer([{ Id: 'a', Timestamps: [new Date(NOON), new Date(NOON + 1)], Values: [1] }])).toEqual({
    a: [{ time: NOON, value: 1 }],
  });
  expect(await answer([{ Id: 'a', Values: [1] }])).toEqual({ a: [] });
});

test('the newest is the one with the latest time, of two at once the first', () => {
  const [early, late, asLate] = [
    { time: NOON, value: 1 },
    { time: NOON + 1, value: 2 },
    { time: NOON + 1, value: 3 },
  ] as const;
  expect(newest([early, late, asLate])).toBe(late);
  expect(newest([late, early])).toBe(late);
  expect(newest([])).toBeNull();
  expect(newest(undefined)).toBeNull();
});
