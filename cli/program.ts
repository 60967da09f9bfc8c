import { Argument, Command, CommanderError } from 'commander';
import { checkAccount, connect } from './aws/clients';
import { DEFAULT_STACK } from './aws/deployment';
import { type CommandDefinition, type Options, sessionOf } from './command';
import { COMMANDS } from './commands';
import { completionFor, SHELLS, type Shell } from './completion';
import { EXIT, type ExitCode, UsageError } from './errors';
import { explain } from './failures';
import type { Terminal } from './output/terminal';

const EXIT_CODES = `
Exit codes:
  0  all is well; what was asked for is done
  1  something is wrong: a cluster is not well, an execution failed, AWS refused a call
  2  the command line cannot be understood
  3  nothing was done: nothing had to be, or you said no
  4  an execution was started, and how it ended is not known

Credentials and Region come from where the AWS CLI has them. AWS_ENDPOINT_URL points it at the local cloud (npm start -- --keep --port 4599).
`;

/** Runs one command line. @returns its exit code */
export async function run(argv: readonly string[], terminal: Terminal, now = Date.now): Promise<ExitCode> {
  let code: ExitCode = EXIT.OK;
  const program = build(terminal, async (definition, command) => {
    code = await runCommand(definition, command, terminal, now);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Help and version end the same way; commander has said the rest.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
    terminal.tell(`${explain(error)}\n`);
    return error instanceof UsageError ? EXIT.USAGE : EXIT.WRONG;
  }
}

type Start = (definition: CommandDefinition, command: Command) => Promise<void>;

/** The command line as commander knows it; also what the completion is made from. */
export function build(terminal: Pick<Terminal, 'write' | 'tell'>, start: Start): Command {
  const program = new Command('vip-failover')
    .description('Shows and steers the failover of virtual IPs between EC2 instances.')
    .option('--profile <name>', "profile of AWS's configuration files")
    .option('--region <name>', 'Region of the deployment')
    .option('--stack <name>', 'the CloudFormation stack', DEFAULT_STACK)
    .option('--state-machine <arn>', 'the state machine, where the stack is not named')
    .configureOutput({ writeOut: (text) => void terminal.write(text), writeErr: (text) => terminal.tell(text) })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .addHelpText('after', EXIT_CODES);
  for (const definition of COMMANDS) {
    const command = definition.define(program.command(definition.name).description(definition.summary));
    command.addHelpText('after', examplesOf(definition)).action(() => start(definition, command));
  }
  program
    .command('completion')
    .description('a script that makes the shell complete commands and options')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', COMPLETION_EXAMPLES)
    .action((shell: Shell) => terminal.write(completionFor(shell, program)));
  return program;
}

const COMPLETION_EXAMPLES = `
Examples:
  source <(vip-failover completion bash)
      for this shell; into ~/.bashrc for all (zsh alike, in ~/.zshrc)
  vip-failover completion fish > ~/.config/fish/completions/vip-failover.fish
      for all shells of fish`;

function examplesOf({ examples }: CommandDefinition): string {
  const lines = examples.map(([commandLine, what]) => `  ${commandLine}\n      ${what}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

async function runCommand(
  definition: CommandDefinition,
  command: Command,
  terminal: Terminal,
  now: () => number,
): Promise<ExitCode> {
  const options: Options = command.optsWithGlobals();
  assertNoBlankOption(command, options);
  const text = (name: string) => (typeof options[name] === 'string' ? options[name] : undefined);
  const account = { profile: text('profile'), region: text('region') };
  await checkAccount(account);
  const clients = connect(account);
  try {
    return await definition.run(
      sessionOf(
        { terminal, clients, options, arguments: command.processedArgs, now },
        { stack: text('stack') ?? DEFAULT_STACK, stateMachine: text('stateMachine') },
      ),
    );
  } finally {
    clients.destroy();
  }
}

/** An empty value is a variable of a script that is not set: nothing is done on a guess. @throws {UsageError} */
function assertNoBlankOption(command: Command, options: Options): void {
  for (const option of [...(command.parent?.options ?? []), ...command.options]) {
    const value = options[option.attributeName()];
    if (typeof value === 'string' && value.trim() === '')
      throw new UsageError(`${option.long} is empty. Give it a value, or leave it out.`);
  }
}
