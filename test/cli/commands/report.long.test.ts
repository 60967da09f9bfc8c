import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterDriver } from '../../../local/demo/cluster-driver';
import { cluster } from '../../../local/demo/scenarios/configs';
import '../../functions/support/quiet';
import { outcomeLine } from '../../../bench/outcome-line';
import { actAsAdministrator, actAsGiven, closeAll, givenAListeningCloud, type } from '../harness';
import { writeOutcomes } from '../records';

const ATTACK = '<script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe" onload="alert(3)';
let driver: ClusterDriver;
const directory = mkdtempSync(join(tmpdir(), 'report-'));
const later = () => Date.now() + 1_000;

async function reportOf(...argv: string[]) {
  const file = join(directory, 'report.html');
  const ran = await type(['report', '-o', file, ...argv], { now: later });
  return { ...ran, page: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

beforeAll(async () => {
  driver = await givenAListeningCloud('ReadPolicy', cluster(2));
  driver.cloud.faults.add({ service: 'ec2', action: 'AssignPrivateIpAddresses', times: 1, kind: 'error500' });
  driver.drill(driver.standby, ATTACK);
  await driver.settled();
  actAsAdministrator();
  await type(['pause', 'mail', '--until', '2h', '--reason', 'kernel <update>']);
  actAsGiven();
  driver.check();
  await driver.settled();
});

afterAll(closeAll);

test('a page with the period, completeness, the move, its proof, its picture and its notice', async () => {
  const { code, out, page } = await reportOf('--since', '1d');
  expect(out).toContain('report.html: 1 outcomes');
  expect(code).toBe(0);
  expect(page).toContain('Complete: every execution');
  const watched = await type(['report', '-o', join(directory, 'watched.html')], { now: later, interactive: true });
  const parts = [...watched.err.matchAll(/Reading the logs \[#*\.*\] (\d+) %/g)].map(([, part]) => Number(part));
  expect(parts.at(-1)).toBe(100);
  expect(parts).toEqual([...parts].sort((a, b) => a - b));
  expect(parts.filter((part) => part < 80).length).toBeGreaterThan(30);
  expect(page).toMatch(/<dt>Proof<\/dt><dd>EC2 shows 10\.0\.0\.5 on i-0a1b2c3d4e5f60002, as of /);
  expect(page).toContain('<svg class="timeline" role="img"');
  expect(page).toMatch(/<rect class="bad"[^>]*><title>TransientAwsError/);
  expect(page).toContain('AssignPrivateIpAddresses accepted');
  expect(page).toContain(driver.notices('DRILLED')[0]?.subject ?? 'no subject');
  expect(page).toContain(
    'EC2 shows the addresses there and nowhere else; whether the service answers, EC2 cannot say.',
  );
  expect(page).toContain('kernel &lt;update&gt; until=');
  expect(page).toMatch(/<dt>SHA-256 of the deployed template<\/dt><dd>[0-9a-f]{64}<\/dd>/);
  expect(page).toContain('<code>{ ($.message = &quot;outcome&quot;) }</code>');
});

test('nothing that a person typed can run, and nothing is loaded', async () => {
  const { page } = await reportOf('--since', '1d');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('[U+202E]gnp.exe');
  expect(page).not.toMatch(/<script|<img|<link|<iframe|javascript:|src=(?!x)|url\(|@import/i);
  expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(page).not.toMatch(/<[^>]*\son\w+=/i);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
});

test('every tag that is opened is closed', async () => {
  const { page } = await reportOf('--since', '1d');
  const open: string[] = [];
  for (const [, close, name = '', self] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:"[^"]*"|[^>"])*?(\/?)>/g)) {
    if (self || ['meta', 'br'].includes(name)) continue;
    if (!close) open.push(name);
    else expect([name, open.pop()]).toEqual([name, name]);
  }
  expect(open).toEqual([]);
});

test('who may not read CloudTrail is told the statement, and everything else is there', async () => {
  const { code, err, page } = await reportOf('--since', '1d');
  expect(code).toBe(0);
  expect(err).toContain(
    'Not known: who called, by CloudTrail; requesters are as stated. Not allowed: cloudtrail:LookupEvents',
  );
  expect(err).toContain('"Action": "cloudtrail:LookupEvents"');
  expect(page).toContain('Not known: who called, by CloudTrail');
  expect(page).toContain('<dt>Who asked (as stated)</dt>');
  expect(page).not.toContain('<dt>Who called StartExecution, by CloudTrail</dt>');
});

test('who may read CloudTrail is told who called, and who paused', async () => {
  actAsAdministrator();
  const drilled = await type(['drill', '--to', driver.active.instanceId, '--reason', 'back', '--by', 'eve', '--yes']);
  expect(drilled.code).toBe(0);
  const { code, err, page } = await reportOf('--since', '1d');
  actAsGiven();
  expect(err).toBe('');
  expect(code).toBe(0);
  const who = String.raw`arn:aws:iam::123456789012:root from 127\.0\.0\.1<br><span class="soft">20\S+Z, event [\w-]{36}`;
  expect(page).toMatch(
    new RegExp(
      `<dt>Who asked \\(as stated\\)</dt><dd>eve</dd>\n<dt>Who called StartExecution, by CloudTrail</dt><dd>${who}`,
    ),
  );
  // The first drill came by no call that CloudTrail keeps.
  expect(page).toContain('<dd>not in CloudTrail’s event history yet: it takes some minutes</dd>');
  expect(page).toMatch(new RegExp(`kernel &lt;update&gt; until=.*<td>${who}`));
});

test('- is standard output, with the page and nothing else', async () => {
  const { code, out, err } = await type(['report', '-o', '-'], { now: later });
  expect(out).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(err).toContain(' outcomes\n');
  expect(existsSync('-')).toBe(false);
  expect(code).toBe(0);
});

test('a period that is not over is not called complete', async () => {
  const { page } = await reportOf('--since', '1d', '--until', '2099-01-01');
  expect(page).toContain('<p>The period is not over yet. So far complete: every execution');
});

test('one execution alone', async () => {
  const [start] = driver.cloud.stateMachine.executions;
  const { code, page } = await reportOf('--execution', start?.arn ?? '');
  expect(code).toBe(0);
  expect(page).toContain('<h3 id="execution-1">');
  expect(page).not.toContain('<h2>Completeness</h2>');
});

test('a record without an execution is not accounted for: exit code 1', async () => {
  const line = outcomeLine({ executionId: 'arn:aws:states:us-east-1:123456789012:express:m:lost:u' });
  writeOutcomes(driver.cloud, [line]);
  const inAnHour = () => Date.now() + 3_600_000;
  const { code, out } = await type(['report', '-o', join(directory, 'gap.html')], { now: inAnHour });
  expect(out).toContain('1 executions are NOT ACCOUNTED FOR');
  expect(code).toBe(1);
  expect(readFileSync(join(directory, 'gap.html'), 'utf8')).toContain('a record, and no execution in the log');
});

test('an execution that only CloudWatch counted is not accounted for', async () => {
  const inTwoHours = () => Date.now() + 7_200_000;
  const file = join(directory, 'counted.html');
  await type(['report', '-o', file], { now: inTwoHours });
  expect(readFileSync(file, 'utf8')).toMatch(
    /CloudWatch counted 3 executions that were started .* the log has them all/,
  );
  const dimensions = { StateMachineArn: driver.cloud.stateMachine.arn };
  driver.cloud.metrics.add({ namespace: 'AWS/States', name: 'ExecutionsStarted', dimensions }, 2);
  const { out, code } = await type(['report', '-o', file], { now: inTwoHours });
  // One of them is the record without an execution.
  expect(out).toContain('2 executions are NOT ACCOUNTED FOR');
  expect(readFileSync(file, 'utf8')).toMatch(/CloudWatch counted 5 executions .* the log has only 3/);
  expect(code).toBe(1);
});

test.each([
  [['report'], 2, "required option '-o, --output <file>' not specified"],
  [['report', '-o', '/nowhere/at/all.html'], 1, '/nowhere/at/all.html cannot be written'],
  [['report', '-o', 'x', '--execution', 'arn:aws:states:us-east-1:123456789012:express:m:"x:u'], 2, 'is no ARN'],
  [
    ['report', '-o', 'x', '--execution', 'arn:aws:states:us-east-1:123456789012:express:m:gone:u'],
    1,
    'There is no record of',
  ],
])('%j is refused', async (argv, exitCode, message) => {
  const { code, err } = await type(argv);
  expect(err).toContain(message);
  expect(code).toBe(exitCode);
});
