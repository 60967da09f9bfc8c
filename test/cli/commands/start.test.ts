import type { ClusterDriver } from '../../../local/demo/cluster-driver';
import { cluster, node } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { actAsRole, closeAll, givenAListeningCloud, type } from '../harness';

let driver: ClusterDriver;

const nodes = [
  { ...node(1), name: 'mail-1' },
  { ...node(2), name: 'mail-2' },
];

beforeEach(async () => {
  driver = await givenAListeningCloud('OperatePolicy', cluster(2, ['10.0.0.5'], { nodes }));
});
afterEach(closeAll);

test('a rehearsal is followed to its end, and changes nothing', async () => {
  const { code, out } = await type(['rehearse']);
  const states = ['VerifyInstanceState', 'UnassignIp', 'AssignIp', 'VerifyEni', 'NotifySuccess'];
  expect(out).toMatch(new RegExp(states.join('[^]*')));
  expect(out).toContain('A failover would work');
  expect(code).toBe(0);
  expect(driver.moves).toBe(0);
});

test('a rehearsal that finds a problem ends with exit code 1', async () => {
  driver.stop(driver.standby);
  await driver.settled();
  const { code, out } = await type(['rehearse', 'mail']);
  expect(out).toContain('problem: no healthy node can take the addresses');
  expect(out).toContain('A failover WOULD FAIL');
  expect(code).toBe(1);
});

test('a drill asks, moves to the node of that name, and says who asked', async () => {
  const { code, out, err } = await type(['drill', '--to', 'mail-2', '--reason', 'quarterly'], { answer: 'y' });
  expect(err).toContain('Move 10.0.0.5 (now on mail-1 (i-0a1b2c3d4e5f60001)) to mail-2 (i-0a1b2c3d4e5f60002)? [y/N]');
  expect(out).toMatch(/VerifyEni +EC2 shows 10\.0\.0\.5 on i-0a1b2c3d4e5f60002/);
  expect(out).toMatch(/DRILLED after \d+\.\d s/);
  expect(code).toBe(0);
  expect(driver.holds(driver.standby)).toBe(true);
  const [notice] = driver.notices('DRILLED');
  expect(notice?.message).toContain(
    'Requested by (as stated): arn:aws:sts::123456789012:assumed-role/VipFailover-Operator/VipFailover-Operator',
  );
  expect(notice?.message).toContain('quarterly');
});

test.each([
  ['n', 3, 'Nothing was started.'],
  ['', 3, 'Nothing was started.'],
  [null, 2, 'Nobody is there to answer: say --yes.'],
] as const)('a drill that is answered with %j starts nothing', async (answer, exitCode, message) => {
  const { code, err } = await type(['drill', '--to', 'mail-2'], { answer });
  expect(err).toContain(message);
  expect(code).toBe(exitCode);
  expect(driver.calls('StartExecution')).toEqual([]);
});

test('who drills to the node that has the addresses is told so before', async () => {
  const { code, out, err } = await type(['drill', '--to', 'mail-1'], { answer: 'y' });
  expect(err).toBe(
    'mail-1 (i-0a1b2c3d4e5f60001) has 10.0.0.5 already: nothing would move. Start the drill all the same? [y/N] ',
  );
  expect(out).toMatch(/Nothing was done: the lines above say why\.\n$/);
  expect(code).toBe(3);
});

test('a drill that is refused ends with exit code 1 and the reason', async () => {
  driver.stop(driver.standby);
  await driver.settled();
  const { code, out } = await type(['drill', '--to', 'mail-2', '--yes']);
  expect(out).toContain('FAIL TARGET_UNHEALTHY');
  expect(out).toContain('TargetUnhealthy');
  expect(code).toBe(1);
});

test('a failover of a healthy holder does nothing, exit code 3; with a target it moves', async () => {
  const refused = await type(['failover', 'mail', '--reason', 'smtp hangs']);
  expect(refused.out).toContain('To move off a holder that EC2 calls healthy, name the target: --to NODE.\n');
  expect(refused.code).toBe(3);
  expect(driver.moves).toBe(0);
  const { code, out } = await type([
    'failover',
    '--to',
    driver.standby.networkInterfaceId,
    '--reason',
    'x',
    '--by',
    'bob',
  ]);
  expect(out).toContain('FAILED_OVER after');
  expect(code).toBe(0);
  expect(driver.holds(driver.standby)).toBe(true);
  expect(driver.notices('FAILED_OVER')[0]?.message).toContain('bob');
});

test('a try that fails is shown while it is followed', async () => {
  driver.cloud.faults.add({ service: 'ec2', action: 'AssignPrivateIpAddresses', times: 1, kind: 'error500' });
  const { out } = await type(['failover', '--to', 'mail-2', '--reason', 'x']);
  expect(out).toMatch(/AssignIp +TransientAwsError: AssignPrivateIpAddresses/);
  expect(out).toContain('FAILED_OVER after');
});

test('who interrupts it is told how to find out the rest', async () => {
  const controller = new AbortController();
  const onWrite = () => controller.abort();
  const { code, err } = await type(['rehearse'], { interrupted: controller.signal, onWrite });
  expect(err).toContain('The execution goes on: vip-failover history mail --since 10m');
  expect(code).toBe(4);
  await driver.settled();
});

test('who may not start executions is told the statement', async () => {
  actAsRole(driver, 'FailoverVerifyEniRole');
  const arn = driver.cloud.stateMachine.arn;
  const { code, err } = await type(['rehearse', '--state-machine', arn]);
  expect(err).toContain('Not allowed: states:DescribeStateMachine');
  expect(err).toContain(`"Resource": "${arn}"`);
  expect(code).toBe(1);
});

test.each([
  [['drill', '--to', 'mail-3', '--yes'], 'There is no node mail-3. There are: mail-1, mail-2.'],
  [['drill', 'web', '--to', 'mail-2'], 'There is no cluster web. There are: mail.'],
  [['drill'], "required option '--to <node>' not specified"],
  [['failover', '--to', 'mail-2'], "required option '--reason <text>' not specified"],
  [['failover', '--reason', ' '], '--reason is empty'],
  [['drill', '--to', 'mail-2', '--by', '', '--yes'], '--by is empty'],
  [['rehearse', '--by', '  '], '--by is empty'],
  [['rehearse', '--stack', ''], '--stack is empty'],
  [['doctor', '--config', ''], '--config is empty'],
])('%j is refused with exit code 2', async (argv, message) => {
  const { code, err } = await type(argv, { answer: 'y' });
  expect(err).toContain(message);
  expect(code).toBe(2);
  expect(driver.calls('StartExecution')).toEqual([]);
});
