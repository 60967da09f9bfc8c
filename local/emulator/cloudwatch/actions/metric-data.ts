import { withOmission } from '../../kernel/service';
import {
  type MetricName,
  type Metrics,
  MINUTES_KEPT_MILLISECONDS,
  SECONDS_KEPT_MILLISECONDS,
  STATISTICS,
  statistic,
} from '../metrics';
import { type CloudWatchAction, paged } from './action';
import { choice, integer, invalid, type Json, only, required, structure, structures, time } from './parameters';

interface Query {
  readonly id: string;
  readonly label: string;
  readonly metric: MetricName;
  /** Milliseconds. */
  readonly period: number;
  readonly stat: string;
}

const MINUTE = 60_000;
const FIVE_MINUTES = 5 * MINUTE;
/** Seconds, of metrics that are kept that finely. @see CloudWatch API Reference, MetricStat */
const FINE_PERIODS = [1, 5, 10, 20, 30];

interface PeriodPoint {
  /** When the period began, milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

const MOST_QUERIES = 500;
const MOST_DATAPOINTS = 100_800;

/**
 * Metrics only, no expressions. Points lie at the beginning of their period; periods begin at multiples of themselves. The
 * start is rounded down to the minute, the end is exclusive. What a fault takes out CloudWatch says it could not read: the
 * call succeeds, and the query's result has no points and the status InternalError.
 * @see CloudWatch API Reference, GetMetricData; MetricDataResult
 */
export const getMetricData: CloudWatchAction = {
  parameters: ['MetricDataQueries', 'StartTime', 'EndTime', 'ScanBy', 'MaxDatapoints', 'NextToken'],
  run(parameters, { clock, metrics, omission, pageSize, time: written }) {
    const queries = structures(parameters, 'MetricDataQueries').map(readQuery);
    const start = time(parameters, 'StartTime');
    const end = time(parameters, 'EndTime');
    if (start === undefined || end === undefined) throw invalid('StartTime and EndTime are required.');
    if (start >= end) throw invalid('The parameter StartTime must be less than the parameter EndTime.');
    if (queries.length === 0 || queries.length > MOST_QUERIES)
      throw invalid(`MetricDataQueries must have 1 to ${MOST_QUERIES} entries.`);
    if (new Set(queries.map(({ id }) => id)).size < queries.length) throw invalid('Each Id must be unique.');
    const ascending =
      choice(parameters, 'ScanBy', ['TimestampDescending', 'TimestampAscending']) === 'TimestampAscending';
    const readable = withOmission(queries, omission, ({ metric }) => metric.name);
    const found = readable.flatMap((query) => {
      const kept = clock.now() - keptFor(query.period);
      const points = pointsOf(metrics, query, Math.max(kept, Math.floor(start / MINUTE) * MINUTE), end);
      return (ascending ? points : points.reverse()).map((point) => ({ query, ...point }));
    });
    const most = { parameter: 'MaxDatapoints', limit: MOST_DATAPOINTS, otherwise: MOST_DATAPOINTS };
    const { rows, next } = paged(found, parameters, pageSize, most);
    const finished = next === undefined ? 'Complete' : 'PartialData';
    const MetricDataResults = queries.map((query) => {
      const points = rows.filter((row) => row.query === query);
      return {
        Id: query.id,
        Label: query.label,
        Timestamps: points.map(({ at }) => written(at)),
        Values: points.map(({ value }) => value),
        StatusCode: readable.includes(query) ? finished : 'InternalError',
      };
    });
    return { body: { MetricDataResults, Messages: [], NextToken: next }, result: `${rows.length} data points` };
  },
};

function readQuery(query: Json): Query {
  only(query, ['Id', 'MetricStat', 'Label', 'ReturnData']);
  const id = required(query, 'Id');
  if (!/^[a-z]\w{0,254}$/.test(id)) throw invalid(`The Id ${id} must begin with a lower-case letter.`);
  if (query.ReturnData === false || query.ReturnData === 'false')
    throw invalid('The local cloud does not know ReturnData false: nothing here uses such data.');
  const stat = structure(query.MetricStat, 'MetricStat');
  only(stat, ['Metric', 'Period', 'Stat']);
  const metric = structure(stat.Metric, 'Metric');
  only(metric, ['Namespace', 'MetricName', 'Dimensions']);
  const dimensions = structures(metric, 'Dimensions').map((each) => [required(each, 'Name'), required(each, 'Value')]);
  const seconds = integer(stat, 'Period', 1, 86_400, 0);
  if (!FINE_PERIODS.includes(seconds) && (seconds === 0 || seconds % 60 !== 0))
    throw invalid(`Period must be ${FINE_PERIODS.join(', ')}, or a multiple of 60.`);
  const statName = choice(stat, 'Stat', STATISTICS);
  if (statName === undefined) throw invalid('Stat is required.');
  const name = required(metric, 'MetricName');
  return {
    id,
    label: typeof query.Label === 'string' ? query.Label : name,
    metric: { namespace: required(metric, 'Namespace'), name, dimensions: Object.fromEntries(dimensions) },
    period: seconds * 1_000,
    stat: statName,
  };
}

function keptFor(period: number): number {
  if (period < MINUTE) return SECONDS_KEPT_MILLISECONDS;
  return period % FIVE_MINUTES === 0 ? Number.POSITIVE_INFINITY : MINUTES_KEPT_MILLISECONDS;
}

/** Oldest first. */
function pointsOf(metrics: Metrics, { metric, period, stat }: Query, start: number, end: number): PeriodPoint[] {
  const buckets = new Map<number, number[]>();
  // Both ends are whole milliseconds: just before the start, and just before the end.
  for (const { at, value, resolution } of metrics.points(metric, start - 1, end - 1)) {
    if (period < resolution * 1_000) continue;
    const bucket = Math.floor(at / period) * period;
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), value]);
  }
  return [...buckets].flatMap(([at, values]): PeriodPoint[] => {
    const value = statistic(stat, values);
    return value === null ? [] : [{ at, value }];
  });
}
