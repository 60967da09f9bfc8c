import { type CommandDefinition, clustersNamed, optionOf } from '../command';
import type { Diagnosis } from '../doctor/diagnosis';
import { examine } from '../doctor/examine';
import { EXIT } from '../errors';

export const doctor: CommandDefinition = {
  name: 'doctor',
  summary: 'before the disaster: what would keep a failover, or the notice of it, from working, and what to do',
  define: (command) =>
    command
      .argument('[cluster]', 'one cluster only; without it all')
      .option('--config <file>', "the configuration that was deployed, where it is not cdk.json's")
      .option('--json', 'for programs'),
  examples: [['vip-failover doctor', 'exit code 1 where something is a problem, or could not be read']],
  run: async (session) => {
    const {
      clients,
      terminal,
      options,
      arguments: [name],
      now,
    } = session;
    const deployment = await session.deployment();
    const diagnoses = await examine(
      clients,
      deployment,
      clustersNamed(deployment.clusters, name),
      now(),
      optionOf(session, 'config'),
    );
    await terminal.write(options.json ? `${JSON.stringify(diagnoses, null, 2)}\n` : diagnoses.map(inWords).join(''));
    const bad = diagnoses.some(({ verdict }) => verdict === 'PROBLEM' || verdict === 'NOT KNOWN');
    return bad ? EXIT.WRONG : EXIT.OK;
  },
};

function inWords({ verdict, about, what, todo }: Diagnosis): string {
  const [first = '', ...more] = what.split('\n');
  const rest = [...more, ...(todo === null ? [] : [`→ ${todo}`])].map((text) => `${' '.repeat(11)}${text}\n`);
  return `${verdict.padEnd(11)}${about}: ${first}\n${rest.join('')}`;
}
