import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  CreateSubnetCidrReservationCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeAddressesCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  DisassociateAddressCommand,
  GetSubnetCidrReservationsCommand,
  paginateDescribeInstances,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { EC2_ACTIONS } from '../../../../local/emulator/ec2/service';
import { VirtualClock } from '../../../../local/emulator/kernel/clock';
import { type Cloud, cloud, ELASTIC_IP, MAIL, NODE_1, NODE_2, SUBNET, serve, signed, VIP } from '../services-harness';

const ENI_1 = NODE_1.networkInterfaceId;
const ENI_2 = NODE_2.networkInterfaceId;

let aws: Cloud;
let client: Awaited<ReturnType<typeof serve>>;
const nodes = [1, 2, 3, 4, 5, 6].map((index) => ({
  instanceId: `i-0a1b2c3d4e5f6000${index}`,
  networkInterfaceId: `eni-0a1b2c3d4e5f6000${index}`,
}));

beforeEach(async () => {
  // Time stands still, so that no transition ends in the middle of a test.
  aws = cloud({ clock: new VirtualClock(), clusters: [{ ...MAIL, nodes }], options: { latency: () => 0 } });
  client = await serve(aws);
});
afterEach(() => client.close());

const byIds = (...ids: string[]) => ({ Filters: [{ Name: 'instance-id', Values: ids }] });

test('DescribeInstances parses: state, launch time, tags, interfaces and their addresses', async () => {
  const { Reservations } = await client.ec2.send(new DescribeInstancesCommand(byIds(NODE_1.instanceId)));
  const [instance] = Reservations?.[0]?.Instances ?? [];
  expect(Reservations).toHaveLength(1);
  expect(instance).toMatchObject({
    InstanceId: NODE_1.instanceId,
    InstanceType: 'm5.large',
    State: { Code: 16, Name: 'running' },
    SubnetId: SUBNET,
    Tags: [{ Key: 'Name', Value: 'mail-1' }],
    LaunchTime: expect.any(Date),
  });
  expect(instance?.NetworkInterfaces).toMatchObject([
    {
      NetworkInterfaceId: ENI_1,
      Attachment: { DeviceIndex: 0, DeleteOnTermination: true, Status: 'attached', AttachTime: expect.any(Date) },
      PrivateIpAddresses: [{ Primary: true }, { Primary: false, PrivateIpAddress: VIP }],
    },
  ]);
});

test('DescribeNetworkInterfaces finds the holder by subnet and address, with its Elastic IP', async () => {
  const Filters = [
    { Name: 'subnet-id', Values: [SUBNET] },
    { Name: 'addresses.private-ip-address', Values: [VIP] },
  ];
  const { NetworkInterfaces } = await client.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  expect(NetworkInterfaces).toHaveLength(1);
  expect(NetworkInterfaces?.[0]).toMatchObject({
    NetworkInterfaceId: ENI_1,
    Status: 'in-use',
    Attachment: { InstanceId: NODE_1.instanceId, AttachmentId: expect.stringMatching(/^eni-attach-/) },
    PrivateIpAddresses: [
      { Primary: true },
      { PrivateIpAddress: VIP, Association: { AllocationId: ELASTIC_IP, PublicIp: '203.0.113.1' } },
    ],
  });
});

test.each([
  ['instance-state-name', 'stopped', 0],
  ['instance-type', 'm5.*', 6],
  ['instance-id', 'i-0a1b2c3d4e5f6000?', 6],
  ['tag:Name', 'mail-2', 1],
  ['tag-key', 'Name', 6],
  ['subnet-id', 'subnet-00000000', 0],
])('DescribeInstances filters %s=%s', async (Name, value, count) => {
  const answer = await client.ec2.send(new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] }));
  expect(answer.Reservations).toHaveLength(count);
});

test('DescribeInstanceStatus shows running instances only, unless asked for all', async () => {
  aws.world.impair(NODE_1.instanceId, 'system');
  aws.world.stopInstance(NODE_2.instanceId);
  const InstanceIds = [NODE_1.instanceId, NODE_2.instanceId];
  const running = await client.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds }));
  expect(running.InstanceStatuses).toMatchObject([
    {
      InstanceId: NODE_1.instanceId,
      SystemStatus: { Status: 'impaired', Details: [{ Name: 'reachability', Status: 'failed' }] },
      InstanceStatus: { Status: 'ok' },
      AttachedEbsStatus: { Status: 'ok' },
    },
  ]);
  const all = await client.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds, IncludeAllInstances: true }));
  expect(all.InstanceStatuses).toHaveLength(2);
  expect(all.InstanceStatuses?.[1]).toMatchObject({ SystemStatus: { Status: 'not-applicable' } });
});

test('one ID that has vanished fails DescribeInstanceStatus and DescribeInstances', async () => {
  const InstanceIds = [NODE_1.instanceId, 'i-0ffffffffffffffff'];
  const notFound = {
    name: 'InvalidInstanceID.NotFound',
    message: "The instance ID 'i-0ffffffffffffffff' does not exist",
  };
  await expect(client.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds }))).rejects.toMatchObject(notFound);
  await expect(client.ec2.send(new DescribeInstancesCommand({ InstanceIds }))).rejects.toMatchObject(notFound);
});

test('an address moves by AssignPrivateIpAddresses, and the timeline says who did what', async () => {
  const move = { NetworkInterfaceId: ENI_2, PrivateIpAddresses: [VIP], AllowReassignment: true };
  const answer = await client.ec2.send(new AssignPrivateIpAddressesCommand(move));
  expect(answer).toMatchObject({ NetworkInterfaceId: ENI_2, AssignedPrivateIpAddresses: [{ PrivateIpAddress: VIP }] });
  expect(aws.world.holderOf(VIP)).toBe(ENI_2);
  expect(aws.events('api-call')).toMatchObject([
    {
      caller: 'administrator',
      service: 'ec2',
      action: 'AssignPrivateIpAddresses',
      error: null,
      result: `${VIP} on ${ENI_2}`,
    },
  ]);
});

test('UnassignPrivateIpAddresses takes the address off, and then says that it is not there', async () => {
  const off = { NetworkInterfaceId: ENI_1, PrivateIpAddresses: [VIP] };
  await client.ec2.send(new UnassignPrivateIpAddressesCommand(off));
  await expect(client.ec2.send(new UnassignPrivateIpAddressesCommand(off))).rejects.toMatchObject({
    name: 'InvalidParameterValue',
    message: `Some of the specified addresses are not assigned to interface ${ENI_1}`,
    $metadata: { httpStatusCode: 400 },
  });
});

test.each([
  ['eni-0ffffffffffffffff', 'InvalidNetworkInterfaceID.NotFound'],
  ['eni-nonsense', 'InvalidNetworkInterfaceID.Malformed'],
])('UnassignPrivateIpAddresses for %s fails with %s', async (NetworkInterfaceId, name) => {
  const off = new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [VIP] });
  await expect(client.ec2.send(off)).rejects.toMatchObject({ name });
});

test('Elastic IPs are described, disassociated, and associated again', async () => {
  const described = await client.ec2.send(new DescribeAddressesCommand({ AllocationIds: [ELASTIC_IP] }));
  const AssociationId = described.Addresses?.[0]?.AssociationId ?? '';
  expect(described.Addresses).toMatchObject([{ PrivateIpAddress: VIP, InstanceId: NODE_1.instanceId }]);
  await client.ec2.send(new DisassociateAddressCommand({ AssociationId }));
  expect(aws.world.elasticIp(ELASTIC_IP).association).toBeNull();
  const again = { AllocationId: ELASTIC_IP, NetworkInterfaceId: ENI_1, PrivateIpAddress: VIP };
  const answer = await client.ec2.send(new AssociateAddressCommand(again));
  expect(answer.AssociationId).toMatch(/^eipassoc-[0-9a-f]{17}$/);
});

test('instances stop, start and terminate through the API; a call is refused whole', async () => {
  const stop = await client.ec2.send(new StopInstancesCommand({ InstanceIds: [NODE_1.instanceId] }));
  expect(stop.StoppingInstances).toMatchObject([
    { PreviousState: { Name: 'running' }, CurrentState: { Name: 'stopping' } },
  ]);
  const both = new StartInstancesCommand({ InstanceIds: [NODE_2.instanceId, NODE_1.instanceId] });
  await expect(client.ec2.send(both)).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
  const end = await client.ec2.send(new TerminateInstancesCommand({ InstanceIds: [NODE_2.instanceId] }));
  expect(end.TerminatingInstances).toMatchObject([{ CurrentState: { Code: 32, Name: 'shutting-down' } }]);
});

test('tags are created, filtered by, described and deleted', async () => {
  const Resources = [NODE_1.instanceId];
  await client.ec2.send(
    new CreateTagsCommand({ Resources, Tags: [{ Key: 'vip-failover:paused', Value: 'a <b> & "c"' }] }),
  );
  const Filters = [{ Name: 'tag:vip-failover:paused', Values: ['*'] }];
  const found = await client.ec2.send(new DescribeInstancesCommand({ Filters }));
  expect(found.Reservations?.[0]?.Instances?.[0]?.Tags).toContainEqual({
    Key: 'vip-failover:paused',
    Value: 'a <b> & "c"',
  });
  await client.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'vip-failover:paused', Value: 'other' }] }));
  expect(aws.world.instance(NODE_1.instanceId).tags).toHaveProperty('vip-failover:paused');
  await client.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'vip-failover:paused' }] }));
  const left = await client.ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: Resources }] }),
  );
  expect(left.Tags).toEqual([
    { Key: 'Name', Value: 'mail-1', ResourceId: NODE_1.instanceId, ResourceType: 'instance' },
  ]);
});

test('instance types, subnets and CIDR reservations are described', async () => {
  const types = await client.ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.large', 'm5.24xlarge'] }));
  expect(types.InstanceTypes?.map((each) => each.NetworkInfo?.Ipv4AddressesPerInterface)).toEqual([10, 50]);
  const subnets = await client.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SUBNET] }));
  // 256 addresses without EC2's five, six primary ones and the virtual IP.
  expect(subnets.Subnets).toMatchObject([{ CidrBlock: '10.0.0.0/24', AvailableIpAddressCount: 244 }]);
  const reservations = await client.ec2.send(new GetSubnetCidrReservationsCommand({ SubnetId: SUBNET }));
  expect(reservations.SubnetIpv4CidrReservations).toMatchObject([{ Cidr: `${VIP}/32`, ReservationType: 'explicit' }]);
});

test('an address is reserved once, within its subnet, and then EC2 does not choose it', async () => {
  const reserve = (Cidr: string, SubnetId = SUBNET) =>
    client.ec2.send(
      new CreateSubnetCidrReservationCommand({
        SubnetId,
        Cidr,
        ReservationType: 'explicit',
        Description: 'mail',
      }),
    );
  expect((await reserve('10.0.0.4/32')).SubnetCidrReservation).toMatchObject({ Cidr: '10.0.0.4/32', SubnetId: SUBNET });
  const { SubnetIpv4CidrReservations } = await client.ec2.send(
    new GetSubnetCidrReservationsCommand({ SubnetId: SUBNET }),
  );
  expect(SubnetIpv4CidrReservations?.at(-1)).toMatchObject({ Cidr: '10.0.0.4/32', Description: 'mail' });
  expect(aws.world.addresses.assignAny(ENI_2, 1)).toEqual(['10.0.0.6']);
  await expect(reserve('10.0.0.4/32')).rejects.toMatchObject({ message: expect.stringContaining('10.0.0.4/32') });
  await expect(reserve('10.0.1.4/32')).rejects.toMatchObject({ message: expect.stringContaining('10.0.0.0/24') });
  for (const wrong of ['nonsense', '10.0.0.4/30', '10.0.1.4/32', '10.0.0.0/16'])
    await expect(reserve(wrong)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  await expect(reserve('10.0.0.8/32', 'subnet-0123456789abcdef0')).rejects.toMatchObject({
    name: 'InvalidSubnetID.NotFound',
  });
});

test('what AWS services manage is left out of lists, unless it is asked for or named', async () => {
  aws.world.changeInterface(ENI_1, { managedBy: 'eks.amazonaws.com' });
  aws.world.changeInstance(NODE_2.instanceId, { managedBy: 'ecs.amazonaws.com' });
  const Filters = [{ Name: 'addresses.private-ip-address', Values: [VIP] }];
  const interfaces = (more: object) => client.ec2.send(new DescribeNetworkInterfacesCommand(more));
  expect((await interfaces({ Filters })).NetworkInterfaces).toEqual([]);
  expect((await interfaces({ Filters, IncludeManagedResources: true })).NetworkInterfaces).toMatchObject([
    {
      NetworkInterfaceId: ENI_1,
      RequesterManaged: true,
      Operator: { Managed: true, Principal: 'eks.amazonaws.com', HiddenByDefault: true },
    },
  ]);
  expect((await interfaces({ NetworkInterfaceIds: [ENI_1] })).NetworkInterfaces).toHaveLength(1);
  const instances = (more: object) => client.ec2.send(new DescribeInstancesCommand(more));
  expect((await instances({})).Reservations).toHaveLength(5);
  expect((await instances({ IncludeManagedResources: true })).Reservations).toHaveLength(6);
  const statuses = (more: object) => client.ec2.send(new DescribeInstanceStatusCommand(more));
  expect((await statuses({})).InstanceStatuses).toHaveLength(5);
  expect((await statuses({ IncludeManagedResources: true })).InstanceStatuses).toHaveLength(6);
});

test('security groups, the source/destination check and prefixes are shown of an interface, alone and in its instance', async () => {
  const settings = { groups: ['sg-0a1b2c3d4e5f60001'], sourceDestCheck: false, prefixes: ['10.0.0.64/28'] };
  aws.world.changeInterface(ENI_1, settings);
  const shown = {
    Groups: [{ GroupId: 'sg-0a1b2c3d4e5f60001' }],
    SourceDestCheck: false,
    Ipv4Prefixes: [{ Ipv4Prefix: '10.0.0.64/28' }],
  };
  const Filters = [{ Name: 'network-interface-id', Values: [ENI_1] }];
  const { NetworkInterfaces } = await client.ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  expect(NetworkInterfaces).toMatchObject([shown]);
  const { Reservations } = await client.ec2.send(new DescribeInstancesCommand(byIds(NODE_1.instanceId)));
  expect(Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces).toMatchObject([shown]);
});

test('EC2 may cut an answer into pages that nobody asked for', async () => {
  const paging = { latency: () => 0, pageSize: 2 };
  const small = cloud({ clock: new VirtualClock(), clusters: [{ ...MAIL, nodes }], options: paging });
  const other = await serve(small);
  const seen: string[] = [];
  for await (const page of paginateDescribeInstances({ client: other.ec2 }, {}))
    seen.push(...(page.Reservations ?? []).flatMap((each) => each.Instances?.[0]?.InstanceId ?? []));
  expect(seen).toEqual(nodes.map((node) => node.instanceId));
  expect(small.events('api-call')).toHaveLength(3);
  const named = await other.ec2.send(new DescribeInstancesCommand({ InstanceIds: seen }));
  expect([named.Reservations?.length, named.NextToken]).toEqual([6, undefined]);
  await other.close();
});

test('pages add up to the whole, once each', async () => {
  const seen: string[] = [];
  for await (const page of paginateDescribeInstances({ client: client.ec2, pageSize: 5 }, {}))
    seen.push(...(page.Reservations ?? []).flatMap((each) => each.Instances?.[0]?.InstanceId ?? []));
  expect(seen).toEqual(nodes.map((node) => node.instanceId));
  expect(aws.events('api-call')).toHaveLength(2);
});

test.each([
  [
    'a filter that is not there',
    { Filters: [{ Name: 'image-id', Values: ['x'] }] },
    'InvalidParameterValue',
    "'image-id'",
  ],
  ['a page too small', { MaxResults: 2 }, 'InvalidParameterValue', 'maxResults'],
  [
    'a page of named instances',
    { MaxResults: 5, InstanceIds: [NODE_1.instanceId] },
    'InvalidParameterCombination',
    'InstanceId',
  ],
  ['a made-up token', { NextToken: 'x' }, 'InvalidPaginationToken', 'token'],
  ['a malformed ID', { InstanceIds: ['web'] }, 'InvalidInstanceID.Malformed', 'web'],
])('DescribeInstances with %s is a clear error', async (_, input, name, words) => {
  const asked = client.ec2.send(new DescribeInstancesCommand(input));
  await expect(asked).rejects.toMatchObject({ name, message: expect.stringContaining(words) });
});

test.each([new DescribeVolumesCommand({}), new RebootInstancesCommand({ InstanceIds: [NODE_1.instanceId] })])(
  'an action that is not there is InvalidAction, by name',
  async (command) => {
    const name = command.constructor.name.replace('Command', '');
    await expect(client.ec2.send(command as DescribeVolumesCommand)).rejects.toMatchObject({
      name: 'InvalidAction',
      message: expect.stringContaining(name),
    });
  },
);

test('DryRun changes nothing and says that it would have worked; Assign and Unassign do not have it', async () => {
  const stop = new StopInstancesCommand({ InstanceIds: [NODE_1.instanceId], DryRun: true });
  await expect(client.ec2.send(stop)).rejects.toMatchObject({
    name: 'DryRunOperation',
    $metadata: { httpStatusCode: 412 },
  });
  expect(aws.world.instance(NODE_1.instanceId).state).toBe('running');
  for (const action of ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses']) {
    const body = `Action=${action}&NetworkInterfaceId=${ENI_2}&PrivateIpAddress.1=${VIP}&DryRun=true`;
    const answer = await aws.services.dispatch(signed(body));
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('<Code>UnknownParameter</Code>') });
  }
  expect(aws.world.holderOf(VIP)).toBe(ENI_1);
});

test('every describe action refuses parameters and filters that it does not act upon', async () => {
  for (const action of Object.keys(EC2_ACTIONS).filter((name) => name.startsWith('Describe'))) {
    const parameter = await aws.services.dispatch(signed(`Action=${action}&Bogus=1`));
    expect(parameter).toMatchObject({ body: expect.stringContaining('<Code>UnknownParameter</Code>') });
    const filter = await aws.services.dispatch(signed(`Action=${action}&Filter.1.Name=bogus&Filter.1.Value.1=x`));
    expect(filter).toMatchObject({ body: expect.stringContaining('InvalidParameterValue') });
  }
});
