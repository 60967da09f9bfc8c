import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, ELASTIC_VIP, elasticIpOn } from '../../local/demo/scenarios/configs';
import { addInterface } from '../../local/emulator/ec2/model/build';
import '../functions/support/quiet';
import { closeAll } from './driver';
import { givenAnOperator, isWorkflow, OPERATOR_KEY } from './operator';
import { commandsIn, type as typeAs } from './typed';

afterEach(closeAll);

/** The notice about the cluster that came last. */
function lastNotice(driver: ClusterDriver): { readonly subject: string; readonly message: string } {
  const notice = driver.notices().at(-1);
  if (notice === undefined) throw new Error('Nobody was told.');
  return notice;
}

/** "start-instances", "wait", …: what is typed, in order. */
function verbs(message: string): (string | undefined)[] {
  return commandsIn(message).map((command) => command.split(' ')[2]);
}

const given = (config?: unknown) => givenAnOperator(config);
/** In the role that the stack prints the policy of. */
const type = (driver: ClusterDriver, commands: readonly string[]) => typeAs(driver, commands, OPERATOR_KEY);
const DENIED = { kind: 'error', code: 'UnauthorizedOperation', status: 403 } as const;

test('B10 all nodes are stopped: starting the holder is enough', async () => {
  const driver = await given();
  for (const node of driver.nodes.slice(1)) driver.stop(node);
  await driver.settled();
  driver.stop(driver.active);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toMatch(/^\[mail\] DOWN: 10\.0\.0\.5 on stopp(ed|ing) /);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.active)).toBe(true);
  expect(driver.cloud.world.instance(driver.active.instanceId).state).toBe('running');
});

test('B10 the holder is gone and the standby stopped: the standby is started, and gets the address', async () => {
  const driver = await given();
  driver.stop(driver.standby);
  await driver.settled();
  driver.terminate(driver.active);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toContain('DOWN: 10.0.0.5 on');
  expect(verbs(message)).toEqual(['start-instances', 'wait', 'start-execution']);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.standby)).toBe(true);
});

test('the workflow’s role may not assign: EC2’s own command does it', async () => {
  const driver = await given();
  driver.cloud.faults.add({
    action: 'AssignPrivateIpAddresses',
    when: isWorkflow,
    ...DENIED,
  });
  driver.stop(driver.active);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toMatch(/DOWN: 10\.0\.0\.5 on (nobody|stopped )/);
  expect(verbs(message)).toEqual(['assign-private-ip-addresses', 'describe-network-interfaces']);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.standby)).toBe(true);
});

test('a stranger has the address: taken back by hand, and the workflow proves that it is there', async () => {
  const driver = await given();
  const { world } = driver.cloud;
  const { networkInterfaceId } = driver.active;
  await typeAs(driver, [
    `aws ec2 unassign-private-ip-addresses --network-interface-id ${networkInterfaceId} --private-ip-addresses 10.0.0.5 --region us-east-1`,
  ]);
  addInterface(world, driver.cluster.subnetId, 'eni-0aaaaaaaaaaaaaaaa', null, 0, false, ['10.0.0.5']);
  driver.failover(driver.standby);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toContain('CHECK: 10.0.0.5 on eni-0aaaaaaaaaaaaaaaa outside the cluster');
  expect(verbs(message)).toEqual(['assign-private-ip-addresses', 'start-execution']);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.standby)).toBe(true);
  expect(lastNotice(driver).subject).toBe('[mail] OK: 10.0.0.5 already on mail-2');
});

test('B1 a pause kept the address on a dead node: it moves by hand, and the pause ends', async () => {
  const driver = await given();
  const { world } = driver.cloud;
  world.setTags(driver.standby.instanceId, { 'vip-failover:paused': 'kernel update' });
  driver.stop(driver.active);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toMatch(/^\[mail\] DOWN: 10\.0\.0\.5 on stopp(ed|ing) .*, PAUSED$/);
  expect(message).toContain('PAUSED: a tag keeps the addresses from moving by themselves: kernel update');
  expect(verbs(message)).toEqual(['start-execution', 'delete-tags']);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.standby)).toBe(true);
  expect(world.instance(driver.standby.instanceId).tags).not.toHaveProperty('vip-failover:paused');
});

test('B9 a person’s failover met a node that EC2 calls healthy: the target is named', async () => {
  const driver = await given();
  driver.failover();
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toContain('OK: nothing done, 10.0.0.5 still on');
  expect(verbs(message)).toEqual(['start-execution']);
  await type(driver, commandsIn(message));
  expect(driver.holds(driver.standby)).toBe(true);
});

test('the Elastic IP cannot be associated by the workflow: one command puts it back', async () => {
  const driver = await given(cluster(2, [ELASTIC_VIP]));
  driver.cloud.faults.add({ action: 'AssociateAddress', when: isWorkflow, ...DENIED });
  driver.stop(driver.active);
  await driver.settled();
  const { subject, message } = lastNotice(driver);
  expect(subject).toContain('without its Elastic IP');
  expect(verbs(message)).toEqual(['associate-address', 'describe-network-interfaces']);
  await type(driver, commandsIn(message));
  expect(elasticIpOn(driver)).toBe(driver.standby.networkInterfaceId);
});
