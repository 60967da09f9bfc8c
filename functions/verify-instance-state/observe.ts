import { type CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstanceStatusCommand, type EC2Client, type Instance, type InstanceStatus } from '@aws-sdk/client-ec2';
import { findAddresses } from '../shared/addresses';
import { call } from '../shared/aws';
import { describeNodes } from '../shared/instances';
import type { Cluster } from '../shared/types';
import type { InstanceSeen, Observation } from './observation';

/**
 * Asks EC2 for everything that the decision reads: three calls, two of them at once, and one to CloudWatch only where the
 * cluster ties alarms to its nodes.
 * @throws {TransientAwsError}
 */
export async function observe(ec2: EC2Client, cloudWatch: CloudWatchClient, cluster: Cluster): Promise<Observation> {
  const [instances, addresses, alarms] = await Promise.all([
    describeInstances(ec2, cluster),
    findAddresses(ec2, cluster),
    alarmsInAlarm(cloudWatch, cluster),
  ]);
  return { instances, addresses, alarms };
}

async function describeInstances(ec2: EC2Client, cluster: Cluster): Promise<Record<string, InstanceSeen>> {
  const instances = await describeNodes(ec2, cluster);
  const statuses = await describeStatus(ec2, instances);
  return Object.fromEntries(
    instances.map((instance) => [
      instance.InstanceId ?? '',
      toInstanceSeen(
        instance,
        statuses.find(({ InstanceId }) => InstanceId === instance.InstanceId),
      ),
    ]),
  );
}

/**
 * DescribeInstanceStatus has no filter on IDs; with IDs one that has vanished fails the call, so only running ones are
 * named. The state filter makes the call draw on the larger throttling bucket.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
 */
async function describeStatus(ec2: EC2Client, instances: readonly Instance[]): Promise<InstanceStatus[]> {
  const running = instances
    .filter(({ State }) => State?.Name === 'running')
    .flatMap(({ InstanceId }) => InstanceId ?? []);
  if (running.length === 0) return [];
  const { InstanceStatuses = [] } = await call(
    'DescribeInstanceStatus',
    ec2.send(
      new DescribeInstanceStatusCommand({
        InstanceIds: running,
        Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
      }),
    ),
  );
  return InstanceStatuses;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
async function alarmsInAlarm(cloudWatch: CloudWatchClient, { nodes }: Cluster): Promise<string[]> {
  const names = [...new Set(nodes.flatMap(({ alarms = [] }) => alarms))];
  if (names.length === 0) return [];
  const { MetricAlarms = [], CompositeAlarms = [] } = await call(
    'DescribeAlarms',
    cloudWatch.send(
      new DescribeAlarmsCommand({
        AlarmNames: names,
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        StateValue: 'ALARM',
      }),
    ),
  );
  return [...MetricAlarms, ...CompositeAlarms].flatMap(({ AlarmName }) => AlarmName ?? []);
}

function toInstanceSeen(instance: Instance, status: InstanceStatus | undefined): InstanceSeen {
  return {
    state: instance.State?.Name ?? 'unknown',
    systemCheck: status?.SystemStatus?.Status ?? null,
    instanceCheck: status?.InstanceStatus?.Status ?? null,
    ebsCheck: status?.AttachedEbsStatus?.Status ?? null,
    instanceType: instance.InstanceType ?? 'unknown',
    launchTime: instance.LaunchTime?.toISOString() ?? null,
    tags: Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    interfaces: (instance.NetworkInterfaces ?? []).map((networkInterface) => ({
      networkInterfaceId: networkInterface.NetworkInterfaceId ?? '',
      subnetId: networkInterface.SubnetId ?? '',
      attached: networkInterface.Attachment?.Status === 'attached',
      addressCount: networkInterface.PrivateIpAddresses?.length ?? 0,
    })),
  };
}
