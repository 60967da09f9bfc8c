import { createHash } from 'node:crypto';

/** What can come next in a run. */
export interface Option {
  /** The same in every run in which it waits. */
  readonly label: string;
  /** Whose step it is; null: the world's, or time itself passes. */
  readonly execution: number | null;
  /** It changes what others read. */
  readonly changes: boolean;
}

/** An order that is still to be run. */
export interface Order {
  readonly labels: readonly string[];
  /** What need not come next: another order is the same but for two steps that do not touch each other. */
  readonly asleep: readonly Option[];
}

/**
 * The situations that a search met. None is looked at twice, and of orders that differ only in steps that do not
 * touch each other (two executions that read) one is followed: sleep sets with remembered states, after Godefroid,
 * "Partial-Order Methods for the Verification of Concurrent Systems" (1996). Every situation is still met; only ways
 * to one that is known are left out.
 */
export class Situations {
  private readonly left = new Map<string, readonly Option[]>();

  get size(): number {
    return this.left.size;
  }

  /** What is to be followed from here: the first at once, the others as orders of their own. Empty: nothing new. */
  enter(state: string, { labels, asleep }: Order, options: readonly Option[]): Order[] {
    const key = createHash('sha256').update(state).digest('base64');
    const before = this.left.get(key);
    const sleeping = before === undefined ? asleep : before.filter((each) => has(asleep, each));
    const awake =
      before === undefined ? options.filter((each) => !has(asleep, each)) : before.filter((each) => !has(asleep, each));
    this.left.set(key, sleeping);
    return awake.map((option, index) => ({
      labels: [...labels, option.label],
      asleep: [...sleeping, ...awake.slice(0, index)].filter((each) => apart(each, option)),
    }));
  }
}

const has = (options: readonly Option[], { label }: Option) => options.some((each) => each.label === label);

/** Whichever of the two comes first, the same follows. */
const apart = (a: Option, b: Option) =>
  a.execution !== null && b.execution !== null && a.execution !== b.execution && !a.changes && !b.changes;
