import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENT, type Report, written } from '../mutation/document';
import { ROOT } from './markdown';

const FILE = 'functions/shared/text.ts';
const source = readFileSync(join(ROOT, FILE), 'utf8');
const text = readFileSync(DOCUMENT, 'utf8');

test('the runner of mutants has all of jest that the unit tests use', () => {
  const runner = readFileSync(join(ROOT, 'test/mutation/runner.mjs'), 'utf8');
  const folder = join(ROOT, 'test/functions');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const used = files.flatMap((name) => {
    const found = readFileSync(join(folder, name), 'utf8').matchAll(
      /\bjest\.([a-z]\w+)|\b((?:before|after)(?:All|Each))\(/g,
    );
    return [...found].map(([, ofJest, hook]) => ofJest ?? hook ?? '');
  });
  expect(used).toContain('beforeAll');
  expect([...new Set(used)].filter((name) => !new RegExp(`^ +${name}:`, 'm').test(runner))).toEqual([]);
});

test('docs/mutation.md says on which line each survivor is (npm run docs writes it)', () => {
  expect(written(text, {})).toBe(text);
});

test('a survivor is found again where its code has moved to, and is gone with its code', () => {
  const mutant = (line: number) => ({ status: 'Survived', replacement: 'a | b', location: { start: { line } } });
  const moved: Report = {
    [FILE]: { source: `\n\n${source}`, mutants: [mutant(3), { ...mutant(3), status: 'Killed' }] },
  };
  const row = `| shared/text.ts | 1 | \`${source.split('\n')[0]?.trim()}\` | \`a ¦ b\` |`;
  const after = written(text, moved);
  expect(after).toContain(row);
  expect(after).toContain('| shared/text.ts | 2 | 1 | 1 | 50.0 % |');
  expect(written(after, { [FILE]: { source: 'gone', mutants: [mutant(1)] } })).not.toContain('`a ¦ b`');
});
