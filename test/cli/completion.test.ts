import { spawnSync } from 'node:child_process';
import { completionFor } from '../../cli/completion';
import { build } from '../../cli/program';
import { type } from './harness';

const script = (shell: 'bash' | 'zsh' | 'fish') =>
  completionFor(
    shell,
    build({ write: async () => undefined, tell: () => undefined }, async () => undefined),
  );

/** What bash would offer after these words. */
function offered(...words: string[]): string[] {
  const quoted = ['vip-failover', ...words].map((word) => `'${word}'`).join(' ');
  const ask = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _vip_failover; echo "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', `${script('bash')}\n${ask}`], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split(' ');
}

test('bash completes commands, and the options of each', () => {
  expect(offered('re')).toEqual(['report', 'rehearse', 'resume']);
  expect(offered('drill', '--re')).toEqual(['--reason', '--region']);
  expect(offered('status', '--w')).toEqual(['--watch']);
});

test.each(['zsh', 'fish'] as const)('%s has every command', (shell) => {
  for (const name of ['status', 'doctor', 'failover', 'completion']) expect(script(shell)).toContain(name);
});

test('the command prints the script, and names the shells it knows', async () => {
  expect(await type(['completion', 'bash'])).toMatchObject({ code: 0, out: script('bash') });
  const { code, err } = await type(['completion', 'tcsh']);
  expect(err).toContain('Allowed choices are bash, zsh, fish');
  expect(code).toBe(2);
});

test('every command has a help with examples', async () => {
  const { out } = await type(['--help']);
  const names = [...out.matchAll(/^ {2}([a-z]+) .*\S/gm)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
  expect(names.length).toBeGreaterThanOrEqual(12);
  for (const name of names.filter((each) => out.includes(`\n  ${each} `) && !/^\d/.test(each))) {
    const help = await type([name, '--help']);
    expect(help).toMatchObject({ code: 0, out: expect.stringContaining('Examples:') });
  }
});
