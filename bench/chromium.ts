import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { median } from './statistics';

const ROUNDS = 5;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Milliseconds, each the median of five openings. */
export interface Opened {
  /** From the navigation's start to the first thing that is seen. */
  readonly paintMs: number;
  /** To the end of the event `load`. */
  readonly loadMs: number;
  /** To the layout after everything was unfolded that can be, asked for after that. */
  readonly layoutMs: number;
}

/** Opens a file in Debian's Chromium; null where there is none. */
export async function openedIn(file: string): Promise<Opened | null> {
  if (!existsSync(executablePath)) return null;
  // Only a file of our own is opened, so the sandbox, which root cannot have, is not needed.
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const found: Opened[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
      await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
      await page.waitForFunction("performance.getEntriesByName('first-contentful-paint').length > 0");
      found.push(
        await page.evaluate<Opened>(`(() => {
          const [{ loadEventEnd: loadMs }] = performance.getEntriesByType('navigation');
          const [{ startTime: paintMs }] = performance.getEntriesByName('first-contentful-paint');
          const before = performance.now();
          for (const each of document.querySelectorAll('details')) each.open = true;
          document.body.getBoundingClientRect();
          return { paintMs, loadMs, layoutMs: loadMs + performance.now() - before };
        })()`),
      );
      await page.close();
    }
    const middle = (name: keyof Opened) => median(found.map((each) => each[name]));
    return { paintMs: middle('paintMs'), loadMs: middle('loadMs'), layoutMs: middle('layoutMs') };
  } finally {
    await browser.close();
  }
}
