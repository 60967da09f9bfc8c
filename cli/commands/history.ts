import { REASONS } from '../../functions/notify/locales/en';
import { nodeName } from '../../functions/notify/where';
import type { Cluster } from '../../functions/shared/cluster';
import type { RecordedOutcome } from '../collect/records';
import { type CommandDefinition, clusterNamed } from '../command';
import { EXIT, UsageError } from '../errors';
import { readOutcomes } from '../outcomes';
import { csvRow } from '../output/csv';
import { Progress } from '../output/progress';
import { line, padded } from '../output/text';
import { seconds, TIME_FORMS, utc } from '../output/time';
import { periodOf } from '../period';

const DEFAULT_SINCE = '30d';

export const history: CommandDefinition = {
  name: 'history',
  summary: 'every move, drill, rehearsal and refusal, oldest first, from the records of the outcomes',
  define: (command) =>
    command
      .argument('[cluster]', 'one cluster only')
      .option('--since <time>', TIME_FORMS, DEFAULT_SINCE)
      .option('--until <time>', 'the same; without it until now')
      .option('--json', 'a JSON list of the records as they are in the log')
      .option('--csv', 'for spreadsheets; cells that would be formulas begin with an apostrophe'),
  examples: [
    ['vip-failover history --since 12h', 'what happened last night'],
    ['vip-failover history mail --since 365d --csv > moves.csv', 'a year of one cluster, for a spreadsheet'],
    ['vip-failover history --json | jq \'.[] | select(.outcome == "FAILED")\'', 'what was refused or failed'],
  ],
  run: async (session) => {
    const {
      clients,
      terminal,
      options,
      arguments: [name],
    } = session;
    if (options.json && options.csv) throw new UsageError('--json and --csv exclude each other.');
    const deployment = await session.deployment();
    if (name !== undefined) clusterNamed(deployment.clusters, name);
    const { start, end } = periodOf(session, DEFAULT_SINCE);
    const format = options.json ? new JsonList() : options.csv ? CSV : inWords(deployment.clusters);
    const progress = new Progress(terminal, 'Reading the log');
    let count = 0;
    const search = { group: await deployment.outcomeLog(), cluster: name, start, end };
    await terminal.write(format.head);
    for await (const record of readOutcomes(clients, {
      ...search,
      progress: (part) => progress.reach(part, count),
    })) {
      count += 1;
      await terminal.write(format.row(record));
    }
    progress.end();
    await terminal.write(format.foot);
    if (count === 0) terminal.tell(`Nothing happened between ${utc(start)} and ${utc(end)}.\n`);
    return EXIT.OK;
  },
};

interface Format {
  readonly head: string;
  readonly foot: string;
  row(record: RecordedOutcome): string;
}

/** One record a line, so that a list of any length can be read as it comes. */
class JsonList implements Format {
  readonly head = '[';
  readonly foot = '\n]\n';
  private first = true;

  row({ at, ...record }: RecordedOutcome): string {
    const separator = this.first ? '\n' : ',\n';
    this.first = false;
    return separator + JSON.stringify({ at: new Date(at).toISOString(), ...record });
  }
}

const COLUMNS = [
  'cluster',
  'outcome',
  'mode',
  'trigger',
  'why',
  'from',
  'to',
  'requestedBy',
  'reason',
  'eventTime',
  'startTime',
  'outageMs',
  'darkTimeMs',
  'tookMs',
  'status',
  'error',
  'errorMessage',
  'told',
  'executionId',
] as const satisfies readonly (keyof RecordedOutcome)[];

const CSV: Format = {
  head: csvRow(['at', ...COLUMNS, 'addresses']),
  foot: '',
  row: (record) =>
    csvRow([new Date(record.at).toISOString(), ...COLUMNS.map((column) => record[column]), record.addresses.join(' ')]),
};

/** Columns of a fixed width: the rows are not all there when the first is written. */
function inWords(clusters: readonly Cluster[]): Format {
  const nameWidth = Math.max(7, ...clusters.map(({ name }) => name.length));
  const row = (cells: readonly string[], rest: string) =>
    `${cells.map((cell, index) => padded(cell, [20, nameWidth, 13, 47, 8][index] ?? 0)).join('  ')}  ${rest}`.trimEnd();
  return {
    head: `${row(['TIME (UTC)', 'CLUSTER', 'OUTCOME', 'MOVE', 'OUTAGE'], 'WHY')}\n`,
    foot: '',
    row: (record) => `${row(cellsOf(record, clusters), whyOf(record))}\n`,
  };
}

function cellsOf(record: RecordedOutcome, clusters: readonly Cluster[]): string[] {
  const cluster = clusters.find(({ name }) => name === record.cluster);
  const name = (place: string) => line(cluster === undefined ? place : nodeName(cluster, place).short);
  const from = record.from === null ? '–' : record.from.split(',').map(name).join(', ');
  return [utc(record.at), line(record.cluster), record.outcome, moveOf(record, from, name), seconds(record.outageMs)];
}

/** A rehearsal moved nothing: its record has the node that would be next. */
function moveOf({ outcome, to }: RecordedOutcome, from: string, name: (place: string) => string): string {
  if (to === null) return from;
  return outcome === 'REHEARSED' ? `${from} (next: ${name(to)})` : `${from} → ${name(to)}`;
}

function whyOf({ why, error, errorMessage, requestedBy, reason, told, silence }: RecordedOutcome): string {
  const because =
    error === null ? (REASONS[why as keyof typeof REASONS] ?? why ?? '') : `${error}: ${errorMessage ?? ''}`;
  const parts = [
    because,
    ...(requestedBy === null ? [] : [`by ${requestedBy} (as stated)`]),
    ...(reason === null ? [] : [`"${reason}"`]),
    ...(told ? [] : [`no notice (${silence})`]),
  ];
  return line(parts.join(', '));
}
