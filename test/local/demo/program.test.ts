import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../local/demo/program';
import { SCENARIOS } from '../../../local/demo/scenarios';
import { synthesize } from '../../../local/demo/synth';

const ROOT = join(__dirname, '../../..');
/** Runs it in this process. What it writes is what a terminal without colours would show. */
async function start(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += String(text);
      return true;
    }),
  );
  try {
    return { status: await run(args), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test.each([
  [['--scenario', 'nonsense'], 'There is no scenario nonsense'],
  [['--port'], 'argument missing'],
  [['--keep'], '--keep needs a port'],
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['--template', '/nowhere.template.json'], 'There is no template /nowhere.template.json.'],
  [['--lag', '-1'], '--lag'],
  [['--config', 'a.json', '--template', 'b.json'], 'exclude each other'],
  [['--parameters', 'a.json'], '--template FILE --parameters FILE'],
  [['--template', 'a.template.json', '--parameters', '/nowhere.json'], 'There is no parameter file /nowhere.json.'],
  [['-c', ''], '--config is empty'],
  [['-c', 'config='], '--config is empty'],
  [['--template', ''], '--template is empty'],
  [['--config', 'a.json', '--scenario', 'target-dies'], 'brings its own configuration'],
])('%j ends with one clear line and exit code 2', async (args, message) => {
  const { status, stderr, stdout } = await start(...args);
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect([status, stdout]).toEqual([2, '']);
});

test('an occupied port ends with one clear line and exit code 2', async () => {
  const template = synthesize();
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, '127.0.0.1', () => resolve(Object(blocker.address()).port));
  });
  const { status, stderr } = await start('--scenario', 'none', '--template', template, '--port', String(port));
  blocker.close();
  expect([status, stderr]).toEqual([2, `Port ${port} is already in use. Name another one: --port N.\n`]);
});

test('lists the scenarios, a line each', async () => {
  const { status, stdout } = await start('--list');
  expect(status).toBe(0);
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(SCENARIOS.map(({ name }) => name));
});

test('plays a failover on the screen, without colour codes where they are not wanted', async () => {
  const { status, stdout } = await start('--scenario', 'stop', '--template', synthesize());
  expect(stdout).toContain('10.0.0.5  eni-0a1b2c3d4e5f60001 → nobody');
  expect(stdout).toContain('Subject: [mail]');
  expect(stdout).toMatch(/dark time {10}\d\.\d s/);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(
    'The addresses moved: 10.0.0.5 is on i-0a1b2c3d4e5f60002 (running); people were told once. PASS',
  );
  expect(stdout).not.toContain('\u001b');
  expect(status).toBe(0);
});

test.each([
  ['stop', ' (while it runs; --keep --port 4599 keeps it)'],
  ['lost-event', ' (while it runs)'],
])('says of %s whether it can be kept', async (scenario, kept) => {
  const { stdout } = await start('--scenario', scenario, '--port', '4596');
  expect(stdout).toContain(`Watch it: http://127.0.0.1:4596/${kept}\n`);
});

test('prints one JSON object a line with --json, the summary last', async () => {
  const { status, stdout } = await start('--scenario', 'standby-stops', '--json', '--template', synthesize());
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({ type: 'summary', good: true, scenario: 'standby-stops' });
  expect(status).toBe(0);
});

test('-c plays another configuration', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'mine.json');
  const { clusters, notifications } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context.failover;
  writeFileSync(file, JSON.stringify({ clusters: [{ ...clusters[0], virtualIps: ['10.0.0.77'] }], notifications }));
  const { status, stdout } = await start('-c', file);
  expect(stdout).toContain('10.0.0.77 is on i-0a1b2c3d4e5f60002');
  expect(status).toBe(0);
});

test('a configuration that is none ends with the configuration’s own words', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'mine.json');
  writeFileSync(file, '{ "clusters": [');
  const { status, stderr } = await start('-c', file);
  expect(stderr).toMatch(/line 1/);
  expect(status).toBe(2);
});

test('so does a configuration that cannot be read', async () => {
  const { status, stderr } = await start('-c', tmpdir());
  expect(stderr).toMatch(/ cannot be read: .*EISDIR/);
  expect(stderr).toContain(tmpdir());
  expect(status).toBe(2);
});
