import './support/quiet';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decisionsDocument } from './support/decisions';

test.each([['decisions.md', decisionsDocument]])('docs/%s shows what the functions do (UPDATE_DOCS=1 writes it)', (name, generate) => {
  const file = join(__dirname, '../../docs', name);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, generate());
  expect(readFileSync(file, 'utf8')).toBe(generate());
});
