import { ApiError } from '../../kernel/api';
import { withOmission } from '../../kernel/service';
import { type Block, isReservedByEc2, parseBlock } from '../model/cidr';
import type { CidrReservation, Subnet } from '../model/records';
import type { WorldView } from '../model/world';
import { arn, type Ec2Action, listed, PAGES, summary } from './action';
import { type Fields, filtered } from './filters';
import { checkId, chosen } from './ids';
import { paged } from './pages';
import { shapeTags } from './tags';

const FIELDS: Fields<Subnet> = {
  'subnet-id': (subnet) => [subnet.id],
  'vpc-id': (subnet) => [subnet.vpcId],
  'cidr-block': (subnet) => [subnet.cidr],
};

export const describeSubnets: Ec2Action = {
  parameters: ['SubnetId', ...PAGES],
  filters: Object.keys(FIELDS),
  run(parameters, context) {
    const { world, view } = context;
    const ids = parameters.texts('SubnetId').map((id) => checkId('subnet-', id));
    const find = (id: string) => world.subnets.get(id);
    const rows = chosen(ids, find, () => [...world.subnets.values()], 'InvalidSubnetID.NotFound', 'subnet');
    const idOf = (subnet: Subnet) => subnet.id;
    const page = listed(rows, parameters, context, { fields: FIELDS, idOf, ids: 'SubnetId' });
    const subnetSet = page.rows.map((subnet) => ({
      subnetId: subnet.id,
      subnetArn: `arn:aws:ec2:${world.region}:${world.accountId}:subnet/${subnet.id}`,
      state: 'available',
      ownerId: world.accountId,
      vpcId: subnet.vpcId,
      cidrBlock: subnet.cidr,
      availableIpAddressCount: freeAddresses(subnet, view),
      availabilityZone: `${world.region}a`,
      defaultForAz: false,
      mapPublicIpOnLaunch: false,
      tagSet: shapeTags(subnet.tags),
    }));
    return {
      body: { subnetSet, nextToken: page.nextToken },
      result: summary(page.rows.map((subnet) => `${subnet.id} ${subnet.cidr}`)),
    };
  },
};

/** A delegated prefix is a /28. */
const ADDRESSES_IN_PREFIX = 16;

function freeAddresses(subnet: Subnet, view: WorldView): number {
  const block = parseBlock(subnet.cidr);
  const reserved = [0, 1, 2, 3].filter((offset) => isReservedByEc2(block, block.first + offset)).length + 1;
  const used = view
    .networkInterfaces()
    .filter((each) => each.subnetId === subnet.id)
    .reduce((sum, each) => sum + 1 + each.secondaryAddresses.length + ADDRESSES_IN_PREFIX * each.prefixes.length, 0);
  return block.last - block.first + 1 - reserved - used;
}

/** A reservation keeps EC2 from choosing these addresses for somebody else; assigning them by name goes on working. */
export const createSubnetCidrReservation: Ec2Action = {
  parameters: ['SubnetId', 'Cidr', 'ReservationType', 'Description', 'DryRun'],
  resources: (parameters, world) => [arn(world, 'subnet', parameters.required('SubnetId'))],
  run(parameters, { world }) {
    const subnet = world.subnet(checkId('subnet-', parameters.required('SubnetId')));
    const cidr = parameters.required('Cidr');
    const reservationType = parameters.required('ReservationType');
    if (reservationType !== 'explicit')
      throw new ApiError(
        'InvalidParameterValue',
        `The local cloud knows explicit reservations, not ${reservationType}.`,
      );
    const block = blockIn(cidr);
    const whole = parseBlock(subnet.cidr);
    if (block === null || block.first < whole.first || block.last > whole.last)
      throw new ApiError('InvalidParameterValue', `The CIDR '${cidr}' is not within the subnet's CIDR ${subnet.cidr}.`);
    const taken = subnet.reservations.map((each) => parseBlock(each.cidr));
    if (taken.some((other) => block.first <= other.last && other.first <= block.last))
      throw new ApiError('InvalidParameterValue', `The CIDR '${cidr}' conflicts with another reservation.`);
    const description = parameters.text('Description');
    const reservation = { id: world.newId('scr'), cidr, ...(description !== undefined && { description }) };
    world.subnets.set(subnet.id, { ...subnet, reservations: [...subnet.reservations, reservation] });
    const subnetCidrReservation = shapeReservation(reservation, subnet, world.accountId);
    return { body: { subnetCidrReservation }, result: `${cidr} in ${subnet.id}` };
  },
};

function shapeReservation({ id, cidr, description }: CidrReservation, subnet: Subnet, ownerId: string) {
  return {
    subnetCidrReservationId: id,
    subnetId: subnet.id,
    cidr,
    reservationType: 'explicit',
    ownerId,
    description,
  };
}

function blockIn(cidr: string): Block | null {
  try {
    return parseBlock(cidr);
  } catch {
    return null;
  }
}

const NO_FIELDS: Fields<Subnet> = {};

export const getSubnetCidrReservations: Ec2Action = {
  parameters: ['SubnetId', ...PAGES],
  filters: [],
  run(parameters, { world, omission, pageSize }) {
    const subnet = world.subnet(checkId('subnet-', parameters.required('SubnetId')));
    filtered([], parameters, NO_FIELDS);
    const rows = withOmission(subnet.reservations, omission, (reservation) => reservation.id);
    const page = paged(rows, parameters, { pageSize });
    const subnetIpv4CidrReservationSet = page.rows.map((each) => shapeReservation(each, subnet, world.accountId));
    return {
      body: { subnetIpv4CidrReservationSet, subnetIpv6CidrReservationSet: [], nextToken: page.nextToken },
      result: summary(page.rows.map((reservation) => reservation.cidr)),
    };
  },
};
