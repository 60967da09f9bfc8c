import { CloudWatchClient, GetMetricDataCommand, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import type { Cluster } from '../../../functions/shared/cluster';
import { TransientAwsError } from '../../../functions/shared/errors';
import { newest, ours, read } from '../../../functions/verify-instance-state/points';

const cloudWatch = mockClient(CloudWatchClient);
const NOON = Date.parse('2026-01-31T12:00:00Z');

const QUERIES = ['least', 'most'].map((id) => ours(id, 'Claim', { name: 'mail' } as Cluster, 60, 'Minimum'));
const from = (...times: number[]) => ({
  Timestamps: times.map((time) => new Date(time)),
  Values: times.map((_, index) => 2 - index),
});

function answer(...pages: (MetricDataResult[] | undefined)[]) {
  cloudWatch.reset();
  const command = cloudWatch.on(GetMetricDataCommand);
  for (const [index, MetricDataResults] of pages.entries())
    command.resolvesOnce({ MetricDataResults, ...(index < pages.length - 1 && { NextToken: `page-${index + 2}` }) });
  return read(new CloudWatchClient({}), QUERIES, NOON, NOON + 60_000);
}

test('points by the ID of their query, each time with its value', async () => {
  const least = { Id: 'least', StatusCode: 'Complete' as const, ...from(NOON + 60_000, NOON) };
  expect(await answer([least, { Id: 'most', StatusCode: 'Complete' }])).toEqual({
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

test('an answer of several pages is read to its end', async () => {
  const first = QUERIES.map(({ Id }) => ({ Id, StatusCode: 'PartialData' as const, ...from(NOON + 60_000) }));
  const second = QUERIES.map(({ Id }) => ({ Id, StatusCode: 'Complete' as const, ...from(NOON) }));
  const both = [NOON + 60_000, NOON].map((time) => ({ time, value: 2 }));
  expect(await answer(first, second)).toEqual({ least: both, most: both });
  const tokens = cloudWatch.commandCalls(GetMetricDataCommand).map(({ args }) => args[0].input.NextToken);
  expect(tokens).toEqual([undefined, 'page-2']);
});

test('a time without its value is no point', async () => {
  const least = {
    Id: 'least',
    StatusCode: 'Complete' as const,
    Timestamps: [new Date(NOON), new Date(NOON + 1)],
    Values: [1],
  };
  expect(await answer([least, { Id: 'most', StatusCode: 'Complete', Values: [1] }])).toEqual({
    least: [{ time: NOON, value: 1 }],
    most: [],
  });
});

test.each<[what: string, results: MetricDataResult[] | undefined]>([
  ['no result', undefined],
  ['one result too few', [{ Id: 'least', StatusCode: 'Complete' }]],
  ['a result without a status', [{ Id: 'least' }, { Id: 'most', StatusCode: 'Complete' }]],
  ...(['InternalError', 'Forbidden', 'PartialData'] as const).map((StatusCode): [string, MetricDataResult[]] => [
    `a result that is ${StatusCode}`,
    [
      { Id: 'least', StatusCode, ...from(NOON) },
      { Id: 'most', StatusCode: 'Complete' },
    ],
  ]),
])('%s is no answer', async (_what, results) => {
  await expect(answer(results)).rejects.toThrow(TransientAwsError);
  await expect(answer(results)).rejects.toThrow(/^GetMetricData: the result of (least|most) is /);
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
