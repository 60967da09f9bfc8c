import '../support/quiet';
import { composeNotice } from '../../../functions/notify/compose';
import { outcomeRecord, recordNotice, recordOutcome, recordSent } from '../../../functions/notify/record';
import type { NotifyInput } from '../../../functions/shared/contract';
import { logger } from '../../../functions/shared/logger';
import { NOTHING_SAID } from '../../../functions/shared/plan';
import {
  A,
  B,
  cluster,
  drill,
  execution,
  failed,
  finding,
  kept,
  lambdaError,
  nothingToDo,
  plan,
  refusal,
  succeeded,
  vips,
} from './builders';

let info: jest.SpyInstance;
let error: jest.SpyInstance;
beforeEach(() => {
  info = jest.spyOn(logger, 'info').mockImplementation();
  error = jest.spyOn(logger, 'error').mockImplementation();
});
afterEach(() => jest.restoreAllMocks());

function record(input: NotifyInput, silence: Parameters<typeof outcomeRecord>[2] = null): Record<string, unknown> {
  recordOutcome(outcomeRecord(input, composeNotice(input, null), silence));
  return info.mock.calls.at(-1)?.[1];
}

test('B14: the record of a drill has addresses, from, to, who, why, how long', () => {
  const of = drill({ cluster: cluster({ virtualIps: vips(2) }) });
  expect(record(succeeded(of))).toEqual({
    schemaVersion: 2,
    executionId: execution().id,
    outcome: 'DRILLED',
    cluster: 'mail',
    mode: 'drill',
    trigger: 'request',
    why: 'REQUESTED',
    addresses: ['10.0.0.5', '10.0.0.6'],
    from: A.instanceId,
    to: B.instanceId,
    target: B.instanceId,
    reason: 'kernel update',
    requestedBy: 'alice',
    requesterIs: 'AS_STATED',
    eventTime: null,
    eventId: null,
    startTime: execution().startTime,
    outageMs: null,
    tookMs: 1_580,
    darkTimeMs: 0,
    status: 'OK',
    error: null,
    errorMessage: null,
    findings: [],
    told: true,
    silence: null,
    repetition: false,
  });
  expect(info.mock.calls[0]?.[0]).toBe('outcome');
});

test('of an event: which, and when; nobody is said to have asked', () => {
  expect(record(succeeded())).toMatchObject({
    trigger: 'event',
    eventId: '6f1c1c7e-0000-4000-8000-000000000001',
    eventTime: '2026-01-31T03:14:07.000Z',
    requestedBy: null,
    requesterIs: null,
    target: null,
    reason: null,
    outageMs: 2_700,
    darkTimeMs: 290,
  });
});

test('names every place that the addresses came from, once', () => {
  const holder = { address: '10.0.0.5', networkInterfaceId: null, instanceId: null, elasticIpAllocationId: null };
  const onA = { ...holder, networkInterfaceId: A.networkInterfaceId, instanceId: A.instanceId };
  const heldBefore = [onA, onA, { ...holder, networkInterfaceId: 'eni-0b' }, holder];
  expect(record(succeeded(plan({ heldBefore }))).from).toBe(`${A.instanceId},eni-0b,nobody`);
});

test('of a failure has the error and its message, and what is not known is null', () => {
  expect(record(failed(null, { error: lambdaError('NoHealthyStandby', 'No node.') }))).toMatchObject({
    outcome: 'FAILED',
    why: 'NoHealthyStandby',
    from: null,
    to: null,
    error: 'NoHealthyStandby',
    errorMessage: 'No node.',
    status: 'CHECK',
  });
  expect(record(failed(null, { input: 'junk', error: null }))).toMatchObject({
    cluster: 'unknown',
    mode: null,
    addresses: [],
    why: null,
    error: null,
    errorMessage: null,
  });
});

test('of a request that was not understood has all the same who asked for what, and why', () => {
  const of = refusal('INVALID_INPUT', lambdaError('InvalidInput', 'x'), { ...NOTHING_SAID, holders: [], nodes: [] });
  const input = { cluster: 'mail', mode: 'drill', target: 'i-0\u202Effff', requestedBy: 'bob\u200B', reason: 'a\nb' };
  expect(record(failed(of, { input }))).toMatchObject({
    why: 'InvalidInput',
    mode: 'drill',
    from: null,
    target: 'i-0ffff',
    requestedBy: 'bob',
    requesterIs: 'AS_STATED',
    reason: 'a b',
  });
});

test('of what nobody is told says why', () => {
  expect(record(succeeded(), 'OVERTAKEN')).toMatchObject({ told: false, silence: 'OVERTAKEN' });
});

test('of a state that is tried again says that it is there twice', () => {
  expect(record(succeeded(plan(), { execution: execution({ retryCount: 1 }) })).repetition).toBe(true);
});

test('has every finding, the pause too', () => {
  const findings = [finding('PAUSED', 'kernel update'), finding('NO_ROOM', 'x')];
  expect(record(nothingToDo(kept('PAUSED', { findings }))).findings).toEqual(findings);
});

test('long texts are cut', () => {
  const long = 'x'.repeat(1_001);
  const cut = `${'x'.repeat(999)}…`;
  const of = drill({ reason: long, requestedBy: long, findings: [finding('NO_ROOM', long)] });
  expect(record(failed(of, { error: lambdaError('X', long) }))).toMatchObject({
    reason: cut,
    requestedBy: cut,
    errorMessage: cut,
    findings: [{ severity: 'problem', code: 'NO_ROOM', detail: cut }],
  });
});

test('what people typed has nothing in it that turns or hides a part of a line', () => {
  const tricky = 'patch\u202E\n\u200Bdone';
  const of = drill({ reason: tricky, requestedBy: tricky, findings: [finding('PAUSED', tricky)] });
  expect(record(failed(of, { error: lambdaError('X', tricky) }))).toMatchObject({
    reason: 'patch done',
    requestedBy: 'patch done',
    errorMessage: 'patch\ndone',
    findings: [{ detail: 'patch\ndone' }],
  });
});

test('B3: a second record says what became of the notice', () => {
  recordNotice({ outcome: 'FAILED_OVER', subject: 's', messageId: 'm', error: null });
  expect(info.mock.calls).toEqual([
    ['notice', { schemaVersion: 2, outcome: 'FAILED_OVER', subject: 's', messageId: 'm', sent: true, sendError: null }],
  ]);
  recordNotice({ outcome: 'FAILED', subject: 's', messageId: null, error: 'TransientAwsError: x' });
  expect(error.mock.calls).toEqual([
    [
      'notice',
      {
        schemaVersion: 2,
        outcome: 'FAILED',
        subject: 's',
        messageId: null,
        sent: false,
        sendError: 'TransientAwsError: x',
      },
    ],
  ]);
});

test('what goes out beside the notice has a record of its own', () => {
  recordSent('event', 'id-1', null);
  expect(info.mock.calls).toEqual([['event', { schemaVersion: 2, id: 'id-1', sent: true, sendError: null }]]);
  recordSent('chat', null, 'NotFound: no topic');
  expect(error.mock.calls).toEqual([
    ['chat', { schemaVersion: 2, id: null, sent: false, sendError: 'NotFound: no topic' }],
  ]);
});
