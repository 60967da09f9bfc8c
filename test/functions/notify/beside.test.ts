import '../support/quiet';
import { sendBeside } from '../../../functions/notify/beside';
import { logger } from '../../../functions/shared/logger';
import { execution } from './builders';

const again = execution({ retryCount: 1 });
beforeEach(() => {
  jest.spyOn(logger, 'info').mockImplementation();
  jest.spyOn(logger, 'error').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

const works = () => jest.fn(async () => 'id-1');
const fails = () =>
  jest.fn(async () => {
    throw Object.assign(new Error('no'), { name: 'AccessDeniedException' });
  });

test('what was lost is recorded and named, and harms nothing', async () => {
  await expect(sendBeside(execution(), { event: fails(), chat: works() })).resolves.toEqual(['event']);
  expect(jest.mocked(logger.error).mock.calls).toEqual([
    ['event', { schemaVersion: 2, id: null, sent: false, sendError: 'AccessDeniedException: no' }],
  ]);
  expect(jest.mocked(logger.info).mock.calls).toEqual([
    ['chat', { schemaVersion: 2, id: 'id-1', sent: true, sendError: null }],
  ]);
});

test('a state that is tried again sends only what was lost', async () => {
  await sendBeside(execution(), { event: fails(), chat: works() });
  const event = works();
  const chat = works();
  await expect(sendBeside(again, { event, chat })).resolves.toEqual([]);
  await sendBeside(again, { event, chat });
  expect([event.mock.calls.length, chat.mock.calls.length]).toEqual([1, 0]);
});

test('another execution sends all of it, and so does a state that is entered anew', async () => {
  const event = works();
  await sendBeside(execution(), { event });
  await sendBeside(execution({ id: 'another', retryCount: 1 }), { event });
  await sendBeside(execution(), { event });
  expect(event).toHaveBeenCalledTimes(3);
});

test('executions that take turns, because none can tell, send once each', async () => {
  const other = { id: 'another' };
  const event = works();
  await sendBeside(execution(), { event });
  await sendBeside(execution(other), { event });
  for (const retryCount of [1, 2, 3]) {
    await sendBeside(execution({ retryCount }), { event });
    await sendBeside(execution({ ...other, retryCount }), { event });
  }
  expect(event).toHaveBeenCalledTimes(2);
});

test('an execution that is long over is forgotten', async () => {
  const event = works();
  await sendBeside(execution(), { event });
  for (let number = 0; number < 100; number += 1) await sendBeside(execution({ id: `e${number}` }), {});
  await sendBeside(again, { event });
  expect(event).toHaveBeenCalledTimes(2);
});
