import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTIONS } from './functions';
import { packageRoot } from './package-root';

/** Where each Lambda's bundle is, in a folder of its own. */
export const BUNDLES = join(packageRoot, 'dist/functions');
/** Holds the hash of the sources that the bundles were made of. */
export const MARK = join(packageRoot, 'dist/functions.sha256');

/** Whether all bundles are there, made of these very sources. */
export function areCurrent(sources = hashOfSources()): boolean {
  const complete = FUNCTIONS.every(({ folder }) => existsSync(join(BUNDLES, folder, 'index.js')));
  return complete && existsSync(MARK) && readFileSync(MARK, 'utf8') === sources;
}

/** SHA-256 of all that a bundle is made from: the same sources give the same bytes. */
export function hashOfSources(): string {
  const hash = createHash('sha256');
  const functions = readdirSync(join(packageRoot, 'functions'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join('functions', name));
  for (const name of [...functions, 'infra/build.ts', 'package-lock.json', 'tsconfig.json']) {
    hash.update(name).update(readFileSync(join(packageRoot, name)));
  }
  return hash.digest('hex');
}
