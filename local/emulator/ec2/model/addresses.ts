import { ApiError } from '../../kernel/api';
import { addressToNumber, contains, isReservedByEc2, numberToAddress, parseBlock } from './cidr';
import { limitsOf } from './instance-types';
import type { ElasticIp, NetworkInterface } from './records';
import type { Vpc } from './vpc';

/** What an interface without an instance may have: the most of any type. It meets its instance's limit when attached. */
const MOST_ADDRESSES = 64;

/**
 * EC2's rules for secondary addresses and Elastic IPs. Each operation checks everything first: it happens whole or not at
 * all. Codes are EC2's; messages are worded as seen in the wild and are no contract.
 * @see EC2 API Reference, AssignPrivateIpAddresses, UnassignPrivateIpAddresses, AssociateAddress, "Error codes"
 */
export class Addresses {
  constructor(private readonly vpc: Vpc) {}

  /** An address that the interface already has is fine. @returns all the addresses asked for. */
  assign(networkInterfaceId: string, addresses: readonly string[], allowReassignment: boolean): readonly string[] {
    const target = this.vpc.networkInterface(networkInterfaceId);
    const wanted = [...new Set(addresses)];
    const takenFrom = new Map<string, string[]>();
    for (const address of wanted) {
      this.checkInSubnet(target, address);
      const owner = this.vpc.holderOf(address, target.subnetId);
      if (owner === null && this.vpc.inPrefix(address, target.subnetId))
        throw invalid(`[${address}] lies in a prefix that is assigned to an interface.`);
      if (owner === null) continue;
      if (this.vpc.networkInterface(owner).primaryAddress === address)
        throw invalid(`[${address}] is the primary address of ${owner} and cannot be assigned to another interface.`);
      if (owner === target.id) continue;
      if (!allowReassignment)
        throw invalid(`[${address}] is already assigned to ${owner} but reassignment is not allowed.`);
      takenFrom.set(owner, [...(takenFrom.get(owner) ?? []), address]);
    }
    const secondaryAddresses = [...new Set([...target.secondaryAddresses, ...wanted])];
    // A delegated prefix takes a slot. @see EC2 User Guide, "Prefix delegation"
    if (1 + secondaryAddresses.length + target.prefixes.length > this.limitOf(target))
      throw new ApiError(
        'PrivateIpAddressLimitExceeded',
        `${target.id}: Number of private addresses will exceed limit.`,
      );

    const losers = [...takenFrom].map(([owner, taken]) => without(this.vpc.networkInterface(owner), taken));
    this.vpc.replaceInterfaces([...losers, { ...target, secondaryAddresses }]);
    for (const [owner, taken] of takenFrom) {
      for (const elasticIp of this.elasticIpsOn(owner, taken)) {
        if (elasticIp.association !== null)
          this.vpc.replaceElasticIp({
            ...elasticIp,
            association: { ...elasticIp.association, networkInterfaceId: target.id },
          });
      }
    }
    return wanted;
  }

  /** EC2 chooses the addresses, outside every reservation. @throws ApiError `InsufficientFreeAddressesInSubnet` */
  assignAny(networkInterfaceId: string, count: number): readonly string[] {
    const target = this.vpc.networkInterface(networkInterfaceId);
    const subnet = this.vpc.subnet(target.subnetId);
    const block = parseBlock(subnet.cidr);
    const reservations = subnet.reservations.map((reservation) => parseBlock(reservation.cidr));
    const chosen: string[] = [];
    for (let number = block.first; number <= block.last && chosen.length < count; number++) {
      const address = numberToAddress(number);
      const free =
        !isReservedByEc2(block, number) &&
        !reservations.some((reservation) => contains(reservation, number)) &&
        this.vpc.holderOf(address, subnet.id) === null &&
        !this.vpc.inPrefix(address, subnet.id);
      if (free) chosen.push(address);
    }
    if (chosen.length < count)
      throw new ApiError(
        'InsufficientFreeAddressesInSubnet',
        `The subnet '${subnet.id}' does not have enough free addresses to satisfy the request.`,
      );
    return this.assign(networkInterfaceId, chosen, false);
  }

  unassign(networkInterfaceId: string, addresses: readonly string[]): void {
    const holder = this.vpc.networkInterface(networkInterfaceId);
    for (const address of addresses) {
      if (address === holder.primaryAddress)
        throw invalid(`[${address}] is the primary address of ${holder.id} and cannot be unassigned.`);
      if (!holder.secondaryAddresses.includes(address))
        throw invalid(`Some of the specified addresses are not assigned to interface ${holder.id}`);
    }
    this.vpc.replaceInterfaces([without(holder, addresses)]);
    for (const elasticIp of this.elasticIpsOn(holder.id, addresses))
      this.vpc.replaceElasticIp({ ...elasticIp, association: null });
  }

  /**
   * Repeating it changes nothing and gives the same ID. An Elastic IP that was on the address is pushed off.
   * @param allowReassociation false: fails where the Elastic IP is in use. @returns the association ID.
   */
  associate(
    allocationId: string,
    networkInterfaceId: string,
    privateAddress: string | undefined,
    allowReassociation: boolean,
  ): string {
    const elasticIp = this.vpc.elasticIp(allocationId);
    const target = this.vpc.networkInterface(networkInterfaceId);
    const address = privateAddress ?? target.primaryAddress;
    if (address !== target.primaryAddress && !target.secondaryAddresses.includes(address))
      throw invalid(`The private address ${address} is not assigned to interface ${target.id}`);
    const current = elasticIp.association;
    if (current?.networkInterfaceId === target.id && current.privateAddress === address) return current.id;
    const displaced = this.elasticIpsOn(target.id, [address]);
    if (!allowReassociation && (current !== null || displaced.length > 0))
      throw new ApiError(
        'Resource.AlreadyAssociated',
        `resource ${displaced[0]?.allocationId ?? allocationId} is already associated with associate-id ${(displaced[0] ?? elasticIp).association?.id}`,
      );
    for (const other of displaced) this.vpc.replaceElasticIp({ ...other, association: null });
    const id = this.vpc.newId('eipassoc');
    this.vpc.replaceElasticIp({
      ...elasticIp,
      association: { id, networkInterfaceId: target.id, privateAddress: address },
    });
    return id;
  }

  /** @throws ApiError `InvalidAssociationID.NotFound` */
  disassociate(associationId: string): void {
    const elasticIp = this.vpc.elasticIps().find((each) => each.association?.id === associationId);
    if (elasticIp === undefined)
      throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${associationId}' does not exist`);
    this.vpc.replaceElasticIp({ ...elasticIp, association: null });
  }

  private checkInSubnet(target: NetworkInterface, address: string): void {
    const number = addressToNumber(address);
    if (number === undefined) throw invalid(`Invalid value '${address}' for IPv4 address.`);
    const block = parseBlock(this.vpc.subnet(target.subnetId).cidr);
    if (!contains(block, number)) throw invalid(`Address ${address} does not fall within the subnet's address range`);
    if (isReservedByEc2(block, number)) throw invalid(`Address ${address} is in subnet's reserved address range`);
  }

  private limitOf(target: NetworkInterface): number {
    if (target.attachment === null) return MOST_ADDRESSES;
    return limitsOf(this.vpc.instance(target.attachment.instanceId).type)?.addressesPerInterface ?? MOST_ADDRESSES;
  }

  private elasticIpsOn(networkInterfaceId: string, addresses: readonly string[]): readonly ElasticIp[] {
    return this.vpc
      .elasticIps()
      .filter(
        ({ association }) =>
          association?.networkInterfaceId === networkInterfaceId && addresses.includes(association.privateAddress),
      );
  }
}

function without(networkInterface: NetworkInterface, addresses: readonly string[]): NetworkInterface {
  return {
    ...networkInterface,
    secondaryAddresses: networkInterface.secondaryAddresses.filter((address) => !addresses.includes(address)),
  };
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message);
}
