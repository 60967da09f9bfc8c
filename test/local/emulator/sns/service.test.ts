import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
} from '@aws-sdk/client-sns';
import {
  ACCOUNT,
  type Cloud,
  cloud,
  KEY,
  plainTopic,
  REGION,
  resource,
  role,
  serve,
  signed,
  TOPIC,
  template,
} from '../services-harness';

let client: Awaited<ReturnType<typeof serve>>;
afterEach(() => client.close());

async function start(aws: Cloud) {
  client = await serve(aws);
  return client;
}

test('a message is published with subject and attributes, and the timeline has the notice in full', async () => {
  const aws = cloud();
  const { sns } = await start(aws);
  const { MessageId } = await sns.send(
    new PublishCommand({
      TopicArn: TOPIC,
      Subject: 'フェイルオーバーが起動されました。',
      Message: 'line 1\nline 2 & <more>',
      MessageAttributes: { cluster: { DataType: 'String', StringValue: 'mail' } },
    }),
  );
  expect(MessageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
  expect(aws.events('notice')).toMatchObject([
    {
      topic: TOPIC,
      subject: 'フェイルオーバーが起動されました。',
      message: 'line 1\nline 2 & <more>',
      attributes: { cluster: 'mail' },
    },
  ]);
});

test.each([
  ['a topic that does not exist', { TopicArn: `${TOPIC}-2` }, 'NotFoundException', 404],
  ['something that is no topic', { TopicArn: 'notices' }, 'InvalidParameterException', 400],
  ['a subject of 100 characters', { Subject: 'x'.repeat(100) }, 'InvalidParameterException', 400],
  ['a subject with a line break', { Subject: 'a\nb' }, 'InvalidParameterException', 400],
  ['an empty message', { Message: '' }, 'InvalidParameterException', 400],
  ['a message over 256 KiB', { Message: 'é'.repeat(128 * 1024 + 1) }, 'InvalidParameterException', 400],
])('SNS refuses %s', async (_, input, name, status) => {
  const aws = cloud();
  const { sns } = await start(aws);
  const sent = sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'm', ...input }));
  await expect(sent).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  expect(aws.events('notice')).toEqual([]);
});

test('a subject of 99 characters and a message of 256 KiB are accepted', async () => {
  const aws = cloud();
  const { sns } = await start(aws);
  await sns.send(new PublishCommand({ TopicArn: TOPIC, Subject: 'é'.repeat(99), Message: 'x'.repeat(256 * 1024) }));
  expect(aws.events('notice')).toHaveLength(1);
});

test('a parameter that would change what happens is refused by name', async () => {
  const aws = cloud();
  await start(aws);
  const body = `Action=Publish&Version=2010-03-31&TopicArn=${TOPIC}&Message=m&MessageStructure=json`;
  expect(await aws.services.dispatch(signed(body, 'sns'))).toMatchObject({
    body: expect.stringContaining('MessageStructure'),
  });
});

const publish = { Effect: 'Allow', Action: 'sns:Publish', Resource: TOPIC };
const useKey = { Effect: 'Allow', Action: ['kms:GenerateDataKey*', 'kms:Decrypt'], Resource: KEY };

test('a role without sns:Publish is denied in the words of SNS', async () => {
  const aws = cloud({ template: template(plainTopic, role('Notify', [])) });
  const { as } = await start(aws);
  await expect(as('Notify').sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'm' }))).rejects.toMatchObject({
    name: 'AuthorizationErrorException',
    message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Notify/Notify is not authorized to perform: SNS:Publish on resource: ${TOPIC} because no identity-based policy allows the SNS:Publish action`,
    $metadata: { httpStatusCode: 403 },
  });
  expect(aws.events('access-denied')).toMatchObject([{ role: 'Notify', action: 'sns:Publish', resource: TOPIC }]);
});

const keyPolicy = (...more: object[]) => ({
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
    ...more,
  ],
});
const encryptedTopic = resource('AWS::SNS::Topic', 'Topic', { KmsMasterKeyId: KEY }, { physicalId: TOPIC, arn: TOPIC });
const key = (policy: object) =>
  resource('AWS::KMS::Key', 'Key', { KeyPolicy: policy }, { physicalId: KEY.slice(-36), arn: KEY });

test.each([
  ['both actions on its key', [publish, useKey], null],
  ['no action on its key', [publish], 'KMSAccessDeniedException'],
  ['only kms:Decrypt', [publish, { ...useKey, Action: 'kms:Decrypt' }], 'KMSAccessDeniedException'],
  ['only kms:GenerateDataKey*', [publish, { ...useKey, Action: 'kms:GenerateDataKey*' }], 'KMSAccessDeniedException'],
])('publishing to an encrypted topic with %s', async (_, statements, error) => {
  const aws = cloud({ template: template(encryptedTopic, key(keyPolicy()), role('Notify', statements)) });
  const { as } = await start(aws);
  const sent = as('Notify').sns.send(new PublishCommand({ TopicArn: TOPIC, Message: 'm' }));
  if (error === null) await expect(sent).resolves.toHaveProperty('MessageId');
  else await expect(sent).rejects.toMatchObject({ name: error });
  expect(aws.events('notice')).toHaveLength(error === null ? 1 : 0);
});

const topicPolicy = resource('AWS::SNS::TopicPolicy', 'TopicPolicy', {
  Topics: [TOPIC],
  PolicyDocument: {
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Action: 'sns:Publish',
      Resource: TOPIC,
      Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:*` } },
    },
  },
});
const letCloudWatch = {
  Effect: 'Allow',
  Principal: { Service: 'cloudwatch.amazonaws.com' },
  Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
  Resource: '*',
};

test("an alarm publishes by the topic's and the key's policy, not without either", async () => {
  const alarm = `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:down`;
  const aws = cloud({ template: template(encryptedTopic, topicPolicy, key(keyPolicy(letCloudWatch))) });
  await start(aws);
  const message = { topicArn: TOPIC, message: 'm' };
  const by =
    (services: Cloud['services'], source = alarm) =>
    () =>
      services.publishAsService('cloudwatch.amazonaws.com', source, message);
  expect(by(aws.services)()).toMatch(/-/);
  expect(by(aws.services, `arn:aws:events:${REGION}:${ACCOUNT}:rule/x`)).toThrow(
    expect.objectContaining({ code: 'AuthorizationError' }),
  );
  const noKey = cloud({ template: template(encryptedTopic, topicPolicy, key(keyPolicy())) });
  expect(by(noKey.services)).toThrow(expect.objectContaining({ code: 'KMSAccessDenied' }));
});

describe('topics and subscriptions of the template', () => {
  const mail = { Protocol: 'email', Endpoint: 'ops@example.com' };
  const inside = resource(
    'AWS::SNS::Topic',
    'Topic',
    { DisplayName: 'Notices', KmsMasterKeyId: 'alias/aws/sns', Subscription: [mail] },
    { physicalId: TOPIC, arn: TOPIC },
  );
  const subscription = (logicalId: string, properties: Record<string, unknown>) =>
    resource('AWS::SNS::Subscription', logicalId, properties);
  const beside = subscription('Queue', { TopicArn: TOPIC, Protocol: 'sqs', Endpoint: 'arn:aws:sqs:x' });
  const again = subscription('Again', { TopicArn: TOPIC, ...mail });
  const elsewhere = subscription('Elsewhere', { TopicArn: `${TOPIC}-2`, ...mail });
  const all = template(inside, beside, again, elsewhere, topicPolicy);

  test('subscriptions are listed with ARNs of their own, confirmed, each once', async () => {
    const { sns } = await start(cloud({ template: all }));
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }));
    const SubscriptionArn = expect.stringMatching(new RegExp(`^${TOPIC}:[0-9a-f]{8}-[0-9a-f-]{27}$`));
    expect(Subscriptions).toEqual([
      { ...mail, TopicArn: TOPIC, Owner: ACCOUNT, SubscriptionArn },
      { Protocol: 'sqs', Endpoint: 'arn:aws:sqs:x', TopicArn: TOPIC, Owner: ACCOUNT, SubscriptionArn },
    ]);
    expect(Subscriptions[0]?.SubscriptionArn).not.toBe(Subscriptions[1]?.SubscriptionArn);
  });

  test('a topic’s attributes are those of the template, with its policy', async () => {
    const { sns } = await start(cloud({ template: all }));
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }));
    expect(Attributes).toEqual({
      TopicArn: TOPIC,
      Owner: ACCOUNT,
      DisplayName: 'Notices',
      SubscriptionsConfirmed: '2',
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
      KmsMasterKeyId: 'alias/aws/sns',
      Policy: JSON.stringify(topicPolicy.properties.PolicyDocument),
    });
  });

  test('a hundred topics come at a time', async () => {
    const topics = Array.from({ length: 101 }, (_, index) =>
      resource('AWS::SNS::Topic', `Topic${index}`, {}, { physicalId: `${TOPIC}-${index}`, arn: `${TOPIC}-${index}` }),
    );
    const { sns } = await start(cloud({ template: template(...topics) }));
    const first = await sns.send(new ListTopicsCommand({}));
    expect(first.Topics).toHaveLength(100);
    const { Topics, NextToken } = await sns.send(new ListTopicsCommand({ NextToken: first.NextToken }));
    expect([Topics, NextToken]).toEqual([[{ TopicArn: `${TOPIC}-100` }], undefined]);
    await expect(sns.send(new ListTopicsCommand({ NextToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  });

  test('a topic that is not there is not found, and an unknown action is named', async () => {
    const { sns } = await start(cloud({ template: all }));
    const missing = { TopicArn: `${TOPIC}-3` };
    for (const command of [new ListSubscriptionsByTopicCommand(missing), new GetTopicAttributesCommand(missing)])
      await expect(sns.send(command as GetTopicAttributesCommand)).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(sns.send(new ListSubscriptionsCommand({}))).rejects.toMatchObject({
      name: 'InvalidAction',
      message: expect.stringContaining('ListSubscriptions '),
    });
  });

  test('a role lists what its policy lets it list', async () => {
    const allowed = role('Reader', [
      { Effect: 'Allow', Action: 'sns:ListSubscriptionsByTopic', Resource: TOPIC },
      { Effect: 'Allow', Action: 'sns:ListTopics', Resource: '*' },
    ]);
    const { as } = await start(cloud({ template: template(inside, allowed) }));
    const { sns } = as('Reader');
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn: TOPIC }]);
    expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: TOPIC }))).Subscriptions).toHaveLength(1);
    await expect(sns.send(new GetTopicAttributesCommand({ TopicArn: TOPIC }))).rejects.toMatchObject({
      name: 'AuthorizationErrorException',
      message: expect.stringContaining(`not authorized to perform: SNS:GetTopicAttributes on resource: ${TOPIC}`),
    });
  });
});
