import type { Cluster } from './types';

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is no object has no fields. */
export function asFields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/**
 * Instance IDs among the dimensions of the metrics that an alarm watches.
 * @param detail the `detail` of a CloudWatch alarm's event
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
 */
export function watchedInstances({ configuration }: Fields): string[] {
  const metrics = isFields(configuration) && Array.isArray(configuration.metrics) ? configuration.metrics : [];
  return metrics.flatMap((entry: unknown) => {
    const stat = isFields(entry) ? entry.metricStat : undefined;
    const metric = isFields(stat) ? stat.metric : undefined;
    const dimensions = isFields(metric) ? metric.dimensions : undefined;
    const instanceId = isFields(dimensions) ? dimensions.InstanceId : undefined;
    return typeof instanceId === 'string' ? [instanceId] : [];
  });
}

/** The cluster that an input is about, as far as can be seen without understanding it; null where there is none. */
export function clusterConcerned(input: unknown, clusters: readonly Cluster[]): Cluster | null {
  const { cluster: named, detail: about } = asFields(input);
  const detail = asFields(about);
  const { 'instance-id': instanceId, alarmName } = detail;
  const watched = watchedInstances(detail);
  return (
    clusters.find(
      ({ name, nodes }) =>
        name === named ||
        nodes.some(
          (node) =>
            node.instanceId === instanceId ||
            watched.includes(node.instanceId) ||
            (typeof alarmName === 'string' && node.alarms?.includes(alarmName)),
        ),
    ) ?? null
  );
}
