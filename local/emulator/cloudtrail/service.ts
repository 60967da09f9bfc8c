import { ApiError } from '../kernel/api';
import type { Clock } from '../kernel/clock';
import { jsonService, number, text } from '../kernel/json';
import type { Service } from '../kernel/service';
import { isObject, type JsonObject } from '../template/json';
import { KEPT_EVENTS, type Trail, type TrailRecord } from './trail';

/** What the local CloudTrail knows, by action: its parameters. */
export const CLOUDTRAIL_ACTIONS = {
  LookupEvents: ['LookupAttributes', 'StartTime', 'EndTime', 'MaxResults', 'NextToken'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Of one answer, if no fewer are asked for. */
const PAGE = 50;
const KEPT_MILLISECONDS = 90 * 86_400_000;

/**
 * AWS CloudTrail's event history, newest first: calls by hand that start an execution or change tags. They are there at once;
 * AWS takes some minutes. What is not kept here is refused by name, so that an empty answer always means that nobody did it.
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export function cloudTrail(trail: Trail, clock: Pick<Clock, 'now'>): Service {
  return jsonService({
    name: 'cloudtrail',
    target: 'CloudTrail_20131101.',
    invalid: 'InvalidParameterException',
    actions: {
      LookupEvents: {
        parameters: CLOUDTRAIL_ACTIONS.LookupEvents,
        run(parameters) {
          const eventName = eventNameIn(parameters);
          const start = (number(parameters, 'StartTime') ?? 0) * 1000;
          const end = (number(parameters, 'EndTime') ?? Number.POSITIVE_INFINITY) * 1000;
          if (start > end)
            throw new ApiError('InvalidTimeRangeException', 'The start time must be before or equal to the end time.');
          const oldest = Math.max(start, clock.now() - KEPT_MILLISECONDS);
          const found = trail.records
            .filter((each) => each.eventName === eventName && each.at >= oldest && each.at <= end)
            .reverse();
          const first = placeIn(text(parameters, 'NextToken') ?? '0');
          const last = first + mostIn(parameters);
          const rows = found.slice(first, last);
          return {
            body: { Events: rows.map(shownOf), ...(last < found.length && { NextToken: String(last) }) },
            result: `${rows.length} events`,
          };
        },
      },
    },
  });
}

function eventNameIn({ LookupAttributes }: JsonObject): string {
  const [attribute, ...more] = Array.isArray(LookupAttributes) ? LookupAttributes : [];
  if (more.length > 0)
    throw new ApiError('InvalidLookupAttributesException', 'You can only specify one lookup attribute.');
  const { AttributeKey, AttributeValue } = attribute !== undefined && isObject(attribute) ? attribute : {};
  if (AttributeKey !== 'EventName' || !KEPT_EVENTS.includes(String(AttributeValue)))
    throw new ApiError(
      'InvalidLookupAttributesException',
      `The local cloud looks up events by EventName only, of ${KEPT_EVENTS.join(', ')}.`,
    );
  return String(AttributeValue);
}

function mostIn(parameters: JsonObject): number {
  const most = number(parameters, 'MaxResults') ?? PAGE;
  if (Number.isInteger(most) && most >= 1 && most <= PAGE) return most;
  throw new ApiError('InvalidMaxResultsException', 'MaxResults must be between 1 and 50.');
}

function placeIn(token: string): number {
  if (/^\d{1,9}$/.test(token)) return Number(token);
  throw new ApiError('InvalidNextTokenException', 'The next token is not valid.');
}

function shownOf({ at, eventName, record }: TrailRecord): JsonObject {
  const { userIdentity } = record;
  const { type, arn, accessKeyId } = userIdentity !== undefined && isObject(userIdentity) ? userIdentity : {};
  return {
    EventId: record.eventID ?? '',
    EventName: eventName,
    ReadOnly: 'false',
    ...(typeof accessKeyId === 'string' && { AccessKeyId: accessKeyId }),
    EventTime: at / 1000,
    EventSource: record.eventSource ?? '',
    Username: type === 'AssumedRole' ? (String(arn).split('/').at(-1) ?? '') : 'root',
    Resources: [],
    CloudTrailEvent: JSON.stringify(record),
  };
}
