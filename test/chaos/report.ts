import { Screen } from '../../local/demo/screen';
import { CONFIGS } from './configs';
import type { History } from './history';
import type { Violation } from './invariants/index';
import type { Judged } from './search';

/** A failing history for people: what is violated, what happened, and the test that keeps it. */
export function reportOf({ history, played, violations }: Judged): string {
  const { cloud } = played;
  const lines: string[] = [];
  const [first] = cloud.timeline.events;
  const screen = new Screen({ write: (text) => lines.push(text), colour: false, began: first?.at ?? 0 });
  // What comes later is only of interest where it violates something, and then it is in the words above.
  for (const event of cloud.timeline.events.slice(0, played.checked.index)) screen.show(event);
  return [
    `Cluster: ${CONFIGS[history.config]?.says}.\n`,
    ...violations.map(({ invariant, says }) => `VIOLATED: ${invariant}: ${says}\n`),
    '\nWhat happened:\n',
    ...lines,
    '\nAs a regression test, for test/chaos/regressions.long.test.ts:\n\n',
    regressionTest(history, violations),
  ].join('');
}

/** Code that plays the history again and expects no violation. */
export function regressionTest(history: History, violations: readonly Violation[]): string {
  const name = violations.map(({ invariant }) => invariant).join(', ');
  return `test('${name}: NAME WHAT HELD BEFORE AND NOW HOLDS', async () => {
  await expectNoViolation(${JSON.stringify(history)});
});
`;
}
