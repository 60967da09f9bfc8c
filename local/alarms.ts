import { ApiError } from './api';
import type { Clock } from './clock';
import type { BusEvent, NewBusEvent } from './event-bridge';
import type { MetricName, Metrics } from './metrics';
import type { AlarmRecord, AlarmState, AlarmStore } from './services/alarm-store';
import type { PublishRequest } from './services/sns';
import { isObject, type JsonObject, list, object, type Resource, type Template, TemplateError } from './template';
import type { Timeline } from './timeline';

/** How an alarm of the template is evaluated. */
interface Rule {
  readonly metric: MetricName;
  readonly statistic: string;
  /** Milliseconds. */
  readonly period: number;
  readonly periods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: string;
  readonly missing: string;
}

interface Alarm {
  record: AlarmRecord;
  /** Null for an alarm that only `SetAlarmState` moves: the user's own ones. */
  readonly rule: Rule | null;
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>;
}

export interface AlarmOptions {
  readonly template: Template;
  /** Names of alarms that the template does not declare but the clusters are tied to. */
  readonly foreignNames: readonly string[];
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly metrics: Metrics;
  readonly put: (event: NewBusEvent) => BusEvent;
  /** Publishes to a topic as CloudWatch; a refusal is its own affair. */
  readonly publish: (alarmArn: string, message: PublishRequest) => void;
}

/**
 * CloudWatch alarms: those of the template, evaluated once a minute over sliding windows, and the user's own ones. A
 * change of state goes to the event bus and to the alarm's topics.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export class Alarms implements AlarmStore {
  private readonly alarms = new Map<string, Alarm>();
  /** All was well before: what is missing from before this time is no missing data. */
  private readonly began: number;

  constructor(private readonly options: AlarmOptions) {
    this.began = options.clock.now();
    for (const resource of options.template.ofType('AWS::CloudWatch::Alarm')) {
      const alarm = this.declared(resource);
      this.alarms.set(alarm.record.name, alarm);
    }
    for (const name of options.foreignNames) if (!this.alarms.has(name)) this.alarms.set(name, this.foreign(name));
  }

  list(): readonly AlarmRecord[] {
    return [...this.alarms.values()].map(({ record }) => record);
  }

  setState(name: string, state: AlarmState, reason: string): void {
    const alarm = this.alarms.get(name);
    if (alarm === undefined) throw new ApiError('ResourceNotFound', `There is no alarm named ${name}.`, 404);
    this.change(alarm, state, reason);
  }

  /** One evaluation of every alarm of the template. */
  evaluate(): void {
    for (const alarm of this.alarms.values()) {
      if (alarm.rule === null) continue;
      const { state, reason } = this.judge(alarm.rule, alarm.record.state);
      this.change(alarm, state, reason);
    }
  }

  private judge(rule: Rule, before: AlarmState): { state: AlarmState; reason: string } {
    const now = this.options.clock.now();
    const points: (number | null | 'well')[] = [];
    for (let index = 0; index < rule.periods; index += 1) {
      const to = now - index * rule.period;
      const values = this.options.metrics.values(rule.metric, to - rule.period, to);
      points.push(
        values.length > 0 ? statistic(rule.statistic, values) : to - rule.period < this.began ? 'well' : null,
      );
    }
    const breaches = (point: number | null | 'well') =>
      point === null ? rule.missing === 'breaching' : point !== 'well' && compare(rule, point);
    const breaching = points.filter(breaches).length;
    const text = `${breaching} out of the last ${points.length} datapoints [${points.map(String).join(', ')}] breached the threshold (${rule.threshold})`;
    if (breaching >= rule.datapointsToAlarm) return { state: 'ALARM', reason: `Threshold Crossed: ${text}` };
    if (points.every((point) => point === null)) {
      if (rule.missing === 'missing')
        return { state: 'INSUFFICIENT_DATA', reason: 'Insufficient Data: no datapoints were received' };
      if (rule.missing === 'ignore') return { state: before, reason: 'No datapoints were received' };
    }
    return { state: 'OK', reason: `Threshold not crossed: ${text}` };
  }

  private change(alarm: Alarm, state: AlarmState, reason: string): void {
    const { clock, timeline, put, publish } = this.options;
    const before = alarm.record;
    if (before.state === state) return;
    alarm.record = { ...before, state, reason, updatedAt: clock.now() };
    const { name, arn } = before;
    timeline.add({ type: 'alarm', name, from: before.state, to: state, reason });
    put({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [arn],
      detail: {
        alarmName: name,
        configuration: configurationOf(alarm),
        previousState: stateOf(before),
        state: stateOf(alarm.record),
      },
    });
    const subject = `${state}: "${name}" in ${this.options.template.region}`.slice(0, 99);
    for (const topicArn of alarm.actions[state]) {
      publish(arn, { topicArn, subject, message: this.message(alarm, before) });
    }
  }

  private message({ record, actions }: Alarm, before: AlarmRecord): string {
    const { accountId, region } = this.options.template;
    return JSON.stringify({
      AlarmName: record.name,
      AlarmDescription: record.description,
      AWSAccountId: accountId,
      NewStateValue: record.state,
      NewStateReason: record.reason,
      StateChangeTime: timestamp(record.updatedAt),
      Region: region,
      AlarmArn: record.arn,
      OldStateValue: before.state,
      OKActions: actions.OK,
      AlarmActions: actions.ALARM,
      InsufficientDataActions: actions.INSUFFICIENT_DATA,
    });
  }

  private declared({ logicalId, properties }: Resource): Alarm {
    const { template } = this.options;
    if (properties.Metrics !== undefined)
      throw new TemplateError(`${logicalId}: the local cloud knows alarms on one metric, no metric math`);
    const dimensions = Object.fromEntries(
      list(properties.Dimensions).map((each) => [String(object(each).Name), String(object(each).Value)]),
    );
    const metric = { namespace: String(properties.Namespace), name: String(properties.MetricName), dimensions };
    const periods = Number(properties.EvaluationPeriods);
    const actions = (name: string) =>
      properties.ActionsEnabled === false ? [] : list(properties[name]).map((each) => this.topic(logicalId, each));
    return {
      record: {
        name: template.nameOf(logicalId),
        arn: template.arn(logicalId),
        description: String(properties.AlarmDescription ?? ''),
        state: 'OK',
        reason: 'The local cloud starts with all well',
        updatedAt: this.began,
        namespace: metric.namespace,
        metricName: metric.name,
        dimensions,
      },
      rule: {
        metric,
        statistic: oneOf(properties.Statistic, STATISTICS, `${logicalId}.Statistic`),
        period: Number(properties.Period) * 1000,
        periods,
        datapointsToAlarm: Number(properties.DatapointsToAlarm ?? periods),
        threshold: Number(properties.Threshold),
        comparison: oneOf(properties.ComparisonOperator, COMPARISONS, `${logicalId}.ComparisonOperator`),
        missing: String(properties.TreatMissingData ?? 'missing'),
      },
      actions: {
        OK: actions('OKActions'),
        ALARM: actions('AlarmActions'),
        INSUFFICIENT_DATA: actions('InsufficientDataActions'),
      },
    };
  }

  private topic(logicalId: string, action: unknown): string {
    if (typeof action === 'string' && action.startsWith('arn:aws:sns:')) return action;
    throw new TemplateError(
      `${logicalId}: the local cloud knows topics as alarm actions, not ${JSON.stringify(action)}`,
    );
  }

  private foreign(name: string): Alarm {
    const { template } = this.options;
    return {
      record: {
        name,
        arn: `arn:aws:cloudwatch:${template.region}:${template.accountId}:alarm:${name}`,
        description: '',
        state: 'OK',
        reason: 'The local cloud starts with all well',
        updatedAt: this.began,
        namespace: 'User',
        metricName: name,
        dimensions: {},
      },
      rule: null,
      actions: { OK: [], ALARM: [], INSUFFICIENT_DATA: [] },
    };
  }
}

function statistic(name: string, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'Minimum':
      return Math.min(...values);
    case 'Maximum':
      return Math.max(...values);
    case 'SampleCount':
      return values.length;
    default:
      throw new TemplateError(`The local cloud does not know the statistic ${name}`);
  }
}

function compare({ comparison, threshold }: Rule, value: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
    default:
      throw new TemplateError(`The local cloud does not know the comparison ${comparison}`);
  }
}

export const STATISTICS: readonly string[] = ['Average', 'Maximum', 'Minimum', 'SampleCount', 'Sum'];
export const COMPARISONS: readonly string[] = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanOrEqualToThreshold',
  'LessThanThreshold',
];

function oneOf(value: unknown, known: readonly string[], where: string): string {
  if (typeof value === 'string' && known.includes(value)) return value;
  throw new TemplateError(`${where}: the local cloud knows ${known.join(', ')}, not ${JSON.stringify(value)}`);
}

/** CloudWatch writes the zone as `+0000`. */
const timestamp = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

function stateOf({ state, reason, updatedAt }: AlarmRecord): JsonObject {
  return { value: state, reason, timestamp: timestamp(updatedAt) };
}

function configurationOf({ record, rule }: Alarm): JsonObject {
  const metric = { namespace: record.namespace, name: record.metricName, dimensions: record.dimensions };
  const metricStat = { metric, period: (rule?.period ?? 60_000) / 1000, stat: rule?.statistic ?? 'Maximum' };
  return { description: record.description, metrics: [{ id: 'm1', metricStat, returnData: true }] };
}

/** Names of the alarms that clusters are tied to, from the registry in a state machine's definition. */
export function alarmNamesIn(clusters: readonly unknown[]): readonly string[] {
  return clusters.flatMap((cluster) =>
    isObject(cluster) ? list(cluster.nodes).flatMap((node) => list(object(node).alarms).map(String)) : [],
  );
}
