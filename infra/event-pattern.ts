import { Aws, CfnElement, type Stack, Token } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CLAIM_TYPE, EVENT_SOURCE } from '../functions/shared/bus';
import { ConfigError } from './config';
import type { ClusterConfig } from './config-schema';

/** A bus may get events of other accounts and Regions, and their alarms may have the same names. */
const OF_THIS_ACCOUNT = { account: [Aws.ACCOUNT_ID], region: [Aws.REGION] };

/** The state changes of a cluster's instances: all nodes, because after a failover the former standby is the one to watch. */
export function instancePattern(cluster: ClusterConfig): object {
  return {
    ...OF_THIS_ACCOUNT,
    source: ['aws.ec2'],
    'detail-type': ['EC2 Instance State-change Notification'],
    detail: {
      state: cluster.triggerStates,
      'instance-id': cluster.nodes.map(({ instanceId }) => instanceId),
    },
  };
}

/** Claims of a cluster's own nodes: the cluster software on one of them says that it is active now. */
export function claimPattern(cluster: ClusterConfig): object {
  return {
    ...OF_THIS_ACCOUNT,
    source: [EVENT_SOURCE],
    'detail-type': cluster.nodes.map(({ instanceId }) => claimType(instanceId)),
    detail: { cluster: [cluster.name] },
  };
}

export function claimType(instanceId: string): string {
  return `${CLAIM_TYPE}${instanceId}`;
}

/**
 * The state changes of a cluster's alarms, its own and the user's, on all nodes. `OK` starts the workflow too: a node
 * that has recovered may take an address that nobody could hold. But not the first `OK` of a new alarm, lest each
 * deployment start an execution a node.
 *
 * @throws {ConfigError} when the names do not fit a pattern
 */
export function alarmPattern(cluster: ClusterConfig, statusAlarms: readonly Alarm[], stack: Stack): object {
  const userAlarms = [...new Set(cluster.nodes.flatMap(({ alarms }) => alarms))];
  const pattern = (names: readonly string[]) => ({
    ...OF_THIS_ACCOUNT,
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: {
      alarmName: names,
      $or: [
        { state: { value: ['ALARM'] } },
        { state: { value: ['OK'] }, previousState: { reason: [{ 'anything-but': { prefix: NEW_ALARM } }] } },
      ],
    },
  });
  const longest = {
    ...pattern([
      ...statusAlarms.map((alarm) => 'x'.repeat(generatedNameLength(alarm, stack))),
      ...userAlarms.map((name) => (Token.isUnresolved(name) ? 'x'.repeat(MAX_ALARM_NAME) : name)),
    ]),
    account: ['x'.repeat(ACCOUNT_ID)],
    region: ['x'.repeat(MAX_REGION)],
  };
  const length = JSON.stringify(longest).length;
  if (length > MAX_PATTERN) {
    throw new ConfigError([
      `cluster ${cluster.name}: found alarm names that make an event pattern of up to ${length} characters; allowed: ${MAX_PATTERN}; use fewer alarms (composite alarms combine several), shorter names, or a shorter stack name`,
    ]);
  }
  return pattern([...statusAlarms.map(({ alarmName }) => alarmName), ...userAlarms]);
}

/** How CloudWatch gives the reason of a state that no evaluation has set yet: "Unchecked: Initial alarm creation". */
const NEW_ALARM = 'Unchecked: ';
/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_PATTERN = 2048;
const MAX_ALARM_NAME = 255;
const ACCOUNT_ID = 12;
/** "ap-southeast-1" has 14; partitions of their own have longer ones. */
const MAX_REGION = 20;
const MAX_STACK_NAME = 128;

/** CloudFormation names an alarm `<stack name>-<logical ID>-<12 or 13 characters>`. */
function generatedNameLength(alarm: Alarm, stack: Stack): number {
  const stackName = Token.isUnresolved(stack.stackName) ? MAX_STACK_NAME : stack.stackName.length;
  const resource = alarm.node.defaultChild;
  const logicalId = CfnElement.isCfnElement(resource)
    ? String(stack.resolve(resource.logicalId)).length
    : MAX_ALARM_NAME;
  return Math.min(MAX_ALARM_NAME, stackName + logicalId + 15);
}
