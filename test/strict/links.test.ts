import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ALL_MARKDOWN, anchorsOf, linksOf, ROOT } from './markdown';

/** What is wrong with a link of a document, if anything. */
function complaint(file: string, link: string): string[] {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), decodeURIComponent(path));
  if (relative(ROOT, join(ROOT, target)).startsWith('..')) return [`${link}: leads out of the repository`];
  if (!existsSync(join(ROOT, target))) return [`${link}: there is no ${target}`];
  if (anchor === undefined) return [];
  const anchors = anchorsOf(readFileSync(join(ROOT, target), 'utf8'));
  return anchors.has(decodeURIComponent(anchor)) ? [] : [`${link}: ${target} has no heading with that anchor`];
}

test.each(ALL_MARKDOWN)('every link of %s inside the repository leads somewhere', (file) => {
  const links = linksOf(readFileSync(join(ROOT, file), 'utf8')).filter((link) => !/^[a-z]+:/.test(link));
  expect(links.flatMap((link) => complaint(file, link))).toEqual([]);
});

test('links are found, but not in code; anchors are those of GitHub', () => {
  const text =
    '# A `b` c: d!\n[x](y.md#z "t") `[no](no.md)` ![p](p.png)\n```sh\n# no\n[no](no.md)\n```\n## 2. 設定（例）\n## A b c d\n';
  expect(linksOf(text)).toEqual(['y.md#z', 'p.png']);
  expect([...anchorsOf(text)]).toEqual(['a-b-c-d', '2-設定例', 'a-b-c-d-1']);
});

test('a link to nothing is reported, with what is missing', () => {
  expect(complaint('README.md', 'docs/nothing.md')).toEqual(['docs/nothing.md: there is no docs/nothing.md']);
  expect(complaint('docs/deploy.md', '../README.md#nothing')).toEqual([
    '../README.md#nothing: README.md has no heading with that anchor',
  ]);
  expect(complaint('README.md', '../outside.md')).toEqual(['../outside.md: leads out of the repository']);
});
