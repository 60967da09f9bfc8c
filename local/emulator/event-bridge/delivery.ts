import type { MetricName } from '../cloudwatch/metrics';
import type { Timeline } from '../kernel/timeline';
import type { Target } from './targets';

/** A message in a dead-letter queue, with EventBridge's attributes. */
export interface DeadLetter {
  readonly queueArn: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DeliveryOptions {
  readonly timeline: Timeline;
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

/** Between two tries, milliseconds. */
const LONGEST_PAUSE = 60_000;

/** What became of an event that could not be delivered. */
type Fate = 'sent' | 'refused' | 'dropped';

/** How rules and schedules start the state machine: in a role, again where Step Functions is too busy, else to the dead letters. */
export class Delivery {
  readonly deadLetters: DeadLetter[] = [];

  /** @param later does something after so many milliseconds. */
  constructor(
    private readonly options: DeliveryOptions,
    private readonly later: (milliseconds: number, action: () => void) => void,
  ) {}

  deliver(target: Target, eventId: string, input: unknown, attempt = 1): void {
    const { timeline, startExecution, startThrottled } = this.options;
    const { name: rule, principal } = target.origin;
    const refused = this.refused(target, 'states:StartExecution', target.arn);
    if (refused === null && startThrottled(principal)) {
      // For up to 24 hours, longer and longer apart. @see EventBridge User Guide, "How EventBridge retries delivering events"
      const pause = Math.min(1_000 * 2 ** (attempt - 1), LONGEST_PAUSE);
      this.later(pause, () => this.deliver(target, eventId, input, attempt + 1));
      return;
    }
    if (refused === null) {
      startExecution(target.arn, input);
      return;
    }
    const fate = this.sendToQueue(target, input, refused);
    timeline.add({ type: 'delivery-failed', rule, eventId, error: refused, deadLettered: fate === 'sent' });
    for (const metric of lostMetrics(target, fate)) timeline.add({ type: 'metric', ...metric, value: 1 });
  }

  private refused({ roleArn, origin }: Target, action: string, resource: string): string | null {
    if (roleArn === null) return `${origin.name} has no role for ${action}`;
    const { principal, sourceArn } = origin;
    return this.options.refusal({ roleArn, principal, sourceArn, action, resource });
  }

  /**
   * A refusal is not tried again; it goes to the dead-letter queue at once, where there is one that may take it. A rule is let
   * in by the queue's policy, a schedule by its own role.
   */
  private sendToQueue(target: Target, input: unknown, why: string): Fate {
    const { deadLetterArn, origin } = target;
    if (deadLetterArn === null) return 'dropped';
    const refused =
      origin.kind === 'rule'
        ? this.options.queueRefusal(deadLetterArn, origin.sourceArn)
        : this.refused(target, 'sqs:SendMessage', deadLetterArn);
    if (refused !== null) return 'refused';
    this.deadLetters.push({
      queueArn: deadLetterArn,
      body: JSON.stringify(input),
      attributes: {
        RULE_ARN: origin.arn,
        TARGET_ARN: target.arn,
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: why,
        RETRY_ATTEMPTS: '0',
      },
    });
    return 'sent';
  }
}

/** `FailedInvocations` leaves out what the dead-letter queue got. @see EventBridge User Guide, "Monitoring Amazon EventBridge" */
const RULE_METRICS: Readonly<Record<Fate, readonly string[]>> = {
  sent: ['InvocationsSentToDlq'],
  refused: ['FailedInvocations', 'InvocationsFailedToBeSentToDlq'],
  dropped: ['FailedInvocations'],
};

/** @see Scheduler User Guide, "Monitoring with Amazon CloudWatch" */
const SCHEDULE_METRICS: Readonly<Record<Fate, readonly string[]>> = {
  sent: ['InvocationDroppedCount', 'InvocationsSentToDeadLetterCount'],
  refused: ['InvocationDroppedCount', 'InvocationsFailedToBeSentToDeadLetterCount'],
  dropped: ['InvocationDroppedCount'],
};

/** What is counted of a delivery that failed for good. */
function lostMetrics({ origin: { kind, measuredAs } }: Target, fate: Fate): readonly MetricName[] {
  if (kind === 'rule')
    return RULE_METRICS[fate].map((name) => ({ namespace: 'AWS/Events', name, dimensions: { RuleName: measuredAs } }));
  return SCHEDULE_METRICS[fate].map((name) => ({
    namespace: 'AWS/Scheduler',
    name,
    dimensions: { ScheduleGroup: measuredAs },
  }));
}
