import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail';
import { CreateTagsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { accessKeyOfRole } from '../../../../local/emulator/kernel/caller';
import '../../../functions/support/quiet';
import { closeAll, givenACluster } from '../../../e2e/driver';

const clients: { destroy(): void }[] = [];

/** A cloud that listens, and clients with the role of this beginning, or an administrator's. */
async function given(role?: string) {
  const driver = await givenACluster({ clock: 'real' });
  const { endpoint, template } = driver.cloud;
  const found = template.ofType('AWS::IAM::Role').find(({ logicalId }) => role && logicalId.startsWith(role));
  const accessKeyId = found === undefined ? 'local' : accessKeyOfRole(found.logicalId);
  const settings = { endpoint, region: template.region, credentials: { accessKeyId, secretAccessKey: 'anything' } };
  const trail = new CloudTrailClient({ ...settings, maxAttempts: 1 });
  const [ec2, states] = [new EC2Client(settings), new SFNClient(settings)];
  clients.push(trail, ec2, states);
  const lookUp = (name: string, more: Partial<LookupEventsCommandInput> = {}) =>
    trail.send(
      new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: name }], ...more }),
    );
  return { driver, lookUp, ec2, states };
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await closeAll();
});

test('who called StartExecution, and which execution it started', async () => {
  const { driver, lookUp, states } = await given();
  const { executionArn } = await states.send(
    new StartExecutionCommand({ stateMachineArn: driver.cloud.stateMachine.arn, input: '{}' }),
  );
  await driver.cloud.idle();
  const { Events = [] } = await lookUp('StartExecution');
  expect(Events).toEqual([
    expect.objectContaining({ EventName: 'StartExecution', EventSource: 'states.amazonaws.com', ReadOnly: 'false' }),
  ]);
  const record = JSON.parse(Events[0]?.CloudTrailEvent ?? '');
  expect(record).toMatchObject({
    eventName: 'StartExecution',
    userIdentity: { type: 'Root', arn: `arn:aws:iam::${driver.cloud.template.accountId}:root` },
    requestParameters: { stateMachineArn: driver.cloud.stateMachine.arn, input: '{}' },
    responseElements: { executionArn },
    managementEvent: true,
  });
  expect(record.responseElements.startDate).toMatch(/^[A-Z][a-z]{2} \d+, \d{4},? \d+:\d\d:\d\d [AP]M$/);
  expect(record.eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test('tags as CloudTrail nests them, the newest first, and page by page', async () => {
  const { driver, lookUp, ec2 } = await given();
  const Resources = driver.nodes.map(({ instanceId }) => instanceId);
  for (const Value of ['one', 'two'])
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'vip-failover:paused', Value }] }));
  const first = await lookUp('CreateTags', { MaxResults: 1 });
  expect(JSON.parse(first.Events?.[0]?.CloudTrailEvent ?? '').requestParameters).toEqual({
    resourcesSet: { items: Resources.map((resourceId) => ({ resourceId })) },
    tagSet: { items: [{ key: 'vip-failover:paused', value: 'two' }] },
  });
  const second = await lookUp('CreateTags', { MaxResults: 1, NextToken: first.NextToken });
  expect(second.Events?.[0]?.CloudTrailEvent).toContain('"value":"one"');
  expect(second.NextToken).toBeUndefined();
  expect((await lookUp('CreateTags', { EndTime: new Date(Date.now() - 60_000) })).Events).toEqual([]);
});

test('a role that may not look is refused, and so is one that may not start', async () => {
  const { driver, lookUp, states } = await given('FailoverVerifyEniRole');
  const start = states.send(new StartExecutionCommand({ stateMachineArn: driver.cloud.stateMachine.arn }));
  await expect(start).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(lookUp('StartExecution')).rejects.toThrow(
    /not authorized to perform: cloudtrail:LookupEvents on resource: \*/,
  );
});

test.each([
  ['an event that is not kept here', 'RunInstances', {}, /of StartExecution, CreateTags, DeleteTags/],
  ['too many', 'CreateTags', { MaxResults: 51 }, /MaxResults must be between 1 and 50/],
  ['a token of somebody else', 'CreateTags', { NextToken: 'x' }, /next token is not valid/],
  ['Insights', 'CreateTags', { EventCategory: 'insight' as const }, /does not know the parameter EventCategory/],
  ['time that runs backwards', 'CreateTags', { StartTime: new Date(2e12), EndTime: new Date(1e12) }, /start time must/],
])('%s is refused', async (_, name, more, message) => {
  const { lookUp } = await given();
  await expect(lookUp(name, more)).rejects.toThrow(message);
});

test('the AWS CLI puts the service’s package before its name', async () => {
  const { driver } = await given();
  const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': target,
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/cloudtrail/aws4_request, SignedHeaders=host, Signature=0',
  };
  const body = JSON.stringify({ LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'StartExecution' }] });
  const answer = await fetch(driver.cloud.endpoint, { method: 'POST', headers, body });
  expect([answer.status, await answer.json()]).toEqual([200, { Events: [] }]);
});
