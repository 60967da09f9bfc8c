import { Aws, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { allow, usedBy } from './permissions';

export interface NotificationsProps {
  readonly emails: readonly string[] | 'none';
  readonly topic: ITopic | undefined;
  readonly key: IKey | undefined;
  /** Makes a topic for chats, too. */
  readonly chat: boolean;
}

/**
 * The alarms of this stack: CloudFormation makes their names of the stack's. Another alarm of the account could say anything in
 * our name. Their own names would not do: the key would wait for the alarms, which wait for the topic, which waits for the key.
 */
const ALARMS = `alarm:${Aws.STACK_NAME}-*`;

/** What publishing to an encrypted topic takes. @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const ENCRYPT_ACTIONS = ['kms:GenerateDataKey*', 'kms:Decrypt'] as const;

/**
 * The topic of notices and alarms. It is encrypted with a customer-managed key, because alarms can publish to an
 * encrypted topic only if the key's policy lets CloudWatch use it, and the policy of AWS's own key does not.
 */
export class Notifications extends Construct {
  readonly topic: ITopic;
  readonly key: IKey | undefined;
  readonly chatTopic: ITopic | undefined;
  /** Of both topics. */
  readonly keys: readonly IKey[];
  /** False where people said that they see to the subscriptions themselves. */
  readonly expectsSubscribers: boolean;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    this.key = props.key ?? (props.topic ? undefined : this.newKey());
    this.topic = props.topic ?? this.newTopic(this.key);
    // A topic that was given may have a key that is not known here.
    const chatKey = props.chat ? (this.key ?? this.newKey()) : undefined;
    this.chatTopic = chatKey && new Topic(this, 'Chat', { enforceSSL: true, masterKey: chatKey });
    this.keys = [...new Set([this.key, chatKey].flatMap((each) => each ?? []))];
    this.expectsSubscribers = props.emails !== 'none';
    const emails = props.emails === 'none' ? [] : props.emails;
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** What the role of a publisher needs, that looks also whether anybody listens. */
  publishStatements(): PolicyStatement[] {
    const topics = [this.topic, ...(this.chatTopic ? [this.chatTopic] : [])];
    return [
      allow(
        ['sns:Publish'],
        topics.map(({ topicArn }) => topicArn),
      ),
      ...(this.expectsSubscribers ? [allow(['sns:GetTopicAttributes'], [this.topic.topicArn])] : []),
      ...(this.keys.length > 0
        ? [
            allow(
              ENCRYPT_ACTIONS,
              this.keys.map(({ keyArn }) => keyArn),
            ),
          ]
        : []),
    ];
  }

  private newKey(): Key {
    // Nothing that outlives the topic is encrypted with it.
    const key = new Key(this, 'Key', {
      removalPolicy: RemovalPolicy.DESTROY,
      description: 'Encrypts virtual-IP failover notices.',
      enableKeyRotation: true,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsEncrypt',
        principals: [usedBy('cloudwatch', ALARMS)],
        actions: [...ENCRYPT_ACTIONS],
        resources: ['*'],
      }),
    );
    return key;
  }

  private newTopic(key: IKey | undefined): Topic {
    const topic = new Topic(this, 'Topic', { enforceSSL: true, ...(key && { masterKey: key }) });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsPublish',
        principals: [usedBy('cloudwatch', ALARMS)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
      }),
    );
    return topic;
  }
}

/** Says why the role of a publisher to an encrypted topic may use a family of actions. */
export function acknowledgeEncryption(role: Role): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]',
    reason: 'SNS documents these two actions for publishers; they are allowed on the one key of the topic.',
  });
}
