import { closeAll } from './driver';
import { errors, given, MINUTE, metric, outcomes, SECOND, secondsUntilOn, THREE_NODES, told } from './field';

afterEach(closeAll);

test('the address follows the node that claims it, in one call, and people are told who claimed', async () => {
  const driver = await given();
  driver.claim(driver.standby, 'keepalived: MASTER');
  await driver.settled();
  expect(driver.holds(driver.standby)).toBe(true);
  expect(secondsUntilOn(driver, driver.standby)).toBeLessThan(2);
  expect(driver.calls('UnassignPrivateIpAddresses')).toEqual([]);
  expect(outcomes(driver)).toEqual(['CLAIMED']);
  expect(told(driver)).toContain('which claims it');
  expect(told(driver)).toContain('keepalived: MASTER');
});

test.each([null, 42, '', {}])(
  'a reason that is no text (%j) is left out, and the claim is carried out',
  async (reason) => {
    const driver = await given();
    const { instanceId } = driver.standby;
    const detail = { cluster: driver.cluster.name, reason };
    driver.cloud.putEvent({
      source: 'vip-failover',
      'detail-type': `Virtual IP Claim ${instanceId}`,
      resources: [],
      detail,
    });
    await driver.settled();
    expect(driver.holds(driver.standby)).toBe(true);
    expect(outcomes(driver)).toEqual(['CLAIMED']);
  },
);

test('a claim that cannot be carried out is no good news: its node may be the active one', async () => {
  const driver = await given();
  const claimant = 'i-0fffffffffffffff0';
  const detail = { cluster: driver.cluster.name };
  driver.cloud.startExecution({ source: 'vip-failover', 'detail-type': `Virtual IP Claim ${claimant}`, detail });
  await driver.settled();
  expect(outcomes(driver)).toEqual(['FAILED']);
  expect(told(driver)).toContain(claimant);
  expect(told(driver)).not.toContain('Nobody has to act');
});

test('a claim of the holder, and a claim that comes twice, change nothing and disturb nobody', async () => {
  const driver = await given();
  driver.claim(driver.active);
  await driver.settled();
  expect([driver.moves, outcomes(driver)]).toEqual([0, []]);
  driver.cloud.events.faults.add({ kind: 'duplicate', milliseconds: 20 * SECOND });
  driver.claim(driver.standby);
  await driver.settled();
  expect([driver.moves, outcomes(driver)]).toEqual([1, ['CLAIMED']]);
});

test('a claim that is repeated after another node has claimed takes nothing back', async () => {
  const driver = await given();
  driver.cloud.events.faults.add({ kind: 'duplicate', milliseconds: 40 * SECOND });
  driver.claim(driver.standby);
  await driver.cloud.advance(20 * SECOND);
  driver.claim(driver.active);
  await driver.settled();
  expect(driver.holds(driver.active)).toBe(true);
  expect(outcomes(driver)).toEqual(['CLAIMED', 'CLAIMED']);
});

test('a claim that comes minutes late moves nothing off a healthy holder, and people are told', async () => {
  const driver = await given();
  driver.cloud.events.faults.add({ kind: 'delay', milliseconds: 3 * MINUTE });
  driver.claim(driver.standby);
  await driver.settled();
  expect(driver.moves).toBe(0);
  expect(outcomes(driver)).toEqual(['NOTHING_TO_DO']);
  expect(told(driver)).toContain('late claim');
});

test('nodes that claim in turn are left alone at the fourth turn, told once with both names, and the cluster is not ready', async () => {
  const driver = await given();
  for (const node of [driver.standby, driver.active, driver.standby, driver.active, driver.standby, driver.active]) {
    driver.claim(node);
    await driver.cloud.advance(20 * SECOND);
  }
  await driver.settled();
  expect(outcomes(driver)).toEqual(['CLAIMED', 'CLAIMED', 'CLAIMED', 'NOTHING_TO_DO']);
  expect(driver.holds(driver.standby)).toBe(true);
  for (const { instanceId } of driver.nodes) expect(told(driver)).toContain(instanceId);
  expect(metric(driver, 'Ready')).toContain(0);
});

test('two nodes that claim at the same moment: one of them ends with the address, and whoever lost is told of', async () => {
  const driver = await given();
  driver.claim(driver.active);
  driver.claim(driver.standby);
  await driver.settled();
  expect(driver.nodes.filter((node) => driver.holds(node))).toHaveLength(1);
  expect(outcomes(driver)).toContain('CLAIMED');
  const third = await given(THREE_NODES);
  const [, two, three] = third.nodes;
  if (two === undefined || three === undefined) throw new Error('The cluster has three nodes.');
  third.claim(two);
  third.claim(three);
  await third.settled();
  expect([two, three].filter((node) => third.holds(node))).toHaveLength(1);
  expect(outcomes(third)).toContain('CLAIMED');
  expect(outcomes(third).length).toBeGreaterThanOrEqual(2);
});

test('the holder dies, EC2 chooses one node and the cluster software another: the software wins', async () => {
  const driver = await given(THREE_NODES);
  const [, , third] = driver.nodes;
  if (third === undefined) throw new Error('The cluster has three nodes.');
  driver.stop(driver.active);
  driver.claim(third);
  await driver.settled();
  expect(driver.holds(third)).toBe(true);
  expect(errors(driver)).toEqual([]);
});

test('a claim on a paused cluster is not followed, and that is told', async () => {
  const driver = await given();
  driver.cloud.world.setTags(driver.active.instanceId, { 'vip-failover:paused': 'upgrade' });
  driver.claim(driver.standby);
  await driver.settled();
  expect(driver.moves).toBe(0);
  expect(told(driver)).toContain('PAUSED');
});
