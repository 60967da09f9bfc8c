import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Cluster } from '../../functions/shared/cluster';
import { METRICS_NAMESPACE } from '../../functions/shared/metrics';
import type { Clients } from './clients';

const HOUR = 3_600_000;
/** Points of an hour are kept so long. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const KEPT = 455 * 24 * HOUR;
const MOST_QUERIES = 500;

export interface Point {
  /** Beginning of its period, milliseconds since the epoch. */
  readonly at: number;
  readonly value: number;
}

/** One point at most for each key: the newest. */
export type Newest = ReadonlyMap<string, Point>;

interface Question {
  readonly key: string;
  readonly namespace?: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: 'Minimum' | 'Maximum' | 'Sum';
}

/** What each cluster's last checks said: 1 ready, 0 not. By cluster; absent where no check came in the last three hours. */
export function newestReadiness(clients: Clients, clusters: readonly Cluster[], now: number): Promise<Newest> {
  const questions = clusters.map(({ name }) => ({
    key: name,
    name: 'Ready',
    dimensions: { Cluster: name },
    stat: 'Minimum' as const,
  }));
  return newest(clients, questions, 60, now - 3 * HOUR, now);
}

/** In which hour each cluster last ended so, by `CLUSTER OUTCOME`; absent where it never did in the last 15 months. */
export function newestOutcomes(
  clients: Clients,
  clusters: readonly Cluster[],
  outcomes: readonly string[],
  now: number,
): Promise<Newest> {
  const questions = clusters.flatMap(({ name }) =>
    outcomes.map((outcome) => ({
      key: `${name} ${outcome}`,
      name: 'Outcomes',
      dimensions: { Cluster: name, Outcome: outcome },
      stat: 'Sum' as const,
    })),
  );
  return newest(clients, questions, HOUR / 1_000, now - KEPT, now);
}

/** How many messages lie in a queue; null where SQS has said nothing in the last hour: nobody used it. */
export async function messagesIn(clients: Clients, queueName: string, now: number): Promise<number | null> {
  const question: Question = {
    key: queueName,
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: queueName },
    stat: 'Maximum',
  };
  return (await newest(clients, [question], 60, now - HOUR, now)).get(queueName)?.value ?? null;
}

/**
 * How many executions Step Functions itself counted in some whole hours, whoever started them.
 * @param end not included
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
export async function executionsStarted(
  clients: Clients,
  stateMachineArn: string,
  start: number,
  end: number,
): Promise<number> {
  const question: Question = {
    key: 'started',
    namespace: 'AWS/States',
    name: 'ExecutionsStarted',
    dimensions: { StateMachineArn: stateMachineArn },
    stat: 'Sum',
  };
  let sum = 0;
  for await (const { value } of points(clients, [question], HOUR / 1_000, start, end)) sum += value;
  return sum;
}

async function newest(
  clients: Clients,
  questions: readonly Question[],
  period: number,
  start: number,
  end: number,
): Promise<Newest> {
  const found = new Map<string, Point>();
  for await (const { key, at, value } of points(clients, questions, period, start, end))
    if (at > (found.get(key)?.at ?? 0)) found.set(key, { at, value });
  return found;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
async function* points(
  { cloudWatch }: Clients,
  questions: readonly Question[],
  Period: number,
  start: number,
  end: number,
): AsyncGenerator<Point & { readonly key: string }> {
  for (let first = 0; first < questions.length; first += MOST_QUERIES) {
    const some = questions.slice(first, first + MOST_QUERIES);
    const MetricDataQueries = some.map((question, index) => toQuery(question, index, Period));
    let NextToken: string | undefined;
    do {
      const page = await cloudWatch.send(
        new GetMetricDataCommand({
          MetricDataQueries,
          StartTime: new Date(start),
          EndTime: new Date(end),
          ScanBy: 'TimestampDescending',
          NextToken,
        }),
      );
      for (const { Id = '', Timestamps = [], Values = [] } of page.MetricDataResults ?? [])
        for (const [index, time] of Timestamps.entries())
          yield { key: some[Number(Id.slice(1))]?.key ?? '', at: time.getTime(), value: Values[index] ?? 0 };
      NextToken = page.NextToken;
    } while (NextToken);
  }
}

function toQuery(
  { namespace = METRICS_NAMESPACE, name, dimensions, stat }: Question,
  index: number,
  Period: number,
): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    Id: `q${index}`,
    MetricStat: { Metric: { Namespace: namespace, MetricName: name, Dimensions }, Period, Stat: stat },
  };
}
