import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { SynthError, synthesize } from '../../local/demo/synth';
import { type Arguments, parseArguments, USAGE, UsageError } from './arguments';
import { CONFIGS } from './configs';
import { addTo, type Coverage, tableOf } from './coverage';
import type { Explored } from './interleavings';
import { OVERLAPS } from './overlaps';
import type { Answer, ExploringTask, Failure, Task } from './worker';

/** Histories that a worker gets at once. */
const PORTION = 20;

interface Progress {
  done: number;
  next: number;
  readonly began: number;
  readonly coverage: Coverage;
  readonly failures: Failure[];
}

/** `npm run chaos`. Exit code 0: no invariant was violated; 1: one was; 2: wrong arguments. */
async function main(): Promise<number> {
  const settings = parseArguments(process.argv.slice(2));
  if (settings === null) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (settings.interleavings) return exploreAll(settings);
  const templates = CONFIGS.map(({ config }) => synthesize(config, (line) => process.stderr.write(`${line}\n`)));
  const progress: Progress = { done: 0, next: 0, began: Date.now(), coverage: {}, failures: [] };
  await Promise.all(Array.from({ length: settings.workers }, () => employ(settings, templates, progress)));
  summarize(settings, progress);
  return progress.failures.length === 0 ? 0 : 1;
}

/** Every overlap in every order, a line each as they end; and the first order that violates something. */
async function exploreAll({ workers }: Arguments): Promise<number> {
  const left = [...OVERLAPS];
  let good = true;
  const take = async () => {
    const worker = fork(join(__dirname, 'worker.ts'));
    try {
      for (let overlap = left.shift(); overlap !== undefined; overlap = left.shift()) {
        const template = synthesize(overlap.config, (line) => process.stderr.write(`${line}\n`));
        const explored = await answerOf<Explored>(worker, { overlap: overlap.name, template });
        process.stdout.write(linesOf(explored));
        good &&= explored.violations.length === 0;
      }
    } finally {
      worker.kill();
    }
  };
  await Promise.all(Array.from({ length: workers }, take));
  return good ? 0 : 1;
}

function linesOf({ name, states, runs, endings, complete, violations, order }: Explored): string {
  const found = violations.length === 0 ? 'no violation' : `${violations.length} violations`;
  const end = complete ? '' : `; stopped at ${runs} orders`;
  return [
    `${name}: ${states} states, ${runs} runs, ${endings} endings, ${found}${end}`,
    ...new Set(violations.map(({ invariant, says }) => `  ${invariant}: ${says}`)),
    ...(order.length > 0 ? [`  in this order: ${order.join(', ')}`] : []),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** One worker process, from its first portion to its last. */
async function employ(settings: Arguments, templates: readonly string[], progress: Progress): Promise<void> {
  const { seed, from, runs, show } = settings;
  const worker = fork(join(__dirname, 'worker.ts'));
  try {
    while (progress.next < runs) {
      const first = progress.next;
      const last = Math.min(runs, first + PORTION);
      progress.next = last;
      const task: Task = { seed, from: from + first, to: from + last, templates, show };
      const { coverage, failures } = await answerOf<Answer>(worker, task);
      progress.done += coverage.length;
      for (const each of coverage) addTo(progress.coverage, each);
      for (const failure of failures) {
        progress.failures.push(failure);
        clearLine();
        process.stdout.write(
          `${failure.report}History ${failure.index} of seed ${seed}: ${failure.says.join(' | ')}\n`,
        );
      }
      showProgress(settings, progress);
    }
  } finally {
    worker.kill();
  }
}

function answerOf<T>(worker: ChildProcess, task: Task | ExploringTask): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`A worker ended with ${code}.`));
    worker.once('exit', fail);
    worker.once('message', (answer: T) => {
      worker.off('exit', fail);
      resolve(answer);
    });
    worker.send(task);
  });
}

const WIDTH = 30;

/** Where nobody looks on, a line each so many histories. */
const LINE_EVERY = 500;

function showProgress({ runs }: Arguments, { done, began, failures }: Progress): void {
  if (!process.stderr.isTTY) {
    if (done % LINE_EVERY < PORTION)
      process.stderr.write(`${done} of ${runs} histories, ${failures.length} violations\n`);
    return;
  }
  const filled = Math.round((done / runs) * WIDTH);
  const rate = done / ((Date.now() - began) / 1_000);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
  process.stderr.write(`\r${bar} ${done} of ${runs}, ${rate.toFixed(1)} a second, ${failures.length} violations `);
}

function clearLine(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
}

function summarize({ seed, from }: Arguments, { done, began, coverage, failures }: Progress): void {
  clearLine();
  const seconds = (Date.now() - began) / 1_000;
  const rows = tableOf(coverage);
  const width = Math.max(...rows.map(([, what]) => what.length), 0);
  let kind = '';
  for (const [of, what, count] of rows) {
    if (of !== kind) process.stdout.write(`\n${of}\n`);
    kind = of;
    process.stdout.write(`  ${what.padEnd(width)}  ${String(count).padStart(8)}\n`);
  }
  process.stdout.write(
    `\n${done} histories (seed ${seed}, from ${from}) in ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(1)} a second: ${
      failures.length === 0 ? 'no violation' : `${failures.length} with violations`
    }.\n`,
  );
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = [UsageError, SynthError].some((each) => error instanceof each);
    process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : error}\n`);
    process.exitCode = known ? 2 : 1;
  },
);
