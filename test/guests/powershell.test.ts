import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Language, type Node, Parser } from 'web-tree-sitter';
import { GUEST } from './programs';

/** An optional dependency: where its install script finds no build for the machine, npm leaves it out. */
const GRAMMAR = join(__dirname, '../../node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm');
const parsed = existsSync(GRAMMAR) ? test : test.skip;

/** Only parsed: PowerShell itself is not to be had where these tests run. */
let parser: Parser;
beforeAll(async () => {
  if (!existsSync(GRAMMAR)) return;
  await Parser.init();
  parser = new Parser();
  parser.setLanguage(await Language.load(new Uint8Array(readFileSync(GRAMMAR))));
});

/** Where a text is no PowerShell: "line:column text". */
function mistakesIn(source: string): string[] {
  const below = (node: Node): string[] => {
    if (node.isError || node.isMissing) {
      const { row, column } = node.startPosition;
      return [`${row + 1}:${column + 1} ${node.text.slice(0, 60)}`];
    }
    return node.hasError ? node.children.flatMap((child) => (child === null ? [] : below(child))) : [];
  };
  const tree = parser.parse(source);
  if (tree === null) throw new Error('Nothing was parsed.');
  return below(tree.rootNode);
}

parsed.each(['vip-claim.ps1', 'vip-follow.ps1'])('%s is PowerShell', (name) => {
  expect(mistakesIn(readFileSync(join(GUEST, name), 'utf8'))).toEqual([]);
});

parsed('what is none is found', () => {
  expect(mistakesIn('function f { if ($x { "a" } }')).toEqual(['1:14 if ($x { "a" }']);
});
