import '../support/quiet';
import { knownTimeZone, localTime } from '../../../functions/notify/local-time';
import { logger } from '../../../functions/shared/logger';

afterEach(() => jest.restoreAllMocks());

test.each([
  ['Asia/Tokyo', '2026-01-31T03:14:07.000Z', ['2026', '1', '31', '12:14:07', '+09:00']],
  ['Asia/Kolkata', '2026-12-31T18:30:00Z', ['2027', '1', '1', '00:00:00', '+05:30']],
  ['America/Los_Angeles', '2026-01-31T03:14:07.000Z', ['2026', '1', '30', '19:14:07', '-08:00']],
  // Summer time begins on 29 March 2026, at 01:00 UTC.
  ['Europe/Berlin', '2026-03-29T00:59:59Z', ['2026', '3', '29', '01:59:59', '+01:00']],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', ['2026', '3', '29', '03:00:00', '+02:00']],
  ['Europe/London', '2026-01-31T03:14:07Z', ['2026', '1', '31', '03:14:07', '+00:00']],
])('in %s it is, at %s, %j', (timeZone, moment, [year, month, day, time, offset]) => {
  expect(localTime(moment, timeZone)).toEqual({ year, month, day, time, offset, timeZone });
});

test.each([
  ['UTC', '2026-01-31T03:14:07.000Z'],
  ['Asia/Tokyo', 'yesterday'],
  ['Asia/Tokyo', ''],
])('in %s, %j has no local time beside UTC', (timeZone, moment) => {
  expect(localTime(moment, timeZone)).toBeNull();
});

test('a zone that this runtime does not know is UTC, and a warning', () => {
  const warn = jest.spyOn(logger, 'warn').mockImplementation();
  expect(knownTimeZone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(warn).not.toHaveBeenCalled();
  expect(knownTimeZone('Mars/Olympus_Mons')).toBe('UTC');
  expect(warn.mock.calls).toEqual([['time zone unknown to this runtime', { timeZone: 'Mars/Olympus_Mons' }]]);
});
