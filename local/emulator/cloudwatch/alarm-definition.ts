import { type Json, type JsonObject, list, object, TemplateError, text } from '../template/json';
import { type AlarmRule, TREATMENTS } from './alarm-evaluation';
import { parseExpression, type Series } from './metric-math';
import { type MetricName, STATISTICS } from './metrics';

const MINUTE = 60_000;

/** Where an alarm's data comes from: one metric, or an expression over some. */
export interface Source {
  /** By the ID that the expression uses. */
  readonly metrics: ReadonlyMap<string, { readonly name: MetricName; readonly statistic: string }>;
  readonly expression: string | null;
  /** Milliseconds. */
  readonly period: number;
  readonly read: (metrics: ReadonlyMap<string, Series>, fillable: (period: number) => boolean) => Series;
}

/** Either `MetricName` and its kin, or `Metrics` with metrics and the one expression that returns data. */
export function sourceOf(properties: JsonObject, logicalId: string): Source {
  if (properties.Metrics === undefined) {
    const metric = {
      name: metricOf(properties, logicalId),
      statistic: statisticOf(properties.Statistic, `${logicalId}.Statistic`),
    };
    const period = periodOf(properties.Period, `${logicalId}.Period`);
    return {
      metrics: new Map([[ONLY_METRIC, metric]]),
      expression: null,
      period,
      read: (metrics) => metrics.get(ONLY_METRIC) ?? [],
    };
  }
  const queries = list(properties.Metrics).map(object);
  const stats = queries.filter((query) => query.MetricStat !== undefined);
  const [returned, ...others] = queries.filter((query) => query.ReturnData !== false);
  if (returned === undefined || others.length > 0)
    throw new TemplateError(
      `${logicalId}.Metrics: exactly one entry returns data, found ${others.length + (returned ? 1 : 0)}`,
    );
  const where = (query: JsonObject) => `${logicalId}.Metrics.${String(query.Id)}`;
  const metrics = new Map(
    stats.map((query) => {
      const { Metric, Stat } = object(query.MetricStat);
      const metric = { name: metricOf(object(Metric), where(query)), statistic: statisticOf(Stat, where(query)) };
      return [text(query.Id, where(query)), metric] as const;
    }),
  );
  const periods = new Set(stats.map((query) => periodOf(object(query.MetricStat).Period, where(query))));
  const [period] = periods;
  if (period === undefined || periods.size > 1)
    throw new TemplateError(
      `${logicalId}.Metrics: all metrics of an alarm have the same period, found ${[...periods].join(', ')} ms`,
    );
  const expression = text(returned.Expression ?? returned.Id, where(returned));
  const read = parseExpression(expression, [...metrics.keys()], where(returned));
  const length = (all: ReadonlyMap<string, Series>) => [...all.values()][0]?.length ?? 0;
  return {
    metrics,
    expression,
    period,
    read: (all, fillable) => read({ metrics: all, length: length(all), fillable }),
  };
}

/** The ID of an alarm's only metric, as CloudWatch's events name it. */
export const ONLY_METRIC = 'm1';

function metricOf({ Namespace, MetricName, Dimensions }: JsonObject, where: string): MetricName {
  return {
    namespace: text(Namespace, `${where}.Namespace`),
    name: text(MetricName, `${where}.MetricName`),
    dimensions: Object.fromEntries(
      list(Dimensions).map((each) => [String(object(each).Name), String(object(each).Value)]),
    ),
  };
}

function statisticOf(value: Json | undefined, where: string): string {
  return oneOf(value, STATISTICS, where);
}

/** Milliseconds. */
function periodOf(value: Json | undefined, where: string): number {
  const seconds = Number(value);
  if (Number.isInteger(seconds) && seconds > 0 && (seconds * 1_000) % MINUTE === 0) return seconds * 1_000;
  throw new TemplateError(`${where}: the local cloud knows periods of whole minutes, not ${JSON.stringify(value)} s`);
}

export function ruleOf(
  properties: JsonObject,
  logicalId: string,
): { readonly rule: AlarmRule; readonly words: string } {
  const evaluationPeriods = Number(properties.EvaluationPeriods);
  const threshold = Number(properties.Threshold);
  const comparison = oneOf(properties.ComparisonOperator, COMPARISONS, `${logicalId}.ComparisonOperator`);
  const compare = COMPARE[comparison];
  return {
    rule: {
      evaluationPeriods,
      datapointsToAlarm: Number(properties.DatapointsToAlarm ?? evaluationPeriods),
      breaches: (value) => compare?.(value, threshold) ?? false,
      missing: oneOf(properties.TreatMissingData ?? 'missing', TREATMENTS, `${logicalId}.TreatMissingData`),
    },
    words: `Threshold ${threshold}, ${comparison}`,
  };
}

const COMPARE: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
};
export const COMPARISONS: readonly string[] = Object.keys(COMPARE);

function oneOf<Choice extends string>(value: unknown, known: readonly Choice[], where: string): Choice {
  const found = known.find((each) => each === value);
  if (found !== undefined) return found;
  throw new TemplateError(`${where}: the local cloud knows ${known.join(', ')}, not ${JSON.stringify(value)}`);
}
