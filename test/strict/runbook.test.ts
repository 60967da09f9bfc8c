import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Headline, Notice, Status } from '../../functions/notify/notice';
import { synthesize } from '../../local/demo/synth';
import { ENDINGS, LOCALES, noticeOf } from '../functions/notify/endings';

/** Cells of all tables of a runbook, one row a list. */
function rowsOf(file: string): string[][] {
  return readFileSync(join(__dirname, '../../docs', file), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

/** docs/runbook.md, and docs/ja/runbook.md, lead from whatever people receive to what to type. */
const ROWS = rowsOf('runbook.md');
const JAPANESE_ROWS = rowsOf('ja/runbook.md');

const STATUSES: readonly Status[] = ['OK', 'CHECK', 'DEGRADED', 'DOWN'];
const HEADLINES: Readonly<Record<Headline, true>> = {
  MOVED: true,
  DRILLED: true,
  ELASTIC_IP_BACK: true,
  WOULD_WORK: true,
  WOULD_FAIL: true,
  NOTICE_LOST: true,
  KEPT: true,
  FAILED: true,
};

/** Every ending that is known, with every headline and every status that there are. */
const NOTICES: readonly Notice[] = ENDINGS.flatMap((ending) => {
  const notice = noticeOf(ending);
  const headlines = Object.keys(HEADLINES) as Headline[];
  return [notice, ...headlines.flatMap((headline) => STATUSES.map((status) => ({ ...notice, headline, status })))];
});

/** What a subject begins with behind its cluster: a word and a colon, or, behind the addresses, a sentence. */
function stateWord(subject: string): string {
  const rest = subject.replace(/^\[[^\]]*\] /, '');
  const [, word] = /^(\p{L}+): /u.exec(rest) ?? [];
  if (word !== undefined) return word;
  const [, sentence] = /^[^:]*: ([^。]+。)/.exec(rest) ?? [];
  return sentence ?? rest;
}

test.each([
  ['en', 'runbook.md', ROWS, 0],
  ['ja', 'runbook.md', ROWS, 1],
  ['en', 'ja/runbook.md', JAPANESE_ROWS, 1],
  ['ja', 'ja/runbook.md', JAPANESE_ROWS, 0],
] as const)('each subject’s state word in %s stands in docs/%s', (language, _, rows, position) => {
  const words = [...new Set(NOTICES.map((notice) => stateWord(LOCALES[language].subject(notice))))];
  const column = rows.map((cells) => cells[position] ?? '');
  const missing = words.filter((word) => !column.some((cell) => new RegExp(`(^|\`)${word}(\`|:|$)`).test(cell)));
  expect(missing).toEqual([]);
  expect(words.length).toBeGreaterThanOrEqual(7);
});

test.each(['runbook.md', 'guests.md', 'deploy.md', 'rollout.md'])(
  'docs/%s calls notices by words of their subjects',
  (file) => {
    const text = readFileSync(join(__dirname, '../../docs', file), 'utf8');
    const called = [...text.matchAll(/\b([A-Z_]{2,})`? notice/g)].map(([, word]) => word);
    const words = new Set(NOTICES.map((notice) => stateWord(LOCALES.en.subject(notice))));
    expect(called.filter((word) => !words.has(word ?? ''))).toEqual([]);
  },
);

test('what subjects add stands there, too', () => {
  const [paused, alone, lost] = [noticeOf(ENDINGS[0] as (typeof ENDINGS)[number])].flatMap((notice) => [
    { ...notice, paused: 'x' },
    { ...notice, standbysLeft: 0 },
    { ...notice, headline: 'NOTICE_LOST' as const },
  ]);
  for (const [notice, en, ja] of [
    [paused, ', PAUSED', '一時停止中'],
    [alone, ', no standby left', '待機ノードなし'],
    [lost, '; a notice was lost', '以前の通知は未送信'],
  ] as const) {
    if (notice === undefined) throw new Error('There is no ending.');
    expect(LOCALES.en.subject(notice)).toContain(en);
    expect(LOCALES.ja.subject(notice)).toContain(ja);
    expect(ROWS.some(([first, second]) => first?.includes(`…${en}`) && second === ja)).toBe(true);
    expect(JAPANESE_ROWS.some(([first, second]) => first === ja && second?.includes(`…${en}`))).toBe(true);
  }
});

test('so does every alarm that tells people something', () => {
  const { Resources } = JSON.parse(readFileSync(synthesize(), 'utf8'));
  const alarms = Object.entries<{ Type: string; Properties: { AlarmActions?: unknown } }>(Resources)
    .filter(([, { Type, Properties }]) => Type === 'AWS::CloudWatch::Alarm' && Properties.AlarmActions !== undefined)
    .map(([logicalId]) => logicalId.replace(/[0-9A-F]{8}$/, '').replace(/^.*Alarms/, ''));
  expect(alarms.length).toBeGreaterThan(10);
  for (const rows of [ROWS, JAPANESE_ROWS]) {
    const listed = rows.flatMap(([first = '']) => [...first.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    expect(alarms.filter((alarm) => !listed.includes(alarm))).toEqual([]);
  }
});
