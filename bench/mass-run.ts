import { mass } from './mass';

/** One measurement in a process of its own: `mass-run.ts TEMPLATE SEED STOPPING_MS`, the result as JSON on standard output. */
async function main([templateFile = '', seed = '1', stopping = '0']: string[]): Promise<void> {
  process.stdout.write(JSON.stringify(await mass({ templateFile, seed: Number(seed), stoppingMs: Number(stopping) })));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
