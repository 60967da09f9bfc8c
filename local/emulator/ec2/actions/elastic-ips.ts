import { ApiError } from '../../kernel/api';
import { missing, type Parameters } from '../../kernel/query';
import type { ElasticIp } from '../model/records';
import type { World } from '../model/world';
import { arn, type Ec2Action, type Ec2Context, listed, RETURN_TRUE, summary } from './action';
import type { Fields } from './filters';
import { checkId, chosen } from './ids';
import { shapeTags } from './tags';

const FIELDS: Fields<ElasticIp> = {
  'allocation-id': (each) => [each.allocationId],
  'association-id': (each) => [each.association?.id],
  'network-interface-id': (each) => [each.association?.networkInterfaceId],
  'private-ip-address': (each) => [each.association?.privateAddress],
  'public-ip': (each) => [each.publicIp],
};

const LISTING = { fields: FIELDS, idOf: (each: ElasticIp) => each.allocationId };

export const describeAddresses: Ec2Action = {
  parameters: ['AllocationId', 'Filter', 'DryRun'],
  filters: Object.keys(FIELDS),
  run(parameters, context) {
    const { world, view } = context;
    const ids = parameters.texts('AllocationId');
    const all = chosen(ids, view.elasticIp, view.elasticIps, 'InvalidAllocationID.NotFound', 'allocation');
    // EC2 has no pages here.
    const { rows } = listed(all, parameters, { ...context, pageSize: all.length }, LISTING);
    const addressesSet = rows.map(({ allocationId, publicIp, association, tags }) => ({
      publicIp,
      allocationId,
      domain: 'vpc',
      networkBorderGroup: world.region,
      publicIpv4Pool: 'amazon',
      associationId: association?.id,
      networkInterfaceId: association?.networkInterfaceId,
      networkInterfaceOwnerId: association && world.accountId,
      privateIpAddress: association?.privateAddress,
      instanceId: association ? view.networkInterface(association.networkInterfaceId)?.attachment?.instanceId : '',
      tagSet: shapeTags(tags),
    }));
    const words = ({ allocationId, association }: ElasticIp) =>
      `${allocationId} ${association ? `on ${association.privateAddress}` : 'free'}`;
    return { body: { addressesSet }, result: summary(rows.map(words)) };
  },
};

/**
 * `AllocationId` with `NetworkInterfaceId` or `InstanceId`. IAM is asked about everything that the request
 * names: the address, and the interface or the instance.
 * @see Service Authorization Reference, Amazon EC2, AssociateAddress
 */
export const associateAddress: Ec2Action = {
  parameters: ['AllocationId', 'InstanceId', 'NetworkInterfaceId', 'PrivateIpAddress', 'AllowReassociation', 'DryRun'],
  resources: (parameters, world) => [
    arn(world, 'elastic-ip', parameters.required('AllocationId')),
    ...ids(parameters, 'NetworkInterfaceId').map((id) => arn(world, 'network-interface', id)),
    ...ids(parameters, 'InstanceId').map((id) => arn(world, 'instance', id)),
  ],
  run(parameters, { world }) {
    const allocationId = parameters.required('AllocationId');
    const networkInterfaceId = targetOf(parameters, world);
    const address = parameters.text('PrivateIpAddress');
    const allow = parameters.flag('AllowReassociation', true);
    const associationId = world.addresses.associate(allocationId, networkInterfaceId, address, allow);
    return {
      body: { ...RETURN_TRUE, associationId },
      result: `${allocationId} on ${address ?? 'the primary address'} of ${networkInterfaceId}`,
    };
  },
};

export const disassociateAddress: Ec2Action = {
  parameters: ['AssociationId', 'DryRun'],
  resources: (parameters, world) => {
    const found = associated(parameters, world);
    return [arn(world, 'elastic-ip', found?.allocationId ?? '*')];
  },
  run(parameters, { world }: Ec2Context) {
    const associationId = parameters.required('AssociationId');
    world.addresses.disassociate(associationId);
    return { body: RETURN_TRUE, result: `${associationId} is gone` };
  },
};

function associated(parameters: Parameters, world: World): ElasticIp | undefined {
  const associationId = parameters.required('AssociationId');
  return world.elasticIps().find((each) => each.association?.id === associationId);
}

function ids(parameters: Parameters, name: string): readonly string[] {
  const id = parameters.text(name);
  return id === undefined ? [] : [id];
}

function targetOf(parameters: Parameters, world: World): string {
  const networkInterfaceId = parameters.text('NetworkInterfaceId');
  const instanceId = parameters.text('InstanceId');
  if (networkInterfaceId !== undefined && instanceId !== undefined)
    throw new ApiError(
      'InvalidParameterCombination',
      'You may specify either NetworkInterfaceId or InstanceId, not both.',
    );
  if (networkInterfaceId !== undefined) return checkId('eni-', networkInterfaceId);
  if (instanceId === undefined) throw missing('NetworkInterfaceId or InstanceId');
  const { state } = world.instance(checkId('i-', instanceId));
  if (state !== 'running' && state !== 'stopped' && state !== 'stopping')
    throw new ApiError(
      'InvalidInstanceID',
      `The ${state} instance '${instanceId}' is not in a valid state for this operation.`,
    );
  const [only, ...others] = world.interfacesOf(instanceId);
  if (only === undefined || others.length > 0)
    throw new ApiError(
      'InvalidInstanceID',
      `There are multiple interfaces attached to instance '${instanceId}'. Please specify an interface ID for the operation instead.`,
    );
  return only.id;
}
