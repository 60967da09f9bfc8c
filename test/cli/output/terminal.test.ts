import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../..');

/** Both print a page at once. @param stdout a file to write to; without one there is a reader, who is gone already */
async function print(args: readonly string[], stdout?: number): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  });
  child.stdout?.destroy();
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}

const PRINTERS = [
  ['cli/main.ts', '--help'],
  ['local/demo/main.ts', '--list'],
] as const;

test.each(PRINTERS)('%s %s ends without a complaint where its reader is gone', async (...args) => {
  expect(await print(args)).toEqual({ code: 0, stderr: '' });
});

const FULL = '/dev/full';
const whereFull = existsSync(FULL) ? test : test.skip;
whereFull.each(PRINTERS)('%s %s says in one line that its output cannot be written', async (...args) => {
  const full = openSync(FULL, 'w');
  const { code, stderr } = await print(args, full);
  closeSync(full);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^Standard output cannot be written: ENOSPC.*\n$/)]);
});

const ASK = `process.stdin.isTTY = true;
  require('./cli/output/terminal').terminal().ask('Move it? ').then((answer) => console.log(JSON.stringify(answer)));`;

test.each([
  ['y and Enter', 'y', (child: ChildProcessWithoutNullStreams) => child.stdin.write('y\n')],
  ['Ctrl-D', '', (child: ChildProcessWithoutNullStreams) => child.stdin.end()],
  ['Ctrl-C', '', (child: ChildProcessWithoutNullStreams) => child.kill('SIGINT')],
])('%s at a question is the answer %j', async (_what, answer, press) => {
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', ASK], { cwd: ROOT });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    if (stderr === 'Move it? ') press(child);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect([code, stdout]).toEqual([0, `${JSON.stringify(answer)}\n`]);
  expect(stderr.trim()).toBe('Move it?');
});
