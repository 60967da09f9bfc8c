import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS, ROOT, sectionsOf, withoutCode } from './markdown';

/** docs/ja/glossary.md holds the words of the Japanese documents and of the notices. */
const GLOSSARY = 'docs/ja/glossary.md';
const LOCALES = 'functions/notify/locales';
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** The first cells of a table of the glossary. */
function firstCells(heading: string): string[] {
  const section = sectionsOf(read(GLOSSARY)).find((each) => each.heading === heading);
  if (section === undefined) throw new Error(`${GLOSSARY} has no section “${heading}”.`);
  const rows = section.text.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => row.split('|')[1]?.trim() ?? '');
}

const FIXED = firstCells('通知の定型文');
const AVOIDED = firstCells('使わない語');
const FILES = [
  ...DOCUMENTS.filter((file) => (file.startsWith('docs/ja/') && file !== GLOSSARY) || file === 'README.ja.md'),
  ...readdirSync(join(ROOT, LOCALES))
    .filter((name) => name.startsWith('ja'))
    .map((name) => `${LOCALES}/${name}`),
];

/** Words of a text that the glossary avoids. One that goes on with a long vowel mark is another word: クラスター has クラスタ in it. */
function avoidedIn(text: string): string[] {
  const prose = FIXED.reduce((rest, sentence) => rest.replaceAll(sentence, ''), withoutCode(text));
  return AVOIDED.filter((word) => new RegExp(`${word}(?!ー)`).test(prose));
}

test.each(FILES)('%s uses the words of the glossary', (file) => {
  expect(avoidedIn(read(file))).toEqual([]);
});

test('the sentences that do not follow the glossary are the notices’ own', () => {
  const notices = read(`${LOCALES}/ja.ts`);
  expect(FIXED.filter((sentence) => !notices.includes(sentence))).toEqual([]);
  expect(FIXED).toHaveLength(3);
});

test('words to avoid are found, longer ones that contain them are not', () => {
  expect(avoidedIn('クラスタのスタンバイ')).toEqual(['スタンバイ', 'クラスタ']);
  expect(avoidedIn(`クラスターのサーバー ${FIXED[1]}`)).toEqual([]);
});
