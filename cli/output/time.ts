import { parseIsoTime } from '../../functions/shared/input';
import { UsageError } from '../errors';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
export const TIME_FORMS =
  '2026-12-01, 2026-12-01T18:00 (local time), 2026-12-01T18:00Z or +09:00, 18:00, or a span such as 30m, 2h, 7d';

/**
 * A point in time as people type it; what has no offset is local time.
 * @param now milliseconds since the epoch
 * @param direction where a span ("2h") and a bare time of day ("18:00") lie: before now, or after it
 * @returns milliseconds since the epoch
 * @throws {UsageError}
 */
export function parseTime(text: string, now: number, direction: 'past' | 'future'): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (unit !== '') return now + (direction === 'past' ? -1 : 1) * Number(count) * (UNITS[unit] ?? 0);
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock !== null) return nextOrLast(Number(clock[1]), Number(clock[2]), now, direction);
  const time = parseIsoTime(text);
  if (!Number.isNaN(time)) return HAS_OFFSET.test(text) ? time : asLocal(time);
  throw new UsageError(`"${text}" is no time. Allowed are ${TIME_FORMS}.`);
}

const HAS_OFFSET = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/i;

/** When a clock here shows what a clock of UTC shows at this time. */
function asLocal(time: number): number {
  return Date.parse(new Date(time).toISOString().slice(0, -1));
}

function nextOrLast(hours: number, minutes: number, now: number, direction: 'past' | 'future'): number {
  const day = new Date(now);
  day.setHours(hours, minutes, 0, 0);
  if (direction === 'future' && day.getTime() <= now) day.setDate(day.getDate() + 1);
  if (direction === 'past' && day.getTime() > now) day.setDate(day.getDate() - 1);
  return day.getTime();
}

/** "2026-12-01 09:00:00Z": UTC to the second. */
export function utc(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace(/\.\d+/, '');
}

/** "2026-12-01T18:00:00+09:00": local time to the second, with its offset. */
export function local(time: number): string {
  const offset = -new Date(time).getTimezoneOffset();
  const shifted = new Date(time + offset * 60_000).toISOString().slice(0, 19);
  const two = (value: number) => String(value).padStart(2, '0');
  const sign = offset < 0 ? '-' : '+';
  return `${shifted}${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
}

/** "Asia/Tokyo": what local times are in. Where TZ names no time zone, that is UTC. */
export function localTimeZone(): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  // Typed as a text, and undefined there in Node 20; "Etc/Unknown" in later ones.
  return timeZone && timeZone !== 'Etc/Unknown' ? timeZone : `UTC ("${process.env.TZ ?? ''}" is no time zone)`;
}

/** "3 min", "5 h", "12 days": about how long. */
export function span(milliseconds: number): string {
  const minutes = Math.round(Math.abs(milliseconds) / 60_000);
  if (minutes < 1) return `${Math.round(Math.abs(milliseconds) / 1_000)} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export function seconds(milliseconds: number | null): string {
  return milliseconds === null ? '–' : `${(milliseconds / 1_000).toFixed(1)} s`;
}
