import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { livePage } from '../../local/demo/page/site';
import { synthesize } from '../../local/demo/synth';
import { type Cloud, startCloud } from '../../local/emulator/cloud';
import { inBrowser, launch, picture, seriousFindings } from './browser';

let browser: Browser | null = null;
let cloud: Cloud;
let site: ReturnType<typeof livePage>;
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  cloud = await startCloud({ templateFile: synthesize(), clock: 'real', port: 0 });
  site = livePage(cloud, 'none');
  cloud.site = site.site;
  complaints.length = 0;
});
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
  site.close();
  await cloud.close();
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  if (browser === null) throw new Error('There is no browser.');
  const context = await browser.newContext({
    locale: 'en',
    viewport: { width: 1200, height: 1000 },
    bypassCSP: false,
    ...options,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${cloud.endpoint}/`);
  await page.waitForSelector('.vip');
  return page;
}

const nodeOf = (page: Page, address: string) =>
  page.locator('.node', { has: page.locator(`.vip[data-address="${address}"]`) }).getAttribute('aria-label');

inBrowser('a failover is watched to its end: the address moves, the states light up, the notice comes', async () => {
  const page = await open();
  expect(await nodeOf(page, '10.0.0.5')).toBe('mail-1: running');
  await page.getByRole('button', { name: 'Stop: mail-1' }).click();
  await page.locator('.node[aria-label="mail-2: running"] .vip').waitFor();
  await page.locator('#mails details').first().waitFor();
  await page.locator('#picture svg').waitFor();
  expect(await page.locator('#mails summary').first().textContent()).toContain('10.0.0.5');
  expect(await page.locator('#states .seen').allTextContents()).toEqual(
    expect.arrayContaining(['VerifyInstanceState']),
  );
  expect(await page.locator('.bar .off').count()).toBeGreaterThan(0);
  expect(await page.locator('#calls').textContent()).toContain('AssignPrivateIpAddresses');
  expect(await page.locator('#now').textContent()).toContain('10.0.0.5 on mail-2');
  const label = await page.locator('#picture svg').getAttribute('aria-label');
  expect(label).toMatch(/^Timeline: VerifyInstanceState .*AssignIp .*NotifySuccess .*; succeeded$/);
  expect(await page.locator('#picture rect.good').count()).toBeGreaterThanOrEqual(5);
  await picture(page, 'live-page');
  expect(complaints).toEqual([]);
});

inBrowser('it is replayed, and ends as it ended', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Drill to it: mail-2' }).click();
  await page.locator('#mails details').first().waitFor();
  await page.selectOption('#speed', '16');
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.locator('.node[aria-label="mail-1: running"] .vip').waitFor();
  await page.locator('.node[aria-label="mail-2: running"] .vip').waitFor();
  await page.locator('#mails details').first().waitFor();
  expect(complaints).toEqual([]);
});

inBrowser.each([
  ['light, wide', { colorScheme: 'light' as const }],
  ['dark, wide', { colorScheme: 'dark' as const }],
  ['light, on a telephone', { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } }],
  ['in Japanese', { locale: 'ja' }],
])('everybody can use it: %s', async (name, options) => {
  const page = await open({ ...options, bypassCSP: true });
  await page.getByRole('button', { name: /^(Drill to it|切り替え訓練): mail-2$/ }).click();
  await page.locator('#mails details').first().waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  const sideways = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(sideways).toBe(0);
  if (name !== 'light, wide') await picture(page, `live-page ${name}`.replaceAll(/\W+/g, '-'));
});

inBrowser('the keyboard is enough', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Stop: mail-1' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.node[aria-label="mail-2: running"] .vip').waitFor();
  expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Stop: mail-1');
});

inBrowser('what makes no sense is said, and changes nothing', async () => {
  const page = await open();
  await page.getByRole('button', { name: 'Stop: mail-2' }).click();
  await page.locator('.node[aria-label^="mail-2: stopped"]').waitFor();
  await page.getByRole('button', { name: 'Impair: mail-2' }).click();
  await page.locator('#says', { hasText: 'only a running instance can be impaired' }).waitFor();
});

inBrowser('a notice with markup and with signs that turn the reading direction stays a text', async () => {
  const page = await open();
  const evil = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>\u202egnitset';
  cloud.timeline.add({ type: 'notice', topic: 'arn:x', subject: evil, message: evil, attributes: {} });
  await page.locator('#mails summary', { hasText: 'onerror' }).waitFor();
  expect(await page.evaluate('window.ran')).toBeUndefined();
  expect(await page.locator('#mails img').count()).toBe(0);
  expect(await page.locator('#mails summary').textContent()).toContain('[U+202E]gnitset');
  expect(await page.locator('#mails summary').textContent()).not.toContain('\u202e');
});

inBrowser('five thousand events at once block nothing', async () => {
  const page = await open();
  for (let number = 0; number < 5_000; number += 1)
    cloud.timeline.add({
      type: 'api-call',
      caller: 'administrator',
      execution: null,
      service: 'ec2',
      action: 'DescribeInstances',
      parameters: {},
      milliseconds: number,
      error: null,
      result: `call ${number}`,
    });
  await page.getByRole('button', { name: 'Drill to it: mail-2' }).click();
  await page.locator('.node[aria-label="mail-2: running"] .vip').waitFor();
  expect(await page.locator('#calls > div').count()).toBeLessThanOrEqual(300);
  expect(complaints).toEqual([]);
});
