import type { Clock } from './clock';
import { EventFaults } from './event-faults';
import { checkPattern, matches } from './event-pattern';
import type { MetricName } from './metrics';
import { scheduleOf } from './schedule';
import { isObject, type Json, type JsonObject, list, object, type Template, TemplateError, text } from './template';
import type { Timeline } from './timeline';

/** An event as EventBridge hands it to a target. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

export type NewBusEvent = Pick<BusEvent, 'detail-type' | 'source' | 'resources' | 'detail'>;

/** Where an invocation comes from and goes to: a rule or a schedule, and its target. */
interface Target {
  readonly origin: string;
  readonly originArn: string;
  readonly kind: 'rule' | 'schedule';
  /** What IAM is told of where the call comes from: the rule, or the schedule's group. */
  readonly sourceArn: string;
  /** The dimension of the metrics: the rule's name, or the name of the schedule's group. */
  readonly measuredAs: string;
  readonly principal: string;
  readonly arn: string;
  readonly roleArn: string | null;
  readonly input: string | null;
  readonly inputPath: string | null;
  readonly deadLetterArn: string | null;
}

interface Rule {
  readonly name: string;
  readonly pattern: JsonObject;
  readonly targets: readonly Target[];
}

interface Schedule {
  readonly name: string;
  /** When it is due next after a time; both milliseconds since the epoch. */
  readonly next: (after: number) => number;
  readonly target: Target;
}

/** A message in a dead-letter queue, with EventBridge's attributes. */
export interface DeadLetter {
  readonly queueArn: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface EventBridgeOptions {
  readonly template: Template;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly uuid: () => string;
  /** Milliseconds from an event to its target. */
  readonly delay: () => number;
  /** How far the clock of whoever puts events is ahead, milliseconds. */
  readonly skew: () => number;
  /** Whether Step Functions has no room for a start by this service just now: it is tried again. */
  readonly startThrottled: (principal: string) => boolean;
  /** Starts the state machine with this ARN. @throws Error where there is none. */
  readonly startExecution: (stateMachineArn: string, input: unknown) => void;
  /** Whether the service may assume the role, for what `sourceArn` names, and do this in it; else AWS's words why not. */
  readonly refusal: (call: {
    readonly roleArn: string;
    readonly principal: string;
    readonly sourceArn: string;
    readonly action: string;
    readonly resource: string;
  }) => string | null;
  /** Whether the rule may send to the queue, by the queue's policy; else why not. */
  readonly queueRefusal: (queueArn: string, sourceArn: string) => string | null;
}

/** The default event bus and the schedules, with the template's own rules. Delivery is at least once, and may go wrong. */
export class EventBridge {
  readonly faults = new EventFaults();
  readonly deadLetters: DeadLetter[] = [];
  private readonly rules: readonly Rule[];
  private readonly schedules: readonly Schedule[];
  private held: BusEvent | undefined;
  private underway = 0;
  private stopped = false;
  /** What waits for each schedule's next time. */
  private readonly timers = new Map<Schedule, unknown>();

  constructor(private readonly options: EventBridgeOptions) {
    const rules = options.template
      .ofType('AWS::Events::Rule')
      .filter(({ properties }) => properties.State !== 'DISABLED');
    this.rules = rules
      .filter(({ properties }) => properties.EventPattern)
      .map(({ logicalId }) => this.readRule(logicalId));
    this.schedules = [
      ...rules
        .filter(({ properties }) => properties.ScheduleExpression)
        .flatMap(({ logicalId }) => this.readTimer(logicalId)),
      ...options.template
        .ofType('AWS::Scheduler::Schedule')
        .filter(({ properties }) => properties.State !== 'DISABLED')
        .map(({ logicalId }) => this.readSchedule(logicalId)),
    ];
  }

  /** Deliveries that have not happened yet. */
  get busy(): number {
    return this.underway;
  }

  get scheduleNames(): readonly string[] {
    return this.schedules.map(({ name }) => name);
  }

  /** Puts an event on the bus. @returns it, as targets get it. */
  put(event: NewBusEvent): BusEvent {
    const { template, clock, timeline, uuid, skew } = this.options;
    const complete: BusEvent = {
      version: '0',
      id: uuid(),
      'detail-type': event['detail-type'],
      source: event.source,
      account: template.accountId,
      time: wholeSeconds(clock.now() + skew()),
      region: template.region,
      resources: event.resources,
      detail: event.detail,
    };
    const { id, source, detail } = complete;
    timeline.add({ type: 'event', id, source, detailType: complete['detail-type'], detail });
    this.route(complete);
    return complete;
  }

  /** An event again, exactly as it was. */
  repeat(event: BusEvent): void {
    this.send(event, 0);
  }

  /** From now on the schedules run: a rate first after one interval, a cron when its time comes. */
  startSchedules(): void {
    for (const schedule of this.schedules) this.repeatForever(schedule);
  }

  /** Fires one schedule now. @throws Error where there is none of that name. */
  fire(name: string): void {
    const schedule = this.schedules.find((each) => each.name === name);
    if (schedule === undefined) throw new Error(`There is no schedule ${name}`);
    this.invokeSchedule(schedule);
  }

  close(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) this.options.clock.clearTimeout(timer);
  }

  private route(event: BusEvent): void {
    const { timeline } = this.options;
    const fault = this.faults.take(event);
    if (fault) timeline.add({ type: 'fault', what: `event ${event.id}: ${fault.kind}` });
    const { held } = this;
    this.held = undefined;
    switch (fault?.kind) {
      case 'drop':
        break;
      case 'reorder':
        this.held = event;
        break;
      case 'delay':
        this.send(event, fault.milliseconds ?? 10_000);
        break;
      case 'duplicate':
        this.send(event, 0);
        this.send(event, fault.milliseconds ?? 0);
        break;
      default:
        this.send(event, 0);
    }
    if (held) this.send(held, 1);
  }

  private send(event: BusEvent, extra: number): void {
    const { timeline } = this.options;
    for (const rule of this.rules) {
      if (!matches(rule.pattern, event as unknown as JsonObject)) continue;
      for (const target of rule.targets) {
        this.later(extra, () => {
          timeline.add({ type: 'rule-matched', rule: rule.name, eventId: event.id, target: target.arn });
          this.deliver(target, event.id, inputOf(target, event as unknown as JsonObject));
        });
      }
    }
  }

  private later(extra: number, action: () => void): void {
    this.underway += 1;
    this.options.clock.setTimeout(() => {
      this.underway -= 1;
      if (!this.stopped) action();
    }, this.options.delay() + extra);
  }

  private deliver(target: Target, eventId: string, input: unknown, attempt = 1): void {
    const { timeline, startExecution, startThrottled } = this.options;
    const refused = this.refused(target, 'states:StartExecution', target.arn);
    if (refused === null && startThrottled(target.principal)) {
      // For up to 24 hours, longer and longer apart. @see EventBridge User Guide, "How EventBridge retries delivering events"
      const pause = Math.min(1_000 * 2 ** (attempt - 1), LONGEST_PAUSE);
      this.later(pause, () => this.deliver(target, eventId, input, attempt + 1));
      return;
    }
    if (refused === null) {
      startExecution(target.arn, input);
      return;
    }
    const fate = this.bury(target, input, refused);
    const deadLettered = fate === 'sent';
    timeline.add({ type: 'delivery-failed', rule: target.origin, eventId, error: refused, deadLettered });
    for (const metric of lostMetrics(target, fate)) timeline.add({ type: 'metric', ...metric, value: 1 });
  }

  private refused({ roleArn, principal, sourceArn, origin }: Target, action: string, resource: string): string | null {
    if (roleArn === null) return `${origin} has no role for ${action}`;
    return this.options.refusal({ roleArn, principal, sourceArn, action, resource });
  }

  /**
   * A refusal is not tried again; it goes to the dead-letter queue at once, where there is one that may take it. A rule is let
   * in by the queue's policy, a schedule by its own role.
   */
  private bury(target: Target, input: unknown, why: string): Fate {
    const { deadLetterArn } = target;
    if (deadLetterArn === null) return 'dropped';
    const refused =
      target.kind === 'rule'
        ? this.options.queueRefusal(deadLetterArn, target.sourceArn)
        : this.refused(target, 'sqs:SendMessage', deadLetterArn);
    if (refused !== null) return 'refused';
    this.deadLetters.push({
      queueArn: deadLetterArn,
      body: JSON.stringify(input),
      attributes: {
        RULE_ARN: target.originArn,
        TARGET_ARN: target.arn,
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: why,
        RETRY_ATTEMPTS: '0',
      },
    });
    return 'sent';
  }

  private repeatForever(schedule: Schedule): void {
    const { clock } = this.options;
    const timer = clock.setTimeout(() => {
      if (this.stopped) return;
      this.invokeSchedule(schedule);
      this.repeatForever(schedule);
    }, schedule.next(clock.now()) - clock.now());
    this.timers.set(schedule, timer);
  }

  private invokeSchedule({ name, target }: Schedule): void {
    const { timeline, template, uuid, clock } = this.options;
    const id = uuid();
    const event: JsonObject = {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account: template.accountId,
      time: wholeSeconds(clock.now()),
      region: template.region,
      resources: [target.originArn],
      detail: {},
    };
    timeline.add({ type: 'event', id, source: 'schedule', detailType: 'Scheduled Event', detail: { name } });
    this.later(0, () => {
      timeline.add({ type: 'rule-matched', rule: name, eventId: id, target: target.arn });
      this.deliver(target, id, inputOf(target, event));
    });
  }

  private readRule(logicalId: string): Rule {
    const { template } = this.options;
    const { properties } = template.resource(logicalId);
    const pattern = object(properties.EventPattern);
    checkPattern(pattern, `${logicalId}.EventPattern`);
    return { name: template.nameOf(logicalId), pattern, targets: this.readTargets(logicalId) };
  }

  private readTimer(logicalId: string): readonly Schedule[] {
    const { properties } = this.options.template.resource(logicalId);
    const next = scheduleOf(text(properties.ScheduleExpression, logicalId), logicalId);
    const name = this.options.template.nameOf(logicalId);
    return this.readTargets(logicalId).map((target) => ({ name, next, target }));
  }

  private readTargets(logicalId: string): readonly Target[] {
    const { template } = this.options;
    const { properties } = template.resource(logicalId);
    const origin = {
      origin: template.nameOf(logicalId),
      originArn: template.arn(logicalId),
      kind: 'rule',
      sourceArn: template.arn(logicalId),
      measuredAs: template.nameOf(logicalId),
      principal: 'events.amazonaws.com',
    } as const;
    return list(properties.Targets).map((target) => this.readTarget(logicalId, object(target), origin));
  }

  private readSchedule(logicalId: string): Schedule {
    const { template } = this.options;
    const { properties } = template.resource(logicalId);
    const group = properties.GroupName === undefined ? 'default' : text(properties.GroupName, `${logicalId}.GroupName`);
    const target = this.readTarget(logicalId, object(properties.Target), {
      origin: template.nameOf(logicalId),
      originArn: template.arn(logicalId),
      kind: 'schedule',
      // The group, not the schedule. @see Scheduler User Guide, "Confused deputy prevention"
      sourceArn: `arn:aws:scheduler:${template.region}:${template.accountId}:schedule-group/${group}`,
      measuredAs: group,
      principal: 'scheduler.amazonaws.com',
    });
    const next = scheduleOf(text(properties.ScheduleExpression, logicalId), logicalId);
    return { name: template.nameOf(logicalId), next, target };
  }

  private readTarget(
    logicalId: string,
    target: JsonObject,
    origin: Pick<Target, 'origin' | 'originArn' | 'kind' | 'sourceArn' | 'measuredAs' | 'principal'>,
  ): Target {
    const { template } = this.options;
    const arn = text(target.Arn, `${logicalId}.Target.Arn`);
    if (template.find('AWS::StepFunctions::StateMachine', arn) === undefined)
      throw new TemplateError(
        `${logicalId}: the local cloud delivers to state machines of the template only, not ${arn}`,
      );
    const unknown = ['InputTransformer', 'KinesisParameters', 'BatchParameters'].find((name) => name in target);
    if (unknown) throw new TemplateError(`${logicalId}: the local cloud does not know ${unknown}`);
    const deadLetter = object(target.DeadLetterConfig).Arn;
    return {
      ...origin,
      arn,
      roleArn: typeof target.RoleArn === 'string' ? target.RoleArn : null,
      input: typeof target.Input === 'string' ? target.Input : null,
      inputPath: typeof target.InputPath === 'string' ? target.InputPath : null,
      deadLetterArn: typeof deadLetter === 'string' ? deadLetter : null,
    };
  }
}

function inputOf(target: Target, event: JsonObject): unknown {
  if (target.input !== null) return JSON.parse(target.input);
  if (target.inputPath === null) return event;
  const steps = target.inputPath.split('.').slice(1);
  return steps.reduce<Json>((value, step) => (isObject(value) ? (value[step] ?? null) : null), event);
}

/** ISO 8601 in whole seconds, as events have it. */
function wholeSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** Between two tries of a delivery, milliseconds. */
const LONGEST_PAUSE = 60_000;

/** What became of an event that could not be delivered. */
type Fate = 'sent' | 'refused' | 'dropped';

/**
 * What is counted of a delivery that failed for good. `FailedInvocations` leaves out what the dead-letter queue got.
 * @see EventBridge User Guide, "Monitoring Amazon EventBridge"; Scheduler User Guide, "Monitoring with Amazon CloudWatch"
 */
function lostMetrics({ kind, measuredAs }: Target, fate: Fate): readonly MetricName[] {
  const names: Readonly<Record<Fate, readonly string[]>> =
    kind === 'rule'
      ? {
          sent: ['InvocationsSentToDlq'],
          refused: ['FailedInvocations', 'InvocationsFailedToBeSentToDlq'],
          dropped: ['FailedInvocations'],
        }
      : {
          sent: ['InvocationDroppedCount', 'InvocationsSentToDeadLetterCount'],
          refused: ['InvocationDroppedCount', 'InvocationsFailedToBeSentToDeadLetterCount'],
          dropped: ['InvocationDroppedCount'],
        };
  return names[fate].map((name) =>
    kind === 'rule'
      ? { namespace: 'AWS/Events', name, dimensions: { RuleName: measuredAs } }
      : { namespace: 'AWS/Scheduler', name, dimensions: { ScheduleGroup: measuredAs } },
  );
}
