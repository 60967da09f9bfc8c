import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { GUEST } from './programs';

/** Neither touches anything of this machine: usage is looked at first. */
function type(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync('sh', [join(GUEST, script), ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.each(['vip-claim', 'vip-follow'])('%s', (script) => {
  test.each(['--help', '-h'])('%s is an answer: standard output, exit code 0', (option) => {
    const { status, stdout, stderr } = type(script, option);
    expect(stdout).toMatch(new RegExp(`^Usage: ${script}`));
    expect([status, stderr]).toEqual([0, '']);
  });

  test('wrong usage is an error: standard error, exit code 2', () => {
    const { status, stdout, stderr } = type(script, '--force');
    expect(stderr).toMatch(new RegExp(`^Usage: ${script}`));
    expect([status, stdout]).toEqual([2, '']);
  });
});
