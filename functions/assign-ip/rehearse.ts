import { DescribeInstanceTypesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { call } from '../shared/aws';
import type { AssignIpOutput, Finding, Plan } from '../shared/types';

/**
 * Assigns nothing. Finds out whether the target has room: its instance type's limit of IPv4 addresses an interface,
 * against what it has and what it would get.
 * @throws {TransientAwsError}
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 */
export async function rehearseAssign(reader: EC2Client, plan: Plan): Promise<AssignIpOutput> {
  return { assigned: [], assignedAt: null, reassociated: [], refusals: [], findings: await lackOfRoom(reader, plan) };
}

async function lackOfRoom(reader: EC2Client, { target, cluster, holders }: Plan): Promise<Finding[]> {
  if (target === null) return [];
  const { InstanceTypes = [] } = await call(
    'DescribeInstanceTypes',
    reader.send(
      new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [target.instanceType] }] }),
    ),
  );
  const limit = InstanceTypes[0]?.NetworkInfo?.Ipv4AddressesPerInterface;
  if (limit === undefined) return [];
  const held = holders.filter(({ networkInterfaceId }) => networkInterfaceId === target.networkInterfaceId).length;
  const needed = target.addressCount + cluster.virtualIps.length - held;
  if (needed <= limit) return [];
  const detail = `${target.networkInterfaceId} of ${target.instanceId} would have ${needed} addresses; ${target.instanceType} allows ${limit}`;
  return [{ severity: 'problem', code: 'NO_ROOM', detail }];
}
