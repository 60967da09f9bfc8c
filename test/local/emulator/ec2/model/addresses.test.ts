import { addElasticIp, addInterface } from '../../../../../local/emulator/ec2/model/build';
import type { RegistryCluster } from '../../../../../local/emulator/template/registry';
import { cloud, ELASTIC_IP, MAIL, NODE_1, NODE_2, SUBNET, VIP } from '../../services-harness';

const ENI_1 = NODE_1.networkInterfaceId;
const ENI_2 = NODE_2.networkInterfaceId;
const code = (name: string) => expect.objectContaining({ code: name });

test('all is well at first: the virtual IP and its Elastic IP on the first node, reserved, in a subnet that holds it', () => {
  const { world, events } = cloud();
  expect(world.holderOf(VIP)).toBe(ENI_1);
  expect(world.elasticIp(ELASTIC_IP).association).toMatchObject({ networkInterfaceId: ENI_1, privateAddress: VIP });
  expect(world.subnet(SUBNET)).toMatchObject({ cidr: '10.0.0.0/24', reservations: [{ cidr: '10.0.0.5/32' }] });
  expect(world.networkInterface(ENI_1).primaryAddress).not.toBe(world.networkInterface(ENI_2).primaryAddress);
  expect(events('holder-changed')).toEqual([]);
});

test('the subnet is widened where the virtual IPs differ, and the instance type holds them all', () => {
  const addresses = Array.from({ length: 29 }, (_, index) => `10.0.${index % 2}.${index + 20}`);
  const cluster: RegistryCluster = { ...MAIL, virtualIps: addresses.map((address) => ({ address })) };
  const { world } = cloud({ clusters: [cluster] });
  expect(world.subnet(SUBNET).cidr).toBe('10.0.0.0/23');
  expect(world.instance(NODE_1.instanceId).type).toBe('m5.4xlarge');
  expect(world.addresses.assign(ENI_2, addresses, true)).toHaveLength(29);
});

test('an address of another interface needs AllowReassignment, and then leaves it in the same call with its Elastic IP', () => {
  const { world, events } = cloud();
  expect(() => world.addresses.assign(ENI_2, [VIP], false)).toThrow(code('InvalidParameterValue'));
  expect(world.holderOf(VIP)).toBe(ENI_1);
  world.addresses.assign(ENI_2, [VIP], true);
  expect(world.secondaryAddressesOf(ENI_1)).toEqual([]);
  expect(world.secondaryAddressesOf(ENI_2)).toEqual([VIP]);
  expect(world.elasticIp(ELASTIC_IP).association?.networkInterfaceId).toBe(ENI_2);
  expect(events('holder-changed')).toMatchObject([{ address: VIP, from: ENI_1, to: ENI_2 }]);
  expect(events('elastic-ip-changed')).toMatchObject([{ from: ENI_1, to: ENI_2 }]);
});

test('assigning what the interface already has succeeds and changes nothing', () => {
  const { world, events } = cloud();
  world.addresses.assign(ENI_1, [VIP], false);
  expect(events('holder-changed')).toEqual([]);
});

test('unassigning drops the Elastic IP; doing it again is an error', () => {
  const { world, events } = cloud();
  world.addresses.unassign(ENI_1, [VIP]);
  expect(world.holderOf(VIP)).toBeNull();
  expect(world.elasticIp(ELASTIC_IP).association).toBeNull();
  expect(events('elastic-ip-changed')).toMatchObject([{ from: ENI_1, to: null }]);
  expect(() => world.addresses.unassign(ENI_1, [VIP])).toThrow(code('InvalidParameterValue'));
});

test.each([
  ['outside the subnet', '10.0.1.5'],
  ['the network address', '10.0.0.0'],
  ['one of the first three hosts', '10.0.0.3'],
  ['the last address', '10.0.0.255'],
  ['not an address', '10.0.0.256'],
])('EC2 assigns no address that is %s', (_, address) => {
  expect(() => cloud().world.addresses.assign(ENI_2, [address], true)).toThrow(code('InvalidParameterValue'));
});

test('primary addresses can be neither taken nor unassigned', () => {
  const { world } = cloud();
  const { primaryAddress } = world.networkInterface(ENI_1);
  expect(() => world.addresses.assign(ENI_2, [primaryAddress], true)).toThrow(code('InvalidParameterValue'));
  expect(() => world.addresses.unassign(ENI_1, [primaryAddress])).toThrow(code('InvalidParameterValue'));
});

test('the instance type limits the addresses, the primary one included; a refused call changes nothing', () => {
  const { world } = cloud({ build: { nodes: { [NODE_2.instanceId]: { instanceType: 't3.micro' } } } });
  world.addresses.assign(ENI_2, ['10.0.0.77'], true);
  expect(() => world.addresses.assign(ENI_2, [VIP], true)).toThrow(code('PrivateIpAddressLimitExceeded'));
  expect(world.holderOf(VIP)).toBe(ENI_1);
  world.addresses.unassign(ENI_2, ['10.0.0.77']);
  world.addresses.assign(ENI_2, [VIP], true);
});

test('a prefix takes a slot, and its addresses are nobody else’s', () => {
  const prefixes = Array.from({ length: 9 }, (_, index) => `10.0.0.${64 + 16 * index}/28`);
  const { world } = cloud();
  world.changeInterface(ENI_2, { prefixes });
  expect(() => world.addresses.assign(ENI_2, [VIP], true)).toThrow(code('PrivateIpAddressLimitExceeded'));
  world.changeInterface(ENI_2, { prefixes: prefixes.slice(1) });
  expect(() => world.addresses.assign(ENI_1, ['10.0.0.81'], true)).toThrow(code('InvalidParameterValue'));
  expect(world.addresses.assign(ENI_2, [VIP], true)).toEqual([VIP]);
});

test('some instance types allow 64 addresses an interface', () => {
  const addresses = Array.from({ length: 63 }, (_, index) => `10.0.0.${index + 20}`);
  const { world } = cloud({ clusters: [{ ...MAIL, virtualIps: addresses.map((address) => ({ address })) }] });
  expect(world.secondaryAddressesOf(ENI_1)).toHaveLength(63);
  expect(() => world.addresses.assign(ENI_1, ['10.0.0.200'], false)).toThrow(code('PrivateIpAddressLimitExceeded'));
});

test('an interface that is gone is not found', () => {
  const { world } = cloud();
  expect(() => world.addresses.assign('eni-00000000', [VIP], true)).toThrow(code('InvalidNetworkInterfaceID.NotFound'));
});

test('addresses that EC2 chooses lie outside reservations, also where the reserved one is free', () => {
  const { world } = cloud();
  world.addresses.unassign(ENI_1, [VIP]);
  expect(world.addresses.assignAny(ENI_2, 2)).toEqual(['10.0.0.4', '10.0.0.6']);
});

test('an unreserved virtual IP that is free may be given away', () => {
  const { world } = cloud({ build: { reservations: false } });
  world.addresses.unassign(ENI_1, [VIP]);
  expect(world.addresses.assignAny(ENI_2, 2)).toEqual(['10.0.0.4', VIP]);
});

test('associating an Elastic IP again gives the same association; one in use moves unless that is forbidden', () => {
  const { world } = cloud();
  const first = world.elasticIp(ELASTIC_IP).association?.id;
  expect(world.addresses.associate(ELASTIC_IP, ENI_1, VIP, true)).toBe(first);
  expect(() => world.addresses.associate(ELASTIC_IP, ENI_2, undefined, false)).toThrow(
    code('Resource.AlreadyAssociated'),
  );
  const second = world.addresses.associate(ELASTIC_IP, ENI_2, undefined, true);
  expect(second).not.toBe(first);
  world.addresses.disassociate(second);
  expect(() => world.addresses.disassociate(second)).toThrow(code('InvalidAssociationID.NotFound'));
});

test('an Elastic IP pushes the one that was on the address off, and needs the address to be there', () => {
  const { world } = cloud();
  addElasticIp(world, 'eipalloc-00000002', null);
  world.addresses.associate('eipalloc-00000002', ENI_1, VIP, true);
  expect(world.elasticIp(ELASTIC_IP).association).toBeNull();
  expect(() => world.addresses.associate(ELASTIC_IP, ENI_2, VIP, true)).toThrow(code('InvalidParameterValue'));
});

test('an interface of an AWS service can hold a virtual IP, also one that comes later', () => {
  const { world, events } = cloud();
  addInterface(world, SUBNET, 'eni-0000000000000bbbb', null, 0, false, [], { managed: true });
  expect(world.networkInterface('eni-0000000000000bbbb').managedBy).toBe('ec2.amazonaws.com');
  world.addresses.assign('eni-0000000000000bbbb', [VIP], true);
  expect(events('holder-changed')).toMatchObject([{ from: ENI_1, to: 'eni-0000000000000bbbb' }]);
});

test("a stranger's interface can hold a virtual IP", () => {
  const { world, events } = cloud();
  addInterface(world, SUBNET, 'eni-0000000000000aaaa', null, 0, false, []);
  world.addresses.assign('eni-0000000000000aaaa', [VIP], true);
  expect(events('holder-changed')).toMatchObject([{ from: ENI_1, to: 'eni-0000000000000aaaa' }]);
});
