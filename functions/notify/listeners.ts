import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import { call } from '../shared/aws-clients';
import type { NotifyInput } from '../shared/contract';
import { describeError } from '../shared/errors';
import type { Finding } from '../shared/plan';

/**
 * Whether anybody would be told: asked by checks and rehearsals, never during a move. Not knowing is a warning only, since
 * notices may arrive all the same.
 *
 * @see https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
 */
export async function findListeners(sns: SNSClient, { kind, plan }: NotifyInput): Promise<Finding[]> {
  const { TOPIC_ARN: TopicArn = '', EXPECTS_SUBSCRIBERS: expected } = process.env;
  if (expected !== 'true' || kind !== 'SUCCESS' || plan?.action !== 'REHEARSE') return [];
  try {
    const { Attributes } = await call('GetTopicAttributes', sns.send(new GetTopicAttributesCommand({ TopicArn })));
    const confirmed = Attributes?.SubscriptionsConfirmed;
    return confirmed === '0' ? [{ severity: 'problem', code: 'NOBODY_LISTENS', detail: TopicArn }] : [];
  } catch (error) {
    return [{ severity: 'warning', code: 'NOT_READ', detail: describeError(error) }];
  }
}
