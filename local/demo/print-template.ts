import { resolve } from 'node:path';
import { SynthError, synthesize } from './synth';

/** `tsx local/demo/print-template.ts [CONFIG FILE]`: prints the path of the template that this repository synthesizes. */
const [config] = process.argv.slice(2);
try {
  process.stdout.write(
    `${synthesize(undefined, undefined, config === undefined ? {} : { config: resolve(config) })}\n`,
  );
} catch (error) {
  if (!(error instanceof SynthError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
