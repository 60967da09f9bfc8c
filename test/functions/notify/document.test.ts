import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noticesDocument } from './document';

test('docs/notices.md shows what the functions do (UPDATE_DOCS=1 writes it)', () => {
  const file = join(__dirname, '../../../docs/notices.md');
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, noticesDocument());
  expect(readFileSync(file, 'utf8')).toBe(noticesDocument());
});
