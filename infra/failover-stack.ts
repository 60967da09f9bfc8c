import { Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { parseConfig } from './config';
import { limitsFrom } from './limits';
import { addOutputs } from './outputs';
import { VirtualIpFailover } from './virtual-ip-failover';

export interface FailoverStackProps extends StackProps {
  /** The configuration as people write it; see config.schema.json. */
  readonly config: unknown;
}

/** A stack of its own around `VirtualIpFailover`, for those who configure and do not program. */
export class FailoverStack extends Stack {
  readonly failover: VirtualIpFailover;

  /** @throws {ConfigError} with everything that is wrong with the configuration */
  constructor(scope: Construct, id: string, { config, ...stackProps }: FailoverStackProps) {
    super(scope, id, {
      description: 'Moves virtual IPs between EC2 instances when one dies.',
      suppressTemplateIndentation: isLarge(config),
      ...stackProps,
    });
    const { $schema, notifications, reservedConcurrency, ...settings } = parseConfig(config, limitsFrom(this.node));
    const { topicArn, keyArn, secondAlarmTopicArn, emails, locale, timeZone, chat } = notifications;
    this.failover = new VirtualIpFailover(this, 'Failover', {
      ...settings,
      emails,
      locale,
      timeZone,
      chat,
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
      ...(topicArn !== undefined && { topic: Topic.fromTopicArn(this, 'GivenTopic', topicArn) }),
      ...(keyArn !== undefined && { key: Key.fromKeyArn(this, 'GivenKey', keyArn) }),
      ...(secondAlarmTopicArn !== undefined && {
        secondAlarmTopic: Topic.fromTopicArn(this, 'SecondAlarmTopic', secondAlarmTopicArn),
      }),
    });
    addOutputs(this, this.failover);
  }
}

/** With white space the template of the largest stacks would be longer than the megabyte that CloudFormation takes. */
function isLarge(config: unknown): boolean {
  const clusters = typeof config === 'object' && config !== null && 'clusters' in config ? config.clusters : null;
  return Array.isArray(clusters) && clusters.length > 20;
}
