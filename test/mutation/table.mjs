/**
 * Writes the table of docs/mutation.md anew, from the report of the last run: `node test/mutation/table.mjs`. Files that
 * the run left out keep their rows.
 * @see https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname ?? '.', '../..');
const DOCUMENT = join(ROOT, 'docs/mutation.md');
const HEAD = '| file | mutants | killed | survived | score |\n|---|---:|---:|---:|---:|\n';
/** What Stryker counts as found, and as missed; mutants that do not compile or load count for nothing. */
const FOUND = new Set(['Killed', 'Timeout']);
const MISSED = new Set(['Survived', 'NoCoverage']);

const { files } = JSON.parse(readFileSync(join(ROOT, 'reports/mutation/mutation.json'), 'utf8'));
const text = readFileSync(DOCUMENT, 'utf8');
const start = text.indexOf(HEAD) + HEAD.length;
const end = text.indexOf('\n\n', start);

/** Mutants found and missed, by file below functions/. */
const counts = new Map();
for (const row of text.slice(start, end).split('\n')) {
  const [, file, , found, missed] = row.split('|').map((cell) => cell.trim());
  if (!file.startsWith('*')) counts.set(file, { found: Number(found), missed: Number(missed) });
}
for (const [path, { mutants }] of Object.entries(files)) {
  const count = (statuses) => mutants.filter(({ status }) => statuses.has(status)).length;
  counts.set(path.replace('functions/', ''), { found: count(FOUND), missed: count(MISSED) });
}

const folders = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify', 'shared'];
const entries = [...counts]
  .filter(([, { found, missed }]) => found + missed > 0)
  .sort(([a], [b]) => a.localeCompare(b));
const sum = (some) =>
  some.reduce((all, [, each]) => ({ found: all.found + each.found, missed: all.missed + each.missed }), {
    found: 0,
    missed: 0,
  });
const rowOf = (name, { found, missed }, mark = '') => {
  const cells = [name, found + missed, found, missed, `${((100 * found) / (found + missed)).toFixed(1)} %`];
  return `| ${cells.map((cell) => `${mark}${cell}${mark}`).join(' | ')} |`;
};
const rows = folders.flatMap((folder) => {
  const own = entries.filter(([file]) => dirname(file) === folder);
  return own.length === 0 ? [] : [rowOf(folder, sum(own), '**'), ...own.map(([file, count]) => rowOf(file, count))];
});
writeFileSync(
  DOCUMENT,
  `${text.slice(0, start)}${[...rows, rowOf('all', sum(entries), '**')].join('\n')}${text.slice(end)}`,
);
