import { join, relative } from 'node:path';
import { packageRoot } from '../infra/package-root';
import { writeRelease } from './write';

/** `npm run package`: writes dist/release, for those who deploy without CDK. */
const directory = join(packageRoot, 'dist/release');
writeRelease(directory);
process.stdout.write(`Wrote ${relative(process.cwd(), directory)}: begin with its README.md.\n`);
