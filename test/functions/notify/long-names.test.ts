import { ENDINGS, LOCALES, noticeOf } from './endings';

/** The longest that the configuration allows, on a cluster that is paused and has no standby left. */
const LONG = { short: 'n'.repeat(60), full: `${'n'.repeat(60)} (i-0)` };
const notices = ENDINGS.map((ending) => {
  const notice = noticeOf(ending);
  return {
    ...notice,
    cluster: 'c'.repeat(40),
    paused: 'x',
    standbysLeft: notice.standbysLeft === null ? null : 0,
    destination: notice.destination === null ? null : LONG,
    where: notice.where?.map((entry) => ({ ...entry, name: entry.name === null ? null : LONG })) ?? null,
  };
});

test('whatever is how long: a subject begins with how the service stands and where, and ends with what adds to it', () => {
  for (const notice of notices) {
    const [english, japanese] = [LOCALES.en.subject(notice), LOCALES.ja.subject(notice)];
    expect(english.length).toBeLessThanOrEqual(99);
    expect(japanese.length).toBeLessThanOrEqual(99);
    expect(english).toMatch(/^\[c{29}…\] (DOWN|DEGRADED|CHECK|OK|MOVED|DRILL|REHEARSAL): .*, PAUSED$/);
    expect(japanese).toMatch(/【自動切り替え一時停止中】$/);
    if (notice.standbysLeft === null) continue;
    expect(
      english.endsWith('OK: Elastic IP put back on 10.0.0.5, PAUSED') || english.endsWith(', no standby left, PAUSED'),
    ).toBe(true);
    if (notice.headline !== 'MOVED') continue;
    expect(japanese).toContain('フェイルオーバーが起動されました。');
    expect(japanese).toContain('待機ノードなし');
  }
});
