import { PortError } from '../emulator/kernel/server';
import { TemplateError } from '../emulator/template/json';
import { parseArguments, UsageError, usage } from './arguments';
import { list, play } from './player';
import { SynthError } from './synth';

/** `npm start`. Exit code 0: the world ended as the scenario should; 1: it did not; 2: wrong arguments, one line says why. */
async function main(): Promise<number> {
  const settings = parseArguments(process.argv.slice(2));
  if (settings.help) {
    process.stdout.write(usage());
    return 0;
  }
  if (settings.list) {
    process.stdout.write(list());
    return 0;
  }
  return (await play(settings)) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const known = [UsageError, TemplateError, PortError, SynthError].some((each) => error instanceof each);
    const text = error instanceof Error ? (known ? error.message : error.stack) : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = known ? 2 : 1;
  },
);
