import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../../cli/program';
import { parseConfig } from '../../infra/config';
import { parseArguments } from '../../local/demo/arguments';
import { ALL_MARKDOWN, ROOT } from './markdown';

/** What the documents say to type, other than the AWS CLI's commands: those are run by test/e2e/document-commands.test.ts. */
interface Printed {
  readonly file: string;
  readonly command: string;
}

/** Whole lines of code and code in the text that begin with this; a placeholder (…, [options]) makes a command no command. */
function commandsOf(beginning: string): Printed[] {
  return ALL_MARKDOWN.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const found = text.match(new RegExp(`(?:^ *|(?<=\`))${beginning} [a-z-][^\`\\n#;|&]*`, 'gm')) ?? [];
    return found
      .map((command) => ({ file, command: command.trim() }))
      .filter(({ command }) => !/…|\[|<|\b[A-Z]{4,}\b/.test(command));
  });
}

/** The words of a command line as a shell splits it: quotes of both kinds, nothing else. */
function wordsOf(command: string): string[] {
  return (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test.each(commandsOf('npm run'))('$file: $command is a script', ({ command }) => {
  const name = wordsOf(command)
    .slice(2)
    .find((word) => !word.startsWith('-'));
  expect(Object.keys(scripts)).toContain(name);
});

test.each(commandsOf('npm start --'))('$file: $command is understood', ({ command }) => {
  expect(() => parseArguments(wordsOf(command).slice(3))).not.toThrow();
});

test.each(commandsOf('(?:npx )?vip-failover'))('$file: $command is understood', async ({ command }) => {
  const told: string[] = [];
  const program = build({ write: async () => undefined, tell: (text) => told.push(text) }, async () => undefined);
  await program.parseAsync(wordsOf(command.replace(/^npx /, '')).slice(1), { from: 'user' }).catch(() => undefined);
  expect(told).toEqual([]);
});

test.each(['README.md', 'README.ja.md', 'docs/deploy.md', 'docs/ja/deploy.md'])(
  'the configuration in %s is accepted',
  (file) => {
    const [, json = ''] = /```json\n([\s\S]*?"clusters"[\s\S]*?)```/.exec(readFileSync(join(ROOT, file), 'utf8')) ?? [];
    expect(() => parseConfig(JSON.parse(json))).not.toThrow();
  },
);

test('commands are found', () => {
  expect(commandsOf('npm run').length).toBeGreaterThan(10);
  expect(commandsOf('npm start --').length).toBeGreaterThan(5);
  expect(commandsOf('(?:npx )?vip-failover').length).toBeGreaterThan(20);
  expect(wordsOf(`a --b "c d" 'e f'`)).toEqual(['a', '--b', 'c d', 'e f']);
});
