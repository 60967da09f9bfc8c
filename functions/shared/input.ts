import type { Cluster } from './cluster';

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns no fields for anything but an object. */
export function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

const ISO_8601 = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?$/i;

/**
 * Milliseconds since the epoch of an ISO 8601 text: at midnight where it is a day, in UTC where it has no offset. NaN where
 * it is none: `Date.parse` alone makes a day of 2001 of "next-week-7", and 3 March of 31 February.
 */
export function parseIsoTime(text: string): number {
  const [, day = '', time = '00:00', offset = 'Z'] = ISO_8601.exec(text) ?? [];
  const midnight = Date.parse(`${day}T00:00Z`);
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return isDay ? Date.parse(`${day}T${time}${/^[+-]/.test(offset) ? offset : 'Z'}`) : Number.NaN;
}

/** A time as the records have it, ISO 8601 in UTC; null where there is none that can be read. */
export function readTime(value: unknown): string | null {
  const time = typeof value === 'string' ? parseIsoTime(value) : Number.NaN;
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/**
 * Instance IDs among the dimensions of the metrics that an alarm watches.
 * @param detail the `detail` of a CloudWatch alarm's event
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function watchedInstances({ configuration }: Fields): string[] {
  const { metrics } = asFields(configuration);
  if (!Array.isArray(metrics)) return [];
  return metrics.flatMap((entry: unknown) => {
    const { InstanceId } = asFields(asFields(asFields(asFields(entry).metricStat).metric).dimensions);
    return typeof InstanceId === 'string' ? [InstanceId] : [];
  });
}

/** The nodes that an event's `detail` is about: by the instance, by an alarm's name, or by what the alarm watches. */
export function nodesConcerned(detail: Fields, { nodes }: Cluster): string[] {
  const { 'instance-id': instanceId, alarmName } = detail;
  const watched = watchedInstances(detail);
  return nodes
    .filter(
      (node) =>
        node.instanceId === instanceId ||
        watched.includes(node.instanceId) ||
        (typeof alarmName === 'string' && node.alarms?.includes(alarmName)),
    )
    .map((node) => node.instanceId);
}

/** The cluster that an input is about, as far as can be seen without understanding it; null where there is none. */
export function clusterConcerned(input: unknown, clusters: readonly Cluster[]): Cluster | null {
  const { cluster: named, detail } = asFields(input);
  return (
    clusters.find((cluster) => cluster.name === (named ?? asFields(detail).cluster)) ??
    clusters.find((cluster) => nodesConcerned(asFields(detail), cluster).length > 0) ??
    null
  );
}
