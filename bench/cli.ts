import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ClusterDriver } from '../local/demo/cluster-driver';
import { cluster } from '../local/demo/scenarios/configs';
import { synthesize } from '../local/demo/synth';
import { type Cloud, type CloudOptions, startCloud } from '../local/emulator/cloud';
import { REALISTIC } from '../local/emulator/kernel/latency';
import { openedIn } from './chromium';
import { clustersConfig } from './clusters';
import { outcomeLine } from './outcome-line';
import { median } from './statistics';
import { BENCH_DIRECTORY } from './template';

const COMMAND = join(__dirname, '../dist/cli/main.js');
const DAY = 86_400_000;
const ROUNDS = 7;
const CLUSTERS = 40;
const RECORDS = [100, 1_000, 10_000, 50_000];
const MOVES = 200;
/** What the command is measured against, milliseconds. */
export const BAR_MS = 2_000;

/** Memory in bytes, times in milliseconds. */
export interface CliResult {
  /** Processes that wanted to run, by the last minute's average, when it began; and processors. */
  readonly load: number;
  readonly processors: number;
  readonly status: {
    readonly clusters: number;
    readonly medianMs: number;
    readonly slowestMs: number;
    readonly startMs: number;
  };
  readonly history: readonly {
    readonly records: number;
    readonly ms: number;
    readonly heap: number;
    readonly maxRss: number;
  }[];
  readonly report: {
    readonly moves: number;
    readonly bytes: number;
    readonly ms: number;
    /** Null where there is no Chromium. */
    readonly opened: { readonly paintMs: number; readonly loadMs: number; readonly layoutMs: number } | null;
  };
}

/** The operator's command as it is published, in a process of its own, against the local cloud over HTTP. */
export async function measureCli(tell: (line: string) => void): Promise<CliResult> {
  mkdirSync(BENCH_DIRECTORY, { recursive: true });
  await promisify(execFile)(process.execPath, ['--import', 'tsx', join(__dirname, '../cli/build.ts')]);
  const machine = { load: loadavg()[0] ?? 0, processors: availableParallelism() };
  tell(`cli: status of ${CLUSTERS} clusters`);
  const status = await measureStatus();
  tell(`cli: history of up to ${Math.max(...RECORDS)} records`);
  const history = await measureHistory();
  tell(`cli: report of a year with ${MOVES} moves`);
  return { ...machine, status, history, report: await measureReport() };
}

async function measureStatus(): Promise<CliResult['status']> {
  const options = { clock: 'real', lambda: 'in-process', port: 0, latency: REALISTIC } as const;
  const cloud = await startCloud({
    ...options,
    templateFile: synthesize(clustersConfig(CLUSTERS, 1, 'unassign-first')),
  });
  try {
    const times: number[] = [];
    const starts: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      starts.push(await timed(cloud, ['--help']));
      times.push(await timed(cloud, ['status']));
    }
    // The first round warms the machine's caches.
    const counted = times.slice(1);
    return {
      clusters: CLUSTERS,
      medianMs: median(counted),
      slowestMs: Math.max(...counted),
      startMs: median(starts.slice(1)),
    };
  } finally {
    await cloud.close();
  }
}

async function measureHistory(): Promise<CliResult['history']> {
  const results = [];
  for (const records of RECORDS) {
    const cloud = await quietCloud(30);
    try {
      const group = cloud.template.ofType('AWS::Logs::LogGroup').find(({ logicalId }) => logicalId.includes('Notify'));
      for (let number = 0; number < records; number += 1) {
        cloud.timeline.add({
          type: 'log',
          group: group?.physicalId ?? '',
          line: outcomeLine({ executionId: `arn:x:${number}` }),
        });
        if (number % 100 === 99) await cloud.advance((30 * DAY) / (records / 100) - 1);
      }
      const file = join(BENCH_DIRECTORY, 'heap.json');
      const hook = ['--expose-gc', '--require', join(__dirname, 'heap.cjs')];
      const ms = await timed(cloud, ['history', '--since', '31d', '--csv'], hook, { HEAP_FILE: file });
      results.push({ records, ms, ...JSON.parse(readFileSync(file, 'utf8')) });
    } finally {
      await cloud.close();
    }
  }
  return results;
}

async function measureReport(): Promise<CliResult['report']> {
  let moving = true;
  const cloud = await quietCloud(365, (...call) => (moving ? REALISTIC(...call) : 0));
  try {
    const driver = new ClusterDriver(cloud);
    for (let move = 0; move < MOVES; move += 1) {
      driver.drill(move % 2 === 0 ? driver.standby : driver.active, 'bench');
      await driver.settled();
      await cloud.advance((365 * DAY) / MOVES - 2 * 60_000);
    }
    moving = false;
    const file = join(BENCH_DIRECTORY, 'report.html');
    const ms = await timed(cloud, ['report', '--since', '366d', '-o', file]);
    return { moves: MOVES, bytes: statSync(file).size, ms, opened: await openedIn(file) };
  } finally {
    await cloud.close();
  }
}

/** A cloud that began so many days ago, in virtual time, and answers at once over HTTP. */
function quietCloud(days: number, latency: NonNullable<CloudOptions['latency']> = () => 0): Promise<Cloud> {
  const startTime = Date.now() - days * DAY;
  return startCloud({ templateFile: synthesize(cluster(2)), clock: 'virtual', port: 0, startTime, latency });
}

/** Milliseconds from starting the command to its end. @throws Error what it said, where it could not do it */
async function timed(
  cloud: Cloud,
  words: readonly string[],
  hook: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [...hook, COMMAND, ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...variables,
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: cloud.template.region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  // Clusters that were never checked are not well: 1.
  if (code !== 0 && !(code === 1 && said === '')) throw new Error(`${words.join(' ')} ended with ${code}: ${said}`);
  return performance.now() - began;
}
