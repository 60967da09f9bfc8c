import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from './package-root';

export const DEFINITION_FILE = join(packageRoot, 'statemachine/failover.asl.yaml');

/**
 * The workflow as people write it, made into what Step Functions takes: anchors and merges resolved, and without the
 * top-level `x-` keys, which only hold what the states repeat.
 */
export function readDefinition(file = DEFINITION_FILE): object {
  const document: unknown = parse(readFileSync(file, 'utf8'), { merge: true });
  if (typeof document !== 'object' || document === null) throw new Error(`${file} holds no workflow definition.`);
  return Object.fromEntries(Object.entries(document).filter(([key]) => !key.startsWith('x-')));
}

const WHOLE = /^\$\{(\w+)\}$/;
const INSIDE = /\$\{(\w+)\}/g;

/**
 * The definition with a value for each `${Name}`. A string that is nothing but a placeholder becomes the value, whatever
 * that is; inside a longer string the value has to be a string. What is filled in is not searched for placeholders again.
 *
 * @throws {Error} that names a placeholder without a value
 */
export function fillPlaceholders(definition: unknown, values: Readonly<Record<string, unknown>>): unknown {
  const valueFor = (name: string): unknown => {
    if (Object.hasOwn(values, name)) return values[name];
    const known = Object.keys(values)
      .map((each) => `\${${each}}`)
      .join(', ');
    throw new Error(`The workflow definition has the placeholder \${${name}}; allowed: ${known}.`);
  };
  const textOf = (name: string): string => {
    const value = valueFor(name);
    if (typeof value === 'string') return value;
    throw new Error(`The workflow definition has \${${name}} inside a string; its value is no string.`);
  };
  const fill = (part: unknown): unknown => {
    if (typeof part === 'string') {
      const name = WHOLE.exec(part)?.[1];
      return name === undefined ? part.replace(INSIDE, (_, each: string) => textOf(each)) : valueFor(name);
    }
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, fill(value)]));
  };
  return fill(definition);
}
