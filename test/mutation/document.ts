/**
 * docs/mutation.md: the scores of the last run, and every mutant that survived it, on the line where its code is now.
 * `npm run docs` reads reports/mutation/mutation.json, where `npm run mutation` left one; files that the run left out keep
 * their rows.
 * @see https://github.com/stryker-mutator/mutation-testing-elements/tree/master/packages/report-schema
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, withLists } from '../strict/markdown';

export const DOCUMENT = join(ROOT, 'docs/mutation.md');
const REPORT = join(ROOT, 'reports/mutation/mutation.json');
const SCORES = ['| file | mutants | killed | survived | score |', '|---|---:|---:|---:|---:|'];
const SURVIVORS = ['| file | line | code | what may stand there instead |', '|---|---:|---|---|'];
/** What Stryker counts as found, and as missed; mutants that do not compile or load count for nothing. */
const FOUND: ReadonlySet<string> = new Set(['Killed', 'Timeout']);
const MISSED: ReadonlySet<string> = new Set(['Survived', 'NoCoverage']);
const FOLDERS = ['verify-instance-state', 'unassign-ip', 'assign-ip', 'verify-eni', 'notify', 'shared'];

/** What is read of Stryker's report: by the file's path from the root. */
export type Report = Readonly<
  Record<
    string,
    {
      readonly source: string;
      readonly mutants: readonly {
        readonly status: string;
        readonly replacement?: string;
        readonly location: { readonly start: { readonly line: number } };
      }[];
    }
  >
>;

interface Score {
  readonly found: number;
  readonly missed: number;
}

interface Survivor {
  /** Below functions/. */
  readonly file: string;
  readonly line: number;
  /** The line of the source, as a cell has it. */
  readonly code: string;
  readonly instead: string;
}

/** The document as it is after a run; with an empty report only the lines of the survivors may change. */
export function written(text: string, report: Report): string {
  const ran = Object.entries(report).map(([path, of]) => ({ file: path.replace('functions/', ''), ...of }));
  const scores = new Map(scoresIn(text));
  for (const { file, mutants } of ran) {
    const count = (statuses: ReadonlySet<string>) => mutants.filter(({ status }) => statuses.has(status)).length;
    scores.set(file, { found: count(FOUND), missed: count(MISSED) });
  }
  const survivors = [
    ...survivorsIn(text).filter(({ file }) => !ran.some((each) => each.file === file)),
    ...ran.flatMap(({ file, source, mutants }) =>
      mutants
        .filter(({ status }) => MISSED.has(status))
        .map(({ replacement = '', location: { start } }) => ({
          file,
          line: start.line,
          code: cell(source.split('\n')[start.line - 1] ?? ''),
          instead: cell(replacement),
        })),
    ),
  ];
  const lists: Readonly<Record<string, readonly string[]>> = {
    scores: [...SCORES, ...scoreRows([...scores])],
    survivors: [...SURVIVORS, ...survivorRows(survivors)],
  };
  return withLists(text, (name) => (lists[name] ?? []).join('\n'));
}

/** Code in a table: on one line, without what would end the cell. */
function cell(code: string): string {
  return `\`${code.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '¦').replaceAll('`', "'")}\``;
}

function rowsOf(text: string, [head = '', rule = '']: readonly string[]): string[][] {
  const [, body = ''] = text.split(`${head}\n${rule}\n`);
  const [rows = ''] = body.split('\n\n');
  return rows.split('\n').map((row) => row.slice(2, -2).split(' | '));
}

function scoresIn(text: string): [file: string, Score][] {
  return rowsOf(text, SCORES).flatMap(([file = '', , found, missed]): [string, Score][] =>
    existsSync(pathOf(file)) && file.endsWith('.ts') ? [[file, { found: Number(found), missed: Number(missed) }]] : [],
  );
}

function survivorsIn(text: string): Survivor[] {
  return rowsOf(text, SURVIVORS).map(([file = '', line, code = '', instead = '']) => ({
    file,
    line: Number(line),
    code,
    instead,
  }));
}

const pathOf = (file: string) => join(ROOT, 'functions', file);

/** A survivor whose code is not there any more has no row. */
function survivorRows(survivors: readonly Survivor[]): string[] {
  return survivors
    .flatMap((survivor) => ({ ...survivor, line: lineNow(survivor) }))
    .filter(({ line }) => line > 0)
    .sort((one, other) => one.file.localeCompare(other.file) || one.line - other.line)
    .map(({ file, line, code, instead }) => `| ${[file, line, code, instead].join(' | ')} |`);
}

/** The line of the same code that is nearest to where it was; 0 where there is none. */
function lineNow({ file, line, code }: Survivor): number {
  if (!existsSync(pathOf(file))) return 0;
  const found = readFileSync(pathOf(file), 'utf8')
    .split('\n')
    .flatMap((each, index) => (cell(each) === code ? [index + 1] : []));
  return found.sort((one, other) => Math.abs(one - line) - Math.abs(other - line))[0] ?? 0;
}

function scoreRows(scores: [file: string, Score][]): string[] {
  const entries = scores
    .filter(([, { found, missed }]) => found + missed > 0)
    .sort(([one], [other]) => one.localeCompare(other));
  const rows = FOLDERS.flatMap((folder) => {
    const own = entries.filter(([file]) => dirname(file) === folder);
    return own.length === 0 ? [] : [scoreRow(`**${folder}**`, own), ...own.map((each) => scoreRow(each[0], [each]))];
  });
  return [...rows, scoreRow('**all**', entries)];
}

function scoreRow(name: string, scores: readonly [file: string, Score][]): string {
  const found = scores.reduce((sum, [, each]) => sum + each.found, 0);
  const missed = scores.reduce((sum, [, each]) => sum + each.missed, 0);
  return `| ${[name, found + missed, found, missed, `${((100 * found) / (found + missed)).toFixed(1)} %`].join(' | ')} |`;
}

if (require.main === module) {
  const report: Report = existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')).files : {};
  writeFileSync(DOCUMENT, written(readFileSync(DOCUMENT, 'utf8'), report));
}
