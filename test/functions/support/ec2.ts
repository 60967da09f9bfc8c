import type { DescribeInstancesResult, DescribeNetworkInterfacesResult, InstanceStateName } from '@aws-sdk/client-ec2';
import { EC2Client, EC2ServiceException } from '@aws-sdk/client-ec2';
import type { ClusterNode } from '../../../functions/shared/cluster';
import { SUBNET } from '../notify/builders';

/** An error as the SDK throws it for an EC2 error code. */
export function ec2Error(name: string, httpStatusCode = 400): EC2ServiceException {
  return new EC2ServiceException({
    name,
    message: `EC2 says ${name}.`,
    $fault: httpStatusCode >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode },
  });
}

export const THROTTLED = ec2Error('RequestLimitExceeded', 503);

export interface OnInterface {
  readonly node: { readonly networkInterfaceId: string; readonly instanceId: string | null };
  readonly address?: string;
  readonly primary?: boolean;
  readonly elasticIp?: string;
  readonly attached?: boolean;
}

/** DescribeNetworkInterfaces' answer: each interface with its own primary address and the virtual IPs on it. */
export function interfaces(...found: readonly OnInterface[]): DescribeNetworkInterfacesResult {
  const ids = [...new Set(found.map(({ node }) => node.networkInterfaceId))];
  return {
    NetworkInterfaces: ids.map((id) => {
      const here = found.filter(({ node }) => node.networkInterfaceId === id);
      const { node, attached = true } = here[0] ?? { node: { networkInterfaceId: id, instanceId: null } };
      return {
        NetworkInterfaceId: id,
        SubnetId: SUBNET,
        ...(node.instanceId === null
          ? {}
          : { Attachment: { InstanceId: node.instanceId, Status: attached ? 'attached' : 'detaching' } }),
        PrivateIpAddresses: [
          { PrivateIpAddress: '10.0.0.200', Primary: true },
          ...here.map(({ address = '10.0.0.5', primary = false, elasticIp }) => ({
            PrivateIpAddress: address,
            Primary: primary,
            ...(elasticIp === undefined ? {} : { Association: { AllocationId: elasticIp } }),
          })),
        ],
      };
    }),
  };
}

/** DescribeInstances' answer, each instance in a reservation of its own; the addresses are those on its interface. */
export function instances(
  ...found: readonly (readonly [node: ClusterNode, state: InstanceStateName, ...addresses: string[]])[]
): DescribeInstancesResult {
  return {
    Reservations: found.map(([{ instanceId, networkInterfaceId }, state, ...addresses]) => ({
      Instances: [
        {
          InstanceId: instanceId,
          InstanceType: 't3.small',
          LaunchTime: new Date('2026-01-01T00:00:00Z'),
          State: { Name: state },
          Tags: [{ Key: 'Name', Value: 'mail' }],
          NetworkInterfaces:
            state === 'terminated'
              ? []
              : [
                  {
                    NetworkInterfaceId: networkInterfaceId,
                    SubnetId: SUBNET,
                    Attachment: { Status: 'attached' },
                    PrivateIpAddresses: [
                      { PrivateIpAddress: '10.0.0.200', Primary: true },
                      ...addresses.map((address) => ({ PrivateIpAddress: address, Primary: false })),
                    ],
                  },
                ],
        },
      ],
    })),
  };
}

/** The settings of the client that made a call. */
export function settingsOf(call: { readonly thisValue: unknown } | undefined): EC2Client['config'] {
  if (!(call?.thisValue instanceof EC2Client)) throw new Error('No client of EC2 made this call.');
  return call.thisValue.config;
}
