import { CreateTagsCommand, DeleteTagsCommand } from '@aws-sdk/client-ec2';
import { type Cluster, nodeLabel } from '../../functions/shared/cluster';
import { readSnapshot, type Snapshot } from '../../functions/shared/snapshot';
import { PAUSED_TAG, STANDBY_TAG } from '../../functions/shared/tags';
import { isExcluded } from '../../functions/verify-instance-state/tags';
import { type CommandDefinition, clusterNamed, nodeNamed, oneCluster, optionOf, type Session } from '../command';
import { EXIT, type ExitCode, Problem, UsageError } from '../errors';
import { line } from '../output/text';
import { parseTime, TIME_FORMS, utc } from '../output/time';
import { pauseNow, pauseValue } from '../pause';

export const pause: CommandDefinition = {
  name: 'pause',
  summary: 'nothing of the cluster moves by itself until a time; requests by hand still work',
  define: (command) =>
    command
      .argument('<cluster>')
      .requiredOption('--until <time>', `when it ends by itself: ${TIME_FORMS}`)
      .requiredOption('--reason <text>', 'stands in the tag and in every notice meanwhile'),
  examples: [
    ['vip-failover pause mail --until 18:00 --reason "kernel update"', 'until six, local time'],
    ['vip-failover pause mail --until 2h --reason "network work"', 'for two hours'],
  ],
  run: async (session) => {
    const { clients, terminal, now } = session;
    const cluster = clusterNamed((await session.deployment()).clusters, session.arguments[0] ?? '');
    const until = parseTime(optionOf(session, 'until') ?? '', now(), 'future');
    if (until <= now()) throw new UsageError(`--until is ${utc(until)}, which is over.`);
    const Value = pauseValue(optionOf(session, 'reason') ?? '', until);
    const Resources = shownNodes(cluster, await readSnapshot(clients.ec2, cluster));
    await clients.ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: PAUSED_TAG, Value }] }));
    await terminal.write(
      `${cluster.name} is paused until ${utc(until)} (in UTC): nothing moves by itself. Drills and failovers by hand work.\nEnd it before: vip-failover resume ${cluster.name}\n`,
    );
    return EXIT.OK;
  },
};

export const resume: CommandDefinition = {
  name: 'resume',
  summary: 'ends a pause',
  define: (command) => command.argument('[cluster]', 'may be left out where there is one only'),
  examples: [['vip-failover resume mail', 'the cluster looks after itself again']],
  run: async (session) => {
    const { clients, terminal, now } = session;
    const cluster = oneCluster((await session.deployment()).clusters, session.arguments[0]);
    const snapshot = await readSnapshot(clients.ec2, cluster);
    const paused = pauseNow(cluster, snapshot, now());
    const Resources = shownNodes(cluster, snapshot).filter(
      (id) => snapshot.instances[id]?.tags[PAUSED_TAG] !== undefined,
    );
    if (Resources.length === 0) {
      await terminal.write(`${cluster.name} is not paused.\n`);
      return EXIT.NOTHING_DONE;
    }
    await clients.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: PAUSED_TAG }] }));
    const was =
      paused === null ? 'The pause was over already; its tags are gone.' : `It was paused: ${line(paused.reason)}.`;
    await terminal.write(`${cluster.name} looks after itself again. ${was}\n`);
    return EXIT.OK;
  },
};

export const exclude: CommandDefinition = {
  name: 'exclude',
  summary: 'the node is never a target; what it holds stays there',
  define: (command) => command.argument('<node>', 'its name, its instance ID or its interface ID'),
  examples: [['vip-failover exclude mail-2', 'before its disk is replaced']],
  run: (session) => setStandby(session, true),
};

export const include: CommandDefinition = {
  name: 'include',
  summary: 'the node may be a target again',
  define: (command) => command.argument('<node>', 'its name, its instance ID or its interface ID'),
  examples: [['vip-failover include mail-2', 'after its disk was replaced']],
  run: (session) => setStandby(session, false),
};

async function setStandby(session: Session, never: boolean): Promise<ExitCode> {
  const { clients, terminal } = session;
  const { cluster, node } = nodeNamed((await session.deployment()).clusters, session.arguments[0] ?? '');
  const { instanceId } = node;
  const name = line(nodeLabel(cluster, instanceId));
  const snapshot = await readSnapshot(clients.ec2, cluster);
  if (snapshot.instances[instanceId] === undefined)
    throw new Problem(`EC2 does not show ${name}: there is nothing to tag.`);
  const told = never ? `${name} is never a target.` : `${name} may be a target.`;
  if (isExcluded(instanceId, snapshot) === never) {
    await terminal.write(`${told} That was so before.\n`);
    return EXIT.NOTHING_DONE;
  }
  const Resources = [instanceId];
  if (never) {
    await clients.ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: STANDBY_TAG, Value: 'never' }] }));
  } else {
    await clients.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: STANDBY_TAG }] }));
  }
  await terminal.write(`${told} What it holds stays where it is.\n`);
  return EXIT.OK;
}

/** The nodes that can be tagged: one that is gone would fail the call for all. @throws {Problem} where there is none */
function shownNodes({ name, nodes }: Cluster, { instances }: Snapshot): string[] {
  const shown = nodes.map(({ instanceId }) => instanceId).filter((id) => instances[id] !== undefined);
  if (shown.length === 0) throw new Problem(`EC2 shows no node of ${name}: there is nothing to tag.`);
  return shown;
}
