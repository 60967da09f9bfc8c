import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { allow, usedBy } from './permissions';

export interface NotificationsProps {
  readonly emails: readonly string[];
  readonly topic: ITopic | undefined;
  readonly key: IKey | undefined;
}

/** What publishing to an encrypted topic takes. @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
const ENCRYPT_ACTIONS = ['kms:GenerateDataKey*', 'kms:Decrypt'] as const;

/**
 * The topic of notices and alarms. It is encrypted with a customer-managed key, because alarms can publish to an
 * encrypted topic only if the key's policy lets CloudWatch use it, and the policy of AWS's own key does not.
 */
export class Notifications extends Construct {
  readonly topic: ITopic;
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    this.key = props.key ?? (props.topic ? undefined : this.newKey());
    this.topic = props.topic ?? this.newTopic(this.key);
    for (const email of props.emails) this.topic.addSubscription(new EmailSubscription(email));
  }

  /** What the role of a publisher needs. */
  publishStatements(): PolicyStatement[] {
    return [
      allow(['sns:Publish'], [this.topic.topicArn]),
      ...(this.key ? [allow(ENCRYPT_ACTIONS, [this.key.keyArn])] : []),
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
        principals: [usedBy('cloudwatch', 'alarm:*')],
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
        principals: [usedBy('cloudwatch', 'alarm:*')],
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
