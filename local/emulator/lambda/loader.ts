import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Clock } from '../kernel/clock';

/** What a CommonJS source sees instead of the real thing. */
export interface Surroundings {
  readonly clock: Clock;
  /** In [0, 1): stands behind `Math.random`. */
  readonly random: () => number;
  readonly process: NodeJS.Process;
  readonly console: Console;
  /** Modules by name without `node:`; any other is really required. */
  readonly modules: Readonly<Record<string, unknown>>;
}

type Compiled = (...values: unknown[]) => void;

const PARAMETERS = [
  'module',
  'exports',
  'require',
  '__filename',
  '__dirname',
  '__import',
  'process',
  'console',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'Date',
  'Math',
];

const compiled = new Map<string, Compiled>();

/**
 * Evaluates a CommonJS file with its clock, chance, process and modules replaced, and returns what it exports. Each call
 * makes a fresh module; the source is compiled once. A plain function and no vm context, so that the built-ins inside are
 * ours: an error that is thrown inside is an `instanceof Error` outside.
 */
export function evaluate(file: string, surroundings: Surroundings): unknown {
  const { clock, modules } = surroundings;
  const realRequire = createRequire(file);
  const load = (name: string): unknown => {
    const bare = name.replace(/^node:/, '');
    return Object.hasOwn(modules, bare) ? modules[bare] : realRequire(name);
  };
  const module = { exports: {} as unknown };
  compile(file)(
    module,
    module.exports,
    load,
    file,
    dirname(file),
    async (name: string) => load(name),
    surroundings.process,
    surroundings.console,
    (callback: (...values: unknown[]) => void, milliseconds?: number, ...values: unknown[]) =>
      clock.setTimeout(() => callback(...values), milliseconds),
    (handle: unknown) => clock.clearTimeout(handle),
    unavailable('setInterval'),
    unavailable('clearInterval'),
    clock.Date,
    Object.create(Math, { random: { value: surroundings.random } }),
  );
  return module.exports;
}

/** Files by their content: the first that was seen. */
const originals = new Map<string, string>();
const originalOf = new Map<string, string>();

/** The first file with the same content: templates of several configurations come with copies of the same bundles. */
export function original(file: string): string {
  const known = originalOf.get(file);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex');
  const first = originals.get(hash) ?? file;
  originals.set(hash, first);
  originalOf.set(file, first);
  return first;
}

function compile(copy: string): Compiled {
  const file = original(copy);
  const known = compiled.get(file);
  if (known) return known;
  // A dynamic import would go past `require` and reach the real module.
  const source = readFileSync(file, 'utf8').replace(/\bimport\((["'`]node:[\w/]+["'`])\)/g, '__import($1)');
  const make = new Function(...PARAMETERS, `${source}\n//# sourceURL=${file}`) as Compiled;
  compiled.set(file, make);
  return make;
}

const unavailable = (name: string) => () => {
  throw new Error(`${name} does not exist where time is virtual`);
};
