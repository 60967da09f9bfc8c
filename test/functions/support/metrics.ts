import type { GetMetricDataCommandInput, GetMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';

export type Points = readonly (readonly [time: number, value: number])[];

/** Answers GetMetricData: every query is complete, with these points by its ID; times in milliseconds since the epoch. */
export const complete =
  (points: Readonly<Record<string, Points>> = {}) =>
  ({ MetricDataQueries = [] }: GetMetricDataCommandInput): Partial<GetMetricDataCommandOutput> => ({
    MetricDataResults: MetricDataQueries.map(({ Id = '' }) => ({
      Id,
      StatusCode: 'Complete' as const,
      Timestamps: points[Id]?.map(([time]) => new Date(time)),
      Values: points[Id]?.map(([, value]) => value),
    })),
  });
