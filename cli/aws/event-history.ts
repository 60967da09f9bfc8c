import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { asFields, type Fields } from '../../functions/shared/input';
import type { RecordedCall } from '../collect/records';
import type { Clients } from './clients';

/** How long the event history keeps calls, milliseconds. @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html */
export const HISTORY_KEPT = 90 * 86_400_000;

/**
 * The calls of one name in a time, newest first, from CloudTrail's event history: management events of this account and Region, also
 * where no trail was ever made. Two requests a second are allowed, and 50 events come at a time, so ask for short times.
 * @param start milliseconds since the epoch, like end; both included
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
 */
export async function* callsNamed(
  { cloudTrail }: Clients,
  eventName: string,
  start: number,
  end: number,
): AsyncGenerator<RecordedCall> {
  let NextToken: string | undefined;
  do {
    const page = await cloudTrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
        StartTime: new Date(start),
        EndTime: new Date(end),
        NextToken,
      }),
    );
    for (const { CloudTrailEvent = '{}' } of page.Events ?? []) yield callIn(asFields(JSON.parse(CloudTrailEvent)));
    NextToken = page.NextToken;
  } while (NextToken);
}

/** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html */
function callIn(event: Fields): RecordedCall {
  const { arn, invokedBy, principalId } = asFields(event.userIdentity);
  const { sourceIPAddress } = event;
  return {
    at: Date.parse(String(event.eventTime)),
    who: String(arn ?? invokedBy ?? principalId ?? 'not said'),
    sourceIp: typeof sourceIPAddress === 'string' ? sourceIPAddress : null,
    eventId: String(event.eventID),
    request: asFields(event.requestParameters),
    response: asFields(event.responseElements),
  };
}
