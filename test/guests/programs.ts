import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const GUEST = join(__dirname, '../../guest');

/** Where a command is, or undefined. */
export function which(command: string): string | undefined {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v "$1"`, 'sh', command], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

export interface Shell {
  readonly name: string;
  /** How a script is run. */
  readonly command: readonly string[];
  /** Where its commands come from. */
  readonly path: string;
}

const TOOLS = [
  'cat',
  'cut',
  'date',
  'grep',
  'head',
  'ip',
  'logger',
  'mkdir',
  'mv',
  'rm',
  'sed',
  'sleep',
  'sort',
  'tr',
  'wc',
];
const PATH = process.env.PATH ?? '';

/** What the scripts are tried with, where it is there. */
export const SHELL_NAMES = ['dash', 'bash', 'busybox'] as const;

/** The shells of this machine; with busybox, the other commands are busybox's too, but for curl. */
export function shells(): readonly Shell[] {
  const own = SHELL_NAMES.filter((name) => name !== 'busybox').flatMap((name) => {
    const found = which(name);
    return found === undefined ? [] : [{ name, command: [found], path: PATH }];
  });
  const [busybox, curl] = [which('busybox'), which('curl')];
  if (busybox === undefined || curl === undefined) return own;
  const path = mkdtempSync(join(tmpdir(), 'busybox-'));
  for (const tool of TOOLS) symlinkSync(busybox, join(path, tool));
  symlinkSync(curl, join(path, 'curl'));
  return [...own, { name: 'busybox sh', command: [busybox, 'sh'], path }];
}

/** A folder with the file `clusters`, as /etc/vip-failover has it. */
export function configuration(clusters: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'vip-failover-'));
  writeFileSync(join(folder, 'clusters'), clusters);
  return folder;
}

/** A folder for the path with these scripts in it. */
export function commands(scripts: Readonly<Record<string, string>>): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'commands-')), 'bin');
  mkdirSync(folder);
  for (const [name, script] of Object.entries(scripts)) writeFileSync(join(folder, name), script, { mode: 0o755 });
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly errors: string;
}

/** Runs a command to its end. Nothing of this process's environment is handed on. */
export function run(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, stdio: ['ignore', 'inherit', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, errors }));
  });
}
