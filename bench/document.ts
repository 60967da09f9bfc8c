import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plot } from './plot';
import { type Results, tablesOf } from './report';
import { asMarkdown } from './table';

const DOCUMENT = join(__dirname, '../docs/performance.md');
const PLOT = join(__dirname, '../docs/performance.svg');

/** The tables go between the markers of their section, the plot beside the document. */
export function writeDocument(results: Results): void {
  let text = readFileSync(DOCUMENT, 'utf8');
  for (const { section, tables } of tablesOf(results)) {
    const [begin, end] = [`<!-- ${section}: written by npm run bench -->`, `<!-- ${section}: end -->`];
    const [before, rest] = [text.slice(0, text.indexOf(begin)), text.slice(text.indexOf(end))];
    if (!text.includes(begin) || !text.includes(end)) throw new Error(`${DOCUMENT} has no markers for ${section}`);
    text = `${before}${begin}\n\n${tables.map(asMarkdown).join('\n')}\n${rest}`;
  }
  writeFileSync(DOCUMENT, text);
  writeFileSync(PLOT, plot(results));
}
