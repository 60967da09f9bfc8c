import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../infra/build';
import { FUNCTIONS } from '../infra/functions';
import { bundleAsCdkDoes } from './esbuild';
import { hasBoto3 } from './naive/python';
import { median } from './statistics';

const ROOT = join(__dirname, '..');
const ROUNDS = 15;

/** One thing to load, each time in a fresh process. */
interface Load {
  readonly what: string;
  readonly run: () => number;
  readonly bytes: number | null;
}

export interface ColdResult {
  readonly rounds: number;
  readonly functions: readonly {
    readonly folder: string;
    readonly clients: string;
    readonly bytes: number;
    readonly bytesAsCdk: number;
    readonly loadMs: number;
    readonly asCdkMs: number;
    readonly sdkOutsideMs: number;
    /** The bar of the first ratio: of the time that the same handler takes as CDK bundles it. */
    readonly bar: number;
  }[];
  readonly floorMs: number;
  readonly naive: { readonly asCdkMs: number; readonly sdkOutsideMs: number };
  /** `import boto3` and two clients; null: not available here. */
  readonly boto3Ms: number | null;
}

/** Load times, medians, taken in turn so that whatever else the machine does falls on all alike. */
export async function measureCold(tell: (line: string) => void): Promise<ColdResult> {
  tell('cold: bundling');
  await Promise.all(FUNCTIONS.map(({ folder }) => bundle(folder)));
  const loads = new Map<string, Load>();
  const add = (load: Load) => loads.set(load.what, load);
  for (const { folder } of FUNCTIONS) {
    const source = join(ROOT, 'functions', folder, 'index.ts');
    add(requiring(folder, join(ROOT, 'dist/functions', folder, 'index.js')));
    add(requiring(`${folder} cdk`, bundleAsCdkDoes(source, `${folder}-cdk`, { sdk: 'bundled', minify: true })));
    add(
      requiring(`${folder} outside`, bundleAsCdkDoes(source, `${folder}-outside`, { sdk: 'external', minify: true })),
    );
  }
  const naive = join(__dirname, 'naive/handler.ts');
  add(requiring('naive cdk', bundleAsCdkDoes(naive, 'naive-bundled', { sdk: 'bundled', minify: true })));
  add(requiring('naive outside', bundleAsCdkDoes(naive, 'naive-outside', { sdk: 'external', minify: false })));
  add({ what: 'floor', run: () => inNode("require('node:https');require('node:crypto')"), bytes: null });
  if (hasBoto3()) add({ what: 'boto3', run: importBoto3, bytes: null });
  const times = new Map<string, number[]>();
  // The first round fills the disk's cache and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    tell(`cold: round ${round} of ${ROUNDS}`);
    for (const { what, run } of loads.values()) {
      const time = run();
      if (round > 0) times.set(what, [...(times.get(what) ?? []), time]);
    }
  }
  const timeOf = (what: string) => Math.round(median(times.get(what) ?? []) * 10) / 10;
  const bytesOf = (what: string) => loads.get(what)?.bytes ?? 0;
  return {
    rounds: ROUNDS,
    functions: FUNCTIONS.map(({ folder }) => ({
      folder,
      ...CLIENTS[folder],
      bytes: bytesOf(folder),
      bytesAsCdk: bytesOf(`${folder} cdk`),
      loadMs: timeOf(folder),
      asCdkMs: timeOf(`${folder} cdk`),
      sdkOutsideMs: timeOf(`${folder} outside`),
    })),
    floorMs: timeOf('floor'),
    naive: { asCdkMs: timeOf('naive cdk'), sdkOutsideMs: timeOf('naive outside') },
    boto3Ms: loads.has('boto3') ? timeOf('boto3') : null,
  };
}

const EC2_ONLY = { clients: 'EC2', bar: 0.22 };
const CLIENTS = {
  'verify-instance-state': { clients: 'EC2, CloudWatch', bar: 0.6 },
  'unassign-ip': EC2_ONLY,
  'assign-ip': EC2_ONLY,
  'verify-eni': EC2_ONLY,
  notify: { clients: 'EC2, SNS', bar: 0.6 },
} as const;

function requiring(what: string, file: string): Load {
  return { what, run: () => inNode(`require(${JSON.stringify(file)})`), bytes: statSync(file).size };
}

/**
 * Milliseconds that a statement takes in a fresh Node process. The variables are those that Lambda sets. The SDK's notice about
 * Node versions to come is off: it would be printed on machines with Node 20, and not on Lambda.
 * @see @aws-sdk/core, `emitWarningIfUnsupportedVersion`
 */
function inNode(statement: string): number {
  const script = `const start=process.hrtime.bigint();${statement};process.stdout.write('\\n@'+(process.hrtime.bigint()-start)+'\\n');process.exit()`;
  return nanoseconds(execFileSync(process.execPath, ['-e', script], { env: ENVIRONMENT, encoding: 'utf8' }));
}

function importBoto3(): number {
  const script =
    'import time;s=time.perf_counter_ns();import boto3;boto3.client("ec2");boto3.client("sns");print("@%d"%(time.perf_counter_ns()-s))';
  return nanoseconds(execFileSync('python3', ['-c', script], { env: ENVIRONMENT, encoding: 'utf8' }));
}

function nanoseconds(output: string): number {
  return Number(/@(\d+)/.exec(output)?.[1]) / 1e6;
}

const ENVIRONMENT = {
  PATH: process.env.PATH,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};
