import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClusterDriver } from '../../local/demo/cluster-driver';
import { startCloud } from '../../local/emulator/cloud';
import { REALISTIC } from '../../local/emulator/kernel/latency';
import type { RegistryCluster } from '../../local/emulator/template/registry';
import { bringAbout, judge, SITUATIONS, type Situation } from '../play';
import { writeTemplate } from '../template';
import { readTemplate } from '../workflow';
import { interfacesOf } from './template';

/** One run of the naive Lambda in Python, warm: the event finds it loaded. Milliseconds; null: it did not happen. */
export interface PythonRun {
  readonly situation: Situation;
  readonly eventToStandbyMs: number | null;
  readonly darkMs: number | null;
  readonly notices: number;
  readonly loadMs: number;
  readonly error: string | null;
}

/** Whether this machine has Python with boto3. */
export function hasBoto3(): boolean {
  return spawnSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' }).status === 0;
}

/** Real time, over HTTP, one run each and no second try (Lambda's would come a minute later). Null where boto3 is not available. */
export async function pythonRuns(templateFile: string, cluster: RegistryCluster): Promise<PythonRun[] | null> {
  if (!hasBoto3()) return null;
  const quiet = withoutRules(templateFile);
  const all = [];
  for (const situation of SITUATIONS) all.push(await run(quiet, cluster, situation));
  return all;
}

async function run(templateFile: string, cluster: RegistryCluster, situation: Situation): Promise<PythonRun> {
  const cloud = await startCloud({ templateFile, clock: 'real', latency: REALISTIC, port: 0 });
  const driver = new ClusterDriver(cloud, cluster);
  const python = start(cloud.endpoint, cluster, cloud.template.ofType('AWS::SNS::Topic')[0]?.arn ?? '');
  const lines = createInterface(python.stdout)[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value ?? '{}');
  try {
    const { loadMs } = await answer();
    const happened = new Promise<void>((resolve) => {
      cloud.timeline.listen((event) => {
        if (event.type === 'event' && /"(stopped|terminated)"/.test(JSON.stringify(event.detail))) resolve();
      });
    });
    bringAbout(cloud, driver, situation);
    await happened;
    python.stdin.write('go\n');
    const { error } = await answer();
    const { eventToStandbyMs, darkMs, notices } = judge(cloud, driver);
    return { situation, eventToStandbyMs, darkMs, notices, loadMs: Math.round(loadMs), error };
  } finally {
    python.stdin.end();
    await cloud.close();
  }
}

/** The same cloud with nobody who reacts to events. */
function withoutRules(templateFile: string): string {
  const template = readTemplate(templateFile);
  const kept = Object.entries(template.Resources).filter(
    ([, { Type }]) => Type !== 'AWS::Events::Rule' && Type !== 'AWS::CloudWatch::Alarm',
  );
  return writeTemplate(templateFile, 'python', { ...template, Resources: Object.fromEntries(kept) });
}

function start(endpoint: string, cluster: RegistryCluster, topic: string): ChildProcessWithoutNullStreams {
  return spawn('python3', [join(__dirname, 'run.py')], {
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: endpoint,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      TOPIC_ARN: topic,
      ...interfacesOf(cluster),
    },
  });
}
