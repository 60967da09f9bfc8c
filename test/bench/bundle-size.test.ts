import { statSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from '../../infra/functions';

/**
 * What each bundle may have, bytes: a few per cent above what it has. Loading takes time with every kilobyte, so whoever needs
 * more says so here, after `npm run bench -- cold`.
 */
const BARS: Readonly<Record<(typeof FUNCTIONS)[number]['folder'], number>> = {
  'verify-instance-state': 270_000,
  'unassign-ip': 182_000,
  'assign-ip': 196_000,
  'verify-eni': 193_000,
  notify: 275_000,
};

test.each(FUNCTIONS)('the bundle of $folder stays under its bar', ({ folder }) => {
  const { size } = statSync(join(__dirname, '../../dist/functions', folder, 'index.js'));
  expect(size).toBeLessThanOrEqual(BARS[folder]);
  // Far below would mean that something is missing, or that the bar says nothing any more.
  expect(size).toBeGreaterThan(0.9 * BARS[folder]);
});
