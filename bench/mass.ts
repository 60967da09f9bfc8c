import { startCloud } from '../local/emulator/cloud';
import { REALISTIC } from '../local/emulator/kernel/latency';
import { seeded } from '../local/emulator/kernel/random';
import type { Timeline } from '../local/emulator/kernel/timeline';
import { OVERHEAD } from './overhead';
import { percentile } from './statistics';

export interface MassOptions {
  readonly templateFile: string;
  readonly seed: number;
  /** How long an instance is `stopping`, ms. */
  readonly stoppingMs: number;
  readonly throttle?: boolean;
}

/** Of many failovers at once. Times are milliseconds since the first event. */
export interface MassResult {
  readonly clusters: number;
  readonly moved: number;
  readonly notices: number;
  readonly failedExecutions: number;
  readonly timedOut: number;
  readonly lastVerifiedMs: number;
  readonly medianVerifiedMs: number;
  readonly p95VerifiedMs: number;
  /** The longest that an address had no holder. */
  readonly longestDarkMs: number;
  readonly medianDarkMs: number;
  readonly throttledCalls: number;
  readonly apiCalls: number;
  readonly stalePlans: number;
  readonly retries: number;
  /** Invocations that ran into their function's timeout. */
  readonly lambdaTimeouts: number;
  /** Each cluster's, in order. */
  readonly verifiedMs: readonly number[];
}

/** All clusters of the template lose their active node within one second. Virtual time. */
export async function mass({ templateFile, seed, stoppingMs, throttle = true }: MassOptions): Promise<MassResult> {
  const cloud = await startCloud({
    templateFile,
    clock: 'virtual',
    seed,
    latency: REALISTIC,
    throttle,
    overhead: OVERHEAD,
    world: { transitions: { stopping: stoppingMs } },
  });
  const { clusters, timeline, world } = cloud;
  const seen = watch(timeline);
  const random = seeded(seed + 1_000);
  const stops = clusters.map(({ nodes }) => ({ node: nodes[0], at: random() * 1_000 })).sort((a, b) => a.at - b.at);
  let now = 0;
  for (const { node, at } of stops) {
    await cloud.advance(at - now);
    now = at;
    if (node !== undefined) world.stopInstance(node.instanceId);
  }
  await cloud.idle();
  await cloud.close();
  const verified = [...seen.verifiedAt.values()].map((at) => Math.round(at - seen.firstEventAt));
  return {
    clusters: clusters.length,
    moved: clusters.filter(({ nodes, virtualIps, subnetId }) =>
      virtualIps.every(({ address }) => world.holderOf(address, subnetId) === nodes[1]?.networkInterfaceId),
    ).length,
    notices: seen.notices,
    failedExecutions: seen.failedExecutions,
    timedOut: seen.timedOut,
    lastVerifiedMs: Math.max(...verified),
    medianVerifiedMs: percentile(verified, 0.5),
    p95VerifiedMs: percentile(verified, 0.95),
    longestDarkMs: Math.max(...seen.darkTimes),
    medianDarkMs: percentile(seen.darkTimes, 0.5),
    throttledCalls: seen.throttledCalls,
    apiCalls: seen.apiCalls,
    stalePlans: seen.stalePlans,
    retries: seen.retries,
    lambdaTimeouts: seen.lambdaTimeouts,
    verifiedMs: verified.sort((a, b) => a - b),
  };
}

/** Counts what happens and forgets it: the whole timeline of hundreds of executions would fill the memory. */
function watch(timeline: Timeline) {
  const seen = {
    firstEventAt: Number.POSITIVE_INFINITY,
    /** The first proof for each cluster. */
    verifiedAt: new Map<string, number>(),
    darkTimes: [] as number[],
    notices: 0,
    failedExecutions: 0,
    timedOut: 0,
    throttledCalls: 0,
    apiCalls: 0,
    stalePlans: 0,
    retries: 0,
    lambdaTimeouts: 0,
  };
  const homelessSince = new Map<string, number>();
  const clusterOf = new Map<string, string>();
  timeline.listen((event) => {
    timeline.events.length = 0;
    switch (event.type) {
      case 'execution-started':
        clusterOf.set(event.execution, eventsInstance(event.input));
        break;
      case 'rule-matched':
        seen.firstEventAt = Math.min(seen.firstEventAt, event.at);
        break;
      case 'state-exited':
        if (event.state === 'VerifyEni') {
          const cluster = clusterOf.get(event.execution) ?? '';
          seen.verifiedAt.set(cluster, seen.verifiedAt.get(cluster) ?? event.at);
        }
        break;
      case 'holder-changed':
        if (event.to === null) homelessSince.set(event.address, event.at);
        else seen.darkTimes.push(event.at - (homelessSince.get(event.address) ?? event.at));
        break;
      case 'notice':
        if (event.attributes.outcome === 'FAILED_OVER') seen.notices += 1;
        break;
      case 'execution-failed':
        seen.failedExecutions += 1;
        if (event.error === 'States.Timeout') seen.timedOut += 1;
        break;
      case 'api-call':
        seen.apiCalls += 1;
        if (event.error?.code === 'RequestLimitExceeded') seen.throttledCalls += 1;
        break;
      case 'state-caught':
        if (event.error === 'PlanStale') seen.stalePlans += 1;
        break;
      case 'lambda':
        if (event.what === 'timeout') seen.lambdaTimeouts += 1;
        break;
      case 'state-retried':
        seen.retries += 1;
        break;
    }
  });
  return seen;
}

/** Only one node of each cluster is stopped, so its name stands for the cluster. */
function eventsInstance(input: unknown): string {
  const { detail } = input as { readonly detail?: { readonly 'instance-id'?: string } };
  return detail?.['instance-id'] ?? '';
}
