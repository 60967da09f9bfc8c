import { TemplateError } from '../template/json';

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const MINUTE = 60_000;

/**
 * When a schedule is due next after a time (milliseconds since the epoch): `rate(…)`, counted from that time, or a `cron(…)` at certain
 * minutes of every hour.
 * @throws TemplateError for any other expression
 * @see Scheduler User Guide, "Schedule types"
 */
export function scheduleOf(expression: string, where: string): (after: number) => number {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const interval = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  if (interval > 0) return (after) => after + interval;
  const [, listed] = /^cron\((\*|\d{1,2}(?:,\d{1,2})*) \* \* \* \? \*\)$/.exec(expression) ?? [];
  const minutes = new Set(listed?.split(',').map(Number));
  if (listed === undefined || [...minutes].some((minute) => minute > 59))
    throw new TemplateError(
      `${where}: the local cloud knows rate(N minutes|hours|days) and cron(M,M,… * * * ? *), not ${expression}`,
    );
  return (after) => {
    let due = (Math.floor(after / MINUTE) + 1) * MINUTE;
    while (listed !== '*' && !minutes.has(new Date(due).getUTCMinutes())) due += MINUTE;
    return due;
  };
}
