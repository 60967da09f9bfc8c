import { Stack } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { VirtualIpFailover } from '../../infra';
import { bodyOf, cluster, newApp, resolve, stackOf, templateOf } from './support';

const clusters = [cluster('mail', 1)];
const notify = (template: ReturnType<typeof templateOf>) =>
  template.one('AWS::Lambda::Function', 'Notify')[1].Environment.Variables;

test('without chat there is one topic, and Notify knows no other', () => {
  const template = templateOf({ clusters });
  expect(template.all('AWS::SNS::Topic')).toHaveLength(1);
  expect(notify(template)).not.toHaveProperty('CHAT_TOPIC_ARN');
});

test('chat makes a second topic with the key of the first, which alarms do not publish to', () => {
  const template = templateOf({ clusters, notifications: { chat: true } });
  const [[key]] = template.all('AWS::KMS::Key') as [[string, unknown]];
  const [chat, topic] = template.one('AWS::SNS::Topic', 'Chat');
  expect(topic).toMatchObject({ KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
  expect(notify(template).CHAT_TOPIC_ARN).toEqual({ Ref: chat });
  for (const [, alarm] of template.all('AWS::CloudWatch::Alarm')) expect(JSON.stringify(alarm)).not.toContain(chat);
  expect(stackOf({ clusters, notifications: { chat: true } }).failover.chatTopic).toBeDefined();
});

test('beside a topic that was given without its key the chat has a key of its own', () => {
  const stack = new Stack(newApp(), 'Stack');
  const topic = Topic.fromTopicArn(stack, 'Given', 'arn:aws:sns:eu-west-1:111122223333:operations');
  new VirtualIpFailover(stack, 'Failover', { clusters, topic, chat: true });
  const template = bodyOf(stack);
  const [key] = template.one('AWS::KMS::Key');
  const [chat] = template.one('AWS::SNS::Topic');
  const [, role] = template.one('AWS::IAM::Role', 'NotifyRole');
  const statements = resolve(role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement));
  expect(statements).toContainEqual({
    Effect: 'Allow',
    Action: 'sns:Publish',
    Resource: ['arn:aws:sns:eu-west-1:111122223333:operations', `<${chat}>`],
  });
  expect(statements).toContainEqual({
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
    Resource: `<${key}.Arn>`,
  });
});
