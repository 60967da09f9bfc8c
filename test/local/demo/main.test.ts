import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { synthesize } from '../../../local/demo/synth';

const ROOT = join(__dirname, '../../..');
const MAIN = join(ROOT, 'local/demo/main.ts');
/** tsx's own process would take signals: Node runs the file with tsx's loader. */
const COMMAND = ['--import', 'tsx', MAIN];

test('a wrong argument ends the process with one clear line and exit code 2', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, '--scenario', 'nonsense'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toContain('There is no scenario nonsense');
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect([status, stdout]).toEqual([2, '']);
});

/** Sends it a signal once its output has these words. */
async function signalled(signal: NodeJS.Signals, words: string, args: readonly string[]) {
  const child = spawn(process.execPath, [...COMMAND, ...args, '--template', synthesize()], { cwd: ROOT });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => {
    child.once('close', resolve);
    child.stdout.on('data', (chunk) => {
      const before = stdout;
      stdout += chunk;
      // Once: a second signal would end it there and then.
      if (stdout.includes(words) && !before.includes(words)) child.kill(signal);
    });
  });
  return { code, stdout, stderr };
}

test('keeps the cloud up with --keep and ends cleanly when it is interrupted', async () => {
  const args = ['--scenario', 'none', '--keep', '--port', '4597'];
  const { code, stdout, stderr } = await signalled('SIGINT', 'Ctrl-C', args);
  expect(stdout).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:4597');
  expect(stdout).toContain('  guest/vip-claim mail\n');
  expect([code, stderr]).toEqual([0, '']);
});

test.each([
  ['SIGINT', [], 1],
  ['SIGTERM', [], 1],
  ['SIGINT', ['--keep', '--port', '4597'], 0],
] as const)(
  '%s ends a scenario that plays %j without a complaint, and without a verdict',
  async (signal, args, status) => {
    const { code, stdout, stderr } = await signalled(signal, 'Cluster mail', args);
    expect([code, stderr]).toEqual([status, '']);
    expect(stdout).not.toMatch(/PASS|FAIL/);
  },
);
