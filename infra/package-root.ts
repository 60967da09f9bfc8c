import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The directory of this package's package.json. The code runs from `infra/` in the repository and from `dist/lib/infra/`
 * in the published package; bundles and the workflow's definition are found from here in both.
 */
export const packageRoot = findUp(__dirname);

function findUp(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error(`No package.json above ${__dirname}.`);
  return findUp(parent);
}
