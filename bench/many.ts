import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Plugin } from 'rolldown';
import { bundle } from '../infra/build';
import { FUNCTIONS } from '../infra/functions';
import { synthesize } from '../local/synth';
import { clustersConfig } from './clusters';
import type { MassResult } from './mass';
import { alike, BENCH_DIRECTORY, type Retries, type RetrySettings, withBundles, withRetries } from './template';

const CLUSTERS = 300;
/** (300 − 100) / 5 per second: what EC2's bucket of UnassignPrivateIpAddresses allows at best. Milliseconds. */
export const BOUND_MS = 40_000;
export const BAR_MS = 1.25 * BOUND_MS;
const SEEDS = [1, 2];
const AT_ONCE = 2;

export interface ManyResult {
  readonly clusters: number;
  readonly boundMs: number;
  readonly barMs: number;
  /** The workflow as it is, once a seed. */
  readonly chosen: readonly MassResult[];
  /** The same with other retry settings, one seed. */
  readonly candidates: readonly { readonly label: string; readonly result: MassResult }[];
}

const settings = (BackoffRate: number, MaxDelaySeconds: number): RetrySettings => ({
  IntervalSeconds: 1,
  BackoffRate,
  MaxDelaySeconds,
  MaxAttempts: 30,
  JitterStrategy: 'FULL',
});

/** What else the retries could be; all have an interval of 1 s, as Step Functions allows whole seconds only. */
const CANDIDATES: readonly (readonly [label: string, retries: Retries])[] = [
  ['AssignIp like the others: rate 2, at most 8 s', alike(settings(2, 8))],
  ['all states: rate 1.5, at most 2 s', alike(settings(1.5, 2))],
  ['all states: rate 2, at most 8 s, no jitter', alike({ ...settings(2, 8), JitterStrategy: 'NONE' })],
];
const STANDARD_READS = 'reads retried as the SDK does by default';

/** The Lambdas without functions/shared/patient-retry.ts. */
async function withStandardReads(templateFile: string): Promise<string> {
  const directoryOf = (folder: string) => join(BENCH_DIRECTORY, 'standard-reads', folder);
  const standard: Plugin = {
    name: 'standard-reads',
    load: (id) => (id.endsWith('/patient-retry.ts') ? 'export const PATIENT_RETRY = undefined;' : null),
  };
  await Promise.all(FUNCTIONS.map(({ folder }) => bundle(folder, directoryOf(folder), [standard])));
  return withBundles(templateFile, 'mass-standard-reads', directoryOf);
}

/** Hundreds of clusters at once: the workflow as it is, and with other retries. Each run in a process of its own. */
export async function measureMany(tell: (line: string) => void): Promise<ManyResult> {
  tell(`mass: synthesizing ${CLUSTERS} clusters`);
  const templateFile = synthesize(clustersConfig(CLUSTERS, 1, 'unassign-first'), undefined, {
    // No account would take this stack; the simulated cloud does.
    'vip-failover:maxClusters': CLUSTERS,
    '@aws-cdk/core:stackResourceLimit': 0,
  });
  const jobs = [
    ...SEEDS.map((seed) => ({ label: `as it is, seed ${seed}`, retries: {}, seed, from: templateFile })),
    ...CANDIDATES.map(([label, retries]) => ({ label, retries, seed: 1, from: templateFile })),
    { label: STANDARD_READS, retries: {}, seed: 1, from: await withStandardReads(templateFile) },
  ].map((job, index) => ({ ...job, file: withRetries(job.from, `mass-${index}`, job.retries) }));
  const results: MassResult[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (job === undefined) return;
      results[index] = await run(job.file, job.seed);
      tell(`mass: ${job.label}: last verified after ${Math.round((results[index]?.lastVerifiedMs ?? 0) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return {
    clusters: CLUSTERS,
    boundMs: BOUND_MS,
    barMs: BAR_MS,
    chosen: results.slice(0, SEEDS.length),
    candidates: jobs.slice(SEEDS.length).flatMap(({ label }, index) => {
      const result = results[SEEDS.length + index];
      // Each cluster's time is of interest for the plot only.
      return result === undefined ? [] : [{ label, result: { ...result, verifiedMs: [] } }];
    }),
  };
}

async function run(templateFile: string, seed: number): Promise<MassResult> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    // Most of what is made lives shortly: a large young generation halves the work of the garbage collector.
    ['--max-semi-space-size=64', '--import', 'tsx', join(__dirname, 'mass-run.ts'), templateFile, String(seed)],
    { maxBuffer: 1e8 },
  );
  return JSON.parse(stdout);
}
