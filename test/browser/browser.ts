import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Debian's Chromium, or what the environment variable CHROMIUM names; undefined where there is none. */
const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

/** Skipped where there is no browser. */
export const inBrowser = executablePath === undefined ? test.skip : test;

/** Null where there is none. Only our own pages on this machine are opened, so none needs the sandbox, which root cannot have. */
export async function launch(): Promise<Browser | null> {
  return executablePath === undefined ? null : chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

const AXE = require.resolve('axe-core/axe.min.js');

interface Finding {
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core finds that keeps somebody from using the page: serious and critical. A line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: AXE });
  const findings: readonly Finding[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ help, nodes }) => `${help}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Kept for the documents when `UPDATE_DOCS` is set. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_DOCS) await page.screenshot({ path: join(__dirname, '../../docs/pictures', `${name}.png`) });
}
