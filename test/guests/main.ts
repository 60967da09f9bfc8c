import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SHELL_NAMES, which } from './programs';

/**
 * `npm run e2e:guests`: what runs on the nodes, against the local cloud, on the real clock. Installs nothing: what cannot run for want of
 * a program or of root's rights is skipped, with a word. More arguments go to jest.
 */
interface Suite {
  readonly file: string;
  readonly what: string;
  /** Programs that it needs; `root` is root's right to make network namespaces. */
  readonly needs: readonly string[];
}

const SUITES: readonly Suite[] = [
  { file: 'shellcheck', what: 'shellcheck of every script', needs: ['shellcheck'] },
  { file: 'vip-claim', what: 'vip-claim under each shell', needs: ['curl'] },
  { file: 'examples', what: 'the examples, but keepalived', needs: ['curl', 'root', 'ip', 'unshare'] },
  { file: 'vip-follow', what: 'vip-follow in network namespaces', needs: ['curl', 'root', 'ip', 'unshare'] },
  {
    file: 'keepalived',
    what: 'keepalived in network namespaces',
    needs: ['curl', 'root', 'ip', 'unshare', 'keepalived'],
  },
];

/** A network, mounts and processes of their own: whatever happens, nothing of it is left on this machine. */
const APART = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const SETUP =
  'mount -t tmpfs tmpfs /run && mkdir /run/netns && mount -t tmpfs -o mode=755 tmpfs /usr/local/sbin && ip link set lo up && "$@"; exit $?';

const has = (need: string) => (need === 'root' ? process.getuid?.() === 0 : which(need) !== undefined);

function main(): number {
  const missing = SUITES.map(({ needs }) => needs.filter((need) => !has(need)));
  SUITES.forEach(({ what }, index) => {
    const lacking = missing[index] ?? [];
    if (lacking.length > 0) process.stdout.write(`Skipped: ${what}. Missing: ${lacking.join(', ')}.\n`);
  });
  for (const name of SHELL_NAMES.filter((shell) => which(shell) === undefined))
    process.stdout.write(`Skipped: every script under ${name}. Missing: ${name}.\n`);
  const runnable = SUITES.filter((_, index) => missing[index]?.length === 0);
  if (runnable.length === 0) return 0;
  const apart = runnable.some(({ needs }) => needs.includes('root'));
  const jest = [
    join(__dirname, '../../node_modules/.bin/jest'),
    '--runInBand',
    '--testMatch',
    '**/test/guests/*.guest.ts',
  ];
  const files = runnable.map(({ file }) => `test/guests/${file}.guest.ts`);
  const command = [...(apart ? [...APART, 'sh', '-c', SETUP, 'sh'] : []), ...jest, ...process.argv.slice(2), ...files];
  const { status, error } = spawnSync(command[0] ?? '', command.slice(1), { stdio: 'inherit' });
  if (error !== undefined) throw error;
  return status ?? 1;
}

process.exitCode = main();
