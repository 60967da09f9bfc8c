import { cloudTrail } from './cloudtrail/service';
import { Trail } from './cloudtrail/trail';
import type { AlarmStore } from './cloudwatch/alarm-store';
import type { Metrics } from './cloudwatch/metrics';
import { cloudWatch } from './cloudwatch/service';
import type { Lag } from './ec2/consistency';
import type { World } from './ec2/model/world';
import { ec2 } from './ec2/service';
import { AccessControl } from './iam/access';
import type { ResolvedTemplate } from './iam/template';
import type { Caller, Dispatch } from './kernel/api';
import type { Clock } from './kernel/clock';
import { createDispatch, type Identify } from './kernel/dispatch';
import { Faults } from './kernel/faults';
import { type Latency, QUICK } from './kernel/latency';
import { Ec2Limits } from './kernel/limits';
import { seeded, uuids } from './kernel/random';
import type { Service } from './kernel/service';
import type { Timeline } from './kernel/timeline';
import { logs } from './logs/service';
import { type PublishRequest, Sns } from './sns/service';
import { sts } from './sts/service';

export interface ServicesOptions {
  readonly latency?: Latency;
  /** EC2's token buckets; off by default. */
  readonly throttle?: boolean;
  /** How far describe calls lag behind changes, in milliseconds; the world must keep that much history. */
  readonly lag?: Lag;
  /** How far what CloudWatch says of alarms lags behind their changes, in milliseconds. */
  readonly alarmLag?: Lag;
  /** The most rows of one answer of EC2 and CloudWatch, however many the caller asks for; by default no limit. */
  readonly pageSize?: number;
  readonly faults?: Faults;
  /** Uniform in [0, 1), for latencies and request IDs; seed it for a run that can be repeated. */
  readonly random?: () => number;
  /** Which execution a Lambda's request belongs to, and the function where several share a role. */
  readonly identify?: Identify;
}

export interface Services {
  readonly dispatch: Dispatch;
  readonly access: AccessControl;
  readonly faults: Faults;
  /**
   * Publishes for an AWS service (an alarm's action, a rule's target), by the topic's and the key's policies.
   * @returns the message ID. @throws ApiError `AuthorizationError`, `KMSAccessDenied`, `NotFound`, …
   */
  publishAsService(principal: string, sourceArn: string, message: PublishRequest): string;
}

/** All of the account's services. */
export function createServices(parts: {
  readonly world: World;
  readonly clock: Clock;
  readonly timeline: Timeline;
  readonly template: ResolvedTemplate;
  readonly alarms: AlarmStore;
  readonly metrics: Metrics;
  /** Services that live elsewhere: Step Functions, EventBridge. */
  readonly more?: readonly Service[];
  readonly options?: ServicesOptions;
}): Services {
  const { world, clock, timeline, template, alarms, metrics, more = [], options = {} } = parts;
  const random = options.random ?? seeded(1);
  const uuid = uuids(random);
  const access = new AccessControl(template, timeline);
  const faults = options.faults ?? new Faults();
  const limits = options.throttle ? new Ec2Limits(clock) : null;
  const sns = new Sns(template, timeline, uuid);
  const pageSize = options.pageSize ?? Number.POSITIVE_INFINITY;
  const trail = new Trail(template, uuids(seeded(3)));
  const monitoring = cloudWatch({ clock, alarms, metrics, alarmLag: options.alarmLag ?? 0, pageSize });
  const services: readonly Service[] = [
    ec2(world, options.lag ?? 0, pageSize),
    sns,
    monitoring,
    logs({ template, timeline, clock, uuid }),
    sts(template.accountId),
    cloudTrail(trail, clock),
    ...more,
  ];
  const dispatch = createDispatch({
    clock,
    timeline,
    template,
    access,
    services,
    faults,
    limits,
    latency: options.latency ?? QUICK,
    random,
    uuid,
    identify: options.identify,
    answered: (call) => trail.add(call),
  });

  return {
    dispatch,
    access,
    faults,
    publishAsService: (principal, sourceArn, message) => {
      const caller: Caller = { kind: 'service', principal };
      const context = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': template.accountId };
      for (const permission of sns.publishPermissions(message.topicArn)) {
        const decision = access.authorize({ ...permission, caller, context: { ...permission.context, ...context } });
        if (!decision.allowed) throw sns.deny(permission, principal, decision, uuid());
      }
      return sns.publish(message);
    },
  };
}
