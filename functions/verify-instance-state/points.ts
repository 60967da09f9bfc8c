import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
  type MetricDataQuery,
  type MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { call } from '../shared/aws-clients';
import type { Cluster } from '../shared/cluster';
import { TransientAwsError } from '../shared/errors';
import { METRICS_NAMESPACE } from '../shared/metrics';
import { allPages } from '../shared/snapshot';

/** A metric whose values are nodes' positions, from 1: two nodes within one period are the least and the most. */
export function extremes(name: string, cluster: Cluster, period: number, prefix = ''): MetricDataQuery[] {
  return [
    ours(`${prefix}least`, name, cluster, period, 'Minimum'),
    ours(`${prefix}most`, name, cluster, period, 'Maximum'),
  ];
}

/** A metric of ours, of one cluster. */
export function ours(Id: string, MetricName: string, { name }: Cluster, Period: number, Stat: string): MetricDataQuery {
  const Metric = {
    Namespace: METRICS_NAMESPACE,
    MetricName,
    Dimensions: [{ Name: 'Cluster', Value: name }],
  };
  return { Id, MetricStat: { Metric, Period, Stat } };
}

export function statusCheck(Id: string, instanceId: string): MetricDataQuery {
  const Dimensions = [{ Name: 'InstanceId', Value: instanceId }];
  const Metric = { Namespace: 'AWS/EC2', MetricName: 'StatusCheckFailed', Dimensions };
  return { Id, MetricStat: { Metric, Period: 60, Stat: 'Maximum' } };
}

export interface Point {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number;
}

/** Points by the ID of their query. */
type Found = Readonly<Record<string, readonly Point[] | undefined>>;

/**
 * One GetMetricData call, all pages of it; times in milliseconds since the epoch. A call that succeeds may say of a query that
 * it could not be read, and no points are no answer then.
 * @throws {TransientAwsError} where the result of a query is missing or not complete
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html
 */
export async function read(
  cloudWatch: CloudWatchClient,
  MetricDataQueries: MetricDataQuery[],
  from: number,
  to: number,
): Promise<Found> {
  const results = await allPages(async (NextToken) => {
    const command = new GetMetricDataCommand({
      MetricDataQueries,
      StartTime: new Date(from),
      EndTime: new Date(to),
      ScanBy: 'TimestampDescending',
      NextToken,
    });
    const page: GetMetricDataCommandOutput = await call('GetMetricData', cloudWatch.send(command));
    return { items: page.MetricDataResults, next: page.NextToken };
  });
  return Object.fromEntries(
    MetricDataQueries.map(({ Id = '' }) => {
      const pages = results.filter((result) => result.Id === Id);
      const status = pages.at(-1)?.StatusCode ?? 'missing';
      if (status !== 'Complete') throw new TransientAwsError(`GetMetricData: the result of ${Id} is ${status}.`);
      return [Id, pages.flatMap(pointsIn)];
    }),
  );
}

function pointsIn({ Timestamps = [], Values = [] }: MetricDataResult): Point[] {
  return Timestamps.flatMap((time, index) => {
    const value = Values[index];
    return value === undefined ? [] : { time: time.getTime(), value };
  });
}

export function newest(points: readonly Point[] = []): Point | null {
  return points.reduce<Point | null>((best, point) => (best === null || point.time > best.time ? point : best), null);
}
