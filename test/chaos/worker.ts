import { type Coverage, coverageOf } from './coverage';
import { historyOf } from './generator';
import { type Explored, explore } from './interleavings';
import { violationsOf } from './invariants/index';
import { OVERLAPS } from './overlaps';
import { play } from './play';
import { reportOf } from './report';
import { shrink, templateOf } from './search';

/** Histories `from` up to `to` of a run. */
export interface Task {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly templates: readonly string[];
  readonly show: boolean;
}

/** One of the overlaps, in every order. */
export interface ExploringTask {
  readonly overlap: string;
  readonly template: string;
}

export interface Answer {
  readonly coverage: readonly Coverage[];
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly index: number;
  readonly says: readonly string[];
  /** Timeline and regression test of the shortest history that violates the same. */
  readonly report: string;
}

/** So many failures of a process are shrunk and printed in full; further ones by a line. */
const FULL_REPORTS = 2;
let reported = 0;

export async function work({ seed, from, to, templates, show }: Task): Promise<Answer> {
  const coverage: Coverage[] = [];
  const failures: Failure[] = [];
  for (let index = from; index < to; index += 1) {
    const history = historyOf(seed, index);
    const played = await play(history, templateOf(history, templates));
    const violations = violationsOf(played);
    coverage.push(coverageOf(history, played));
    if (show) process.stdout.write(reportOf({ history, played, violations }));
    const [first] = violations;
    if (first === undefined) continue;
    const says = violations.map((each) => `${each.invariant}: ${each.says}`);
    let report = '';
    if (reported < FULL_REPORTS) {
      reported += 1;
      const shortest = await shrink(seed, index, first.invariant, templates);
      report = reportOf(shortest);
    }
    failures.push({ index, says, report });
  }
  return { coverage, failures };
}

/** A line of progress each so many runs. */
const RUNS_A_LINE = 500;

async function exploreOne({ overlap: name, template }: ExploringTask): Promise<Explored> {
  const overlap = OVERLAPS.find((each) => each.name === name);
  if (overlap === undefined) throw new Error(`There is no overlap "${name}".`);
  return explore(overlap, template, undefined, (runs, states, open) => {
    if (runs % RUNS_A_LINE === 0)
      process.stderr.write(`${name}: ${runs} runs, ${states} states, ${open} orders open\n`);
  });
}

if (require.main === module) {
  // Whoever asked is gone.
  process.on('disconnect', () => process.exit());
  process.on('message', (task: Task | ExploringTask) => {
    const done: Promise<Answer | Explored> = 'overlap' in task ? exploreOne(task) : work(task);
    done.then(
      (answer) => process.send?.(answer),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        process.exit(2);
      },
    );
  });
}
