import { createInterface } from 'node:readline';

/** Where a command writes, and whom it asks. Tests give their own. */
export interface Terminal {
  /** Resolves when there is room for more, so that a long list does not pile up in memory. */
  write(text: string): Promise<void>;
  /** What is not the result: progress, warnings, errors. */
  tell(text: string): void;
  /** True where progress may overwrite its own line. */
  readonly interactive: boolean;
  /** Null: nobody is there to answer. Empty: whoever is there wants no question (Ctrl-C, Ctrl-D). */
  ask(question: string): Promise<string | null>;
  /** Lets so many milliseconds pass; ends at once when the user interrupts the command. */
  wait(milliseconds: number): Promise<void>;
  /** Aborted when the user interrupts the command. */
  readonly interrupted: AbortSignal;
}

/**
 * A reader that goes away (`| head`) ends the process without a complaint; output that cannot be written (a full disk), with
 * one line.
 */
export function endWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      if (stream === process.stdout) process.stderr.write(`Standard output cannot be written: ${error.message}\n`);
      process.exit(1);
    });
}

/** The process's own streams. */
export function terminal(): Terminal {
  endWithoutReader();
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  return {
    write: (text) =>
      new Promise((resolve) => {
        if (process.stdout.write(text)) resolve();
        else process.stdout.once('drain', resolve);
      }),
    tell: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    ask: async (question) => (process.stdin.isTTY === true ? ask(question, controller.signal) : null),
    wait: (milliseconds) => wait(milliseconds, controller.signal),
    interrupted: controller.signal,
  };
}

async function ask(question: string, interrupted: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  interrupted.addEventListener('abort', () => lines.close());
  const answer = await new Promise<string | null>((resolve) => {
    lines.once('close', () => resolve(null)).question(question, resolve);
  });
  lines.close();
  if (answer === null) process.stderr.write('\n');
  return answer ?? '';
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
