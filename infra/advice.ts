import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { ClusterConfig } from './config-schema';

/** What synth says of a configuration that works, and still leaves something to luck. */
export function advise(scope: Construct, clusters: readonly ClusterConfig[], hasSecondAlarmTopic: boolean): void {
  const unchecked = clusters.filter(({ checkIntervalMinutes }) => !checkIntervalMinutes);
  if (unchecked.length > 0) {
    Annotations.of(scope).addWarningV2(
      'vip-failover:checksOff',
      `No scheduled checks for ${unchecked.map(({ name }) => name).join(', ')} (checkIntervalMinutes). EC2 delivers its events on a best-effort basis: a lost one, or an execution that failed, is then never repaired, and nobody is told that a cluster is not ready, or has been paused for long. Set checkIntervalMinutes, 5 for example.`,
    );
  }
  if (!hasSecondAlarmTopic) {
    Annotations.of(scope).addInfoV2(
      'vip-failover:oneAlarmTopic',
      'Notices and alarms go to one topic, and a broken topic cannot report itself. Recommended: a second topic for alarms (notifications.secondAlarmTopicArn, or secondAlarmTopic of the construct), with a subscriber of its own.',
    );
  }
}
