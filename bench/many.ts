import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plugin } from 'rolldown';
import { bundle } from '../infra/build';
import { FUNCTIONS } from '../infra/functions';
import { synthesize } from '../local/demo/synth';
import { clustersConfig } from './clusters';
import type { MassResult } from './mass';
import { BENCH_DIRECTORY, withBundles, withoutLogs } from './template';

const CLUSTERS = 300;
/** (300 − 100) / 5 per second: what EC2's bucket of UnassignPrivateIpAddresses allows at best. Milliseconds. */
export const BOUND_MS = 40_000;
export const BAR_MS = 45_000;
/** Stopping takes about a minute, and may take more: the event "stopped" comes that much later than "stopping". */
const STOPPING_MS = 60_000;
const SEEDS = [1, 2];
const AT_ONCE = 2;

export interface ManyResult {
  readonly clusters: number;
  readonly boundMs: number;
  readonly barMs: number;
  /** The workflow as it is, once a seed. */
  readonly chosen: readonly MassResult[];
  /** The same, made differently, one seed. */
  readonly others: readonly { readonly label: string; readonly result: MassResult }[];
}

const STOPPED_AT_ONCE = 'stopped at once: two executions a cluster compete';
const STANDARD_READS = 'reads retried as the SDK does by default';

/** The Lambdas without the patient retries of functions/shared/aws-clients.ts. */
async function withStandardReads(templateFile: string): Promise<string> {
  const directoryOf = (folder: string) => join(BENCH_DIRECTORY, 'standard-reads', folder);
  const standard: Plugin = {
    name: 'standard-reads',
    load: (id) =>
      id.endsWith('/aws-clients.ts')
        ? readFileSync(id, 'utf8').replaceAll(/retryStrategy: patientRetry\(\w+\),?/g, '')
        : null,
  };
  await Promise.all(FUNCTIONS.map(({ folder }) => bundle(folder, directoryOf(folder), [standard])));
  return withBundles(templateFile, 'mass-standard-reads', directoryOf);
}

/** Hundreds of clusters at once: as it is, and with the SDK's own retries of reads. Each run in a process of its own. */
export async function measureMany(tell: (line: string) => void): Promise<ManyResult> {
  tell(`mass: synthesizing ${CLUSTERS} clusters`);
  const templateFile = synthesize(clustersConfig(CLUSTERS, 1, 'unassign-first'), undefined, {
    // No account would take this stack; the simulated cloud does.
    'vip-failover:maxClusters': CLUSTERS,
    '@aws-cdk/core:stackResourceLimit': 0,
  });
  const jobs = [
    ...SEEDS.map((seed) => ({ label: `as it is, seed ${seed}`, seed, from: templateFile })),
    { label: STOPPED_AT_ONCE, seed: 1, from: templateFile, stoppingMs: 300 },
    { label: STANDARD_READS, seed: 1, from: await withStandardReads(templateFile) },
  ].map((job, index) => ({ ...job, file: withoutLogs(job.from, `mass-${index}`) }));
  const results: MassResult[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (job === undefined) return;
      results[index] = await run(job.file, job.seed, 'stoppingMs' in job ? job.stoppingMs : undefined);
      tell(`mass: ${job.label}: last verified after ${Math.round((results[index]?.lastVerifiedMs ?? 0) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    clusters: CLUSTERS,
    boundMs: BOUND_MS,
    barMs: BAR_MS,
    chosen: results.slice(0, SEEDS.length),
    others: jobs.slice(SEEDS.length).flatMap(({ label }, index) => {
      const result = results[SEEDS.length + index];
      // Each cluster's time is of interest for the plot only.
      return result === undefined ? [] : [{ label, result: { ...result, verifiedMs: [] } }];
    }),
  };
}

async function run(templateFile: string, seed: number, stoppingMs = STOPPING_MS): Promise<MassResult> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    // Most of what is made lives shortly: a large young generation halves the work of the garbage collector.
    [
      '--max-semi-space-size=64',
      '--import',
      'tsx',
      join(__dirname, 'mass-run.ts'),
      templateFile,
      String(seed),
      String(stoppingMs),
    ],
    { maxBuffer: 1e8 },
  );
  return JSON.parse(stdout);
}
