import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../../..');
const PARTS = ['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'];
const FOLDERS = ['cli', 'functions', 'infra', 'local', 'statemachine', 'dist/functions'];

let checkout: string;
/** A checkout of its own, with the bundles made. */
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'));
  for (const part of [...PARTS, ...FOLDERS, 'dist/functions.sha256'])
    cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
});
afterEach(() => rmSync(checkout, { recursive: true }));

function start(...args: string[]) {
  const words = ['--import', 'tsx', 'local/demo/main.ts', '--scenario', 'standby-stops', ...args];
  return spawnSync(process.execPath, words, { cwd: checkout, encoding: 'utf8' });
}

function change(file: string, make: (text: string) => string): void {
  const path = join(checkout, file);
  writeFileSync(path, make(readFileSync(path, 'utf8')));
}

test.each([
  ['a syntax error', (text: string) => text.replace(':', ''), 'cdk.json is not valid JSON: line 2, column 9: found'],
  ['no "build"', (text: string) => text.replace('"build"', '"built"'), 'cdk.json has no "build"'],
])('a cdk.json with %s ends with one line that names it, and exit code 2', (_what, damage, message) => {
  change('cdk.json', damage);
  rmSync(join(checkout, 'dist/functions.sha256'));
  const { status, stderr } = start();
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(status).toBe(2);
});

test('a checkout that cannot be written to ends with one line that says what to do, and exit code 2', () => {
  // Whom permissions do not stop, a file in the place of the directory does.
  writeFileSync(join(checkout, 'dist/synth'), '');
  const { status, stderr } = start();
  expect(stderr).toMatch(/dist\/synth\/\w+\.\d+ cannot be made \(E[A-Z]+: .*--template FILE/);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(status).toBe(2);
});

test('a synthesis that fails leaves nothing behind, and takes away what one left that was interrupted long ago', () => {
  const abandoned = join(checkout, 'dist/synth/0123456789abcdef.1');
  const underWay = join(checkout, 'dist/synth/0123456789abcdef.2');
  for (const directory of [abandoned, underWay]) mkdirSync(directory, { recursive: true });
  utimesSync(abandoned, new Date(0), new Date(0));
  expect(start('-c', '/nowhere.json').status).toBe(2);
  expect(readdirSync(join(checkout, 'dist/synth'))).toEqual([basename(underWay)]);
});

test('a report of the CDK is where it says', () => {
  change('cdk.json', (text) => text.replace('"name": "mail"', '"name": "mail", "checkIntervalMinutes": 0'));
  const { stderr } = start();
  const [, report = ''] = /A copy of this report can be found in: (\S+)/.exec(stderr) ?? [];
  expect(report).toContain('dist/synth/');
  expect(existsSync(join(checkout, report))).toBe(true);
});
