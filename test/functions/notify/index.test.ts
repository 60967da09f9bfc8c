import '../support/quiet';
import { Readable } from 'node:stream';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../functions/notify';
import { LOOK_MS } from '../../../functions/notify/look';
import type { NotifyInput } from '../../../functions/shared/contract';
import { logger } from '../../../functions/shared/logger';
import { FUNCTION_SECONDS, PUBLISH_MS } from '../../../functions/shared/timing';
import { ec2Error, instances, interfaces } from '../support/ec2';
import {
  A,
  B,
  BY_SCHEDULE,
  drill,
  execution,
  failed,
  kept,
  lambdaError,
  nothingToDo,
  passBefore,
  plan,
  refusal,
  rehearsal,
  silentCheck,
  succeeded,
  unassigned,
} from './builders';
import { ENDINGS } from './endings';

const ec2 = mockClient(EC2Client);
const sns = mockClient(SNSClient);
const NO_STANDBY = lambdaError('NoHealthyStandby', 'No node.');
const refused = failed(refusal('NO_HEALTHY_STANDBY', NO_STANDBY));
/** What happened, in order: "outcome", "Ready", "publish", … */
let trace: string[] = [];

beforeEach(() => {
  process.env.TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:failover';
  process.env.LOCALE = 'en';
  process.env.EVENTS_ENDPOINT = 'http://events.invalid';
  delete process.env.CHAT_TOPIC_ARN;
  ec2.reset();
  sns.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped', '10.0.0.5'], [B, 'running']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  publishes(() => ({ MessageId: 'message-1' }));
  putAnswers(async () => ({ EventId: 'event-1' }));
  trace = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    const { _aws, Cluster, Outcome, ...values } = JSON.parse(String(text));
    trace.push(...Object.entries(values).map(([name, value]) => `${name}=${value}`));
    return true;
  });
  jest.spyOn(logger, 'info').mockImplementation((...[message]: unknown[]) => {
    trace.push(String(message));
  });
  jest.spyOn(logger, 'error').mockImplementation((...[message]: unknown[]) => {
    trace.push(`${message}!`);
  });
});
afterEach(() => jest.restoreAllMocks());

function publishes(answer: () => { MessageId?: string }): void {
  sns.on(PublishCommand).callsFake(() => {
    trace.push('publish');
    return answer();
  });
}
/** EventBridge's answer; the SDK's clients, which send with the same handler, are mocked. */
function putAnswers(answer: () => Promise<{ EventId: string }>): void {
  jest.spyOn(NodeHttpHandler.prototype, 'handle').mockImplementation(async () => {
    trace.push('put');
    const body = Readable.from([JSON.stringify({ Entries: [await answer()] })]);
    return { response: new HttpResponse({ statusCode: 200, body }) };
  });
}
function put(): unknown[] {
  const { calls } = jest.mocked(NodeHttpHandler.prototype.handle).mock;
  return calls.map(([{ body }]) => JSON.parse(JSON.parse(body).Entries[0].Detail));
}
function publishFails(name: string, changes: object = {}): void {
  publishes(() => {
    throw Object.assign(new Error('no'), { name, $fault: 'client', ...changes });
  });
}
const published = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

test.each<[string, NotifyInput, string]>([
  ['FAILED_OVER', succeeded(), 'failover'],
  ['DRILLED', succeeded(drill()), 'drill'],
  ['REHEARSED', succeeded(rehearsal()), 'rehearsal'],
  ['NOTHING_TO_DO', nothingToDo(kept('FLAPPING')), 'failover'],
  ['FAILED', refused, 'failover'],
  ['FAILED_OVER', succeeded(plan(BY_SCHEDULE)), 'check'],
])('%s is one message, with attributes for subscription filters', async (outcome, input, mode) => {
  await expect(handler(input)).resolves.toMatchObject({ outcome, messageId: 'message-1' });
  expect(published()).toHaveLength(1);
  expect(published()[0]).toMatchObject({
    TopicArn: process.env.TOPIC_ARN,
    MessageAttributes: {
      cluster: { DataType: 'String', StringValue: 'mail' },
      outcome: { DataType: 'String', StringValue: outcome },
      mode: { DataType: 'String', StringValue: mode },
    },
  });
});

test.each(['en', 'ja'])('every ending can be told in %s', async (language) => {
  process.env.LOCALE = language;
  for (const { input } of ENDINGS) await handler(input);
  expect(published()).toHaveLength(ENDINGS.length);
});

test('an input that nobody understands is told as unknown', async () => {
  await handler(failed(null, { input: 'junk' }));
  expect(published()[0]?.MessageAttributes).toMatchObject({
    cluster: { StringValue: 'unknown' },
    mode: { StringValue: 'unknown' },
  });
  expect(ec2.calls()).toHaveLength(0);
});

test('the result says how long it took', async () => {
  await expect(handler(succeeded())).resolves.toEqual({
    outcome: 'FAILED_OVER',
    messageId: 'message-1',
    outageMs: 2_700,
    darkTimeMs: 290,
  });
});

describe('B3: record first', () => {
  test('then the notice, then what became of it', async () => {
    await handler(succeeded(drill()));
    expect(trace).toEqual([
      'outcome',
      'DarkTime=0',
      'MoveByPerson=1',
      'publish',
      'notice',
      'Told=1',
      'put',
      'event',
      'Outcomes=1',
      'done',
    ]);
  });
  test('also when SNS is down: then the move is recorded, and that nobody was told', async () => {
    publishFails('AuthorizationErrorException');
    await expect(handler(succeeded(drill()))).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    expect(trace).toEqual([
      'outcome',
      'DarkTime=0',
      'MoveByPerson=1',
      'publish',
      'notice!',
      'Told=0',
      'put',
      'event',
      'failed!',
    ]);
  });
  test('the second record has the subject, and the message’s ID or the error', async () => {
    await handler(succeeded());
    expect(jest.mocked(logger.info).mock.calls.find(([message]) => message === 'notice')?.[1]).toMatchObject({
      outcome: 'FAILED_OVER',
      subject: published()[0]?.Subject,
      messageId: 'message-1',
    });
    publishFails('AuthorizationErrorException');
    await expect(handler(succeeded())).rejects.toThrow('no');
    expect(jest.mocked(logger.error).mock.calls[0]?.[1]).toMatchObject({
      subject: published()[0]?.Subject,
      messageId: null,
      sendError: 'AuthorizationErrorException: no',
    });
  });
  test('of what nobody is told, too', async () => {
    await expect(handler(succeeded(silentCheck()))).resolves.toMatchObject({ outcome: 'CHECKED', messageId: null });
    expect(trace).toEqual(['outcome', 'Ready=1', 'Paused=0', 'Unrepaired=0', 'put', 'event', 'Outcomes=1', 'done']);
    expect(jest.mocked(logger.info).mock.calls[0]?.[1]).toMatchObject({ silence: 'NOT_WANTED', told: false });
  });
});

describe('an event for programs', () => {
  test.each(ENDINGS.map(({ title, input }) => [title, input] as const))('of %s', async (title, input) => {
    await handler({ ...input, execution: { ...input.execution, id: `${input.execution.id}:${title}` } });
    expect(put()).toEqual([jest.mocked(logger.info).mock.calls.find(([message]) => message === 'outcome')?.[1]]);
  });
  test('of what nobody is told, too', async () => {
    await handler(succeeded(silentCheck()));
    expect(put()).toMatchObject([{ outcome: 'CHECKED', told: false }]);
  });
  test('that is lost fails nothing, and is recorded and counted', async () => {
    putAnswers(() => Promise.reject(new Error('no bus')));
    await expect(handler(succeeded())).resolves.toMatchObject({ messageId: 'message-1' });
    expect(trace).toEqual(expect.arrayContaining(['event!', 'EventLost=1', 'notice', 'Told=1', 'Outcomes=1']));
  });
  test('is put although SNS is down, and once', async () => {
    publishFails('InternalErrorException', { $fault: 'server' });
    await expect(handler(succeeded())).rejects.toThrow('no');
    const again = succeeded(plan(), { execution: execution({ retryCount: 1 }) });
    await expect(handler(again)).rejects.toThrow('no');
    expect(put()).toHaveLength(1);
    expect(trace).not.toContain('EventLost=1');
  });
  test('that does not come back keeps no notice waiting', async () => {
    let notified = false;
    publishes(() => {
      notified = true;
      return { MessageId: 'message-1' };
    });
    putAnswers(() => new Promise(() => undefined));
    void handler(succeeded());
    for (let turn = 0; turn < 100 && !notified; turn += 1) await Promise.resolve();
    expect(notified).toBe(true);
  });
});

describe('a chat', () => {
  const CHAT = 'arn:aws:sns:eu-central-1:111122223333:chat';
  beforeEach(() => {
    process.env.CHAT_TOPIC_ARN = CHAT;
  });
  test('gets what people are told in its own form, with the same attributes, and no subject', async () => {
    await handler(succeeded());
    const [mail, chat] = published();
    expect(mail).toMatchObject({ TopicArn: process.env.TOPIC_ARN, Message: expect.stringContaining('Outcome: ') });
    expect(chat).toMatchObject({ TopicArn: CHAT, MessageAttributes: mail?.MessageAttributes });
    expect(chat?.Subject).toBeUndefined();
    expect(JSON.parse(chat?.Message ?? '')).toMatchObject({ source: 'custom', content: { title: mail?.Subject } });
  });
  test('gets nothing of what nobody is told', async () => {
    await handler(succeeded(silentCheck()));
    expect(published()).toEqual([]);
  });
  test('that fails fails nothing, and is recorded and counted', async () => {
    sns.on(PublishCommand, { TopicArn: CHAT }).rejects(Object.assign(new Error('no topic'), { name: 'NotFound' }));
    await expect(handler(succeeded())).resolves.toMatchObject({ messageId: 'message-1' });
    expect(trace).toEqual(expect.arrayContaining(['chat!', 'ChatLost=1', 'Told=1', 'Outcomes=1']));
  });
  test('is told once although the notice is tried again', async () => {
    sns.on(PublishCommand, { TopicArn: process.env.TOPIC_ARN }).rejects(new Error('no'));
    await expect(handler(succeeded())).rejects.toThrow('no');
    await expect(handler(succeeded(plan(), { execution: execution({ retryCount: 1 }) }))).rejects.toThrow('no');
    expect(published().map(({ TopicArn }) => TopicArn)).toEqual([process.env.TOPIC_ARN, CHAT, process.env.TOPIC_ARN]);
  });
});

describe('nobody is told', () => {
  test('D18: by the copy of an event that came second', async () => {
    const second = unassigned({ released: [], releasedAt: null, alreadyGone: ['10.0.0.5'], overtaken: true });
    await expect(handler(succeeded(plan(), { unassigned: second }))).resolves.toMatchObject({ messageId: null });
    expect(published()).toHaveLength(0);
  });
  test('by a check that failed, which does not look either: the readiness alarm says it', async () => {
    const check = failed(null, { input: { cluster: 'mail', mode: 'check' }, error: NO_STANDBY });
    await expect(handler(check)).resolves.toMatchObject({ outcome: 'FAILED', messageId: null });
    expect(trace).toContain('Ready=0');
    expect(ec2.calls()).toHaveLength(0);
  });
});

describe('a failure', () => {
  test('looks where the addresses are', async () => {
    await handler(refused);
    expect(published()[0]?.Subject).toBe('[mail] DOWN: 10.0.0.5 on stopped mail-1');
  });
  test('is told also when looking fails, in the log, too', async () => {
    const warn = jest.spyOn(logger, 'warn').mockImplementation();
    ec2.on(DescribeInstancesCommand).rejects(ec2Error('UnauthorizedOperation', 403));
    await expect(handler(refused)).resolves.toMatchObject({ outcome: 'FAILED', messageId: 'message-1' });
    const lookError = 'UnauthorizedOperation: EC2 says UnauthorizedOperation.';
    expect(published()[0]?.Message).toContain(`This could not be found out: ${lookError}`);
    expect(warn.mock.calls).toEqual([['looking failed', { lookError }]]);
  });
  test('does not wait for a look longer than the notice can', async () => {
    jest.useFakeTimers();
    try {
      jest.spyOn(logger, 'warn').mockImplementation();
      ec2.on(DescribeInstancesCommand).callsFake(() => new Promise(() => undefined));
      const told = handler(refused);
      await jest.advanceTimersByTimeAsync(LOOK_MS);
      await expect(told).resolves.toMatchObject({ messageId: 'message-1' });
      expect(published()[0]?.Message).toContain('This could not be found out: Error: EC2 did not answer within 3 s.');
    } finally {
      jest.useRealTimers();
    }
  });
  test('leaves no timer behind', async () => {
    const clear = jest.spyOn(globalThis, 'clearTimeout');
    await handler(refused);
    expect(clear).toHaveBeenCalled();
  });
  test('knows the cluster from the pass before when the last one had no plan', async () => {
    await handler(failed(null, { previous: passBefore(NO_STANDBY) }));
    expect(published()[0]?.MessageAttributes?.cluster?.StringValue).toBe('mail');
  });
  test('alone looks: a success has its proof in the input', async () => {
    await handler(succeeded());
    await handler(nothingToDo(kept('FLAPPING')));
    expect(ec2.calls()).toHaveLength(0);
  });
});

test('a look, a notice and a second for the rest fit into the function’s timeout', () => {
  expect(LOOK_MS).toBe(3_000);
  expect(LOOK_MS + PUBLISH_MS + 1_000).toBeLessThanOrEqual(FUNCTION_SECONDS * 1_000);
});

describe('the stack’s settings', () => {
  test('Japanese where it says so, English where it says nothing', async () => {
    process.env.LOCALE = 'ja';
    await handler(succeeded());
    expect(published()[0]?.Subject).toContain('フェイルオーバーが起動されました。');
    delete process.env.LOCALE;
    await handler(succeeded());
    expect(published()[1]?.Subject).toContain('MOVED');
  });
  test('that are wrong are an error that says what and what to do, after the record', async () => {
    process.env.LOCALE = 'fr';
    await expect(handler(succeeded())).rejects.toThrow(/LOCALE is "fr".*"en" or "ja". Deploy it again/);
    expect(trace).toContain('outcome');
    delete process.env.TOPIC_ARN;
    process.env.LOCALE = 'en';
    await expect(handler(succeeded())).rejects.toThrow(/TOPIC_ARN is missing and LOCALE is "en"/);
  });
});

test('a message without an ID was sent all the same', async () => {
  publishes(() => ({}));
  await expect(handler(succeeded())).resolves.toMatchObject({ messageId: '' });
});

test('a notice that SNS may take later is transient, and is not sent twice by one call', async () => {
  publishFails('InternalErrorException', { $fault: 'server', $metadata: { httpStatusCode: 500 } });
  await expect(handler(succeeded())).rejects.toMatchObject({
    name: 'TransientAwsError',
    message: expect.stringContaining('Publish: InternalErrorException'),
  });
});

test('a notice has no deadline: this function’s clock may be far ahead of the workflow’s', async () => {
  const late = { stateEnteredTime: '2026-01-31T03:18:57.000Z', retryCount: 3 };
  await expect(handler(succeeded(plan(), { execution: execution(late) }))).resolves.toMatchObject({
    messageId: 'message-1',
  });
});

test('every line of the log carries the execution, the cluster and the mode', async () => {
  const appendKeys = jest.spyOn(logger, 'appendKeys').mockImplementation();
  await handler(failed(null, { input: { cluster: 'mail', mode: 'drill' } }));
  expect(Object.assign({}, ...appendKeys.mock.calls.map(([keys]) => keys))).toEqual({
    executionId: execution().id,
    cluster: 'mail',
    mode: 'drill',
  });
});
