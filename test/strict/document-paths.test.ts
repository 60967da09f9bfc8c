import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_MARKDOWN, ROOT } from './markdown';

/** A path of this repository between backticks; with a `<name>` it stands for several. */
const PATHS = /`((?:cli|functions|infra|local|release|test|bench|statemachine|docs|guest)\/[^`\s]+)`/g;

test.each(ALL_MARKDOWN)('%s names only files that exist', (file) => {
  const paths = [...readFileSync(join(ROOT, file), 'utf8').matchAll(PATHS)].map(([, path = '']) => path);
  const missing = paths.filter((path) => !isThere(path.replace(/<\w+>.*$/, '')));
  expect(missing).toEqual([]);
});

test.each(['README.md', 'README.ja.md'])('%s is read at one go: at most 150 lines', (file) => {
  expect(readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
});

function isThere(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(ROOT, path));
  const [folder = '', name = ''] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const pattern = new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '.*')}`);
  return readdirSync(join(ROOT, folder)).some((each) => pattern.test(each));
}
