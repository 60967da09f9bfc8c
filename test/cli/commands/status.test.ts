import type { ClusterDriver } from '../../../local/demo/cluster-driver';
import { cluster } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { AS_OPERATOR } from '../../e2e/operator';
import { actAsAdministrator, actAsRole, closeAll, givenAListeningCloud, type } from '../harness';

let driver: ClusterDriver;

beforeAll(async () => {
  driver = await givenAListeningCloud('ReadPolicy', cluster(2));
  driver.check();
  await driver.settled();
});

afterAll(closeAll);

const soon = () => Date.now() + 60_000;

async function statusOf(...argv: string[]) {
  const { out, code } = await type(['status', '--json', ...argv], { now: soon });
  return { ...JSON.parse(out).clusters[0], code };
}

test('all well: who holds it, who would take over, exit code 0', async () => {
  expect(await statusOf()).toMatchObject({
    code: 0,
    well: true,
    status: 'OK',
    ready: true,
    next: driver.standby.instanceId,
    addresses: [{ address: '10.0.0.5', instanceId: driver.active.instanceId }],
    nodes: [
      { instanceId: driver.active.instanceId, holds: ['10.0.0.5'], healthy: true },
      { instanceId: driver.standby.instanceId, holds: [], healthy: true },
    ],
    lastCheck: { ready: true },
    lastMove: null,
    paused: null,
  });
});

test('in words: a row a cluster, and the details of the one that is asked for', async () => {
  const { out, err, code } = await type(['status', 'mail'], { now: soon });
  expect(out).toContain('CLUSTER  STATUS  ADDRESSES');
  expect(out).toMatch(new RegExp(`ready +yes: .*${driver.standby.instanceId}.* would take over; last check .*: ready`));
  expect(err).toBe('');
  expect(code).toBe(0);
});

test('it changes nothing, and reads nothing that it does not need', () => {
  const actions = new Set(
    driver
      .eventsOf('api-call')
      .filter(({ caller }) => caller === AS_OPERATOR)
      .map(({ service, action }) => `${service}:${action}`),
  );
  expect([...actions].sort()).toEqual([
    'cloudformation:DescribeStacks',
    'ec2:DescribeInstanceStatus',
    'ec2:DescribeInstances',
    'ec2:DescribeNetworkInterfaces',
    'monitoring:GetMetricData',
    'states:DescribeStateMachine',
  ]);
});

test('the state machine alone is enough to find everything', async () => {
  const byStack = await type(['status', 'mail'], { now: soon });
  const { arn } = driver.cloud.stateMachine;
  expect(await type(['status', 'mail', '--state-machine', arn], { now: soon })).toEqual({ ...byStack, code: 0 });
});

test('--watch looks again until it is interrupted', async () => {
  const controller = new AbortController();
  let rounds = 0;
  const onWrite = () => {
    rounds += 1;
    if (rounds === 2) controller.abort();
  };
  const { code, out } = await type(['status', '--json', '--watch'], {
    now: soon,
    interrupted: controller.signal,
    onWrite,
  });
  expect(out.trim().split('\n')).toHaveLength(2);
  expect(code).toBe(0);
});

test('after a move: when, why, by whom', async () => {
  driver.drill(driver.standby, 'alice');
  await driver.settled();
  expect(await statusOf('mail')).toMatchObject({
    code: 0,
    lastMove: {
      outcome: 'DRILLED',
      from: driver.active.instanceId,
      to: driver.standby.instanceId,
      why: 'REQUESTED',
      requestedBy: 'alice',
      reason: 'quarterly drill',
    },
  });
  expect((await type(['status'], { now: soon })).out).toContain('DRILLED');
});

test('nothing is wrong but that no check has said so: that is said, and when it is normal', async () => {
  const { out } = await type(['status'], { now: () => soon() + 4 * 3_600_000 });
  expect(out).toContain(
    'NOT WELL (no check in the last three hours: normal only in the first minutes after a deployment)',
  );
});

test('the row, the sentence, --json and the exit code say the same', async () => {
  const late = () => soon() + 3_600_000;
  const { code, out } = await type(['status'], { now: late });
  expect(out).toMatch(/^mail +CHECK LATE +10\.0\.0\.5 /m);
  expect(out).toContain('NOT WELL (the last check is old)');
  expect(code).toBe(1);
  const { out: json } = await type(['status', '--json'], { now: late });
  expect(JSON.parse(json).clusters).toMatchObject([{ well: false, status: 'OK', ready: true, checks: 'LATE' }]);
});

test('a node that does not run: not ready, why not, exit code 1', async () => {
  driver.stop(driver.active);
  await driver.settled();
  expect(await statusOf()).toMatchObject({ code: 1, well: false, status: 'OK', ready: false, next: null });
  const { out } = await type(['status'], { now: soon });
  expect(out).toMatch(/^mail +NOT READY +10\.0\.0\.5 .* NO /m);
  expect(out).toContain('NOT WELL (not ready)');
  expect(out).toContain('instance is stopped');
});

test.each([
  [['status', 'web'], 'There is no cluster web. There are: mail.'],
  [['status', '--watch', 'mail'], '1 to 3600 seconds are allowed'],
  [['status', '--nothing'], "unknown option '--nothing'"],
  [['nothing'], "unknown command 'nothing'"],
])('%j is refused with exit code 2', async (argv, message) => {
  const { code, err } = await type(argv);
  expect(err).toContain(message);
  expect(code).toBe(2);
});

test('an endpoint that is no URL is named by its variable', async () => {
  const { AWS_ENDPOINT_URL } = process.env;
  process.env.AWS_ENDPOINT_URL = 'localhost:4599';
  const { code, err } = await type(['status']);
  process.env.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
  expect(err).toMatch(/^AWS_ENDPOINT_URL is no URL: "localhost:4599"\..*\n$/);
  expect(code).toBe(1);
});

test('a profile that is not there is named, and no other credentials are taken', async () => {
  const { code, err } = await type(['status', '--profile', 'nope']);
  expect(err).toMatch(/^There is no profile nope in AWS's configuration files.*\n$/);
  expect(code).toBe(2);
});

test('a stack that is not there is named, with what to do', async () => {
  actAsAdministrator();
  const { code, err } = await type(['status', '--stack', 'Other']);
  expect(err).toContain('There is no stack Other in us-east-1. Name the stack (--stack NAME)');
  expect(code).toBe(1);
});

test('a role that may not is told the statement that it lacks', async () => {
  actAsRole(driver, 'FailoverVerifyEniRole');
  const refused = await type(['status'], { now: soon });
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('"Action": "cloudformation:DescribeStacks"');
});

test('a cluster whose first check has not run yet is well, and that is said', async () => {
  await givenAListeningCloud('ReadPolicy', cluster(2));
  const { code, out } = await type(['status', 'mail']);
  expect(out).toContain('mail  all well');
  expect(out).toMatch(/ready +yes: .* would take over; its first check has not run yet/);
  expect(code).toBe(0);
  expect(await statusOf()).toMatchObject({ well: true, checks: 'NOT YET', lastCheck: null });
});
