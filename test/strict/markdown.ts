import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '../..');

const markdownBelow = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** The READMEs and the documents, as paths below the root. */
export const DOCUMENTS: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...markdownBelow('docs'),
];

/** Every Markdown file of the repository. */
export const ALL_MARKDOWN: readonly string[] = [
  ...DOCUMENTS,
  ...['.github', 'guest', 'release'].flatMap((folder) => markdownBelow(folder)),
];

/** What starts at one heading and ends before the next one, of whatever level; the first also has what stands above its heading. */
export interface Section {
  /** The heading's text, as Markdown, without its `#`. */
  readonly heading: string;
  readonly text: string;
}

/** The same text with every line inside a fence of code empty: what looks like a heading or a link there is none. */
export function withoutCode(markdown: string): string {
  let fenced = false;
  return markdown
    .split('\n')
    .map((line) => {
      const isFence = /^ *(```|~~~)/.test(line);
      if (isFence) fenced = !fenced;
      return fenced || isFence ? '' : line;
    })
    .join('\n');
}

const LIST = /(<!-- list: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The names of the lists that `npm run docs` writes into a document, in the order of their places. */
export function listsIn(markdown: string): string[] {
  return [...markdown.matchAll(LIST)].map(([, , name = '']) => name);
}

/** The same text with every list written anew. */
export function withLists(markdown: string, write: (name: string) => string): string {
  return markdown.replace(LIST, (_, start: string, name: string, end: string) => `${start}\n${write(name)}\n\n${end}`);
}

/** The same text with nothing in the places of lists. */
export function withoutLists(markdown: string): string {
  return markdown.replace(LIST, '$1$3');
}

export function sectionsOf(markdown: string): Section[] {
  const lines = markdown.split('\n');
  const starts = withoutCode(markdown)
    .split('\n')
    .flatMap((line, index) => (/^#{1,6} /.test(line) ? [index] : []));
  return starts.map((start, index) => ({
    heading: (lines[start] ?? '').replace(/^#+ /, ''),
    text: lines.slice(index === 0 ? 0 : start, starts[index + 1]).join('\n'),
  }));
}

/** Eight hexadecimal digits of what a section says; where its lines break makes no difference. */
export function hashOf({ text }: Section): string {
  return createHash('sha256').update(text.replace(/\s+/g, ' ').trim()).digest('hex').slice(0, 8);
}

/**
 * The anchors of a document's headings, as GitHub makes them: lower case, no punctuation, hyphens for spaces, a number for a repetition.
 * Source: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
 */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const { heading } of sectionsOf(markdown)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').trim();
    const anchor = shown
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    let free = anchor;
    for (let count = 1; anchors.has(free); count++) free = `${anchor}-${count}`;
    anchors.add(free);
  }
  return anchors;
}

/** The targets of a document's links and pictures. */
export function linksOf(markdown: string): string[] {
  const text = withoutCode(markdown).replace(/`[^`\n]*`/g, '`code`');
  return [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)|(?:href|src)="([^"]+)"/gm)].map(
    ([, inline, reference, html]) => inline ?? reference ?? html ?? '',
  );
}
