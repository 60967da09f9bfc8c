import { PortError } from '../emulator/kernel/server';
import { TemplateError } from '../emulator/template/json';
import { parseArguments, UsageError, usage } from './arguments';
import { list, play } from './player';
import { SynthError } from './synth';

/**
 * What `npm start` does with these arguments. Never rejects: what goes wrong is written to standard error.
 *
 * @returns the exit code. 0: the world ended as the scenario should; 1: it did not; 2: wrong arguments, one line says why.
 */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    return await perform(argv);
  } catch (error) {
    const known = [UsageError, TemplateError, PortError, SynthError].some((each) => error instanceof each);
    const remedy = error instanceof PortError ? ' Name another one: --port N.' : '';
    const text = error instanceof Error ? (known ? error.message + remedy : error.stack) : String(error);
    process.stderr.write(`${text}\n`);
    return known ? 2 : 1;
  }
}

async function perform(argv: readonly string[]): Promise<number> {
  const settings = parseArguments(argv);
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
