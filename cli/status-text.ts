import { FINDINGS, PROBLEMS, REASONS } from '../functions/notify/locales/en';
import { type Cluster, nodeLabel } from '../functions/shared/cluster';
import type { Finding } from '../functions/shared/plan';
import type { NodeState } from './cluster-state';
import { line, table } from './output/text';
import { span, utc } from './output/time';
import { type Checks, type ClusterStatus, type LastMove, type Wrong, whatIsWrong } from './status';

/** One row a cluster. */
export function statusTable(statuses: readonly ClusterStatus[], clusters: readonly Cluster[], now: number): string {
  const head = ['CLUSTER', 'STATUS', 'ADDRESSES', 'HOLDER', 'READY', 'PAUSED', 'LAST MOVE'];
  return table(
    head,
    statuses.map((status) => [
      status.cluster,
      whatIsWrong(status)[0] ?? 'OK',
      status.addresses.map(({ address }) => address).join(', '),
      holdersOf(status),
      status.ready ? nextOf(status, clusters) : 'NO',
      status.paused === null ? '–' : (status.paused.until ?? 'yes'),
      status.lastMove === null ? '–' : `${ago(status.lastMove.at, now)} ${status.lastMove.outcome}`,
    ]),
  );
}

/** All that is known of one cluster, a line each. */
export function statusDetails(status: ClusterStatus, cluster: Cluster, now: number): string {
  const { nodes, paused, lastMove, findings, explanation } = status;
  const width = 11;
  const row = (name: string, text: string) => `  ${name.padEnd(width)}${text}\n`;
  const wrong = whatIsWrong(status).map((each) => IN_WORDS[each]);
  const first = `${cluster.name}  ${wrong.length === 0 ? 'all well' : `NOT WELL (${wrong.join(', ')})`}\n`;
  const lines = [
    ...nodes.map((node, index) => row(index === 0 ? 'nodes' : '', nodeLine(node, cluster))),
    row('decision', line(explanation)),
    row('ready', readiness(status, cluster, now)),
    ...(paused === null
      ? []
      : [
          row(
            'paused',
            `${paused.until === null ? 'without an end' : `until ${line(paused.until)}`}: ${line(paused.reason) || 'no reason given'}`,
          ),
        ]),
    row('last move', lastMove === null ? 'none known' : moveLine(lastMove, cluster, now)),
    ...findings.map((finding) => row(finding.severity, findingLine(finding))),
  ];
  return first + lines.join('');
}

const IN_WORDS: Readonly<Record<Wrong, string>> = {
  DOWN: 'DOWN',
  DEGRADED: 'DEGRADED',
  CHECK: 'CHECK',
  'NOT READY': 'not ready',
  'WAS NOT READY': 'the last check was not ready',
  'CHECK LATE': 'the last check is old',
  'NO CHECK': 'no check in the last three hours: normal only in the first minutes after a deployment',
};

function nodeLine({ instanceId, holds, problems }: NodeState, cluster: Cluster): string {
  const what = holds.length === 0 ? 'standby' : `holds ${holds.join(', ')}`;
  const excluded = problems.some(({ code }) => code === 'EXCLUDED');
  const sick = problems.filter(({ code }) => code !== 'EXCLUDED');
  const health =
    sick.length === 0 ? 'healthy' : sick.map(({ code, detail }) => PROBLEMS[code](line(detail))).join(', ');
  return `${line(nodeLabel(cluster, instanceId))}  ${what}, ${health}${excluded ? ', excluded: never a target' : ''}`;
}

function readiness({ ready, next, checks, lastCheck }: ClusterStatus, cluster: Cluster, now: number): string {
  const would = ready ? `yes: ${next === null ? 'nothing' : line(nodeLabel(cluster, next))} would take over` : 'NO';
  const last = lastCheck && `last check ${ago(lastCheck.at, now)}: ${lastCheck.ready ? 'ready' : 'NOT READY'}`;
  return `${would}; ${NO_CHECK[checks] ?? last}`;
}

const NO_CHECK: Readonly<Partial<Record<Checks, string>>> = {
  OFF: 'scheduled checks are switched off',
  'NOT YET': 'its first check has not run yet',
  NONE: 'NO CHECK in the last three hours',
  'NOT KNOWN': 'what its checks said is not known',
};

/** "2 days ago (2026-11-26 10:00:00Z) DRILLED: i-1 → i-2, a person asked for it, by alice: quarterly drill". */
function moveLine(move: LastMove, cluster: Cluster, now: number): string {
  const name = (place: string | null) => (place === null ? 'nobody' : line(nodeLabel(cluster, place)));
  const why = REASONS[move.why as keyof typeof REASONS] ?? move.why ?? 'the reason is not known';
  const by = move.requestedBy === null ? '' : `, by ${line(move.requestedBy)} (as stated)`;
  const reason = move.reason === null ? '' : `: ${line(move.reason)}`;
  return `${ago(move.at, now)} (${utc(Date.parse(move.at))}) ${move.outcome}: ${name(move.from)} → ${name(move.to)}, ${why}${by}${reason}`;
}

export function findingLine({ code, detail }: Finding): string {
  return `${FINDINGS[code]}${detail === '' ? '' : `: ${line(detail)}`}`;
}

function holdersOf({ addresses }: ClusterStatus): string {
  return [...new Set(addresses.map(({ holder }) => (holder === null ? 'NOBODY' : line(holder))))].join(', ');
}

function nextOf({ next, cluster }: ClusterStatus, clusters: readonly Cluster[]): string {
  const own = clusters.find(({ name }) => name === cluster);
  const node = own?.nodes.find(({ instanceId }) => instanceId === next);
  return node === undefined ? 'yes' : `yes, ${line(node.name ?? node.instanceId)}`;
}

function ago(time: string, now: number): string {
  return `${span(now - Date.parse(time))} ago`;
}
