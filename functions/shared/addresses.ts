import { DescribeNetworkInterfacesCommand, type EC2Client, type NetworkInterface } from '@aws-sdk/client-ec2';
import { call } from './aws';
import type { Cluster, Holder } from './types';

/** One address on one interface, as EC2 shows it. */
export interface AddressOnInterface extends Holder {
  readonly networkInterfaceId: string;
  readonly primary: boolean;
  /** True when the interface's attachment to the instance is `attached`, not on its way. */
  readonly attached: boolean;
}

/**
 * Asks EC2 which interfaces of the cluster's subnet have its virtual IPs. By filter, so that a vanished interface is no
 * error and the call draws on the larger throttling bucket.
 * @throws {TransientAwsError}
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
 */
export async function findAddresses(ec2: EC2Client, cluster: Cluster): Promise<AddressOnInterface[]> {
  const wanted = new Set(cluster.virtualIps.map(({ address }) => address));
  const { NetworkInterfaces = [] } = await call(
    'DescribeNetworkInterfaces',
    ec2.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [
          { Name: 'subnet-id', Values: [cluster.subnetId] },
          { Name: 'addresses.private-ip-address', Values: [...wanted] },
        ],
      }),
    ),
  );
  return NetworkInterfaces.flatMap(addressesOf).filter(({ address }) => wanted.has(address));
}

function addressesOf({
  NetworkInterfaceId,
  PrivateIpAddresses = [],
  Attachment,
}: NetworkInterface): AddressOnInterface[] {
  if (NetworkInterfaceId === undefined) return [];
  return PrivateIpAddresses.flatMap(({ PrivateIpAddress, Primary, Association }) =>
    PrivateIpAddress === undefined
      ? []
      : [
          {
            address: PrivateIpAddress,
            networkInterfaceId: NetworkInterfaceId,
            instanceId: Attachment?.InstanceId ?? null,
            elasticIpAllocationId: Association?.AllocationId ?? null,
            primary: Primary === true,
            attached: Attachment?.Status === 'attached',
          },
        ],
  );
}

/** The holder of each virtual IP of the cluster, in configured order; all null where nobody has it. */
export function holdersOf(cluster: Cluster, found: readonly Holder[]): Holder[] {
  return cluster.virtualIps.map(({ address }) => {
    const on = found.find((candidate) => candidate.address === address);
    return {
      address,
      networkInterfaceId: on?.networkInterfaceId ?? null,
      instanceId: on?.instanceId ?? null,
      elasticIpAllocationId: on?.elasticIpAllocationId ?? null,
    };
  });
}
