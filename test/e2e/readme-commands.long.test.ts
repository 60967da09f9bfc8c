import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../strict/markdown';

/*
 * What both READMEs say to type, typed in a fresh clone: the tracked files, and what `npm ci` installs beside them. The operator's
 * commands go to the local cloud, which plays the configuration of the same README. Commands of the AWS CLI are typed by
 * document-commands.test.ts.
 */

jest.setTimeout(600_000);

/** Not typed here, by how a command begins, and why. */
const NOT_TYPED: Readonly<Record<string, string>> = {
  'aws ': 'test/e2e/document-commands.test.ts types them',
  'npm run deploy': 'needs an AWS account',
};

const README = ['README.md', 'README.ja.md'] as const;
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The command lines of a text: of its blocks of `sh` without comments, and those of npm between backticks. */
function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
  const inline = [...markdown.matchAll(/`(npm [^`\n…]+)`/g)].map(([, command = '']) => command);
  return [...lines, ...inline].map((line) => line.replace(/\s+#\s.*$/, '').trim()).filter((line) => line !== '');
}

const typedIn = (file: string) =>
  commandsOf(read(file)).filter((command) => !Object.keys(NOT_TYPED).some((start) => command.startsWith(start)));
const isOperators = (command: string) => command.startsWith('npx vip-failover ');
const isKept = (command: string) => command.includes('--keep');
const ON_ITS_OWN = [...new Set(README.flatMap(typedIn))].filter((each) => !isOperators(each) && !isKept(each));

const clone = realpathSync(mkdtempSync(join(tmpdir(), 'vip-failover-clone-')));
const started: ChildProcess[] = [];
const tracked = execFileSync('git', ['-c', `safe.directory=${ROOT}`, 'ls-files', '-z'], {
  cwd: ROOT,
  encoding: 'utf8',
});
for (const file of tracked.split('\0').filter((each) => each !== '' && existsSync(join(ROOT, each)))) {
  cpSync(join(ROOT, file), join(clone, file));
}

/** jest's own variables would make tools in the clone behave as in a test. */
const { NODE_ENV, JEST_WORKER_ID, CDK_VALIDATION, ...ENV } = process.env;

function type(command: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
    cwd: clone,
    encoding: 'utf8',
    env: { ...ENV, ...env },
  });
  return { status, output: `${stdout}${stderr}` };
}

const installation = type('npm ci', { npm_config_prefer_offline: 'true' });
/** Without a registry the modules of this copy stand for those that npm would install. */
const noRegistry = /\bE(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|NOTCACHED)\b/.test(
  installation.output,
);
if (installation.status !== 0 && noRegistry) {
  rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
}

afterAll(() => {
  for (const { pid } of started) if (pid !== undefined) process.kill(-pid, 'SIGTERM');
  rmSync(clone, { recursive: true, force: true });
});

test('both READMEs say to type the same', () => {
  const [english = [], japanese = []] = README.map((file) =>
    commandsOf(read(file)).map((each) => each.replace(/ --(reason|input|tags) .*$/, '')),
  );
  expect(japanese).toEqual(english);
  expect(ON_ITS_OWN).toEqual(['npm ci && npm start', 'npm start -- --list', 'npm ci && npm test']);
  expect(README.map((file) => typedIn(file).filter(isOperators).length)).toEqual([6, 6]);
});

const installs = `npm ci${noRegistry ? ' (no registry can be reached: with the modules of this copy)' : ''}`;
test(installs, () => {
  expect(installation).toMatchObject(noRegistry ? {} : { status: 0 });
  expect(existsSync(join(clone, 'node_modules/.bin/tsx'))).toBe(true);
});

/** `npm test` types, lints, builds and finds its tests, but does not run them: whoever runs this one runs those too. */
const shortened = (command: string) => command.replace(/npm test$/, 'npm test -- --listTests');

test.each(ON_ITS_OWN)('%s', (command) => {
  const { status, output } = type(shortened(command.replace('npm ci && ', '')));
  expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  if (command.endsWith('npm start')) expect(output).toMatch(/MOVED: 10\.0\.0\.5[\s\S]*PASS$/m);
  if (command.endsWith('npm test')) expect(output).toContain(join(clone, 'test/e2e/failover.test.ts'));
});

/** How a command ends where nothing is wrong, other than with 0: nothing is left to move after the drill. */
const EXIT_CODES: Readonly<Record<string, number>> = { failover: 3 };

describe.each(README)('%s', (file) => {
  let env: Readonly<Record<string, string>>;

  test.each(typedIn(file).filter(isKept))('%s: the link that it prints shows the page', async (command) => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(read(file)) ?? [];
    writeFileSync(join(clone, `${file}.json`), json);
    const port = await freePort();
    const link = await start(`${command.replace('4599', String(port))} -c ${file}.json`);
    expect(link).toBe(`http://127.0.0.1:${port}/`);
    const answer = await fetch(link);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<html');
    env = { AWS_ENDPOINT_URL: link, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
  });

  test.each(typedIn(file).filter(isOperators))('%s', (command) => {
    const name = command.split(' ')[2] ?? '';
    // Nobody sits here to answer what a drill asks.
    const { status, output } = type(name === 'drill' ? `${command} --yes` : command, env);
    expect({ status, output }).toMatchObject({
      status: EXIT_CODES[name] ?? 0,
      output: expect.not.stringMatching(/^\s+at /m),
    });
  });
});

/** Starts a command that goes on, and returns the link that it prints once it listens. */
function start(command: string): Promise<string> {
  const child = spawn('sh', ['-c', command], {
    cwd: clone,
    env: ENV,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      const link = /^Watch it: (\S+)/m.exec(output)?.[1];
      if (link !== undefined && /^Listening on/m.test(output)) resolve(link);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('A server that listens has a port.');
  return address.port;
}
