import { join } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(__dirname, '..');

/** Bundles the command to dist/cli/main.js, so that the published package needs nothing else at run time. */
async function main(): Promise<void> {
  const build = await rolldown({
    input: join(ROOT, 'cli/main.ts'),
    cwd: ROOT,
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    checks: { pluginTimings: false },
  });
  await build.write({ file: join(ROOT, 'dist/cli/main.js'), format: 'cjs', codeSplitting: false, minify: true });
  await build.close();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
