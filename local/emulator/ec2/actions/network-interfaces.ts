import { ApiError } from '../../kernel/api';
import { missing } from '../../kernel/query';
import type { ElasticIp, NetworkInterface } from '../model/records';
import { arn, type Ec2Action, listed, PAGES, RETURN_TRUE, summary } from './action';
import type { Fields } from './filters';
import { checkId, chosen } from './ids';
import { shapeAttachment, shapeSettings } from './instances';
import { MANAGED, visible } from './managed';
import { shapeTags } from './tags';

const FIELDS: Fields<NetworkInterface> = {
  'network-interface-id': (each) => [each.id],
  'subnet-id': (each) => [each.subnetId],
  'addresses.private-ip-address': (each) => [each.primaryAddress, ...each.secondaryAddresses],
  'private-ip-address': (each) => [each.primaryAddress],
  'attachment.instance-id': (each) => [each.attachment?.instanceId],
  'attachment.status': (each) => [each.attachment === null ? undefined : 'attached'],
  'group-id': (each) => each.groups,
  'mac-address': (each) => [each.macAddress],
  status: (each) => [statusOf(each)],
};

const LISTING = { fields: FIELDS, idOf: (each: NetworkInterface) => each.id, ids: 'NetworkInterfaceId' };

const NOT_FOUND = 'InvalidNetworkInterfaceID.NotFound';

export const describeNetworkInterfaces: Ec2Action = {
  parameters: ['NetworkInterfaceId', MANAGED, ...PAGES],
  filters: Object.keys(FIELDS),
  run(parameters, context) {
    const { world, view } = context;
    const ids = parameters.texts('NetworkInterfaceId').map((id) => checkId('eni-', id));
    const rows = chosen(ids, view.networkInterface, view.networkInterfaces, NOT_FOUND, 'networkInterface');
    const page = listed(visible(rows, ids, parameters), parameters, context, LISTING);
    const elasticIps = view.elasticIps();
    const networkInterfaceSet = page.rows.map((each) => ({
      networkInterfaceId: each.id,
      subnetId: each.subnetId,
      vpcId: world.subnets.get(each.subnetId)?.vpcId,
      availabilityZone: `${world.region}a`,
      description: '',
      ownerId: world.accountId,
      requesterManaged: each.managedBy !== null,
      requesterId: each.managedBy,
      status: statusOf(each),
      macAddress: each.macAddress,
      privateIpAddress: each.primaryAddress,
      ...shapeSettings(each),
      attachment: each.attachment && {
        ...shapeAttachment(each.attachment),
        instanceId: each.attachment.instanceId,
        instanceOwnerId: world.accountId,
      },
      association: shapeAssociation(elasticIps, each.id, each.primaryAddress, world.accountId),
      tagSet: shapeTags(each.tags),
      privateIpAddressesSet: [each.primaryAddress, ...each.secondaryAddresses].map((privateIpAddress, index) => ({
        privateIpAddress,
        primary: index === 0,
        association: shapeAssociation(elasticIps, each.id, privateIpAddress, world.accountId),
      })),
      interfaceType: 'interface',
    }));
    const words = (each: NetworkInterface) => `${each.id} has ${summary(each.secondaryAddresses)}`;
    return { body: { networkInterfaceSet, nextToken: page.nextToken }, result: summary(page.rows.map(words)) };
  },
};

function statusOf(each: NetworkInterface): string {
  return each.attachment === null ? 'available' : 'in-use';
}

function shapeAssociation(all: readonly ElasticIp[], networkInterfaceId: string, address: string, ipOwnerId: string) {
  const found = all.find(
    ({ association }) =>
      association?.networkInterfaceId === networkInterfaceId && association.privateAddress === address,
  );
  if (found?.association == null) return undefined;
  const { allocationId, publicIp, association } = found;
  return { publicIp, publicDnsName: '', ipOwnerId, allocationId, associationId: association.id };
}

/** There is no `DryRun` for the two actions that follow. @see EC2 API Reference, AssignPrivateIpAddresses */
export const assignPrivateIpAddresses: Ec2Action = {
  parameters: ['NetworkInterfaceId', 'PrivateIpAddress', 'SecondaryPrivateIpAddressCount', 'AllowReassignment'],
  resources: (parameters, world) => [arn(world, 'network-interface', parameters.required('NetworkInterfaceId'))],
  run(parameters, { world }) {
    const id = checkId('eni-', parameters.required('NetworkInterfaceId'));
    const addresses = parameters.texts('PrivateIpAddress');
    const count = parameters.integer('SecondaryPrivateIpAddressCount');
    if (addresses.length > 0 && count !== undefined)
      throw new ApiError(
        'InvalidParameterCombination',
        'The parameter PrivateIpAddress cannot be used with the parameter SecondaryPrivateIpAddressCount',
      );
    if (addresses.length === 0 && count === undefined)
      throw missing('PrivateIpAddress or SecondaryPrivateIpAddressCount');
    const assigned =
      count === undefined
        ? world.addresses.assign(id, addresses, parameters.flag('AllowReassignment'))
        : world.addresses.assignAny(id, count);
    const assignedPrivateIpAddressesSet = assigned.map((privateIpAddress) => ({ privateIpAddress }));
    return {
      body: { networkInterfaceId: id, assignedPrivateIpAddressesSet, ...RETURN_TRUE },
      result: `${summary(assigned)} on ${id}`,
    };
  },
};

export const unassignPrivateIpAddresses: Ec2Action = {
  parameters: ['NetworkInterfaceId', 'PrivateIpAddress'],
  resources: (parameters, world) => [arn(world, 'network-interface', parameters.required('NetworkInterfaceId'))],
  run(parameters, { world }) {
    const id = checkId('eni-', parameters.required('NetworkInterfaceId'));
    const addresses = parameters.requiredTexts('PrivateIpAddress');
    world.addresses.unassign(id, addresses);
    return { body: RETURN_TRUE, result: `${summary(addresses)} off ${id}` };
  },
};
