import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asFields } from '../../functions/shared/input';
import { areCurrent } from '../../infra/bundles';
import { parseJson } from '../../infra/json';

const ROOT = join(__dirname, '../..');
const SYNTHESIZED = join(ROOT, 'dist/synth');
/** All that a template is made from. */
const SOURCES = ['cdk.json', 'package-lock.json', 'functions', 'infra', 'statemachine'];

/** Building or synthesizing failed; the message is what the tool said. */
export class SynthError extends Error {
  override readonly name = 'SynthError';
}

/**
 * Builds the bundles and synthesizes the CDK app with the context of `cdk.json`, and returns the template's file. What was
 * made from the same sources before is used again. @param config another configuration than cdk.json's.
 * @param tell gets a line about what is being done.
 * @param more context for the app beside cdk.json's; `config` names a configuration file.
 * @throws SynthError
 */
export function synthesize(
  config?: unknown,
  tell: (line: string) => void = () => undefined,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const file = typeof more.config === 'string' ? contentOf(more.config) : null;
  const directory = join(SYNTHESIZED, fingerprint({ config, more, file }));
  if (existsSync(directory)) {
    tell('Nothing changed since the last run: using the template that was synthesized then.');
    return templateIn(directory);
  }
  tell('Building the Lambda bundles and synthesizing the template …');
  // Whoever else synthesizes the same at the same time does it in a directory of their own; the first one counts.
  const unfinished = `${directory}.${process.pid}`;
  makeEmpty(unfinished);
  removeAbandoned();
  try {
    if (!areCurrent()) build();
    const context = { ...more, ...(config === undefined ? {} : { failover: config }) };
    withPaths(unfinished, directory, () => write(context, unfinished));
    if (!existsSync(directory)) renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return templateIn(directory);
}

/** Nobody synthesizes for so long, milliseconds. */
const ABANDONED = 3_600_000;

/** Who is interrupted while synthesizing leaves a directory behind. */
function removeAbandoned(): void {
  for (const name of readdirSync(SYNTHESIZED)) {
    const path = join(SYNTHESIZED, name);
    if (!/\.\d+$/.test(name)) continue;
    // Others finish theirs meanwhile.
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > ABANDONED) rmSync(path, { recursive: true, force: true });
  }
}

/** What the CDK says meanwhile on standard error names the files where they will be. */
function withPaths(unfinished: string, directory: string, run: () => void): void {
  const { error } = console;
  console.error = (text: unknown) => error(String(text).replaceAll(basename(unfinished), basename(directory)));
  try {
    run();
  } finally {
    console.error = error;
  }
}

function makeEmpty(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SynthError(
      `${directory} cannot be made (${why}). Synthesizing needs a checkout that you may write to; npm start -- --template FILE needs none.`,
    );
  }
}

/** Null where it cannot be read: what is wrong with it, the app says. */
function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** As `cdk.json` says it, with what npm would put on the path. */
function build(): void {
  const command = buildCommand();
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH ?? ''}`;
  const env = { ...process.env, PATH };
  const { status, stderr, stdout, error } = spawnSync(command, { shell: true, cwd: ROOT, encoding: 'utf8', env });
  if (status !== 0) throw new SynthError(error?.message ?? (stderr.trim() || stdout.trim() || `${command} failed`));
}

function buildCommand(): string {
  const file = join(ROOT, 'cdk.json');
  let content: unknown;
  try {
    content = parseJson(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SynthError(`${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { build: command } = asFields(content);
  if (typeof command === 'string') return command;
  throw new SynthError(`${file} has no "build", the command that makes the bundles: "npm run --silent build".`);
}

/** In this process, which reads the CDK only here: it takes longer than all else, and most runs have their template. */
function write(context: Readonly<Record<string, unknown>>, directory: string): void {
  const { ConfigError, synthesizeApp }: typeof import('../../infra/synthesis') = require('../../infra/synthesis');
  const { CDK_VALIDATION } = process.env;
  // What is deployed is validated by `npm run synth`; CDK's own validation takes twice as long as all the rest.
  process.env.CDK_VALIDATION = 'false';
  try {
    synthesizeApp(context, directory);
  } catch (error) {
    if (error instanceof ConfigError) throw new SynthError(error.message);
    throw error;
  } finally {
    if (CDK_VALIDATION === undefined) delete process.env.CDK_VALIDATION;
    else process.env.CDK_VALIDATION = CDK_VALIDATION;
  }
}

function templateIn(directory: string): string {
  const file = readdirSync(directory).find((name) => name.endsWith('.template.json'));
  if (file === undefined) throw new SynthError(`The CDK app wrote no template to ${directory}`);
  return join(directory, file);
}

let sources: string | undefined;

/** The sources are read once: they stay as they are while a process runs. */
function fingerprint(config: object): string {
  sources ??= hashOfSources();
  return createHash('sha256').update(JSON.stringify(config)).update(sources).digest('hex').slice(0, 16);
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (!existsSync(path)) throw new SynthError(`${path} is missing: nothing can be synthesized without it.`);
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
      return;
    }
    hash.update(path).update(readFileSync(path));
  };
  for (const source of SOURCES) add(join(ROOT, source));
  return hash.digest('hex');
}
