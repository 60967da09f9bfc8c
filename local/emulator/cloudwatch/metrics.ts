import { drawn, type Lag } from '../ec2/consistency';
import type { World } from '../ec2/model/world';
import type { Clock } from '../kernel/clock';
import type { Timeline, TimelineEvent } from '../kernel/timeline';

/** Which metric: namespace, name and the exact dimensions. */
export interface MetricName {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface DataPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
  /** Seconds: how finely it is kept. */
  readonly resolution: Resolution;
}

/** @see CloudWatch API Reference, MetricDatum, StorageResolution */
export type Resolution = 1 | 60;

interface StoredPoint extends DataPoint {
  /** From when on CloudWatch shows it. */
  readonly visibleAt: number;
}

const DAY = 24 * 3_600_000;
/** How long CloudWatch keeps points of five minutes, of one, and of less. @see CloudWatch User Guide, "Metrics retention" */
const KEPT_MILLISECONDS = 63 * DAY;
export const MINUTES_KEPT_MILLISECONDS = 15 * DAY;
export const SECONDS_KEPT_MILLISECONDS = 3 * 3_600_000;
/** CloudWatch takes points that are so old, or so far ahead. @see CloudWatch API Reference, PutMetricData, MetricDatum */
const OLDEST_MILLISECONDS = 14 * DAY;
const NEWEST_MILLISECONDS = 2 * 3_600_000;

/** CloudWatch's metrics: what functions write in embedded metric format, and what the services report of themselves. */
export class Metrics {
  private readonly series = new Map<string, StoredPoint[]>();

  /** @param lag how long a point takes until CloudWatch shows it; a function draws it anew for each point. */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly lag: Lag = 0,
  ) {}

  /** @param at when it was measured, milliseconds since the epoch: now by default. Too old or too far ahead: no point. */
  add(metric: MetricName, value: number, at = this.clock.now(), resolution: Resolution = 60): void {
    const now = this.clock.now();
    if (at < now - OLDEST_MILLISECONDS || at > now + NEWEST_MILLISECONDS) return;
    const key = keyOf(metric);
    const points = this.series.get(key) ?? [];
    while (points[0] && points[0].at < now - KEPT_MILLISECONDS) points.shift();
    let place = points.length;
    while (place > 0 && (points[place - 1]?.at ?? 0) > at) place -= 1;
    points.splice(place, 0, { at, value, resolution, visibleAt: now + drawn(this.lag) });
    this.series.set(key, points);
  }

  /** What CloudWatch shows from `from` (not included) up to `to`, milliseconds since the epoch, oldest first. */
  points(metric: MetricName, from: number, to: number): readonly DataPoint[] {
    const all = this.series.get(keyOf(metric)) ?? [];
    const now = this.clock.now();
    let first = all.length;
    while (first > 0 && (all[first - 1]?.at ?? 0) > from) first -= 1;
    return all.slice(first).filter(({ at, visibleAt }) => at <= to && visibleAt <= now);
  }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

type Aggregate = (values: readonly number[]) => number;
const sum: Aggregate = (values) => values.reduce((total, value) => total + value, 0);

/** By CloudWatch's name of the statistic; never of an empty list. */
const STATISTIC: Readonly<Record<string, Aggregate>> = {
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
  Sum: sum,
};

export const STATISTICS: readonly string[] = Object.keys(STATISTIC);

/** @returns null for an empty list: no data. */
export function statistic(name: string, values: readonly number[]): number | null {
  const aggregate = STATISTIC[name];
  if (aggregate === undefined) throw new Error(`The local cloud does not know the statistic ${name}.`);
  return values.length === 0 ? null : aggregate(values);
}

/** What the services count, read off the timeline. */
export function countServices(
  metrics: Metrics,
  timeline: Timeline,
  stateMachineArn: (execution: string) => string,
): void {
  timeline.listen((event: TimelineEvent) => {
    if (event.type === 'metric') metrics.add(event, event.value, event.measuredAt ?? event.at, event.resolution);
    if (event.type === 'execution-started') {
      const dimensions = { StateMachineArn: stateMachineArn(event.execution) };
      metrics.add({ namespace: 'AWS/States', name: 'ExecutionsStarted', dimensions }, 1);
    }
    if (event.type === 'execution-failed') {
      const name = EXECUTION_METRICS[event.error] ?? 'ExecutionsFailed';
      const dimensions = { StateMachineArn: stateMachineArn(event.execution) };
      metrics.add({ namespace: 'AWS/States', name, dimensions }, 1);
    }
    if (event.type === 'api-call' && event.service === 'states' && event.error?.code === START_THROTTLED)
      metrics.add(THROTTLED_STARTS, 1);
  });
}

const EXECUTION_METRICS: Readonly<Record<string, string>> = {
  'States.Timeout': 'ExecutionsTimedOut',
  Aborted: 'ExecutionsAborted',
};

const START_THROTTLED = 'ThrottlingException';

/** @see Step Functions Developer Guide, "Monitoring Step Functions metrics", API usage metrics */
export const THROTTLED_STARTS: MetricName = {
  namespace: 'AWS/States',
  name: 'ThrottledEvents',
  dimensions: { APIName: 'StartExecution' },
};

/** What SQS reports each minute of the dead-letter queues. */
export function reportQueues(metrics: Metrics, deadLetters: readonly { readonly queueArn: string }[]): void {
  for (const queueArn of new Set(deadLetters.map((letter) => letter.queueArn))) {
    const QueueName = queueArn.slice(queueArn.lastIndexOf(':') + 1);
    const metric = { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', dimensions: { QueueName } };
    metrics.add(metric, deadLetters.filter((letter) => letter.queueArn === queueArn).length);
  }
}

/**
 * What EC2 reports each minute of an instance that runs: 1 where a status check fails, else 0; of application status checks
 * by a metric of its own. While these know nothing, they report nothing: what EC2 does then is not documented.
 */
export function reportStatusChecks(metrics: Metrics, world: World): void {
  for (const { id, state, checks, application } of world.view().instances()) {
    if (state !== 'running') continue;
    const failed = Object.values(checks).includes('impaired') ? 1 : 0;
    metrics.add({ namespace: 'AWS/EC2', name: 'StatusCheckFailed', dimensions: { InstanceId: id } }, failed);
    if (application.status !== 'ok' && application.status !== 'impaired') continue;
    const name = 'StatusCheckFailed_Application';
    metrics.add(
      { namespace: 'AWS/EC2', name, dimensions: { InstanceId: id } },
      application.status === 'impaired' ? 1 : 0,
    );
  }
}
