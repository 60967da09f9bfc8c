import { ClusterDriver } from '../local/demo/cluster-driver';
import { synthesize } from '../local/demo/synth';
import { startCloud } from '../local/emulator/cloud';
import { REALISTIC } from '../local/emulator/kernel/latency';
import { clustersConfig } from './clusters';
import { OVERHEAD } from './overhead';
import { median, percentile } from './statistics';

/** So many seeds, of latencies and jitter. */
const RUNS = 25;
const ALARM = 'smtp-down';

/** What starts the workflow, from its event's time to the proof, functions warm: milliseconds. */
export interface TriggerResult {
  readonly trigger: string;
  readonly runs: number;
  readonly toNodeMs: number;
  readonly toProvenMs: number;
  readonly slowestOf20Ms: number;
}

/** By what people call it: how it comes about. */
const TRIGGERS: Readonly<Record<string, (driver: ClusterDriver) => void>> = {
  'an EC2 event: the active node is stopping': (driver) => driver.stop(driver.active),
  'the user’s alarm on the active node, which runs': ({ cloud }) => cloud.alarms.setState(ALARM, 'ALARM', 'no answer'),
  'a claim of the other node; the active one is healthy in EC2’s eyes': (driver) => driver.claim(driver.standby),
};

export async function measureTriggers(): Promise<TriggerResult[]> {
  const { clusters, ...rest } = clustersConfig(1, 1, 'unassign-first');
  const watched = clusters.map(({ nodes, ...cluster }) => ({
    ...cluster,
    nodes: nodes.map((node, index) => (index === 0 ? { ...node, alarms: [ALARM] } : node)),
  }));
  const templateFile = synthesize({ clusters: watched, ...rest });
  const results = [];
  for (const [trigger, bringAbout] of Object.entries(TRIGGERS)) {
    const runs = [];
    for (let seed = 1; seed <= RUNS; seed += 1) runs.push(await play(templateFile, seed, bringAbout));
    results.push({
      trigger,
      runs: RUNS,
      toNodeMs: Math.round(median(runs.map(({ toNodeMs }) => toNodeMs))),
      toProvenMs: Math.round(median(runs.map(({ toProvenMs }) => toProvenMs))),
      slowestOf20Ms: Math.round(
        percentile(
          runs.map(({ toProvenMs }) => toProvenMs),
          0.95,
        ),
      ),
    });
  }
  return results;
}

/** One move, in virtual time. @throws Error where the address is not on the standby in the end */
async function play(templateFile: string, seed: number, bringAbout: (driver: ClusterDriver) => void) {
  const overhead = { cold: OVERHEAD.warm, warm: OVERHEAD.warm };
  const cloud = await startCloud({
    templateFile,
    clock: 'virtual',
    seed,
    latency: REALISTIC,
    overhead,
    reuseInstances: true,
  });
  const driver = new ClusterDriver(cloud);
  const before = cloud.timeline.events.length;
  bringAbout(driver);
  await driver.settled();
  const after = cloud.timeline.events.slice(before);
  const at = (what: (event: (typeof after)[number]) => boolean) => after.find(what)?.at ?? Number.NaN;
  const began = at(({ type }) => type === 'event');
  const arrived = at((event) => event.type === 'holder-changed' && event.to === driver.standby.networkInterfaceId);
  const proven = at((event) => event.type === 'state-exited' && event.state === 'VerifyEni');
  await cloud.close();
  if (!driver.holds(driver.standby) || Number.isNaN(proven - began)) throw new Error(`Seed ${seed} moved nothing.`);
  return { toNodeMs: arrived - began, toProvenMs: proven - began };
}
