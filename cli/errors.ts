/** How a command ended, for scripts. */
export const EXIT = {
  /** All well; what was asked for is done. */
  OK: 0,
  /** Something is wrong: a cluster that is not well, an execution that failed, a call that AWS refused. */
  WRONG: 1,
  /** The command line cannot be understood. */
  USAGE: 2,
  /** Nothing was done: nothing had to be, or the person said no. */
  NOTHING_DONE: 3,
  /** An execution was started, and how it ended is not known. */
  NOT_KNOWN: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command line is wrong. The message says what, where, and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that people can put right. The message says what, where, and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';
}
