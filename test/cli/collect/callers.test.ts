import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { mockClient } from 'aws-sdk-client-mock';
import { connect } from '../../../cli/aws/clients';
import { callersOf, pausers } from '../../../cli/collect/callers';
import type { Cluster } from '../../../functions/shared/cluster';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 5, 1);
const trail = mockClient(CloudTrailClient);
const clients = connect({ region: 'us-east-1' });
beforeEach(() => trail.reset());
afterAll(() => clients.destroy());

const event = (fields: object) => ({
  CloudTrailEvent: JSON.stringify({ eventID: 'e', eventTime: '2026-05-30T00:00:05Z', ...fields }),
});
const alice = { userIdentity: { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/ops/alice' } };
const record = (fields: object = {}) => ({
  executionId: 'arn:x',
  startTime: '2026-05-30T00:00:06Z',
  trigger: 'request' as const,
  ...fields,
});
const callerOf = async (fields: object = {}) => (await callersOf(clients, [record(fields)], NOW)).get('arn:x');

test('the call that started this execution, page by page, and no other one', async () => {
  trail
    .on(LookupEventsCommand)
    .resolvesOnce({ Events: [event({ responseElements: { executionArn: 'arn:other' } })], NextToken: 'n' })
    .resolvesOnce({ Events: [event({ ...alice, responseElements: { executionArn: 'arn:x' } })] });
  expect(await callerOf()).toMatchObject({
    who: 'arn:aws:sts::1:assumed-role/ops/alice',
    eventId: 'e',
    sourceIp: null,
  });
  const [, second] = trail.calls();
  expect(second?.args[0].input).toMatchObject({
    LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'StartExecution' }],
    StartTime: new Date('2026-05-29T23:59:06Z'),
    EndTime: new Date('2026-05-30T00:01:06Z'),
    NextToken: 'n',
  });
});

test.each([
  ['older than the event history', { startTime: new Date(NOW - 91 * DAY).toISOString() }, 'older than 90 days', 0],
  ['a moment ago', { startTime: new Date(NOW - 60_000).toISOString() }, 'not in CloudTrail’s event history yet', 1],
  ['nowhere', {}, 'no such call in CloudTrail’s event history', 1],
  ['a claim, which is a data event', { trigger: 'claim' }, 'a node’s claim: PutEvents is a data event', 0],
])('%s: said in words, and asked only where there may be an answer', async (_, fields, words, asked) => {
  trail.on(LookupEventsCommand).resolves({ Events: [] });
  expect(await callerOf(fields)).toMatch(new RegExp(`^${words}`));
  expect(trail.calls()).toHaveLength(asked);
});

test('nobody asked for what an event started', async () => {
  expect(await callerOf({ trigger: 'event' })).toBeUndefined();
});

test('who set the tag that pauses, on a node of this cluster', async () => {
  const tagged = (resourceId: string, key: string, who: string) =>
    event({
      userIdentity: { arn: who },
      requestParameters: { resourcesSet: { items: [{ resourceId }] }, tagSet: { items: [{ key }] } },
    });
  trail.on(LookupEventsCommand).resolves({
    Events: [
      tagged('i-1', 'Name', 'a'),
      tagged('i-9', 'vip-failover:paused', 'b'),
      tagged('i-1', 'vip-failover:paused', 'c'),
    ],
  });
  const mail = { name: 'mail', nodes: [{ instanceId: 'i-1', networkInterfaceId: 'eni-1' }] } as unknown as Cluster;
  const pause = { cluster: 'mail', text: 'kernel', before: NOW - 600_000 + 999, first: NOW - 300_000, last: NOW };
  expect(await pausers(clients, [pause], [mail], NOW)).toEqual([expect.objectContaining({ who: 'c' })]);
  // A call of the same second as the record before bears a time that is earlier.
  expect(trail.calls()[0]?.args[0].input).toMatchObject({
    StartTime: new Date(NOW - 600_000),
    EndTime: new Date(NOW - 300_000),
  });
});
