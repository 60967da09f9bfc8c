import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListMetricsCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  AssignPrivateIpAddressesCommand,
  CreateTagsCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcsCommand,
  EC2Client,
  paginateDescribeNetworkInterfaces,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { SFNClient, StartExecutionCommand, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { ListSubscriptionsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { synthesize } from '../../local/demo/synth';
import { startCloud } from '../../local/emulator/cloud';

/** Bundling and synthesizing take a minute of a busy machine, and the scenarios run in real time. */

let templateFile: string;
let driver: ClusterDriver;
let ec2: EC2Client;
let sns: SNSClient;
let states: SFNClient;
let cloudWatch: CloudWatchClient;

beforeAll(() => {
  templateFile = synthesize();
});

beforeEach(async () => {
  driver = new ClusterDriver(
    await startCloud({
      templateFile,
      clock: 'real',
      lambda: 'in-process',
      port: 0,
      reuseInstances: true,
    }),
  );
  const settings = {
    endpoint: driver.cloud.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'anyone', secretAccessKey: 'anything' },
    maxAttempts: 1,
  };
  ec2 = new EC2Client(settings);
  sns = new SNSClient(settings);
  // StartSyncExecution would go to the host sync-127.0.0.1.
  states = new SFNClient({ ...settings, disableHostPrefix: true });
  cloudWatch = new CloudWatchClient(settings);
});

afterEach(async () => {
  for (const client of [ec2, sns, states, cloudWatch]) client.destroy();
  await driver.cloud.close();
});

const VIP = '10.0.0.5';
const on = (node: ClusterDriver['active']) => ({
  NetworkInterfaceId: node.networkInterfaceId,
  PrivateIpAddresses: [VIP],
});
const refusal = (name: string, httpStatusCode = 400) => ({
  name,
  $metadata: { httpStatusCode, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
});

test('dates, numbers, booleans and lists arrive as what they are', async () => {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [driver.active.instanceId] }));
  const instance = Reservations?.[0]?.Instances?.[0];
  expect(instance?.LaunchTime).toBeInstanceOf(Date);
  expect(instance?.State).toEqual({ Code: 16, Name: 'running' });
  expect(instance?.Tags).toEqual([{ Key: 'Name', Value: 'mail-1' }]);
  expect(instance?.NetworkInterfaces?.[0]?.PrivateIpAddresses).toEqual([
    { PrivateIpAddress: '10.0.0.10', Primary: true },
    { PrivateIpAddress: VIP, Primary: false },
  ]);
  expect(instance?.NetworkInterfaces?.[0]?.Attachment?.DeleteOnTermination).toBe(true);
  const { InstanceStatuses } = await ec2.send(new DescribeInstanceStatusCommand({}));
  expect(InstanceStatuses?.map(({ AttachedEbsStatus }) => AttachedEbsStatus?.Status)).toEqual(['ok', 'ok']);
  const types = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['m5.large'] }));
  expect(types.InstanceTypes?.[0]?.NetworkInfo?.Ipv4AddressesPerInterface).toBe(10);
  const found: unknown[] = [];
  for await (const page of paginateDescribeNetworkInterfaces({ client: ec2, pageSize: 5 }, {}))
    found.push(...(page.NetworkInterfaces ?? []));
  expect(found).toHaveLength(2);
});

test('an address is unassigned and assigned by hand, and errors are EC2’s', async () => {
  await expect(ec2.send(new AssignPrivateIpAddressesCommand(on(driver.standby)))).rejects.toMatchObject(
    refusal('InvalidParameterValue'),
  );
  const moved = await ec2.send(new AssignPrivateIpAddressesCommand({ ...on(driver.standby), AllowReassignment: true }));
  expect(moved.AssignedPrivateIpAddresses).toEqual([{ PrivateIpAddress: VIP }]);
  await ec2.send(new UnassignPrivateIpAddressesCommand(on(driver.standby)));
  await expect(ec2.send(new UnassignPrivateIpAddressesCommand(on(driver.standby)))).rejects.toMatchObject(
    refusal('InvalidParameterValue'),
  );
  expect(driver.holderOf(VIP)).toBeNull();
  const gone = { NetworkInterfaceIds: ['eni-0123456789abcdef0'] };
  await expect(ec2.send(new DescribeNetworkInterfacesCommand(gone))).rejects.toMatchObject(
    refusal('InvalidNetworkInterfaceID.NotFound'),
  );
});

test('what the local cloud does not know is refused by name, never answered with nothing', async () => {
  await expect(ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
    ...refusal('InvalidAction'),
    message: expect.stringContaining('DescribeVpcs'),
  });
  const Filters = [{ Name: 'vpc-id', Values: ['vpc-1'] }];
  await expect(ec2.send(new DescribeInstancesCommand({ Filters }))).rejects.toMatchObject({
    ...refusal('InvalidParameterValue'),
    message: expect.stringContaining("'vpc-id'"),
  });
  await expect(sns.send(new ListSubscriptionsCommand({}))).rejects.toMatchObject(refusal('InvalidAction'));
  await expect(cloudWatch.send(new ListMetricsCommand({}))).rejects.toMatchObject(refusal('InvalidAction'));
});

test('instances stop, start and terminate through their states, and a dry run changes nothing', async () => {
  const InstanceIds = [driver.active.instanceId];
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds, DryRun: true }))).rejects.toMatchObject(
    refusal('DryRunOperation', 412),
  );
  const { StoppingInstances } = await ec2.send(new StopInstancesCommand({ InstanceIds }));
  expect(StoppingInstances?.[0]).toMatchObject({
    CurrentState: { Name: 'stopping' },
    PreviousState: { Name: 'running' },
  });
  await driver.settled();
  expect(driver.holds(driver.standby)).toBe(true);
  const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  expect(TerminatingInstances?.[0]?.CurrentState).toEqual({ Code: 32, Name: 'shutting-down' });
  await driver.settled();
  await expect(ec2.send(new StartInstancesCommand({ InstanceIds }))).rejects.toMatchObject(
    refusal('IncorrectInstanceState'),
  );
  await expect(
    ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [driver.active.networkInterfaceId] })),
  ).rejects.toMatchObject(refusal('InvalidNetworkInterfaceID.NotFound'));
});

test('a tag keeps a node from being a target', async () => {
  const Tags = [{ Key: 'vip-failover:standby', Value: 'never' }];
  await ec2.send(new CreateTagsCommand({ Resources: [driver.standby.instanceId], Tags }));
  await ec2.send(new StopInstancesCommand({ InstanceIds: [driver.active.instanceId] }));
  await driver.settled();
  expect(driver.moves).toBe(0);
  expect(driver.notices('FAILED')).not.toEqual([]);
});

test('a message is published whole, and wrong ones are refused as SNS refuses them', async () => {
  const [topic] = driver.cloud.template.ofType('AWS::SNS::Topic');
  const TopicArn = topic?.physicalId ?? '';
  const MessageAttributes = { cluster: { DataType: 'String', StringValue: 'mail' } };
  const message = { TopicArn, Subject: '件名', Message: 'a & b <c>\n本文', MessageAttributes };
  const { MessageId } = await sns.send(new PublishCommand(message));
  expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(driver.notices()).toMatchObject([
    { subject: '件名', message: 'a & b <c>\n本文', attributes: { cluster: 'mail' } },
  ]);
  await expect(sns.send(new PublishCommand({ TopicArn, Message: 'x', Subject: 'two\nlines' }))).rejects.toMatchObject(
    refusal('InvalidParameterException'),
  );
  await expect(sns.send(new PublishCommand({ TopicArn: `${TopicArn}x`, Message: 'x' }))).rejects.toMatchObject(
    refusal('NotFoundException', 404),
  );
});

test('executions start, a synchronous one waits for the end', async () => {
  const stateMachineArn = driver.cloud.stateMachine.arn;
  const start = (request: object) => ({ stateMachineArn, input: JSON.stringify(request) });
  const begun = await states.send(new StartExecutionCommand(start({ cluster: 'mail', mode: 'rehearsal' })));
  expect(begun.startDate).toBeInstanceOf(Date);
  expect(begun.executionArn).toContain(':express:');
  const drill = await states.send(
    new StartSyncExecutionCommand(
      start({ cluster: 'mail', mode: 'drill', target: driver.standby.instanceId, requestedBy: 'me' }),
    ),
  );
  expect(drill).toMatchObject({ status: 'SUCCEEDED', stopDate: expect.any(Date) });
  expect(driver.holds(driver.standby)).toBe(true);
  const wrong = await states.send(new StartSyncExecutionCommand(start({ cluster: 'nope', mode: 'drill' })));
  expect(wrong).toMatchObject({ status: 'FAILED', error: 'InvalidInput', cause: expect.stringContaining('nope') });
});

test('alarms are listed in pages and set', async () => {
  const page = await cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 1 }));
  expect(page.MetricAlarms?.[0]?.StateUpdatedTimestamp).toBeInstanceOf(Date);
  expect(page.NextToken).toBeDefined();
  const AlarmName = page.MetricAlarms?.[0]?.AlarmName;
  await cloudWatch.send(new SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'by hand' }));
  const { MetricAlarms } = await cloudWatch.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
  expect(MetricAlarms?.map((alarm) => alarm.AlarmName)).toEqual([AlarmName]);
  await expect(
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'nope', StateValue: 'OK', StateReason: 'x' })),
  ).rejects.toMatchObject(refusal('ResourceNotFound', 404));
});
