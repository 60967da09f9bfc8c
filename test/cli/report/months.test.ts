import type { Entry } from '../../../cli/report/model';
import { monthsIn, monthsWithout } from '../../../cli/report/months';

const period = { start: Date.UTC(2026, 10, 30), end: Date.UTC(2027, 1, 1) };
const drill = (cluster: string, at: number, outcome = 'DRILLED') => ({ record: { cluster, at, outcome } }) as Entry;

test('every month that the period touches', () => {
  expect(monthsIn(period)).toEqual(['2026-11', '2026-12', '2027-01', '2027-02']);
});

test('a month counts when the cluster itself was drilled in it', () => {
  const clusters = [{ name: 'mail' }, { name: 'web' }] as never;
  const entries = [drill('mail', Date.UTC(2026, 11, 31)), drill('mail', Date.UTC(2027, 0, 1), 'FAILED_OVER')];
  expect(monthsWithout({ clusters, entries, period })).toEqual([
    ['mail', '2026-11, 2027-01, 2027-02'],
    ['web', '2026-11, 2026-12, 2027-01, 2027-02'],
  ]);
});
