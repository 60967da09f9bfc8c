import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../cli/commands';
import type { ClusterDriver } from '../../local/demo/cluster-driver';
import { cluster, node } from '../../local/demo/scenarios/configs';
import '../functions/support/quiet';
import { closeAll, givenAListeningCloud, type } from './harness';

const nodes = [
  { ...node(1), name: 'mail-1' },
  { ...node(2), name: 'mail-2' },
];
const CONFIG = {
  ...cluster(2, ['10.0.0.5'], { nodes }),
  notifications: { emails: ['oncall@example.com'] },
};
const file = join(mkdtempSync(join(tmpdir(), 'every-command-')), 'report.html');
const soon = () => Date.now() + 60_000;

/** One line of each command, in an order in which each ends well. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  rehearse: ['rehearse', 'mail'],
  drill: ['drill', '--to', 'mail-2', '--reason', 'quarterly', '--yes'],
  failover: ['failover', 'mail', '--to', 'mail-1', '--reason', 'smtp hangs'],
  pause: ['pause', 'mail', '--until', '2h', '--reason', 'kernel'],
  resume: ['resume', 'mail'],
  exclude: ['exclude', 'mail-2'],
  include: ['include', 'mail-2'],
  status: ['status', 'mail'],
  doctor: ['doctor', 'mail'],
  history: ['history', 'mail'],
  report: ['report', '-o', file],
  completion: ['completion', 'bash'],
};
const READING = ['status', 'doctor', 'history', 'report', 'completion'];

afterEach(closeAll);

test('no command is missing here', () => {
  expect(Object.keys(LINES).sort()).toEqual([...COMMANDS.map(({ name }) => name), 'completion'].sort());
});

async function typed(driver: ClusterDriver, names: readonly string[]) {
  const ends: [name: string, code: number, refusals: string][] = [];
  for (const name of names) {
    const { code, err, out } = await type(LINES[name] ?? [], { now: soon });
    const refused = [...`${err}${out}`.matchAll(/"Action": "([^"]+)"/g)].map(([, action]) => action);
    ends.push([name, code, refused.join()]);
    await driver.settled();
  }
  return ends;
}

/** Reading CloudTrail cannot be limited to one stack: these policies do not give it. */
const wellBut = (name: string) => [name, 0, name === 'report' ? 'cloudtrail:LookupEvents' : ''];

test('every command ends well over HTTP with what grantOperate gives, and nothing else', async () => {
  const driver = await givenAListeningCloud('OperatePolicy', CONFIG);
  driver.check();
  await driver.settled();
  expect(await typed(driver, Object.keys(LINES))).toEqual(Object.keys(LINES).map(wellBut));
  expect(driver.moves).toBe(2);
});

test('what only reads ends well with what grantRead gives, and changes nothing', async () => {
  const driver = await givenAListeningCloud('ReadPolicy', CONFIG);
  driver.drill(driver.standby);
  await driver.settled();
  driver.check();
  await driver.settled();
  expect(await typed(driver, READING)).toEqual(READING.map(wellBut));
  const refused = await typed(driver, ['drill', 'pause', 'exclude']);
  expect(refused).toEqual([
    ['drill', 1, 'states:StartExecution'],
    ['pause', 1, 'ec2:CreateTags'],
    ['exclude', 1, 'ec2:CreateTags'],
  ]);
  expect(driver.moves).toBe(1);
});
