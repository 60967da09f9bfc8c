import { type CommandDefinition, clustersNamed, type Session } from '../command';
import { EXIT, type ExitCode, UsageError } from '../errors';
import { readStatus } from '../status';
import { statusDetails, statusTable } from '../status-text';

const DEFAULT_SECONDS = 5;

export const status: CommandDefinition = {
  name: 'status',
  summary: 'who holds the addresses, which nodes are healthy, and whether a failover would work now',
  define: (command) =>
    command
      .argument('[cluster]', 'one cluster with all details; without it all clusters')
      .option('--json', 'for programs')
      .option('--watch [seconds]', `again and again, every ${DEFAULT_SECONDS} seconds where no other number is given`),
  examples: [
    ['vip-failover status', 'all clusters in a table, and the details of those that are not well'],
    ['vip-failover status mail --watch', 'one cluster, every five seconds, until Ctrl-C'],
    [
      "vip-failover status --json | jq -r '.clusters[] | select(.well | not).cluster'",
      'names of the clusters that are not well',
    ],
  ],
  run: async (session) => {
    const pause = pauseOf(session.options.watch);
    let code = await once(session);
    while (pause !== null && !session.terminal.interrupted.aborted) {
      await session.terminal.wait(pause);
      if (!session.terminal.interrupted.aborted) code = await once(session);
    }
    return code;
  },
};

async function once({ clients, terminal, options, arguments: [name], deployment, now }: Session): Promise<ExitCode> {
  const found = await deployment();
  const clusters = clustersNamed(found.clusters, name);
  const { clusters: statuses, notKnown } = await readStatus(clients, found, clusters, now());
  const { stateMachineArn } = found;
  const at = new Date(now()).toISOString();
  if (options.json) {
    await terminal.write(
      `${JSON.stringify({ at, stateMachineArn, clusters: statuses, notKnown }, null, options.watch ? 0 : 2)}\n`,
    );
  } else {
    const clear = options.watch && terminal.interactive ? '\u001b[2J\u001b[H' : '';
    const detailed = statuses.filter(({ well }) => clusters.length === 1 || !well);
    const details = detailed.flatMap((each) => {
      const cluster = clusters.find((candidate) => candidate.name === each.cluster);
      return cluster === undefined ? [] : [`\n${statusDetails(each, cluster, now())}`];
    });
    await terminal.write(`${clear}${statusTable(statuses, clusters, now())}${details.join('')}`);
  }
  for (const text of notKnown) terminal.tell(`Not known: ${text}\n`);
  return statuses.every(({ well }) => well) ? EXIT.OK : EXIT.WRONG;
}

/** Milliseconds between two looks; null: one look only. @throws {UsageError} */
function pauseOf(watch: unknown): number | null {
  if (watch === undefined) return null;
  const seconds = watch === true ? DEFAULT_SECONDS : Number(watch);
  if (seconds >= 1 && seconds <= 3_600) return seconds * 1_000;
  throw new UsageError(
    `--watch ${String(watch)}: 1 to 3600 seconds are allowed. A cluster's name stands before --watch.`,
  );
}
