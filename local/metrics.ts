import type { Clock } from './clock';
import type { Timeline, TimelineEvent } from './timeline';
import type { World } from './world/world';

/** Which metric: namespace, name and the exact dimensions. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface DataPoint {
  readonly at: number;
  readonly value: number;
}

/** Nothing here looks further back. */
const KEPT_MILLISECONDS = 3 * 3_600_000;

/** CloudWatch's metrics: what functions write in embedded metric format, and what the services report of themselves. */
export class Metrics {
  private readonly series = new Map<string, DataPoint[]>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  add(metric: MetricName, value: number): void {
    const key = keyOf(metric);
    const now = this.clock.now();
    const points = this.series.get(key) ?? [];
    while (points[0] && points[0].at < now - KEPT_MILLISECONDS) points.shift();
    points.push({ at: now, value });
    this.series.set(key, points);
  }

  /** Values from `from` (not included) up to `to`, milliseconds since the epoch. */
  values(metric: MetricName, from: number, to: number): readonly number[] {
    const points = this.series.get(keyOf(metric)) ?? [];
    return points.filter(({ at }) => at > from && at <= to).map(({ value }) => value);
  }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

/** What the services count, read off the timeline. */
export function countServices(
  metrics: Metrics,
  timeline: Timeline,
  stateMachineArn: (execution: string) => string,
): void {
  const count = (namespace: string, name: string, dimensions: MetricName['dimensions']) =>
    metrics.add({ namespace, name, dimensions }, 1);
  timeline.listen((event: TimelineEvent) => {
    if (event.type === 'metric') metrics.add(event, event.value);
    if (event.type === 'execution-failed') {
      const dimensions = { StateMachineArn: stateMachineArn(event.execution) };
      const name = EXECUTION_METRICS[event.error] ?? 'ExecutionsFailed';
      count('AWS/States', name, dimensions);
    }
    if (event.type === 'delivery-failed') count('AWS/Events', 'FailedInvocations', { RuleName: event.rule });
  });
}

const EXECUTION_METRICS: Readonly<Record<string, string>> = {
  'States.Timeout': 'ExecutionsTimedOut',
  Aborted: 'ExecutionsAborted',
};

/** What SQS reports each minute of the dead-letter queues. */
export function reportQueues(metrics: Metrics, deadLetters: readonly { readonly queueArn: string }[]): void {
  for (const queueArn of new Set(deadLetters.map((letter) => letter.queueArn))) {
    const QueueName = queueArn.slice(queueArn.lastIndexOf(':') + 1);
    const metric = { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions: { QueueName } };
    metrics.add(metric, deadLetters.filter((letter) => letter.queueArn === queueArn).length);
  }
}

/** What EC2 reports each minute of an instance that runs: 1 where a status check fails, else 0. */
export function reportStatusChecks(metrics: Metrics, world: World): void {
  for (const { id, state, checks } of world.view().instances()) {
    if (state !== 'running') continue;
    const failed = Object.values(checks).includes('impaired') ? 1 : 0;
    metrics.add({ namespace: 'AWS/EC2', name: 'StatusCheckFailed', dimensions: { InstanceId: id } }, failed);
  }
}
