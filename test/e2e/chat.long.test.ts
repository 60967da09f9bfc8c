import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster } from '../../local/demo/scenarios/configs';
import '../functions/support/quiet';
import { closeAll } from './driver';
import { errors, given, MINUTE } from './field';
import { commandsIn, type } from './typed';

afterEach(closeAll);

const CONFIG = { ...cluster(2), notifications: { emails: 'none', chat: true } };
const isChat = ({ topic }: { readonly topic: string }) => /Chat/.test(topic);
const chats = (driver: ClusterDriver) => driver.eventsOf('notice').filter(isChat);
const mails = (driver: ClusterDriver) => driver.eventsOf('notice').filter((notice) => !isChat(notice));

test('the chat is told what the mail says, and its next steps end where they say', async () => {
  const driver = await given(CONFIG);
  driver.stop(driver.standby);
  await driver.settled();
  driver.terminate(driver.active);
  await driver.settled();
  expect(chats(driver).map(({ attributes }) => attributes)).toEqual(mails(driver).map(({ attributes }) => attributes));
  const { content } = JSON.parse(chats(driver).at(-1)?.message ?? '');
  expect(content.title).toBe(mails(driver).at(-1)?.subject);
  const steps: readonly string[] = content.nextSteps;
  expect(steps.length).toBe(commandsIn(mails(driver).at(-1)?.message ?? '').length);
  await type(
    driver,
    steps.map((step) => /`(aws .*)`$/.exec(step)?.[1] ?? ''),
  );
  expect(driver.holds(driver.standby)).toBe(true);
});

test('a chat that cannot be reached fails no notice', async () => {
  const driver = await given(CONFIG);
  driver.cloud.faults.add({
    action: 'Publish',
    kind: 'error503',
    times: 100,
    when: ({ parameters }) => isChat({ topic: String(Object(parameters).TopicArn) }),
  });
  driver.stop(driver.active);
  await driver.settled();
  expect(mails(driver).map(({ attributes }) => attributes.outcome)).toEqual(['FAILED_OVER']);
  expect(chats(driver)).toEqual([]);
  expect(errors(driver)).toEqual([]);
  expect(driver.eventsOf('metric').filter(({ name }) => name === 'ChatLost')).toHaveLength(1);
  await driver.cloud.advance(2 * MINUTE);
  driver.check();
  await driver.settled();
  const checks = driver.eventsOf('event').filter(({ detail }) => Object(detail).outcome === 'CHECKED');
  expect(checks).toHaveLength(1);
  expect(Object(checks[0]?.detail).findings).toContainEqual({ severity: 'warning', code: 'CHAT_LOST', detail: '' });
});
