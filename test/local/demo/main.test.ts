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

test('keeps the cloud up with --keep and ends cleanly when it is interrupted', async () => {
  const args = ['--scenario', 'none', '--keep', '--port', '4597', '--template', synthesize()];
  const child = spawn(process.execPath, [...COMMAND, ...args], { cwd: ROOT });
  let output = '';
  const code = await new Promise((resolve) => {
    child.once('exit', resolve);
    child.stdout.on('data', (chunk) => {
      const before = output;
      output += chunk;
      // Once: a second signal would end it there and then.
      if (output.includes('Ctrl-C') && !before.includes('Ctrl-C')) child.kill('SIGINT');
    });
  });
  expect(output).toContain('export AWS_ENDPOINT_URL=http://127.0.0.1:4597');
  expect(code).toBe(0);
});
