import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../../functions/verify-instance-state/rules';
import { decisionTable, rulesShown } from './decision-table';

test('docs/decision-table.md shows what the rules do (UPDATE_DOCS=1 writes it)', () => {
  const file = join(__dirname, '../../../docs/decision-table.md');
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, decisionTable());
  expect(readFileSync(file, 'utf8')).toBe(decisionTable());
});

test('every rule decides some case of the table', () => {
  const shown = rulesShown();
  expect(RULES.map(({ name }) => name).filter((_, index) => !shown.has(index + 1))).toEqual([]);
});

test('no two rules have the same name', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
});
