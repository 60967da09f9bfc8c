import { durationsOf } from '../../../functions/notify/durations';
import type { NotifyInput } from '../../../functions/shared/contract';
import type { Plan } from '../../../functions/shared/plan';
import {
  assigned,
  BY_HAND,
  BY_SCHEDULE,
  C,
  cluster,
  drill,
  execution,
  failed,
  holders,
  LEFT,
  lambdaError,
  plan,
  rehearsal,
  succeeded,
  unassigned,
  VERIFIED,
  verified,
} from './builders';

const EVENT_TO_PROOF = 2_700;
const START_TO_PROOF = 1_580;
const outage = (of: Plan) => durationsOf(succeeded(of)).outageMs;
const dark = (changes: Partial<NotifyInput> = {}, of = plan()) => durationsOf(succeeded(of, changes)).darkTimeMs;

describe('the outage', () => {
  test('lasts from the event to the proof', () => {
    expect(outage(plan())).toBe(EVENT_TO_PROOF);
  });
  test('B4: of a holder that is gone with its address, too', () => {
    expect(outage(plan({ why: 'NO_HOLDER', holders: holders(cluster(), null) }))).toBe(EVENT_TO_PROOF);
  });
  test('begins, by hand, when a person says so', () => {
    expect(outage(plan({ ...BY_HAND, mode: 'failover' }))).toBe(START_TO_PROOF);
  });
  test.each<[string, Plan]>([
    ['a check, which came later', plan(BY_SCHEDULE)],
    ['a drill, which has none', drill()],
    ['an event without a time', plan({ eventTime: null })],
    ['an event of a node that comes up', plan({ saidDown: [] })],
    ['an event of a node that was not the holder', plan({ saidDown: [C.instanceId] })],
  ])('is not known to %s', (_name, of) => {
    expect(outage(of)).toBeNull();
  });
  test.each([
    ['after the proof', '2026-01-31T03:15:00.000Z'],
    ['longer ago than an event lives', '2026-01-30T03:14:09.699Z'],
  ])('is not known where the event bears a time %s: clocks differ', (_when, eventTime) => {
    expect(outage(plan({ eventTime }))).toBeNull();
  });
  test('is known up to a day', () => {
    expect(outage(plan({ eventTime: '2026-01-30T03:14:09.700Z' }))).toBe(24 * 60 * 60_000);
    expect(outage(plan({ eventTime: VERIFIED }))).toBe(0);
  });
});

test('an execution took the time from its start to the proof', () => {
  expect(durationsOf(succeeded(drill())).tookMs).toBe(START_TO_PROOF);
  const late = execution({ startTime: '2026-01-31T03:14:09.000Z' });
  expect(durationsOf(succeeded(drill(), { execution: late })).tookMs).toBe(700);
});

describe('the dark time', () => {
  test('lasts from the unassign to the assignment, in all passes together', () => {
    expect(dark()).toBe(290);
    expect(dark({}, plan({ darkTimeBeforeMs: 2_000 }))).toBe(2_290);
    expect(dark({ unassigned: LEFT }, plan({ homelessSince: '2026-01-31T03:14:08.310Z' }))).toBe(1_000);
  });
  test('is 0 where the holder kept the addresses until the assignment', () => {
    expect(dark({ unassigned: LEFT }, drill({ sources: [] }))).toBe(0);
  });
  test.each<[string, Partial<NotifyInput>, Plan]>([
    ['D10: the answer of an earlier pass was lost', {}, plan({ darkTimeBeforeMs: null })],
    ['D10: an earlier try may have made the assignment', { assigned: assigned({ certain: false }) }, plan()],
    [
      'D10: the unassign got no answer',
      { unassigned: { ...LEFT, refused: lambdaError('TransientAwsError', 'x') } },
      plan(),
    ],
    ['the addresses were gone already', { unassigned: { ...LEFT, alreadyGone: ['10.0.0.5'] } }, plan()],
    ['B4: nobody held the addresses', { unassigned: LEFT }, plan({ holders: holders(cluster(), null), sources: [] })],
  ])('is not known when %s', (_name, changes, of) => {
    expect(dark(changes, of)).toBeNull();
  });
});

test.each<[string, NotifyInput]>([
  ['a failure', { ...failed(plan()), unassigned: unassigned(), assigned: assigned(), verified: verified() }],
  ['a rehearsal', succeeded(rehearsal())],
  ['a move without a proof', succeeded(plan(), { verified: null })],
  ['no plan', succeeded(plan(), { plan: null })],
])('%s has no durations', (_name, input) => {
  expect(durationsOf(input)).toEqual({ outageMs: null, tookMs: null, darkTimeMs: null });
});
