/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly {
    readonly Name: string;
    readonly Unit: 'Count' | 'Milliseconds';
    /** 1: kept by the second, for three hours; left out: by the minute. */
    readonly StorageResolution?: 1;
  }[];
}

const MILLISECONDS = new Set(['Outage', 'DarkTime']);
const BY_THE_SECOND = new Set(['Claim', 'MoveByPerson']);

/** The namespace of the product's own metrics. They are told apart by cluster name, so names are unique in a Region. */
export const METRICS_NAMESPACE = 'VipFailover';

/**
 * In embedded metric format: no call on the failover path. `process.stdout`, because Lambda wraps what `console.log` gets
 * when its log format is JSON.
 * @param time ISO 8601: of the workflow, or of the event; this function's clock may differ
 * @param dimensions their values by name
 * @param all by the metric's name; null: not known, and left out
 * @param fields what else the line says
 */
export function writeMetrics(
  time: string,
  dimensions: Readonly<Record<string, string>>,
  all: Readonly<Record<string, number | null>>,
  fields: Readonly<Record<string, string>> = {},
): void {
  const values = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
  const names = Object.keys(values);
  if (names.length === 0) return;
  const directive: Directive = {
    Namespace: METRICS_NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: names.map((Name) => ({
      Name,
      Unit: MILLISECONDS.has(Name) ? 'Milliseconds' : 'Count',
      ...(BY_THE_SECOND.has(Name) && { StorageResolution: 1 }),
    })),
  };
  const line = {
    _aws: { Timestamp: Date.parse(time), CloudWatchMetrics: [directive] },
    ...dimensions,
    ...fields,
    ...values,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
