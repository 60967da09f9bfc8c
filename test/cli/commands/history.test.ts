import type { ClusterDriver } from '../../../local/demo/cluster-driver';
import { cluster } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { closeAll, givenAListeningCloud, type } from '../harness';

let driver: ClusterDriver;

beforeAll(async () => {
  driver = await givenAListeningCloud('ReadPolicy', cluster(2));
  driver.drill(driver.standby, '=cmd()|calc');
  await driver.settled();
  driver.check();
  await driver.settled();
  driver.stop(driver.standby);
  await driver.settled();
  driver.drill(driver.standby, 'bob');
  await driver.settled();
});

afterAll(closeAll);

test('every move and refusal, oldest first, without checks that found all well', async () => {
  const { code, out } = await type(['history', 'mail', '--since', '1h']);
  const rows = out.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.split(/ {2,}/)[2])).toEqual(['DRILLED', 'FAILED_OVER', 'FAILED']);
  expect(rows[0]).toContain(`${driver.active.instanceId} → ${driver.standby.instanceId}`);
  expect(rows[1]).toContain('the node that held the addresses is unhealthy');
  expect(rows[2]).toContain('TargetUnhealthy');
  expect(code).toBe(0);
});

test('the state machine alone is enough to find them', async () => {
  const byStack = await type(['history', '--json']);
  const { arn } = driver.cloud.stateMachine;
  expect(await type(['history', '--json', '--state-machine', arn])).toEqual({ ...byStack, code: 0 });
});

test('--json gives the records as a list', async () => {
  const { out } = await type(['history', '--json']);
  const records = JSON.parse(out);
  expect(records).toHaveLength(3);
  expect(records[0]).toMatchObject({
    outcome: 'DRILLED',
    requestedBy: '=cmd()|calc',
    from: driver.active.instanceId,
    why: 'REQUESTED',
    error: null,
    told: true,
  });
});

test('--csv gives a row a record, and no formula', async () => {
  const { out } = await type(['history', '--csv']);
  const [head = '', first = ''] = out.split('\r\n');
  expect(head).toMatch(/^at,cluster,outcome,mode/);
  expect(first.split(',')[8]).toBe("'=cmd()|calc");
});

test('what lies outside the period is not shown', async () => {
  const past = () => Date.now() - 86_400_000;
  const { out, err, code } = await type(['history', '--since', '1h'], { now: past });
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  expect(err).toMatch(/^Nothing happened between /);
  expect(code).toBe(0);
});

test.each([
  [['history', '--json', '--csv'], '--json and --csv exclude each other.'],
  [['history', '--since', '1h', '--until', '2h'], 'is not before --until'],
  [['history', 'web'], 'There is no cluster web.'],
])('%j is refused with exit code 2', async (argv, message) => {
  expect(await type(argv)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
});

test('somebody who watches sees how far the log has been read', async () => {
  const { err } = await type(['history', '--since', '10d'], { interactive: true });
  const parts = [...err.matchAll(/Reading the log \[#*\.*\] (\d+) %, \d+ found/g)].map(([, part]) => Number(part));
  expect(parts).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(err.endsWith('\r\u001b[K')).toBe(true);
});

test('a rehearsal moved nothing: the node that would be next is shown as that', async () => {
  const [active, standby] = [driver.active.instanceId, driver.standby.instanceId];
  driver.start(driver.standby);
  await driver.settled();
  driver.rehearsal();
  await driver.settled();
  const { out } = await type(['history']);
  expect(out.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`REHEARSED +${active} \\(next: ${standby}\\)  `));
  const { out: page } = await type(['report', '-o', '-']);
  expect(page).toContain(`nothing moved (next: ${standby})`);
});
