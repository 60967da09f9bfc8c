import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { call } from '../shared/aws-clients';
import type { Cluster } from '../shared/cluster';
import { METRICS_NAMESPACE } from '../shared/metrics';

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

/** One GetMetricData call; times in milliseconds since the epoch. */
export async function read(
  cloudWatch: CloudWatchClient,
  MetricDataQueries: MetricDataQuery[],
  from: number,
  to: number,
): Promise<Found> {
  const { MetricDataResults = [] } = await call(
    'GetMetricData',
    cloudWatch.send(
      new GetMetricDataCommand({
        MetricDataQueries,
        StartTime: new Date(from),
        EndTime: new Date(to),
        ScanBy: 'TimestampDescending',
      }),
    ),
  );
  return Object.fromEntries(
    MetricDataResults.map(({ Id = '', Timestamps = [], Values = [] }) => [
      Id,
      Timestamps.flatMap((time, index) => {
        const value = Values[index];
        return value === undefined ? [] : { time: time.getTime(), value };
      }),
    ]),
  );
}

export function newest(points: readonly Point[] = []): Point | null {
  return points.reduce<Point | null>((best, point) => (best === null || point.time > best.time ? point : best), null);
}
