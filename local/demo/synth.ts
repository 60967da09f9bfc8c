import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
/** All that a template is made from. */
const SOURCES = ['cdk.json', 'package-lock.json', 'functions', 'infra', 'statemachine'];

/** Building or synthesizing failed; the message is what the tool said. */
export class SynthError extends Error {
  override readonly name = 'SynthError';
}

/**
 * Builds the bundles and synthesizes the CDK app, as `cdk.json` says it, and returns the template's file. What was made
 * from the same sources before is used again. @param config another configuration than cdk.json's.
 * @param tell gets a line about what is being done.
 * @param more context for the app beside cdk.json's; `config` names a configuration file.
 * @throws SynthError
 */
export function synthesize(
  config?: unknown,
  tell: (line: string) => void = () => undefined,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const file = typeof more.config === 'string' && existsSync(more.config) ? readFileSync(more.config, 'utf8') : null;
  const directory = join(ROOT, 'dist/synth', fingerprint({ config, more, file }));
  if (existsSync(directory)) {
    tell('Nothing changed since the last run: using the template that was synthesized then.');
    return templateIn(directory);
  }
  const { build, app, context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  tell('Building the Lambda bundles and synthesizing the template …');
  run(String(build), {});
  // Whoever else synthesizes the same at the same time does it in a directory of their own; the first one counts.
  const unfinished = `${directory}.${process.pid}`;
  const given = { ...context, ...more, ...(config === undefined ? {} : { failover: config }) };
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  run(String(app), { CDK_OUTDIR: unfinished, CDK_CONTEXT_JSON: JSON.stringify(given) });
  if (existsSync(directory)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, directory);
  return templateIn(directory);
}

/** The command line of cdk.json, with what npm would put on the path. */
function run(command: string, variables: Readonly<Record<string, string>>): void {
  const { status, stderr, stdout, error } = spawnSync(command, {
    shell: true,
    cwd: ROOT,
    encoding: 'utf8',
    // What is deployed is validated by `npm run synth`; CDK's own validation takes twice as long as all the rest.
    env: {
      ...process.env,
      CDK_VALIDATION: 'false',
      ...variables,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    },
  });
  if (status !== 0) throw new SynthError(error?.message ?? (stderr.trim() || stdout.trim() || `${command} failed`));
}

function templateIn(directory: string): string {
  const file = readdirSync(directory).find((name) => name.endsWith('.template.json'));
  if (file === undefined) throw new SynthError(`The CDK app wrote no template to ${directory}`);
  return join(directory, file);
}

function fingerprint(config: object): string {
  const hash = createHash('sha256').update(JSON.stringify(config));
  const add = (path: string): void => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
      return;
    }
    hash.update(path).update(readFileSync(path));
  };
  for (const source of SOURCES) add(join(ROOT, source));
  return hash.digest('hex').slice(0, 16);
}
