import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterDriver } from '../../../local/demo/cluster-driver';
import { cluster } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { actAsRole, closeAll, givenAListeningCloud, type } from '../harness';

const EMAILS = { notifications: { emails: ['oncall@example.com'] } };
const CONFIG = { ...cluster(2), ...EMAILS };
let driver: ClusterDriver;

async function givenACloud(options: Parameters<typeof givenAListeningCloud>[2] = {}) {
  driver = await givenAListeningCloud('ReadPolicy', CONFIG, options);
  driver.check();
  await driver.settled();
}

afterEach(closeAll);

const soon = () => Date.now() + 60_000;

async function diagnoses(...argv: string[]): Promise<{ code: number; found: Record<string, string>[] }> {
  const { code, out } = await type(['doctor', '--json', ...argv], { now: soon });
  return { code, found: JSON.parse(out) };
}

test('all well but for the drill that was never made: warnings leave exit code 0', async () => {
  await givenACloud();
  const { code, found } = await diagnoses();
  expect(found.map(({ verdict, about }) => `${verdict} ${about}`)).toEqual([
    'OK mail',
    'NOTE mail',
    'OK checks',
    'WARNING drills',
    'OK notices',
    'OK alarms',
    'OK dead letters',
    'OK history',
    'WARNING template',
  ]);
  expect(code).toBe(0);
  expect(driver.calls('StartExecution')).toEqual([]);
});

test('what only somebody on the node can see is a note, with what to type there', async () => {
  await givenACloud();
  const { found } = await diagnoses();
  expect(found).toContainEqual({
    verdict: 'NOTE',
    about: 'mail',
    what: `AWS cannot see whether the guest of ${driver.active.instanceId} has 10.0.0.5`,
    todo: expect.stringContaining('Type there: ip -4 address show to 10.0.0.5.'),
  });
});

test('the deployed template is compared with what this checkout synthesizes from the same configuration', async () => {
  await givenACloud();
  const file = join(mkdtempSync(join(tmpdir(), 'doctor-')), 'config.json');
  writeFileSync(file, JSON.stringify(CONFIG));
  const { found, code } = await diagnoses('--config', file);
  // The role that this test acts in is no part of the stack.
  expect(found.find(({ about }) => about === 'template')).toMatchObject({
    verdict: 'WARNING',
    what: '1 difference between what is deployed and this checkout: Operator: only deployed',
    todo: expect.stringContaining('npx cdk diff'),
  });
  expect(code).toBe(0);
  const missing = await diagnoses('--config', '/nowhere.json');
  expect(missing.found.find(({ about }) => about === 'template')).toMatchObject({
    verdict: 'NOT KNOWN',
    what: expect.stringContaining('/nowhere.json'),
  });
  expect(missing.code).toBe(1);
});

test('a drill counts', async () => {
  await givenACloud();
  driver.drill(driver.standby);
  await driver.settled();
  const { found } = await diagnoses('mail');
  expect(found).toContainEqual(expect.objectContaining({ verdict: 'OK', about: 'drills' }));
});

test('what a rehearsal would find, without an execution: reservations and security groups', async () => {
  await givenACloud({ world: { reservations: false } });
  driver.cloud.world.changeInterface(driver.standby.networkInterfaceId, { groups: ['sg-0123456789abcdef0'] });
  const { code, out } = await type(['doctor'], { now: soon });
  expect(out).toMatch(
    /WARNING +mail: no explicit subnet CIDR reservation.*: 10\.0\.0\.5\n +→ aws ec2 create-subnet-cidr/,
  );
  expect(out).toMatch(/WARNING +mail: the nodes' interfaces have different security groups/);
  expect(code).toBe(0);
});

test('a dead standby, an alarm and dead letters are problems, each with what to do', async () => {
  await givenACloud();
  driver.stop(driver.standby);
  await driver.settled();
  const [alarm] = driver.cloud.alarms.list().filter(({ name }) => name.includes('NoticeErrors'));
  driver.cloud.alarms.setState(alarm?.name ?? '', 'ALARM', 'by a test');
  const queue = driver.cloud.template.ofType('AWS::SQS::Queue')[0]?.physicalId.split('/').at(-1) ?? '';
  const metric = {
    namespace: 'AWS/SQS',
    name: 'ApproximateNumberOfMessagesVisible',
    dimensions: { QueueName: queue },
  };
  driver.cloud.metrics.add(metric, 3);
  const { code, found } = await diagnoses();
  const problems = found.filter(({ verdict }) => verdict === 'PROBLEM');
  expect(problems.map(({ about }) => about)).toEqual(['mail', 'alarms', 'dead letters']);
  expect(problems.map(({ todo }) => todo?.slice(0, 20))).toEqual([
    'Repair or start a no',
    'The Lambda that send',
    'Read why in the attr',
  ]);
  expect(code).toBe(1);
});

test('checks that do not come are a problem', async () => {
  await givenACloud();
  const { out } = await type(['doctor'], { now: () => Date.now() + 7_200_000 });
  expect(out).toMatch(/PROBLEM +checks: the check of mail at .* said ready, and none came since/);
});

test('what may not be read is named with the statement that allows it', async () => {
  await givenACloud();
  actAsRole(driver, 'FailoverVerifyEniRole');
  const { code, err } = await type(['doctor', '--state-machine', driver.cloud.stateMachine.arn], { now: soon });
  expect(err).toContain('"Action": "states:DescribeStateMachine"');
  expect(code).toBe(1);
});
