import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export interface Arguments {
  readonly runs: number;
  readonly seed: number;
  /** The first history of the run; with `--runs 1` this plays one again. */
  readonly from: number;
  readonly workers: number;
  readonly interleavings: boolean;
  /** Prints the timeline of every history. */
  readonly show: boolean;
}

/** Wrong arguments. One line, for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `Plays random histories of faults in virtual time and checks that no invariant is violated (docs/reliability.md).

npm run chaos -- [options]
  --runs N           how many histories; default 1000
  --seed S           of the run; the same seed makes the same histories; default 1
  --from I           begins with history I of the run; --from I --runs 1 --show plays one again and prints it
  --workers W        processes; default one a core
  --show             prints the timeline of every history
  --interleavings    explores every interleaving of a few executions instead, exhaustively
  --help             this
`;

/** @throws UsageError; null: help was asked for */
export function parseArguments(argv: readonly string[]): Arguments | null {
  const { values } = parse(argv);
  if (values.help) return null;
  const show = values.show ?? false;
  return {
    runs: number('runs', values.runs ?? '1000', 1),
    seed: number('seed', values.seed ?? '1', 0),
    from: number('from', values.from ?? '0', 0),
    workers: show ? 1 : number('workers', values.workers ?? String(availableParallelism()), 1),
    interleavings: values.interleavings ?? false,
    show,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        runs: { type: 'string' },
        seed: { type: 'string' },
        from: { type: 'string' },
        workers: { type: 'string' },
        interleavings: { type: 'boolean' },
        show: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message.split('\n')[0] : error} Try --help.`);
  }
}

function number(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least) return value;
  throw new UsageError(`--${option} is a whole number of at least ${least}, not ${JSON.stringify(text)}.`);
}
