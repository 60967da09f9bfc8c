import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { call } from './aws';
import type { Cluster } from './types';

/**
 * The cluster's instances as EC2 shows them. By filter: an ID that has vanished is absent from the answer, where naming
 * it would fail the whole call, and the call draws on the larger throttling bucket.
 * @throws {TransientAwsError}
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export async function describeNodes(ec2: EC2Client, { nodes }: Cluster): Promise<Instance[]> {
  const { Reservations = [] } = await call(
    'DescribeInstances',
    ec2.send(
      new DescribeInstancesCommand({
        Filters: [{ Name: 'instance-id', Values: nodes.map(({ instanceId }) => instanceId) }],
      }),
    ),
  );
  return Reservations.flatMap((reservation) => reservation.Instances ?? []);
}
