import { PAUSED_TAG, STANDBY_TAG } from '../../../functions/shared/tags';
import type { ClusterDriver } from '../../../local/demo/cluster-driver';
import { cluster } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { closeAll, givenAListeningCloud, type } from '../harness';

let driver: ClusterDriver;

beforeEach(async () => {
  driver = await givenAListeningCloud('OperatePolicy', cluster(2));
});
afterEach(closeAll);

const tagsOf = (instanceId: string) => driver.cloud.world.instance(instanceId).tags;

test('a pause keeps the address on a dead node, and resume lets it go', async () => {
  const { code, out } = await type(['pause', 'mail', '--until', '2h', '--reason', 'kernel update']);
  expect(out).toMatch(/^mail is paused until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ \(in UTC\)/);
  expect(code).toBe(0);
  for (const { instanceId } of driver.nodes)
    expect(tagsOf(instanceId)[PAUSED_TAG]).toMatch(/^kernel update until=\S+T\S+[+-]\d\d:\d\d$/);
  const status = JSON.parse((await type(['status', '--json'])).out).clusters[0];
  expect(status.paused).toMatchObject({ reason: 'kernel update' });
  expect(Date.parse(status.paused.until) - Date.now()).toBeGreaterThan(7_100_000);

  driver.stop(driver.active);
  await driver.settled();
  expect(driver.holds(driver.active)).toBe(true);

  const resumed = await type(['resume']);
  expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('It was paused: kernel update.') });
  expect(tagsOf(driver.standby.instanceId)).not.toHaveProperty([PAUSED_TAG]);
  driver.check();
  await driver.settled();
  expect(driver.holds(driver.standby)).toBe(true);
});

test('resume without a pause does nothing, exit code 3', async () => {
  expect(await type(['resume', 'mail'])).toMatchObject({ code: 3, out: 'mail is not paused.\n' });
  expect(driver.calls('DeleteTags')).toEqual([]);
});

test('an excluded node is no target until it is included', async () => {
  const node = driver.standby.instanceId;
  expect(await type(['exclude', node])).toMatchObject({ code: 0, out: expect.stringContaining('is never a target.') });
  expect(tagsOf(node)[STANDBY_TAG]).toBe('never');
  expect((await type(['status'])).out).toContain('excluded: never a target');
  expect(await type(['exclude', node])).toMatchObject({ code: 3, out: expect.stringContaining('That was so before.') });
  expect(await type(['include', driver.standby.networkInterfaceId])).toMatchObject({ code: 0 });
  expect(tagsOf(node)).not.toHaveProperty([STANDBY_TAG]);
});

test.each([
  [['pause', 'mail', '--until', 'tomorrow', '--reason', 'x'], '"tomorrow" is no time. Allowed are'],
  [['pause', 'mail', '--until', '2020-01-01', '--reason', 'x'], 'which is over.'],
  [['pause', 'mail', '--until', '2h', '--reason', '\u202e\n'], '--reason is empty'],
  [['pause', 'mail', '--until', '2h', '--reason', 'until=never'], '--reason contains "until="'],
  [['pause', 'mail', '--until', '2h', '--reason', 'x'.repeat(250)], 'fit in the tag.'],
  [['pause', 'mail', '--reason', 'x'], "required option '--until <time>' not specified"],
  [['exclude', 'i-00000000000000000'], 'There is no node i-00000000000000000.'],
])('%j is refused with exit code 2', async (argv, message) => {
  const { code, err } = await type(argv);
  expect(err).toContain(message);
  expect(code).toBe(2);
  expect(driver.calls('CreateTags')).toEqual([]);
});
