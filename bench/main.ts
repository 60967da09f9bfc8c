import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureCli } from './cli';
import { measureCold } from './cold';
import { writeDocument } from './document';
import { measureFailover } from './failover';
import { measureMany } from './many';
import { type Results, tablesOf } from './report';
import { asText } from './table';

const RESULTS = join(__dirname, 'results.json');

const PARTS = ['cold', 'failover', 'mass', 'cli'] as const;
type Part = (typeof PARTS)[number];

/**
 * `npm run bench`, or one part of it: measures, prints the tables, and writes them where they are kept. What is not
 * measured this time stays as it was.
 */
async function main(words: readonly string[]): Promise<void> {
  const parts = words.length === 0 ? PARTS : words.map(partNamed);
  // CDK's own validation of templates takes longer than all measurements, and would refuse hundreds of clusters.
  process.env.CDK_VALIDATION = 'false';
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  let results: Results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
  for (const part of parts) {
    results = { ...results, [part]: await measure[part](tell) };
    writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  }
  for (const { section, tables } of tablesOf(results)) {
    if (parts.includes(section)) for (const table of tables) process.stdout.write(`\n${asText(table)}`);
  }
  writeDocument(results);
}

const measure = { cold: measureCold, failover: measureFailover, mass: measureMany, cli: measureCli } as const;

function partNamed(word: string): Part {
  const part = PARTS.find((known) => known === word);
  if (part === undefined) throw new UsageError(`There is no part "${word}"; known are ${PARTS.join(', ')}.`);
  return part;
}

class UsageError extends Error {}

main(process.argv.slice(2)).catch((error: unknown) => {
  const known = error instanceof UsageError;
  process.stderr.write(`${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`);
  process.exitCode = known ? 2 : 1;
});
