import type { Report } from './model';

/** "2026-03": every month that lies in the period, if only in part. */
export function monthsIn({ start, end }: Report['period']): string[] {
  const months: string[] = [];
  const day = new Date(start);
  day.setUTCDate(1);
  day.setUTCHours(0, 0, 0, 0);
  while (day.getTime() <= end) {
    months.push(day.toISOString().slice(0, 7));
    day.setUTCMonth(day.getUTCMonth() + 1);
  }
  return months;
}

/** The clusters that were not drilled in some month of the period, and those months. */
export function monthsWithout({
  clusters,
  entries,
  period,
}: Pick<Report, 'clusters' | 'entries' | 'period'>): [string, string][] {
  const months = monthsIn(period);
  return clusters.flatMap(({ name }): [string, string][] => {
    const drilled = new Set(
      entries
        .filter(({ record }) => record.cluster === name && record.outcome === 'DRILLED')
        .map(({ record }) => new Date(record.at).toISOString().slice(0, 7)),
    );
    const without = months.filter((month) => !drilled.has(month));
    return without.length === 0 ? [] : [[name, without.join(', ')]];
  });
}
