import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { cluster } from '../../local/demo/scenarios/configs';
import { actAsAdministrator, closeAll, givenAListeningCloud, type } from '../cli/harness';
import '../functions/support/quiet';
import { inBrowser, launch, picture, seriousFindings } from './browser';

const ATTACK = '<script>window.ran=1</script><img src=http://127.0.0.1:9/x onerror="window.ran=1">\u202egnitset';
const file = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.html');
let browser: Browser | null = null;

beforeAll(async () => {
  browser = await launch();
  if (browser === null) return;
  const driver = await givenAListeningCloud('ReadPolicy', cluster(2));
  driver.cloud.faults.add({ service: 'ec2', action: 'AssignPrivateIpAddresses', times: 1, kind: 'error500' });
  driver.drill(driver.standby, ATTACK);
  await driver.settled();
  driver.stop(driver.standby);
  await driver.settled();
  actAsAdministrator();
  await type(['pause', 'mail', '--until', '2h', '--reason', '<b onmouseover=window.ran=1>kernel</b>']);
  driver.check();
  await driver.settled();
  const { code } = await type(['report', '-o', file], { now: () => Date.now() + 1_000 });
  if (code !== 0) throw new Error(`report ended with ${code}`);
});

afterAll(async () => {
  await browser?.close();
  await closeAll();
});

afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
});

/** The report, opened from its file, and every request that it made beside that. */
async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; requests: string[] }> {
  if (browser === null) throw new Error('There is no browser.');
  const context = await browser.newContext({ locale: 'en', viewport: { width: 1200, height: 1000 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  return { page, requests };
}

inBrowser('it opens from its file, with a picture of each move, and asks for nothing', async () => {
  const { page, requests } = await open();
  expect(await page.title()).toMatch(/^Failovers of VipFailover, /);
  expect(await page.locator('svg.timeline').count()).toBe(2);
  expect(await page.locator('svg.timeline rect.bad').count()).toBe(1);
  await page.getByRole('link', { name: 'DRILLED' }).click();
  expect(await page.evaluate('location.hash')).toBe('#execution-1');
  await page.getByRole('link', { name: 'FAILED_OVER' }).click();
  await picture(page, 'report');
  await page.locator('details.notice summary').first().click();
  expect(await page.locator('details.notice pre').first().textContent()).toContain('10.0.0.5');
  expect(requests).toEqual([pathToFileURL(file).href]);
});

inBrowser('nothing that somebody typed runs, even where no policy forbids it', async () => {
  const { page, requests } = await open({ bypassCSP: true });
  expect(await page.locator('body').textContent()).toContain('<script>window.ran=1</script>');
  await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  expect(await page.locator('script, img, iframe, object, link, b').count()).toBe(0);
  expect(await page.evaluate('window.ran')).toBeUndefined();
  expect(requests).toHaveLength(1);
});

inBrowser('no script runs: a policy in the file forbids it', async () => {
  const { page } = await open();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.evaluate(
    "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = 1' }))",
  );
  expect(await page.evaluate('window.ran')).toBeUndefined();
  expect(complaints.join()).toContain('Content Security Policy');
});

inBrowser.each([
  ['light', { colorScheme: 'light' as const }],
  ['dark', { colorScheme: 'dark' as const }],
  ['on a telephone', { viewport: { width: 390, height: 844 } }],
])('everybody can read it: %s', async (_, options) => {
  const { page } = await open({ ...options, bypassCSP: true });
  await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })");
  expect(await seriousFindings(page)).toEqual([]);
  const sideways = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(sideways).toBe(0);
});

inBrowser('on paper nothing is cut off', async () => {
  const { page } = await open();
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 680, height: 960 });
  expect(
    await page.locator('.wide').evaluateAll((boxes) => boxes.filter((box) => box.scrollWidth > box.clientWidth).length),
  ).toBe(0);
  expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
});
