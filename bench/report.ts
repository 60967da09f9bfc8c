import { BAR_MS as CLI_BAR_MS, type CliResult } from './cli';
import type { ColdResult } from './cold';
import type { Comparison, FailoverResult } from './failover';
import type { ManyResult } from './many';
import type { MassResult } from './mass';
import type { Table } from './table';

/** What results.json holds; a part that was never measured is absent. */
export interface Results {
  readonly cold?: ColdResult;
  readonly failover?: FailoverResult;
  readonly mass?: ManyResult;
  readonly cli?: CliResult;
}

export interface Section {
  readonly section: 'cold' | 'failover' | 'mass' | 'cli';
  readonly tables: readonly Table[];
}

export function tablesOf({ cold, failover, mass, cli }: Results): Section[] {
  return [
    ...(cold ? [{ section: 'cold' as const, tables: coldTables(cold) }] : []),
    ...(failover ? [{ section: 'failover' as const, tables: failoverTables(failover) }] : []),
    ...(mass ? [{ section: 'mass' as const, tables: [massTable(mass)] }] : []),
    ...(cli ? [{ section: 'cli' as const, tables: cliTables(cli) }] : []),
  ];
}

const NOT_HERE = 'not available here';
const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
const ms = (value: number | null) => (value === null ? 'never' : `${Math.round(value)} ms`);
const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;
const met = (ratio: number, bar: number) => `${ratio.toFixed(2)} (${ratio <= bar ? 'meets' : 'MISSES'} ${bar})`;

function coldTables({ rounds, functions, floorMs, naive, boto3Ms }: ColdResult): Table[] {
  return [
    {
      title: `Load time of each handler, median of ${rounds} fresh processes, taken in turn`,
      rows: [
        [
          'function',
          'clients',
          'bundle',
          'load',
          'as CDK bundles it with the SDK',
          'ratio',
          'SDK left outside',
          'ratio',
          'to boto3',
        ],
        ...functions.map((each) => [
          each.folder,
          each.clients,
          kilobytes(each.bytes),
          ms(each.loadMs),
          `${ms(each.asCdkMs)}, ${kilobytes(each.bytesAsCdk)}`,
          met(each.loadMs / each.asCdkMs, each.bar),
          ms(each.sdkOutsideMs),
          met(each.loadMs / each.sdkOutsideMs, 1),
          boto3Ms === null ? NOT_HERE : met(each.loadMs / boto3Ms, 0.15),
        ]),
      ],
    },
    {
      title: 'For comparison, in the same run',
      rows: [
        ['what is loaded', 'time'],
        ['floor: Node’s `https` and `crypto`', ms(floorMs)],
        ['naive Lambda, `NodejsFunction` defaults (SDK outside)', ms(naive.sdkOutsideMs)],
        ['naive Lambda, `bundleAwsSDK: true, minify: true`', ms(naive.asCdkMs)],
        ['Python: `import boto3`, EC2 and SNS clients', boto3Ms === null ? NOT_HERE : ms(boto3Ms)],
      ],
    },
  ];
}

function failoverTables(result: FailoverResult): Table[] {
  const { path, between, handovers, scale, comparisons, triggers, python } = result;
  const calls = Object.entries(path.calls).map(([action, count]) => (count > 1 ? `${count} ${action}` : action));
  return [
    {
      title: 'The path of a plain failover',
      rows: [
        ['', ''],
        ['API calls', `${path.total}: ${calls.join(', ')}`],
        ['round trips one after another', String(path.roundTrips)],
        ['floor: the latencies of those', ms(path.floorMs)],
        ['event to notice without Lambda’s own time', ms(path.eventToNoticeMs)],
      ],
    },
    {
      title: 'What lies between unassign and assign (functions warm)',
      rows: [['moment', 'what happens'], ...between.map((line) => line.split(': ', 2))],
    },
    {
      title: 'Dark time by handover (functions warm)',
      rows: [
        ['handover', 'dark time', 'event to verified'],
        ...handovers.map(({ handover, darkMs, eventToVerifiedMs }) => [handover, ms(darkMs), ms(eventToVerifiedMs)]),
      ],
    },
    {
      title: 'Scale of one cluster (functions warm)',
      rows: [
        ['virtual IPs', 'assign calls', 'event to verified'],
        ...scale.map((each) => [String(each.virtualIps), String(each.assignCalls), ms(each.eventToVerifiedMs)]),
      ],
    },
    triggersTable(triggers),
    {
      title: 'Side by side: the same events, cloud and latencies; medians of 15 runs',
      rows: [
        [
          'what befalls the active node',
          'who',
          'event to address on the standby',
          'proven',
          'dark time',
          'people told',
        ],
        ...comparisons.map(comparedRow),
        ...(python === null
          ? [['any', 'naive Lambda in Python', NOT_HERE, '', '', '']]
          : python.map((run) => [
              run.situation,
              'naive Lambda in Python, warm (one run, real time)',
              ms(run.eventToStandbyMs),
              'no',
              dark(run),
              told(run.notices),
            ])),
      ],
    },
  ];
}

/** Median for a claim, milliseconds. */
const CLAIM_BAR_MS = 2_000;

function triggersTable(triggers: FailoverResult['triggers']): Table {
  const [first] = triggers;
  return {
    title: `What starts it, from the event to the proof (functions warm, medians of ${first?.runs ?? 0} runs)`,
    rows: [
      [
        'what starts it',
        'address on the other node',
        'proven',
        `to ${seconds(CLAIM_BAR_MS)}`,
        '19 of 20 proven within',
      ],
      ...triggers.map(({ trigger, toNodeMs, toProvenMs, slowestOf20Ms }) => [
        trigger,
        ms(toNodeMs),
        ms(toProvenMs),
        met(toProvenMs / CLAIM_BAR_MS, 1),
        ms(slowestOf20Ms),
      ]),
    ],
  };
}

function comparedRow(each: Comparison): string[] {
  const proven = each.eventToVerifiedMs === null ? 'no' : `after ${ms(each.eventToVerifiedMs)}`;
  return [each.situation, each.who, ms(each.eventToStandbyMs), proven, dark(each), told(each.notices)];
}

const dark = ({ darkMs }: { readonly darkMs: number | null }) => (darkMs === null ? 'for good' : ms(darkMs));
const told = (notices: number) => (notices > 0 ? 'yes' : 'no');

function massTable({ clusters, barMs, chosen, others }: ManyResult): Table {
  return {
    title: `${clusters} clusters lose their active node within one second; EC2’s token buckets on; the bar is ${seconds(barMs)}`,
    rows: [
      [
        'retries',
        'moved',
        'told',
        'failed',
        'median',
        'last verified',
        'longest dark time',
        'API calls',
        'of them throttled',
      ],
      ...chosen.map((result, index) => massRow(`**as deployed**, seed ${index + 1}`, result, barMs)),
      ...others.map(({ label, result }) => massRow(label, result, barMs)),
    ],
  };
}

function massRow(label: string, result: MassResult, barMs: number): string[] {
  return [
    label,
    String(result.moved),
    String(result.notices),
    String(result.failedExecutions),
    seconds(result.medianVerifiedMs),
    `${seconds(result.lastVerifiedMs)} (${result.lastVerifiedMs <= barMs ? 'meets' : 'MISSES'})`,
    seconds(result.longestDarkMs),
    String(result.apiCalls),
    String(result.throttledCalls),
  ];
}

function cliTables({ load, processors, status, history, report }: CliResult): Table[] {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const within = (milliseconds: number) =>
    `${seconds(milliseconds)} (${milliseconds <= CLI_BAR_MS ? 'meets' : 'MISSES'})`;
  const { opened } = report;
  return [
    {
      title: `The operator's command; the bar is ${seconds(CLI_BAR_MS)}; ${processors} processors, load ${load.toFixed(1)} when it began`,
      rows: [
        ['what', 'time'],
        [`\`status\` of ${status.clusters} clusters, realistic latencies, median`, within(status.medianMs)],
        ['the slowest of seven', within(status.slowestMs)],
        ['of that, starting Node and loading the command (`--help`)', seconds(status.startMs)],
        [`\`report\` of a year with ${report.moves} moves, ${megabytes(report.bytes)}: writing it`, seconds(report.ms)],
        ['opening it in Chromium: first contentful paint', opened === null ? NOT_HERE : within(opened.paintMs)],
        ['opening it: `load`', opened === null ? NOT_HERE : within(opened.loadMs)],
        ['opening it: laid out, with everything unfolded', opened === null ? NOT_HERE : within(opened.layoutMs)],
      ],
    },
    {
      title: '`history --csv`: what its heap holds after a collection, at the highest, and the largest resident set',
      rows: [
        ['records', 'time', 'heap', 'resident'],
        ...history.map(({ records, ms: time, heap, maxRss }) => [
          records.toLocaleString('en'),
          seconds(time),
          megabytes(heap),
          megabytes(maxRss),
        ]),
      ],
    },
  ];
}
