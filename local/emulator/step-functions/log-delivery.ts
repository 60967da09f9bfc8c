import type { Timeline } from '../kernel/timeline';
import { type JsonObject, list, object } from '../template/json';
import type { Template } from '../template/template';
import type { HistoryEvent } from './history';

export interface LogDeliveryOptions {
  readonly template: Template;
  readonly timeline: Timeline;
  /** Whether the role may, when Step Functions acts in it; else AWS's words why not. */
  readonly refusal: (roleLogicalId: string, action: string, resource: string) => string | null;
}

/** What CloudWatch Logs wants of the role that a logging state machine acts in. */
const LOG_DELIVERY_ACTIONS = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/**
 * Writes a state machine's history where its LoggingConfiguration says, if its role may.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
export function logDelivery(
  roleLogicalId: string,
  properties: JsonObject,
  { template, timeline, refusal }: LogDeliveryOptions,
): (event: HistoryEvent) => void {
  const logging = object(properties.LoggingConfiguration);
  const level = String(logging.Level ?? 'OFF');
  const arn = object(object(list(logging.Destinations)[0]).CloudWatchLogsLogGroup).LogGroupArn;
  if (level === 'OFF' || typeof arn !== 'string') return () => undefined;
  const group = template.find('AWS::Logs::LogGroup', arn)?.physicalId ?? arn;
  const refused = LOG_DELIVERY_ACTIONS.map((action) => refusal(roleLogicalId, `logs:${action}`, '*'));
  if (refused.some((each) => each !== null)) return () => undefined;
  return (event) => {
    if (level === 'ALL' || /Failed|TimedOut|Aborted/.test(event.type))
      timeline.add({ type: 'log', group, line: JSON.stringify(event) });
  };
}
