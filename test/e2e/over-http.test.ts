import {
  DescribeNetworkInterfacesCommand,
  EC2Client,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { closeAll, givenACluster } from './driver';

let driver: ClusterDriver;
let ec2: EC2Client;
let states: SFNClient;

beforeAll(async () => {
  driver = await givenACluster({ clock: 'real' });
  const { endpoint } = driver.cloud;
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'anything' };
  ec2 = new EC2Client({ endpoint, credentials, region: 'us-east-1' });
  states = new SFNClient({ endpoint, credentials, region: 'us-east-1' });
});

afterAll(async () => {
  ec2.destroy();
  states.destroy();
  await closeAll();
});

async function holder(): Promise<string | undefined> {
  const Filters = [{ Name: 'addresses.private-ip-address', Values: ['10.0.0.5'] }];
  const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
  return NetworkInterfaces?.[0]?.NetworkInterfaceId;
}

async function stateMachineArn(): Promise<string | undefined> {
  const { stateMachines } = await states.send(new ListStateMachinesCommand({}));
  return stateMachines?.[0]?.stateMachineArn;
}

test('an SDK starts a drill, and sees the address arrive', async () => {
  const input = JSON.stringify({
    cluster: 'mail',
    mode: 'drill',
    target: driver.standby.instanceId,
    requestedBy: 'me',
  });
  const started = await states.send(new StartExecutionCommand({ stateMachineArn: await stateMachineArn(), input }));
  expect(started.startDate?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  await driver.settled();
  expect(await holder()).toBe(driver.standby.networkInterfaceId);
});

test('an SDK stops the node that holds it now, and sees it fail over', async () => {
  await ec2.send(new StopInstancesCommand({ InstanceIds: [driver.standby.instanceId] }));
  await driver.settled();
  expect(await holder()).toBe(driver.active.networkInterfaceId);
  expect(driver.notices().map(({ attributes }) => attributes.outcome)).toEqual(['DRILLED', 'FAILED_OVER']);
});

test('errors have the names that AWS gives them', async () => {
  const arn = (await stateMachineArn()) ?? '';
  const start = (more: object) => states.send(new StartExecutionCommand({ stateMachineArn: arn, ...more }));
  await expect(start({ input: '{' })).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
  await expect(start({ name: 'a b' })).rejects.toMatchObject({ name: 'InvalidName' });
  await expect(states.send(new DescribeStateMachineCommand({ stateMachineArn: `${arn}x` }))).rejects.toMatchObject({
    name: 'StateMachineDoesNotExist',
  });
  await expect(states.send(new DescribeExecutionCommand({ executionArn: `${arn}:x` }))).rejects.toMatchObject({
    name: 'StateMachineTypeNotSupported',
  });
  await expect(ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-0123456789abcdef0'] }))).rejects.toMatchObject(
    { name: 'InvalidInstanceID.NotFound' },
  );
});

test('whatever is sent to it, the server answers and stays', async () => {
  const send = (body: string, headers: Record<string, string> = {}) =>
    fetch(driver.cloud.endpoint, { method: 'POST', body, headers });
  expect((await send('')).status).toBe(403);
  expect((await send('garbage', { authorization: 'garbage' })).status).toBe(400);
  expect((await send('x'.repeat(3_000_000))).status).toBe(413);
  expect(await holder()).toBe(driver.active.networkInterfaceId);
});
