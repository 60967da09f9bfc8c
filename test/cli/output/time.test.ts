import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { UsageError } from '../../../cli/errors';
import { local, parseTime, span, utc } from '../../../cli/output/time';

const NOW = new Date(2026, 11, 1, 12, 0).getTime();
const HOUR = 3_600_000;

test.each([
  ['30m', 'past', NOW - HOUR / 2],
  ['2h', 'future', NOW + 2 * HOUR],
  ['7d', 'past', NOW - 168 * HOUR],
  ['18:00', 'future', new Date(2026, 11, 1, 18, 0).getTime()],
  ['9:00', 'future', new Date(2026, 11, 2, 9, 0).getTime()],
  ['18:00', 'past', new Date(2026, 10, 30, 18, 0).getTime()],
  ['2026-11-01', 'past', new Date(2026, 10, 1).getTime()],
  ['2026-11-01T10:00', 'past', new Date(2026, 10, 1, 10).getTime()],
  ['2026-11-01 10:00:30', 'past', new Date(2026, 10, 1, 10, 0, 30).getTime()],
  ['2026-11-01T10:00Z', 'past', Date.UTC(2026, 10, 1, 10)],
  ['2026-11-01T10:00+09:00', 'past', Date.UTC(2026, 10, 1, 1)],
] as const)('%s in the %s', (text, direction, time) => {
  expect(parseTime(text, NOW, direction)).toBe(time);
});

test.each([
  ...['', 'soon', '25:00', '2026-13-01', '12', '1e3h', '2h '],
  ...['2026-02-30', '2026-11-31T10:00', '2026-11-28junk', '2026-11-28 (x)', '2026-11-28T10:00 tomorrow'],
])('%j is no time', (text) => {
  expect(() => parseTime(text, NOW, 'past')).toThrow(UsageError);
});

test('a time is written so that the pause tag can be read back', () => {
  expect(Date.parse(local(NOW))).toBe(NOW);
  expect(local(NOW)).toMatch(/^2026-12-01T12:00:00[+-]\d\d:\d\d$/);
  expect(utc(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02 03:04:05Z');
});

test.each([
  ['Asia/Tokyo', 'Asia/Tokyo'],
  ['Mars/Phobos', 'UTC ("Mars/Phobos" is no time zone)'],
])('with TZ=%s local times are in %s', (TZ, name) => {
  const script = "console.log(require('./cli/output/time').localTimeZone())";
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: join(__dirname, '../../..'),
    env: { ...process.env, TZ },
    encoding: 'utf8',
  });
  expect(stdout.trim()).toBe(name);
});

test.each([
  [5_000, '5 s'],
  [90_000, '2 min'],
  [5 * HOUR, '5 h'],
  [72 * HOUR, '3 days'],
])('%i ms is about %s', (milliseconds, text) => {
  expect(span(milliseconds)).toBe(text);
});
