import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Word {
  readonly name: string;
  readonly description: string;
}

/** A script that makes the shell complete commands and options, made from the command line as commander knows it. */
export function completionFor(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: optionsOf(command, program),
  }));
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return `#compdef vip-failover\nautoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
  }
}

type Completed = Word & { readonly options: readonly Word[] };

function optionsOf(command: Command, program: Command): Word[] {
  return [...command.options, ...program.options].map(({ long, description }) => ({ name: long ?? '', description }));
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) words='${options.map((option) => option.name).join(' ')}' ;;`,
  );
  return `_vip_failover() {
  local words='${commands.map(({ name }) => name).join(' ')}'
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words='${commands.map(({ name }) => name).join(' ')}'
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _vip_failover vip-failover
`;
}

function fish(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c vip-failover -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...options.map(
      (option) =>
        `complete -c vip-failover -n '__fish_seen_subcommand_from ${name}' -l ${option.name.replace(/^--/, '')} -d ${quoted(option.description)}`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
