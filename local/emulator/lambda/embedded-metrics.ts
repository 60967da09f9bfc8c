import { isObject, list, object } from '../template/json';

export interface MetricValue {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** Milliseconds since the epoch, as the line says. */
  readonly measuredAt: number;
  /** Seconds: how finely CloudWatch keeps it. @see CloudWatch API Reference, MetricDatum, StorageResolution */
  readonly resolution: 1 | 60;
}

/**
 * The metrics in a log line in CloudWatch's embedded metric format; none in any other line.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsOf(line: string): readonly MetricValue[] {
  if (!line.includes('"_aws"')) return [];
  const parsed = parse(line);
  if (!isObject(parsed)) return [];
  const measuredAt = object(parsed._aws).Timestamp;
  if (typeof measuredAt !== 'number') return [];
  return list(object(parsed._aws).CloudWatchMetrics).flatMap((directive) => {
    const { Namespace, Dimensions, Metrics } = object(directive);
    return list(Dimensions).flatMap((names) => {
      const dimensions = Object.fromEntries(list(names).map((name) => [String(name), String(parsed[String(name)])]));
      return list(Metrics).flatMap((metric) => {
        const name = String(object(metric).Name);
        const resolution = object(metric).StorageResolution === 1 ? 1 : 60;
        return list(parsed[name]).flatMap((value) =>
          typeof value === 'number'
            ? [{ namespace: String(Namespace), name, dimensions, value, measuredAt, resolution }]
            : [],
        );
      });
    });
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
