import { isExcluded, pauseOf, unreadableTags } from '../../../functions/verify-instance-state/tags';
import { A, B, cluster } from '../notify/builders';
import { instance, NOW, snapshotOf, tagged } from '../support/facts';

const of = cluster();
const STANDBY = 'vip-failover:standby';
const PAUSED = 'vip-failover:paused';
const onA = (tag: string, value: string) => snapshotOf(of, { instances: { [A.instanceId]: tagged(A, tag, value) } });

describe('a node is excluded', () => {
  test.each(['never', 'Never', 'NEVER', '  never '])('by "%s"', (value) => {
    expect(isExcluded(A.instanceId, onA(STANDBY, value))).toBe(true);
    expect(isExcluded(B.instanceId, onA(STANDBY, value))).toBe(false);
  });
  test.each(['', 'no', 'nevermore', 'always'])('not by "%s"', (value) => {
    expect(isExcluded(A.instanceId, onA(STANDBY, value))).toBe(false);
  });
  test('not without the tag, and not when EC2 does not show it', () => {
    expect(isExcluded(A.instanceId, onA('other', 'never'))).toBe(false);
    expect(isExcluded('i-0ffff', onA(STANDBY, 'never'))).toBe(false);
  });
});

describe('a cluster is paused', () => {
  test.each([
    ['upgrade', 'upgrade'],
    ['  upgrade ', 'upgrade'],
    ['', ''],
    ['until=2026-01-31T12:30:01Z', 'until=2026-01-31T12:30:01Z'],
    ['kernel until=2026-12-01T18:00+09:00 by alice', 'kernel until=2026-12-01T18:00+09:00 by alice'],
    ['until=tomorrow', 'until=tomorrow'],
    ['until=', 'until='],
    ['Until=2026-12-01', 'Until=2026-12-01'],
    ['until=next-week-7', 'until=next-week-7'],
    ['until=Dec-1', 'until=Dec-1'],
    ['until=1', 'until=1'],
    ['until=12/1/2025', 'until=12/1/2025'],
    ['until=２０２５-12-01', 'until=２０２５-12-01'],
    ['until=2025-12-01T25:00', 'until=2025-12-01T25:00'],
    ['until=2025-12-01T18:00JST', 'until=2025-12-01T18:00JST'],
    ['until=2025-12-01T18:00Z, alice', 'until=2025-12-01T18:00Z, alice'],
    ['until=2025-12-01 6pm', 'until=2025-12-01 6pm'],
    ['until=2025-12-01 18:00 JST', 'until=2025-12-01 18:00 JST'],
    ['until=2025-12-01T18:00 +9', 'until=2025-12-01T18:00 +9'],
    ['until=2025-12-01 18.00', 'until=2025-12-01 18.00'],
    ['until=2025-02-30', 'until=2025-02-30'],
    ['until=2025-13-01', 'until=2025-13-01'],
    ['until=2026-01-31 12:31', 'until=2026-01-31 12:31'],
    ['until=2026-01-31 12:31 by alice', 'until=2026-01-31 12:31 by alice'],
    ['until=2026-01-31 21:31 +09:00', 'until=2026-01-31 21:31 +09:00'],
    ['until=2026-01-31T12:31 UTC', 'until=2026-01-31T12:31 UTC'],
    ['until further notice', 'until further notice'],
    ['notuntil=2020-01-01', 'notuntil=2020-01-01'],
  ])('by "%s"', (value, said) => {
    expect(pauseOf(of, onA(PAUSED, value), NOW)).toBe(said);
  });
  test.each([
    'until=2026-01-31T12:30:00Z',
    'until=2026-01-31T12:30',
    'until=2020-01-01',
    'UNTIL=2020-01-01',
    'upgrade until=2026-01-31T21:29+09:00 by alice',
    'until=2026-01-31T21:29+0900',
    'until = 2026-01-31T12:30Z',
    'until =2026-01-31 12:29',
    'kernel update until=2026-01-31 21:29 +09:00 by alice',
    'until=2026-01-31 21:29:00.5 +0900',
    'until=2026-01-31 12:29 UTC',
    'until=2026-01-31t12:29z DBA on call',
  ])('not any more by "%s" at half past twelve UTC', (value) => {
    expect(pauseOf(of, onA(PAUSED, value), NOW)).toBeNull();
  });
  test('to the millisecond', () => {
    expect(pauseOf(of, onA(PAUSED, 'until=2026-01-31T12:30:00Z'), NOW - 1)).not.toBeNull();
  });
  test('not without the tag', () => {
    expect(pauseOf(of, snapshotOf(of), NOW)).toBeNull();
    expect(pauseOf(of, onA(STANDBY, 'never'), NOW)).toBeNull();
  });
  test('by any of its nodes, also after one whose pause is over', () => {
    const instances = {
      [A.instanceId]: tagged(A, PAUSED, 'until=2020-01-01'),
      [B.instanceId]: tagged(B, PAUSED, 'disk'),
    };
    expect(pauseOf(of, snapshotOf(of, { instances }), NOW)).toBe('disk');
  });
  test('by the first node, where several say why', () => {
    const instances = { [A.instanceId]: tagged(A, PAUSED, 'kernel'), [B.instanceId]: tagged(B, PAUSED, 'disk') };
    expect(pauseOf(of, snapshotOf(of, { instances }), NOW)).toBe('kernel');
  });
});

describe('tags that mean nothing are told', () => {
  test.each<[tag: string, value: string, detail: string]>([
    [STANDBY, 'no', `${STANDBY} = no on ${A.instanceId}: only "never" has a meaning`],
    [
      PAUSED,
      'x until=tomorrow',
      `${PAUSED} = x until=tomorrow on ${A.instanceId}: no ISO 8601 time follows "until=", so it never ends`,
    ],
    [
      PAUSED,
      'until=next-week-7',
      `${PAUSED} = until=next-week-7 on ${A.instanceId}: no ISO 8601 time follows "until=", so it never ends`,
    ],
    [
      PAUSED,
      'until=2025-12-01 6pm',
      `${PAUSED} = until=2025-12-01 6pm on ${A.instanceId}: no ISO 8601 time follows "until=", so it never ends`,
    ],
    ...[
      'Vip-Failover:Paused',
      'vip-failover:pause',
      'vip-failover:paused ',
      'vipfailover:standby',
      'VIP-failover/paused',
    ].map((key): [string, string, string] => [
      key,
      'x',
      `"${key}" = x on ${A.instanceId}: the tags are ${STANDBY} and ${PAUSED}`,
    ]),
    [PAUSED, 'until=', `${PAUSED} = until= on ${A.instanceId}: no ISO 8601 time follows "until=", so it never ends`],
  ])('%s = "%s"', (tag, value, detail) => {
    expect(unreadableTags(of, onA(tag, value))).toEqual([{ severity: 'warning', code: 'UNREADABLE_TAG', detail }]);
  });
  test.each([
    [STANDBY, 'never'],
    [STANDBY, ' NEVER '],
    [STANDBY, ' '],
    [PAUSED, ''],
    [PAUSED, 'until further notice'],
    [PAUSED, 'until=2020-01-01'],
    [PAUSED, 'until=2020-01-01 18:00 +09:00'],
    ['Name', 'no'],
    ['vip', 'failover'],
    ['my-vip-failover:paused', 'x'],
  ])('but not %s = "%s"', (tag, value) => {
    expect(unreadableTags(of, onA(tag, value))).toEqual([]);
  });
  test('of every node, and both of one', () => {
    const instances = {
      [A.instanceId]: instance(A, { tags: { [STANDBY]: 'x', [PAUSED]: 'until=x' } }),
      [B.instanceId]: tagged(B, STANDBY, 'y'),
    };
    expect(unreadableTags(of, snapshotOf(of, { instances })).map(({ detail }) => detail.split(' on ')[0])).toEqual([
      `${STANDBY} = x`,
      `${PAUSED} = until=x`,
      `${STANDBY} = y`,
    ]);
    expect(unreadableTags(of, snapshotOf(of, { instances: { [A.instanceId]: null } }))).toEqual([]);
  });
});
