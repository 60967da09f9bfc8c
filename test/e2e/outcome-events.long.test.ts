import { OUTCOME_TYPE } from '../../functions/shared/bus';
import { outcomeSchema } from '../../infra/outcome-schema';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import '../functions/support/quiet';
import { closeAll } from './driver';
import { errors, given, HOUR, MINUTE, outcomes, SECOND } from './field';

afterEach(closeAll);

const events = (driver: ClusterDriver) =>
  driver.eventsOf('event').filter(({ detailType }) => detailType === OUTCOME_TYPE);
const details = (driver: ClusterDriver) => events(driver).map(({ detail }) => outcomeSchema.parse(detail));
/** Lines of Notify's log with this message. */
const lines = (driver: ClusterDriver, message: string) =>
  driver
    .eventsOf('log')
    .filter(({ line }) => line.includes(`"message":"${message}"`))
    .map(({ line }) => JSON.parse(line));
const lost = (driver: ClusterDriver) => driver.eventsOf('metric').filter(({ name }) => name === 'EventLost');

async function all(driver: ClusterDriver): Promise<void> {
  driver.check();
  await driver.settled();
  driver.drill(driver.standby);
  await driver.settled();
  driver.drill(driver.standby);
  await driver.settled();
  driver.rehearsal();
  await driver.settled();
  driver.stop(driver.standby);
  await driver.settled();
  driver.drill(driver.standby);
  await driver.settled();
}

test('every outcome is an event, silent ones too, and no rule of the stack is started by it', async () => {
  const driver = await given();
  await all(driver);
  const told = details(driver);
  expect(told.map(({ outcome }) => outcome)).toEqual([
    'CHECKED',
    'DRILLED',
    'NOTHING_TO_DO',
    'REHEARSED',
    'FAILED_OVER',
    'FAILED',
  ]);
  expect(told.map(({ told: sent }) => sent)).toEqual([false, true, true, true, true, true]);
  expect(told[1]).toMatchObject({ cluster: 'mail', requestedBy: 'operator', reason: 'quarterly drill', findings: [] });
  expect(lines(driver, 'outcome').map(({ outcome, executionId }) => [outcome, executionId])).toEqual(
    told.map(({ outcome, executionId }) => [outcome, executionId]),
  );
  expect(lines(driver, 'event').map(({ id, sent }) => [id, sent])).toEqual(events(driver).map(({ id }) => [id, true]));
  const ids = new Set(events(driver).map(({ id }) => id));
  expect(driver.eventsOf('rule-matched').filter(({ eventId }) => ids.has(eventId))).toEqual([]);
  expect(lost(driver)).toEqual([]);
});

test.each([
  ['fails', { kind: 'error500' }],
  ['throttles', { kind: 'throttle' }],
  ['breaks the connection', { kind: 'reset' }],
  ['never answers in time', { kind: 'slow-answer', delay: 60 * SECOND }],
] as const)(
  'EventBridge %s: the move and its notice are the same, the loss is recorded and counted',
  async (_what, fault) => {
    const whole = await given();
    whole.stop(whole.active);
    await whole.settled();
    const driver = await given();
    driver.cloud.faults.add({ action: 'PutEvents', times: 100, ...fault });
    driver.stop(driver.active);
    await driver.settled();
    expect(outcomes(driver)).toEqual(['FAILED_OVER']);
    expect(driver.notices()[0]?.at).toBe(whole.notices()[0]?.at);
    expect(errors(driver)).toEqual([]);
    expect(lines(driver, 'event')).toMatchObject([{ sent: false, sendError: expect.any(String) }]);
    expect(lost(driver)).toHaveLength(1);
  },
);

test('an event that was lost is a finding of the next check, in its record and its own event, and no mail', async () => {
  const driver = await given();
  driver.cloud.faults.add({ action: 'PutEvents', kind: 'error503', times: 100 });
  driver.drill(driver.standby);
  await driver.settled();
  driver.cloud.faults.clear();
  await driver.cloud.advance(2 * MINUTE);
  driver.check();
  await driver.settled();
  const told = [{ severity: 'warning', code: 'EVENT_LOST', detail: '' }];
  expect(lines(driver, 'outcome').at(-1)).toMatchObject({ outcome: 'CHECKED', findings: told });
  expect(details(driver)).toMatchObject([{ outcome: 'CHECKED', findings: told }]);
  expect(outcomes(driver)).toEqual(['DRILLED']);
  await driver.cloud.advance(4 * HOUR);
  driver.check();
  await driver.settled();
  expect(details(driver).at(-1)).toMatchObject({ outcome: 'CHECKED', findings: [] });
});

test('a passing fault loses nothing', async () => {
  const driver = await given();
  driver.cloud.faults.add({ action: 'PutEvents', kind: 'error503', times: 1 });
  driver.stop(driver.active);
  await driver.settled();
  expect(details(driver)).toHaveLength(1);
  expect(lost(driver)).toEqual([]);
});

test('SNS is down for a while: programs are told once, at once', async () => {
  const driver = await given();
  driver.cloud.faults.add({ service: 'sns', kind: 'error503', times: 20 });
  driver.stop(driver.active);
  await driver.settled();
  expect(outcomes(driver)).toEqual(['FAILED_OVER']);
  expect(details(driver)).toHaveLength(1);
  expect(details(driver)[0]).toMatchObject({ outcome: 'FAILED_OVER', repetition: false });
});
