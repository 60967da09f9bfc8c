import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { findListeners } from '../../../functions/notify/listeners';
import type { NotifyInput } from '../../../functions/shared/contract';
import { failed, plan, rehearsal, silentCheck, succeeded } from './builders';

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:failover';
const sns = mockClient(SNSClient);
const find = (input: NotifyInput) => findListeners(new SNSClient({}), input);
const confirmed = (count: string) =>
  sns.on(GetTopicAttributesCommand).resolves({ Attributes: { SubscriptionsConfirmed: count } });

beforeEach(() => {
  sns.reset();
  process.env.TOPIC_ARN = TOPIC;
  process.env.EXPECTS_SUBSCRIBERS = 'true';
});
afterEach(() => {
  delete process.env.EXPECTS_SUBSCRIBERS;
});

test.each([
  ['a check', succeeded(silentCheck())],
  ['a rehearsal', succeeded(rehearsal())],
])('%s finds a topic that nobody listens to', async (_, input) => {
  confirmed('0');
  await expect(find(input)).resolves.toEqual([{ severity: 'problem', code: 'NOBODY_LISTENS', detail: TOPIC }]);
});

test('one confirmed subscription is enough', async () => {
  confirmed('1');
  await expect(find(succeeded(rehearsal()))).resolves.toEqual([]);
});

test.each([
  ['a move', succeeded(plan())],
  ['a failure', failed(rehearsal())],
])('%s does not ask', async (_, input) => {
  await expect(find(input)).resolves.toEqual([]);
  expect(sns.calls()).toEqual([]);
});

test('who sees to the subscriptions themselves is not asked about', async () => {
  delete process.env.EXPECTS_SUBSCRIBERS;
  await expect(find(succeeded(rehearsal()))).resolves.toEqual([]);
  expect(sns.calls()).toEqual([]);
});

test('what cannot be read is a warning: notices may arrive all the same', async () => {
  sns
    .on(GetTopicAttributesCommand)
    .rejects(Object.assign(new Error('no'), { name: 'AuthorizationErrorException', $fault: 'client' }));
  await expect(find(succeeded(rehearsal()))).resolves.toEqual([
    { severity: 'warning', code: 'NOT_READ', detail: 'AuthorizationErrorException: no' },
  ]);
});
