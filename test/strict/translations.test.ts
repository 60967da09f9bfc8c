import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS, hashOf, ROOT, type Section, sectionsOf, withoutLists } from './markdown';

/** Japanese pages that are no translations: the glossary is the source of the words, the decision table is generated. */
const NO_TRANSLATIONS = ['docs/ja/glossary.md', 'docs/ja/decision-table.md'];
const TRANSLATED: readonly (readonly [page: string, original: string])[] = [
  ['README.ja.md', 'README.md'],
  ...DOCUMENTS.filter((file) => file.startsWith('docs/ja/') && !NO_TRANSLATIONS.includes(file)).map(
    (file) => [file, file.replace('docs/ja/', 'docs/')] as const,
  ),
];

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** The hash that a translated section names in a comment below its heading. */
const namedIn = ({ text }: Section) => /^<!-- of: ([0-9a-f]{8}) -->$/m.exec(text)?.[1];

/** What a translated page lacks, section by section, and what to do about it. */
function lag(page: readonly Section[], original: readonly Section[]): string[] {
  const lacking = original.slice(page.length).map(({ heading }) => `“${heading}” is not translated`);
  const changed = page.flatMap((section, index) => {
    const source = original[index];
    if (source === undefined) return [`“${section.heading}” has no original`];
    const hash = hashOf(source);
    if (namedIn(section) === hash) return [];
    return [
      `“${source.heading}” changed: translate that in “${section.heading}”, then write <!-- of: ${hash} --> below it`,
    ];
  });
  return [...changed, ...lacking];
}

test.each(TRANSLATED)('%s says what %s says, section by section', (page, original) => {
  expect(existsSync(join(ROOT, original))).toBe(true);
  const [translated, source] = [page, original].map((file) => sectionsOf(withoutLists(read(file))));
  expect(lag(translated ?? [], source ?? [])).toEqual([]);
});

test.each(TRANSLATED)('%s and %s link each other in their first lines', (page, original) => {
  const [first = '', second = ''] = [read(page), read(original)].map((text) => text.split('\n')[0]);
  const name = (file: string) => file.split('/').at(-1);
  expect(first).toMatch(new RegExp(`\\((\\.\\./)?${name(original)}\\)`));
  expect(second).toMatch(new RegExp(`\\((ja/)?${name(page)}\\)`));
});

test('a section that changed, is missing or has no original is named', () => {
  const original = sectionsOf('# A\nnew words\n## B\nthe same\n');
  const [, same] = original.map(hashOf);
  const page = (text: string) => lag(sectionsOf(text), original);
  expect(page(`# あ\n<!-- of: 00000000 -->\n## い\n<!-- of: ${same} -->\n`)).toEqual([
    expect.stringMatching(/^“A” changed: translate that in “あ”/),
  ]);
  expect(page('# あ\n')).toEqual([expect.stringContaining('“A” changed'), '“B” is not translated']);
  expect(lag(sectionsOf('# あ\n# い\n# う\n'), original)).toContainEqual('“う” has no original');
  expect(original.map(hashOf)).toEqual(sectionsOf('# A\nnew\nwords\n\n## B\nthe same').map(hashOf));
});

test('what `npm run docs` writes into both pages needs no translation, the words around it do', () => {
  const page = (words: string, list: string) =>
    sectionsOf(withoutLists(`# A\n${words}\n<!-- list: costs -->\n\n### ${list}\n\n<!-- end -->\n`));
  const hashes = (words: string, list: string) => page(words, list).map(hashOf);
  expect(hashes('words', 'Stack')).toEqual(hashes('words', 'スタック'));
  expect(hashes('words', 'Stack')).not.toEqual(hashes('other words', 'Stack'));
});
