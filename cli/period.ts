import { optionOf, type Session } from './command';
import { UsageError } from './errors';
import { parseTime, utc } from './output/time';

export interface Period {
  /** Milliseconds since the epoch, both included. */
  readonly start: number;
  readonly end: number;
}

/** What --since and --until say. @throws {UsageError} */
export function periodOf(session: Session, otherwise: string): Period {
  const now = session.now();
  const start = parseTime(optionOf(session, 'since') ?? otherwise, now, 'past');
  const until = optionOf(session, 'until');
  const end = until === undefined ? now : parseTime(until, now, 'past');
  if (start < end) return { start, end };
  throw new UsageError(`--since (${utc(start)}) is not before --until (${utc(end)}).`);
}
