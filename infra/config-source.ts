import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { ConfigError } from './config';
import { parseJson } from './json';
import { packageRoot } from './package-root';

/**
 * The context of this package's cdk.json. The CDK command line hands it to the app by itself; read here, the app also
 * runs without it.
 *
 * @throws {ConfigError} when the file is missing or not JSON
 */
export function contextOfCdkJson(): Record<string, unknown> {
  const cdkJson = fromFile(join(packageRoot, 'cdk.json'));
  const context = isRecord(cdkJson) ? cdkJson.context : undefined;
  return isRecord(context) ? context : {};
}

/**
 * The configuration: the file that `-c config=FILE` names, else `failover` in the context of cdk.json.
 *
 * @throws {ConfigError} when there is none, or the file is missing or not JSON
 */
export function configOf(app: App): unknown {
  const file: unknown = app.node.tryGetContext('config');
  if (file !== undefined) return fromFile(String(file));
  const config: unknown = app.node.tryGetContext('failover');
  if (config !== undefined) return config;
  throw new ConfigError([
    'found none; allowed: "context": { "failover": { … } } in cdk.json, or a JSON file named with -c config=FILE',
  ]);
}

/**
 * The name of the stack: what `-c stackName=NAME` says, else `VipFailover`.
 *
 * @throws {ConfigError} when CloudFormation would not take the name
 */
export function stackNameOf(app: App): string {
  const name = String(app.node.tryGetContext('stackName') ?? 'VipFailover');
  if (/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name)) return name;
  throw new ConfigError([
    `stackName: found ${JSON.stringify(name)}; allowed: 1 to 128 letters, digits and "-" that begin with a letter`,
  ]);
}

function fromFile(file: string): unknown {
  const text = attempt(file, 'cannot be read', () => readFileSync(file, 'utf8'));
  return attempt(file, 'is not valid JSON', () => parseJson(text));
}

function attempt<Value>(file: string, problem: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw new ConfigError([`${file} ${problem}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
