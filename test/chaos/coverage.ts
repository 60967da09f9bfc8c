import type { History } from './history';
import type { Played } from './play';
import { published, runsOf } from './runs';

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
  for (const event of played.cloud.timeline.events) {
    if (event.type === 'fault' && !event.what.startsWith('history:')) count('fault', faultKind(event.what));
    if (event.type === 'state-caught') count('error', event.error);
    if (event.type === 'state-retried') count('retried', event.error);
  }
  for (const run of runsOf(played)) {
    for (const plan of run.plans)
      count('decision', `${plan.action} ${plan.reason}${plan.pass > 1 ? ' (decided again)' : ''}`);
    count('end', `${run.failedWith ?? 'well'}${published(run) ? ', noticed' : ''}`);
  }
  return coverage;
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
