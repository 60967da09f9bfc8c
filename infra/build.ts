import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { areCurrent, BUNDLES, hashOfSources, MARK } from './bundles';
import { FUNCTIONS } from './functions';
import { packageRoot } from './package-root';

/** What the SDK imports and none of our functions uses, and what the bundle has in its place. */
const NOT_BUNDLED: Readonly<Record<string, string>> = {
  // Every client is given its credentials (functions/shared/aws-clients.ts), but imports the default chain all the same:
  // profiles, SSO, web identity, instance metadata, and the clients of three more services.
  '@aws-sdk/credential-provider-node': `export const defaultProvider = () => async () => {
    throw new Error('This bundle has no default credentials: give the client its credentials.');
  };`,
  // No action that we call answers with a stream of events.
  '@smithy/core/event-streams': `export const eventStreamSerdeProvider = () => {
    throw new Error('This bundle reads no event streams.');
  };
  export const EventStreamSerde = eventStreamSerdeProvider;`,
};

const withStandIns: Plugin = {
  name: 'with-stand-ins',
  resolveId: (source) => (source in NOT_BUNDLED ? { id: `\0${source}` } : null),
  load: (id) => NOT_BUNDLED[id.slice(1)] ?? null,
};

/**
 * Bundles each Lambda to `dist/functions/<folder>/index.js` (CommonJS, exports `handler`), with nothing left outside
 * but Node's own modules. The same sources give the same bytes.
 *
 * Cold starts decide these options: the ES module build of the AWS SDK (`mainFields`) is the one that can be shaken,
 * and its commands and schemas go only when modules count as free of side effects. The source map lies beside the
 * bundle for people; the bundle does not name it, and the deployed asset leaves it out.
 *
 * @param directory where the bundle goes, if it is to be another place
 * @param more plugins, for measurements of a Lambda that is made differently
 */
export async function bundle(
  folder: string,
  directory = join(BUNDLES, folder),
  more: readonly Plugin[] = [],
): Promise<void> {
  const build = await rolldown({
    input: join(packageRoot, 'functions', folder, 'index.ts'),
    cwd: packageRoot,
    platform: 'node',
    external: [/^node:/, ...builtinModules],
    resolve: { mainFields: ['module', 'main'] },
    treeshake: { moduleSideEffects: false },
    // How long plugins take depends on the machine.
    checks: { pluginTimings: false },
    plugins: [withStandIns, ...more],
    onLog(level, log, defaultHandler) {
      if (level === 'warn') throw new Error(`functions/${folder}: ${log.message}`);
      defaultHandler(level, log);
    },
  });
  const { output } = await build.generate({
    format: 'cjs',
    exports: 'named',
    minify: true,
    sourcemap: 'hidden',
    codeSplitting: false,
  });
  await build.close();
  mkdirSync(directory, { recursive: true });
  for (const file of output) {
    replaceFile(join(directory, file.fileName), file.type === 'chunk' ? file.code : file.source);
  }
}

/** Whoever reads the file meanwhile sees the old bundle or the new one, never half of one. */
function replaceFile(path: string, content: string | Uint8Array): void {
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}

/** The same sources give the same bytes, so what was made of them is not made again. */
async function main(): Promise<void> {
  const sources = hashOfSources();
  if (areCurrent(sources)) return;
  await Promise.all(FUNCTIONS.map(({ folder }) => bundle(folder)));
  replaceFile(MARK, sources);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
