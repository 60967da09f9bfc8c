import { logger } from '../shared/logger';
import { isKnownTimeZone } from '../shared/time-zone';

/** A moment as a clock on the wall shows it. */
export interface LocalTime {
  readonly year: string;
  /** Without a leading zero, as the day. */
  readonly month: string;
  readonly day: string;
  /** "12:14:07". */
  readonly time: string;
  /** "+09:00". */
  readonly offset: string;
  /** "Asia/Tokyo". */
  readonly timeZone: string;
}

/**
 * The zone where this runtime knows it, else UTC: synth checks the name with the data of another machine, and a notice does
 * not fail for the sake of a clock.
 * @param name of the IANA database
 */
export function knownTimeZone(name: string): string {
  if (isKnownTimeZone(name)) return name;
  logger.warn('time zone unknown to this runtime', { timeZone: name });
  return 'UTC';
}

/**
 * Null where it says nothing beside UTC: in UTC itself, and where there is no time to be read. Only numbers are asked of Intl,
 * in the one language that every build of Node has.
 * @param moment ISO 8601
 * @see https://nodejs.org/api/intl.html#options-for-building-nodejs
 */
export function localTime(moment: string, timeZone: string): LocalTime | null {
  const at = Date.parse(moment);
  if (timeZone === 'UTC' || Number.isNaN(at)) return null;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'longOffset',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
    // "GMT" alone where it is the same as UTC.
    offset: part('timeZoneName').slice('GMT'.length) || '+00:00',
    timeZone,
  };
}
