import { cluster } from '../../local/demo/scenarios/configs';
import { closeAll } from './driver';
import { errors, given, MINUTE, metric, outcomes, told } from './field';

afterEach(closeAll);

const CHECKED = cluster(2, ['10.0.0.5'], { applicationCheck: { port: 25_080, path: '/health' } });

/** The application answers on the holder only, as on every active/passive cluster. */
async function givenAnApplication(config: unknown = CHECKED) {
  const driver = await given(config, { schedules: true });
  driver.cloud.world.setApplicationStatus(driver.standby.instanceId, 'impaired');
  await driver.cloud.advance(20 * MINUTE);
  return driver;
}

test('the standby’s application does not run: nothing moves, the cluster is ready, nobody is told', async () => {
  const driver = await givenAnApplication();
  expect([driver.moves, outcomes(driver), errors(driver)]).toEqual([0, [], []]);
  expect(new Set(metric(driver, 'Ready'))).toEqual(new Set([1]));
});

test('the application on the holder stops answering: its alarm starts the workflow, and the address moves', async () => {
  const driver = await givenAnApplication();
  driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
  await driver.cloud.advance(3 * MINUTE);
  expect(driver.holds(driver.standby)).toBe(true);
  expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  expect(told(driver)).toContain('the application does not answer its status check');
  // Where the address is no more, the application's check does not count.
  expect(told(driver)).not.toContain('no healthy standby is left');
  expect(metric(driver, 'Ready').at(-1)).toBe(1);
});

test('the new holder gets time to start it, and what has started stays', async () => {
  const driver = await givenAnApplication();
  driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
  await driver.cloud.advance(5 * MINUTE);
  driver.cloud.world.setApplicationStatus(driver.standby.instanceId, 'ok');
  await driver.cloud.advance(30 * MINUTE);
  expect(driver.holds(driver.standby)).toBe(true);
  expect(driver.moves).toBe(1);
});

test('an application that answers nowhere is carried there and back, and then left: not ready', async () => {
  const driver = await givenAnApplication();
  driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
  await driver.cloud.advance(40 * MINUTE);
  expect(driver.moves).toBe(2);
  expect(metric(driver, 'Ready').at(-1)).toBe(0);
});

test('a drill is not undone because the application has not started yet', async () => {
  const driver = await givenAnApplication();
  driver.drill(driver.standby);
  await driver.cloud.advance(4 * MINUTE);
  driver.cloud.world.setApplicationStatus(driver.standby.instanceId, 'ok');
  driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
  await driver.cloud.advance(20 * MINUTE);
  expect(driver.holds(driver.standby)).toBe(true);
  expect(outcomes(driver)).toEqual(['DRILLED']);
});

test('nor because CloudWatch cannot say that the addresses have just moved', async () => {
  const driver = await givenAnApplication();
  driver.drill(driver.standby);
  await driver.cloud.idle();
  driver.cloud.faults.add({ action: 'GetMetricData', kind: 'empty' });
  driver.check();
  await driver.cloud.idle();
  expect(driver.holds(driver.standby)).toBe(true);
  expect(outcomes(driver)).toEqual(['DRILLED']);
});

test('a check that the user made counts the same', async () => {
  const driver = await given(undefined, { schedules: true });
  driver.cloud.world.setApplicationStatus(driver.active.instanceId, 'impaired');
  await driver.cloud.advance(6 * MINUTE);
  expect(driver.holds(driver.standby)).toBe(true);
});
