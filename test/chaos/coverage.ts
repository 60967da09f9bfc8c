import type { History } from './history';
import type { Played } from './play';
import { runsOf } from './runs';

/** How often something was met in a run, by what it is: `fault`, `decision`, `error`, `end`, `happening`. */
export type Coverage = Record<string, number>;

/** Counts what a history met. */
export function coverageOf(history: History, played: Played): Coverage {
  const coverage: Coverage = {};
  const count = (kind: string, what: string) => {
    const key = `${kind}: ${what}`;
    coverage[key] = (coverage[key] ?? 0) + 1;
  };
  for (const { what } of history.steps) count('happening', what.do);
  for (const circumstance of circumstancesOf(history)) count('circumstance', circumstance);
  for (const event of played.cloud.timeline.events) {
    if (event.type === 'fault' && !event.what.startsWith('history:')) count('fault', faultKind(event.what));
    if (event.type === 'state-caught') count('error', event.error);
    if (event.type === 'state-retried') count('retried', event.error);
  }
  for (const run of runsOf(played)) {
    for (const { plan } of run.decisions) {
      count('decision', `${plan.action} ${plan.why}${plan.pass > 1 ? ' (decided again)' : ''}`);
      for (const { severity, code } of plan.findings) count('finding', `${severity} ${code}`);
    }
    count('end', `${run.failedWith ?? 'well'}${run.delivered.length > 0 ? ', told' : ''}`);
  }
  return coverage;
}

/** How the world was from the beginning, where it was not as usual. */
function circumstancesOf(history: History): string[] {
  const { lag, alarmLag, throttle, transitions, coldStart, skew, interfaces, full, foreignElasticIp, doomed } = history;
  return [
    ...(lag > 5_000 ? ['reads lag up to 15 s'] : lag > 0 ? ['reads lag up to 5 s'] : []),
    ...(alarmLag > 0 ? ['CloudWatch lags behind its events'] : []),
    ...(throttle ? ['token buckets'] : []),
    `${transitions} transitions`,
    ...(coldStart > 1_000 ? ['cold starts of up to 10 s'] : []),
    ...(skew ? ['clocks are off'] : []),
    `interfaces: ${interfaces}`,
    ...(full ? [`no room on a node, by ${full.by}`] : []),
    ...(foreignElasticIp ? ["somebody's Elastic IP"] : []),
    ...(doomed ? ['a cluster that fails all the time'] : []),
  ];
}

/** "throttle at ec2:DescribeInstances by notify" → "throttle at ec2:DescribeInstances". */
function faultKind(what: string): string {
  return what.replace(/ by .*$/, '').replace(/event [0-9a-f-]+:/, 'event');
}

export function addTo(total: Coverage, more: Coverage): void {
  for (const [key, count] of Object.entries(more)) total[key] = (total[key] ?? 0) + count;
}

/** Lines `kind what count`, most frequent first within a kind. */
export function tableOf(coverage: Coverage): readonly (readonly [kind: string, what: string, count: number])[] {
  return Object.entries(coverage)
    .map(([key, count]) => {
      const [kind = '', what = ''] = key.split(/: (.*)/);
      return [kind, what, count] as const;
    })
    .sort(([a, , more], [b, , less]) => a.localeCompare(b) || less - more);
}
