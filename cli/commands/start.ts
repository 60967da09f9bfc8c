import { type Cluster, type ClusterNode, nodeLabel } from '../../functions/shared/cluster';
import type { NotifyOutput } from '../../functions/shared/contract';
import { asFields } from '../../functions/shared/input';
import { lookAt } from '../cluster-state';
import { type CommandDefinition, clusterNamed, nodeNamed, oneCluster, optionOf, type Session } from '../command';
import { EXIT, type ExitCode, Problem, UsageError } from '../errors';
import { findingsIn } from '../execution/findings';
import { follow } from '../execution/follow';
import { callerArn, type ExecutionRequest, startExecution } from '../execution/start';
import { answerOf, type ExecutionHistory } from '../execution/states';
import { line } from '../output/text';
import { seconds } from '../output/time';
import { findingLine } from '../status-text';

const BY = ['--by <name>', "who asks; without it the caller's identity at AWS"] as const;

export const rehearse: CommandDefinition = {
  name: 'rehearse',
  summary: 'walks every state of the workflow and changes nothing; says whether a failover would work',
  define: (command) =>
    command
      .argument('[cluster]', 'may be left out where there is one only')
      .option('--to <node>', 'the target: its name, its instance ID or its interface ID')
      .option(...BY),
  examples: [['vip-failover rehearse mail', 'exit code 0: a failover would work; 1: it would not']],
  run: async (session) => {
    const { cluster, target } = await chosen(session);
    return carryOut(session, cluster, { mode: 'rehearsal', ...(target && { target: target.instanceId }) });
  },
};

export const drill: CommandDefinition = {
  name: 'drill',
  summary: 'a planned move of the addresses off a healthy holder',
  define: (command) =>
    command
      .argument('[cluster]', 'may be left out: the node says it')
      .requiredOption('--to <node>', 'the target: its name, its instance ID or its interface ID')
      .option('--reason <text>', 'stands in the notice and the records')
      .option(...BY)
      .option('--yes', 'do not ask before it moves'),
  examples: [
    ['vip-failover drill --to mail-2 --reason "quarterly drill"', 'asks, moves, and follows it until it is proven'],
    ['vip-failover drill --to mail-1 --yes', 'back again'],
  ],
  run: async (session) => {
    const { cluster, target } = await chosen(session);
    if (target === null) throw new UsageError('--to is missing: a drill names its target.');
    if (!session.options.yes && !(await agreed(session, cluster, target))) return EXIT.NOTHING_DONE;
    return carryOut(session, cluster, { mode: 'drill', target: target.instanceId, ...reasonOf(session) });
  },
};

export const failover: CommandDefinition = {
  name: 'failover',
  summary: 'moves the addresses off an unhealthy holder; with a target also off one that EC2 calls healthy',
  define: (command) =>
    command
      .argument('[cluster]', 'may be left out where there is one only, or where --to says it')
      .option('--to <node>', 'the target: its name, its instance ID or its interface ID')
      .requiredOption('--reason <text>', 'stands in the notice and the records')
      .option(...BY),
  examples: [
    ['vip-failover failover mail --reason "node hangs"', 'moves if EC2 calls the holder unhealthy'],
    ['vip-failover failover --to mail-2 --reason "smtp hangs"', 'moves also if EC2 sees nothing wrong'],
  ],
  run: async (session) => {
    const { cluster, target } = await chosen(session);
    const more = { ...(target && { target: target.instanceId }), ...reasonOf(session) };
    return carryOut(session, cluster, { mode: 'failover', ...more });
  },
};

async function chosen(session: Session): Promise<{ cluster: Cluster; target: ClusterNode | null }> {
  const { clusters } = await session.deployment();
  const [name] = session.arguments;
  const to = optionOf(session, 'to');
  if (to === undefined) return { cluster: oneCluster(clusters, name), target: null };
  const { cluster, node } = nodeNamed(name === undefined ? clusters : [clusterNamed(clusters, name)], to);
  return { cluster, target: node };
}

async function requesterOf(session: Session): Promise<string> {
  return optionOf(session, 'by') ?? callerArn(session.clients);
}

function reasonOf(session: Session): { readonly reason?: string } {
  const reason = optionOf(session, 'reason');
  return reason === undefined ? {} : { reason };
}

async function agreed({ clients, terminal, now }: Session, cluster: Cluster, target: ClusterNode): Promise<boolean> {
  const { state } = await lookAt(clients, cluster, now());
  const to = line(nodeLabel(cluster, target.instanceId));
  const there = state.addresses.every(({ instanceId }) => instanceId === target.instanceId);
  const where = state.addresses.map(({ address, holder }) =>
    there ? address : `${address} (now on ${line(holder ?? 'nobody')})`,
  );
  const answer = await terminal.ask(
    there
      ? `${to} has ${where.join(', ')} already: nothing would move. Start the drill all the same? [y/N] `
      : `Move ${where.join(', ')} to ${to}? [y/N] `,
  );
  if (answer === null) throw new UsageError('Nobody is there to answer: say --yes.');
  const yes = /^y(es)?$/i.test(answer.trim());
  if (!yes) terminal.tell('Nothing was started.\n');
  return yes;
}

async function carryOut(
  session: Session,
  cluster: Cluster,
  request: Omit<ExecutionRequest, 'cluster' | 'requestedBy'>,
): Promise<ExitCode> {
  const { clients, terminal } = session;
  const { stateMachineArn, workflowLog } = await session.deployment();
  const requestedBy = await requesterOf(session);
  const started = await startExecution(clients, stateMachineArn, { cluster: cluster.name, requestedBy, ...request });
  await terminal.write(`Started ${started.executionArn}\n`);
  if (workflowLog === null)
    throw new Problem('The state machine writes no log, so nobody can say how it ends. Deploy the stack again.');
  const { history, interrupted } = await follow(session, workflowLog, started);
  if (history?.end == null) {
    terminal.tell(
      `${interrupted ? 'The execution goes on' : 'Its end is not in the log yet'}: vip-failover history ${cluster.name} --since 10m\n`,
    );
    return EXIT.NOT_KNOWN;
  }
  return conclude(terminal, history, request);
}

/** What the execution came to, in a line and in the exit code. */
async function conclude(
  terminal: Session['terminal'],
  history: ExecutionHistory,
  { mode, target }: Pick<ExecutionRequest, 'mode' | 'target'>,
): Promise<ExitCode> {
  const took = seconds((history.endedAt ?? history.startedAt) - history.startedAt);
  if (history.end !== 'succeeded') {
    await terminal.write(`FAILED after ${took}: ${line(history.error ?? history.end ?? '')}\n`);
    return EXIT.WRONG;
  }
  const { outcome, outageMs, darkTimeMs } = asFields(
    answerOf(history, 'NotifySuccess', 'NotifyNothingToDo'),
  ) as Partial<NotifyOutput>;
  const findings = findingsIn(history);
  for (const finding of findings) await terminal.write(`${finding.severity}: ${findingLine(finding)}\n`);
  if (outcome === 'REHEARSED') {
    const fails = findings.some(({ severity }) => severity === 'problem');
    await terminal.write(
      fails ? 'A failover WOULD FAIL: see the problems above.\n' : `A failover would work (${took}).\n`,
    );
    return fails ? EXIT.WRONG : EXIT.OK;
  }
  if (outcome === 'NOTHING_TO_DO') {
    const { why } = asFields(answerOf(history, 'VerifyInstanceState'));
    const wanted = mode === 'failover' && target === undefined && why === 'HOLDER_HEALTHY';
    await terminal.write(
      `Nothing was done: the lines above say why.${wanted ? ' To move off a holder that EC2 calls healthy, name the target: --to NODE.' : ''}\n`,
    );
    return EXIT.NOTHING_DONE;
  }
  const times = [
    ...(typeof outageMs === 'number' ? [`outage ${seconds(outageMs)}`] : []),
    ...(typeof darkTimeMs === 'number' ? [`without a holder ${seconds(darkTimeMs)}`] : []),
  ];
  await terminal.write(`${outcome} after ${took}${times.length === 0 ? '' : ` (${times.join(', ')})`}\n`);
  return EXIT.OK;
}
