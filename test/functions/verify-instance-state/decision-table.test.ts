import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../../functions/verify-instance-state/rules';
import { hashOf } from '../../strict/markdown';
import { decisionTable, firstDecisions, laterDecisions, rulesShown } from './decision-table';
import { japaneseDecisionTable, MADE_FROM, WORDS } from './decision-table.ja';

test.each([
  ['decision-table.md', decisionTable],
  ['ja/decision-table.md', japaneseDecisionTable],
])('docs/%s shows what the rules do (UPDATE_DOCS=1 writes it)', (name, page) => {
  const file = join(__dirname, '../../../docs', name);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, page());
  expect(readFileSync(file, 'utf8')).toBe(page());
});

test('the Japanese page has no words of what is there no more', () => {
  const cells = [firstDecisions(), laterDecisions()].flatMap(([head = [], ...rows]) => [
    ...head,
    ...rows.map(([situation]) => situation),
  ]);
  const used = new Set([...RULES.map(({ name }) => name), ...cells]);
  expect(Object.keys(WORDS).filter((english) => !used.has(english))).toEqual([]);
});

test('the Japanese text was made from the English one of today: translate what changed, then write its hash into MADE_FROM', () => {
  const prose = decisionTable()
    .split('\n')
    .filter((line) => !/^(\||\d+\. )/.test(line));
  expect(hashOf({ heading: '', text: prose.join('\n') })).toBe(MADE_FROM);
});

test('every rule decides some case of the table', () => {
  const shown = rulesShown();
  expect(RULES.map(({ name }) => name).filter((_, index) => !shown.has(index + 1))).toEqual([]);
});

test('no two rules have the same name', () => {
  expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
});
