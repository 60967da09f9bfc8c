import { composeNotice } from '../../../functions/notify/compose';
import { en } from '../../../functions/notify/locales/en';
import { ja } from '../../../functions/notify/locales/ja';
import { forecastOf } from '../../../functions/notify/notice';
import type { Finding, Plan } from '../../../functions/shared/plan';
import {
  A,
  B,
  BY_SCHEDULE,
  cluster,
  finding,
  holders,
  rehearsal,
  reports,
  STOPPED,
  STRANGER,
  succeeded,
} from './builders';

/** What a rehearsal, or a check that tells of a lost notice, says. */
function said(plan: Plan, ...findings: readonly Finding[]) {
  const notice = composeNotice(succeeded({ ...plan, findings }), null);
  const body = en.body(notice, 'UTC');
  return {
    notice,
    subject: en.subject(notice),
    japanese: ja.subject(notice),
    opening: body.split('\n\n')[0]?.split('\n') ?? [],
    steps: notice.repair.map(({ what }) => what),
  };
}

const LOST = finding('NOTICE_LOST', '', 'warning');
const NOBODY = finding('NOBODY_LISTENS', 'arn');
const down = (changes: Partial<Plan> = {}) =>
  rehearsal({
    why: 'HOLDER_UNHEALTHY',
    rehearsed: 'MOVE',
    nodes: reports([A, B], { [A.instanceId]: STOPPED }),
    ...changes,
  });
const byCheck = (changes: Partial<Plan> = {}) => ({ ...down(), ...BY_SCHEDULE, ...changes });

describe('a rehearsal says how a failover would end', () => {
  test.each<[string, string, string, readonly Finding[]]>([
    ['a failover would work', 'リハーサルが完了しました。', 'WORK', [finding('NO_RESERVATION', '', 'warning')]],
    ['a failover would work, but nobody would be told', '通知は誰にも届きません。', 'NOBODY_TOLD', [NOBODY]],
    ['a failover may fail (not read)', '失敗する可能性があります。', 'NOT_KNOWN', [finding('NOT_READ', 'x')]],
    [
      'a failover may fail (not read, nobody listens)',
      '可能性があります。',
      'NOT_KNOWN',
      [finding('NOT_READ', 'x'), NOBODY],
    ],
    ['a failover would fail (no room, nobody listens)', '失敗します。', 'FAIL', [finding('NO_ROOM', 'x'), NOBODY]],
  ])('%s', (words, japanese, forecast, findings) => {
    const { notice, subject, japanese: inJapanese, opening } = said(rehearsal(), ...findings);
    expect(forecastOf(notice)).toBe(forecast);
    expect(subject).toBe(`[mail] REHEARSAL: ${words}`);
    expect(inJapanese).toContain(japanese);
    expect(opening.at(-1)).toBe(
      forecast === 'WORK' ? 'Nobody has to act.' : 'Repair what the findings say before it is needed.',
    );
    expect(opening.join()).toContain(
      { WORK: 'would move', NOBODY_TOLD: 'would work, but', NOT_KNOWN: 'could not be found out', FAIL: 'would fail' }[
        forecast
      ],
    );
  });

  test('and first of all that the service is down, where it is, with what to do', () => {
    const { subject, japanese, opening, steps } = said(down());
    expect(subject).toBe('[mail] DOWN: 10.0.0.5 on stopped mail-1; a failover would work');
    expect(japanese).toBe('[mail] 障害: 10.0.0.5 は停止済みの mail-1 にあります。リハーサルが完了しました。');
    expect(opening[0]).toBe(`10.0.0.5 is on mail-1 (${A.instanceId}), which is stopped.`);
    expect(opening.at(-1)).toBe('Act now. What to do stands below.');
    expect(steps).toEqual(['FAIL_OVER', 'ASSIGN', 'LOOK']);
  });
});

describe('a check that tells that a notice was lost', () => {
  test('says what to do where the service is down', () => {
    const { subject, opening, steps } = said(byCheck(), LOST);
    expect(subject).toBe('[mail] DOWN: 10.0.0.5 on stopped mail-1; a notice was lost');
    expect(opening.at(-1)).toBe('Act now. What to do stands below.');
    expect(steps).toEqual(['FAIL_OVER', 'ASSIGN', 'LOOK']);
  });
  test('and where a pause keeps it there', () => {
    const { subject, steps } = said(byCheck(), LOST, finding('PAUSED', 'upgrade'));
    expect(subject).toBe('[mail] DOWN: 10.0.0.5 on stopped mail-1; a notice was lost, PAUSED');
    expect(steps).toEqual(['FAIL_OVER', 'RESUME']);
  });
  test('and where an interface of others has the address', () => {
    const plan = byCheck({ why: 'HELD_BY_STRANGER', rehearsed: 'FAIL', holders: holders(cluster(), STRANGER) });
    expect(said(plan, LOST, finding('HELD_BY_STRANGER', 'x')).steps).toEqual(['TAKE_BACK', 'FAIL_OVER']);
  });
  test('is no reason to act where all is well, pause or not', () => {
    const { opening, steps } = said(rehearsal(BY_SCHEDULE), LOST, finding('PAUSED', 'upgrade', 'warning'));
    expect(opening.at(-1)).toBe('Nobody has to act.');
    expect(steps).toEqual([]);
  });
  test('hides nothing of what keeps a failover from working', () => {
    const { subject, japanese, opening } = said(rehearsal(BY_SCHEDULE), LOST, finding('NO_HEALTHY_STANDBY', 'x'));
    expect(subject).toBe(
      '[mail] OK: 10.0.0.5 on mail-1, a failover would fail (no healthy standby); a notice was lost',
    );
    expect(japanese).toBe(
      '[mail] 正常: 10.0.0.5 は mail-1 にあります。フェイルオーバーは失敗します。（以前の通知は未送信）',
    );
    expect(opening.at(-1)).toBe('Repair what the findings say before it is needed.');
  });
});
