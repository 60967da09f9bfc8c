import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { usedBy } from './permissions';

/**
 * Where events go that could not be delivered to the workflow. One statement lets the rules of this account and Region
 * send: one a rule, as CDK's helper adds them, would soon exceed the 20 statements that SQS takes. The names of
 * this stack's rules are no help: CloudFormation shortens the stack's name in them.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is a dead-letter queue: of rules and schedules, which cdk-nag does not follow.',
    });
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'RulesSend',
        principals: [usedBy('events', 'rule/*')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
      }),
    );
  }
}
