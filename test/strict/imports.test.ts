import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');
const FOLDERS = ['cli', 'functions', 'infra', 'local', 'release', 'test', 'bench'];

/** Which files of ours a file imports, types too; by paths from the root. */
const IMPORTS: ReadonlyMap<string, readonly string[]> = new Map(
  FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => join(folder, name))
      .map((file) => [file, importsOf(file)] as const),
  ),
);

function importsOf(file: string): readonly string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  return [...source.matchAll(/(?:\bfrom|\bimport\(|^import)\s*'(\.[^']*)'/gm)].flatMap(([, path = '']) => {
    const found = join(dirname(join(ROOT, file)), path);
    const target = [`${found}.ts`, join(found, 'index.ts'), found].find((each) =>
      statSync(each, { throwIfNoEntry: false })?.isFile(),
    );
    return target === undefined ? [] : [relative(ROOT, target)];
  });
}

test('imports are found at all', () => {
  expect(IMPORTS.get('functions/unassign-ip/unassign.ts')).toContain('functions/shared/contract.ts');
  expect(IMPORTS.get('local/demo/main.ts')).toContain('local/demo/program.ts');
});

test('no file imports itself by way of others', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const next of IMPORTS.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of IMPORTS.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

/** The folders that a folder may import from, beside itself. */
const ALLOWED: readonly (readonly [folder: string, others: readonly string[]])[] = [
  ['functions/shared', []],
  ...['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify'].map(
    (step) => [`functions/${step}`, ['functions/shared']] as const,
  ),
  ['infra', ['functions/shared']],
  ['cli', ['functions']],
  ['release', ['infra']],
  ['local/emulator/template', []],
  ['local/emulator/iam', ['local/emulator/kernel']],
  ['local/emulator/kernel', ['local/emulator/iam', 'local/emulator/template']],
  ['local/emulator', []],
];

/** Everything that a file imports, by way of others too. */
function reached(file: string, found = new Set<string>()): ReadonlySet<string> {
  for (const next of IMPORTS.get(file) ?? []) {
    if (found.has(next)) continue;
    found.add(next);
    reached(next, found);
  }
  return found;
}

test('the renderer of the report reads nothing itself, so that another page may use it', () => {
  const strange = [...reached('cli/report/page.ts')].filter((file) => file.startsWith('cli/aws/'));
  expect(strange).toEqual([]);
});

test.each(ALLOWED)('%s imports only from itself and %j', (folder, others) => {
  const strange = [...IMPORTS]
    .filter(([file]) => file.startsWith(`${folder}/`))
    .flatMap(([file, imports]) =>
      imports
        .filter((each) => ![folder, ...others].some((allowed) => each.startsWith(`${allowed}/`)))
        .map((each) => `${file} imports ${each}`),
    );
  expect(strange).toEqual([]);
});
