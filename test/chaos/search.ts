import fc from 'fast-check';
import { histories, historyOf, seedOf } from './generator';
import type { History } from './history';
import { type Violation, violationsOf } from './invariants/index';
import { type Played, play } from './play';

/** Templates by configuration. */
export type Templates = readonly string[];

/** How long the search for a shorter history may take, milliseconds. */
const SHRINK_MILLISECONDS = 60_000;

/** Plays a history with instances that owe nothing to the runs before. */
export async function judge(history: History, templates: Templates): Promise<Judged> {
  const played = await play(history, templateOf(history, templates), true);
  return { history, played, violations: violationsOf(played) };
}

export interface Judged {
  readonly history: History;
  readonly played: Played;
  readonly violations: readonly Violation[];
}

export function templateOf({ config }: History, templates: Templates): string {
  const template = templates[config];
  if (template === undefined) throw new Error(`There is no template for configuration ${config}.`);
  return template;
}

/**
 * The first history of a run from `from` up to `to` that violates an invariant, or null.
 * @param each gets every history that was played.
 */
export async function findViolation(
  options: { readonly seed: number; readonly from: number; readonly to: number; readonly templates: Templates },
  each: (played: Played, index: number) => void = () => undefined,
): Promise<{ readonly index: number; readonly judged: Judged } | null> {
  for (let index = options.from; index < options.to; index += 1) {
    const history = historyOf(options.seed, index);
    const played = await play(history, templateOf(history, options.templates));
    const violations = violationsOf(played);
    each(played, index);
    if (violations.length > 0) return { index, judged: { history, played, violations } };
  }
  return null;
}

/** The shortest history that still violates the same invariant, as far as the time for it reaches. */
export async function shrink(
  seed: number,
  index: number,
  invariant: Violation['invariant'],
  templates: Templates,
): Promise<Judged> {
  let shortest: Judged | undefined;
  const property = fc.asyncProperty(histories, async (history) => {
    const judged = await judge(history, templates);
    const violated = judged.violations.some((violation) => violation.invariant === invariant);
    if (violated) shortest = judged;
    return !violated;
  });
  await fc.check(property, {
    seed: seedOf(seed, index),
    numRuns: 1,
    interruptAfterTimeLimit: SHRINK_MILLISECONDS,
  });
  // Not to be seen again with fresh instances: the history as it was found is what there is.
  return shortest ?? judge(historyOf(seed, index), templates);
}
