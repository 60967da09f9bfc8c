import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FROM_THIS_ACCOUNT } from './permissions';

/**
 * Where events end that could not be delivered to the workflow. One statement lets the rules of the account send:
 * one a rule, as CDK's helper adds them, would soon exceed the 20 statements that SQS takes.
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
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: FROM_THIS_ACCOUNT,
      }),
    );
  }
}
