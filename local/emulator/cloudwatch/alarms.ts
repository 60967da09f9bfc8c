import { LAUNCHED_BEFORE } from '../ec2/model/build';
import type { BusEvent, NewBusEvent } from '../event-bridge/event';
import { ApiError } from '../kernel/api';
import type { Clock } from '../kernel/clock';
import type { Timeline } from '../kernel/timeline';
import type { PublishRequest } from '../sns/service';
import { isObject, type JsonObject, list, object, TemplateError } from '../template/json';
import type { Resource, Template } from '../template/template';
import { ONLY_METRIC, ruleOf, type Source, sourceOf } from './alarm-definition';
import { type AlarmRule, EXTRA_PERIODS, evaluate } from './alarm-evaluation';
import type { AlarmRecord, AlarmState, AlarmStore } from './alarm-store';
import type { Series } from './metric-math';
import { type MetricName, type Metrics, statistic } from './metrics';

interface Alarm {
  /** Its states, oldest first. */
  readonly states: AlarmRecord[];
  /** Null for an alarm that only `SetAlarmState` moves: the user's own ones. */
  readonly evaluated: { readonly source: Source; readonly rule: AlarmRule; readonly words: string } | null;
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
 * CloudWatch alarms: those of the template, which are new and evaluated once a minute over sliding windows, and the user's
 * own ones, which have been OK for long. A change of state goes to the event bus and to the alarm's topics.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export class Alarms implements AlarmStore {
  private readonly alarms = new Map<string, Alarm>();
  /** Nothing is known of the time before; that is no missing data. */
  private readonly began: number;

  constructor(private readonly options: AlarmOptions) {
    this.began = options.clock.now();
    for (const resource of options.template.ofType('AWS::CloudWatch::Alarm')) {
      const alarm = this.declared(resource);
      this.alarms.set(latest(alarm).name, alarm);
    }
    for (const name of options.foreignNames) if (!this.alarms.has(name)) this.alarms.set(name, this.foreign(name));
  }

  list(at = this.options.clock.now()): readonly AlarmRecord[] {
    return [...this.alarms.values()].map(
      ({ states }) => states.findLast(({ updatedAt }) => updatedAt <= at) ?? first(states),
    );
  }

  history(name: string, at = this.options.clock.now()): readonly AlarmRecord[] {
    return this.alarms.get(name)?.states.filter(({ updatedAt }) => updatedAt <= at) ?? [];
  }

  setState(name: string, state: AlarmState, reason: string): void {
    const alarm = this.alarms.get(name);
    if (alarm === undefined) throw new ApiError('ResourceNotFound', `There is no alarm named ${name}.`, 404);
    const before = latest(alarm);
    if (before.state === state) alarm.states.push({ ...before, reason, updatedAt: this.options.clock.now() });
    else this.change(alarm, state, reason);
  }

  /** One evaluation of every alarm of the template. */
  evaluate(): void {
    for (const alarm of this.alarms.values()) {
      if (alarm.evaluated === null) continue;
      const { source, rule, words } = alarm.evaluated;
      const points = this.pointsOf(source, rule.evaluationPeriods + EXTRA_PERIODS);
      const state = evaluate(points, this.lenient(rule, source, points.length), latest(alarm).state);
      this.change(
        alarm,
        state,
        `${words}: the newest data points were ${points.map((point) => point ?? '-').join(', ')}`,
      );
    }
  }

  /** One value for each period of the evaluation range, the newest first. */
  private pointsOf({ metrics, period, read }: Source, length: number): Series {
    const now = this.options.clock.now();
    const series = [...metrics].map(([id, metric]): [string, Series] => {
      const values = Array.from({ length }, (): number[] => []);
      // A period has its end, and not its beginning.
      for (const { at, value } of this.options.metrics.points(metric.name, now - length * period, now))
        values[Math.floor((now - at) / period)]?.push(value);
      return [id, values.map((each) => statistic(metric.statistic, each))];
    });
    const isKnown = (index: number) => series.some(([, values]) => values[index] !== null);
    return read(new Map(series), (index) => now - (index + 1) * period >= this.began || isKnown(index));
  }

  /** While the evaluation range reaches back to before the cloud began, missing data is not held against anybody. */
  private lenient(rule: AlarmRule, { period }: Source, length: number): AlarmRule {
    const reachesBack = this.options.clock.now() - length * period < this.began;
    return reachesBack && rule.missing === 'breaching' ? { ...rule, missing: 'notBreaching' } : rule;
  }

  private change(alarm: Alarm, state: AlarmState, reason: string): void {
    const { clock, timeline, put, publish } = this.options;
    const before = latest(alarm);
    if (before.state === state) return;
    const record = { ...before, state, reason, since: clock.now(), updatedAt: clock.now() };
    alarm.states.push(record);
    const { name, arn } = record;
    timeline.add({ type: 'alarm', name, from: before.state, to: state, reason });
    put({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [arn],
      detail: {
        alarmName: name,
        configuration: configurationOf(alarm),
        previousState: stateOf(before),
        state: stateOf(record),
      },
    });
    const subject = `${state}: "${name}" in ${this.options.template.region}`.slice(0, 99);
    for (const topicArn of alarm.actions[state])
      publish(arn, { topicArn, subject, message: this.message(alarm, record, before) });
  }

  private message({ actions }: Alarm, record: AlarmRecord, before: AlarmRecord): string {
    const { accountId, region } = this.options.template;
    return JSON.stringify({
      AlarmName: record.name,
      AlarmDescription: record.description,
      AWSAccountId: accountId,
      NewStateValue: record.state,
      NewStateReason: record.reason,
      StateChangeTime: timestamp(record.since),
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
    const source = sourceOf(properties, logicalId);
    const [single] = source.metrics.values();
    const actions = (name: string) =>
      properties.ActionsEnabled === false ? [] : list(properties[name]).map((each) => this.topic(logicalId, each));
    return {
      states: [
        {
          name: template.nameOf(logicalId),
          arn: template.arn(logicalId),
          description: String(properties.AlarmDescription ?? ''),
          state: 'INSUFFICIENT_DATA',
          reason: 'Unchecked: Initial alarm creation',
          since: this.began,
          updatedAt: this.began,
          metric: source.expression === null ? (single?.name ?? null) : null,
        },
      ],
      evaluated: { source, ...ruleOf(properties, logicalId) },
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
      states: [
        {
          name,
          arn: `arn:aws:cloudwatch:${template.region}:${template.accountId}:alarm:${name}`,
          description: '',
          state: 'OK',
          reason: 'The local cloud starts with all well',
          since: this.began - LAUNCHED_BEFORE,
          updatedAt: this.began - LAUNCHED_BEFORE,
          metric: { namespace: 'User', name, dimensions: {} },
        },
      ],
      evaluated: null,
      actions: { OK: [], ALARM: [], INSUFFICIENT_DATA: [] },
    };
  }
}

function first(states: readonly AlarmRecord[]): AlarmRecord {
  const [state] = states;
  if (state === undefined) throw new Error('An alarm always has a state.');
  return state;
}

function latest({ states }: Alarm): AlarmRecord {
  return states.at(-1) ?? first(states);
}

/** CloudWatch writes the zone as `+0000`. */
const timestamp = (at: number) => new Date(at).toISOString().replace('Z', '+0000');

function stateOf({ state, reason, since }: AlarmRecord): JsonObject {
  return { value: state, reason, timestamp: timestamp(since) };
}

function configurationOf(alarm: Alarm): JsonObject {
  const { description, metric } = latest(alarm);
  if (alarm.evaluated === null) {
    const metricStat = { metric: shapeOf(metric), period: 60, stat: 'Maximum' };
    return { description, metrics: [{ id: ONLY_METRIC, metricStat, returnData: true }] };
  }
  const { metrics, expression, period } = alarm.evaluated.source;
  const stats = [...metrics].map(([id, { name, statistic: stat }]) => ({
    id,
    metricStat: { metric: shapeOf(name), period: period / 1_000, stat },
    returnData: expression === null,
  }));
  return {
    description,
    metrics: expression === null ? stats : [...stats, { id: 'e1', expression, returnData: true }],
  };
}

function shapeOf(metric: MetricName | null): JsonObject {
  return metric === null ? {} : { namespace: metric.namespace, name: metric.name, dimensions: metric.dimensions };
}

/** Names of the alarms that clusters are tied to, from the registry in a state machine's definition. */
export function alarmNamesIn(clusters: readonly unknown[]): readonly string[] {
  return clusters.flatMap((cluster) =>
    isObject(cluster) ? list(cluster.nodes).flatMap((node) => list(object(node).alarms).map(String)) : [],
  );
}
