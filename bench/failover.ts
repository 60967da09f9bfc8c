import { join } from 'node:path';
import { synthesize } from '../local/demo/synth';
import type { TimelineEvent } from '../local/emulator/kernel/timeline';
import { clustersIn } from '../local/emulator/template/registry';
import { loadTemplate } from '../local/emulator/template/template';
import { clustersConfig } from './clusters';
import { bundleAsCdkDoes } from './esbuild';
import { type PythonRun, pythonRuns } from './naive/python';
import { naiveTemplate } from './naive/template';
import { OVERHEAD } from './overhead';
import { type Played, play, SITUATIONS, type Situation } from './play';
import { median } from './statistics';
import { measureTriggers, type TriggerResult } from './triggers';

const SEEDS = Array.from({ length: 15 }, (_, index) => index + 1);
const NONE = { cold: 0, warm: 0 };
/** All functions were invoked of late, as the scheduled check sees to it. */
const WARM = { cold: OVERHEAD.warm, warm: OVERHEAD.warm };
export const VIRTUAL_IPS = [1, 5, 15, 49] as const;

/** Medians of all seeds, milliseconds; null: the address did not get there. */
export interface Comparison {
  readonly situation: Situation;
  readonly who: string;
  readonly eventToStandbyMs: number | null;
  readonly eventToVerifiedMs: number | null;
  readonly darkMs: number | null;
  readonly notices: number;
}

export interface FailoverResult {
  readonly path: {
    readonly calls: Readonly<Record<string, number>>;
    readonly total: number;
    readonly roundTrips: number;
    /** What the calls on the critical path took, and the failover to its notice, without any Lambda overhead. */
    readonly floorMs: number;
    readonly eventToNoticeMs: number;
  };
  readonly between: readonly string[];
  readonly handovers: readonly {
    readonly handover: string;
    readonly darkMs: number;
    readonly eventToVerifiedMs: number;
  }[];
  readonly scale: readonly {
    readonly virtualIps: number;
    readonly assignCalls: number;
    readonly eventToVerifiedMs: number;
  }[];
  readonly comparisons: readonly Comparison[];
  readonly triggers: readonly TriggerResult[];
  readonly python: readonly PythonRun[] | null;
}

export async function measureFailover(tell: (line: string) => void): Promise<FailoverResult> {
  tell('failover: synthesizing');
  const templateFile = synthesize(clustersConfig(1, 1, 'unassign-first'));
  const atomic = synthesize(clustersConfig(1, 1, 'atomic'));
  const [cluster] = clustersIn(loadTemplate(templateFile));
  if (cluster === undefined) throw new Error('The template has no cluster');
  const source = join(__dirname, 'naive/handler.ts');
  const naive = naiveTemplate(
    templateFile,
    bundleAsCdkDoes(source, 'naive-bundled', { sdk: 'bundled', minify: true }),
    cluster,
  );
  tell('failover: the path');
  const bare = await runs(templateFile, 'stop', NONE);
  const comparisons: Comparison[] = [];
  for (const situation of SITUATIONS) {
    tell(`failover: ${situation}`);
    comparisons.push(
      compared(situation, 'vip-failover, cold', await runs(templateFile, situation, OVERHEAD)),
      compared(situation, 'vip-failover, warm', await runs(templateFile, situation, WARM)),
      compared(situation, 'naive Lambda, cold', await runs(naive, situation, OVERHEAD)),
      compared(situation, 'naive Lambda, warm', await runs(naive, situation, WARM)),
    );
  }
  tell('failover: handovers and scale');
  const handovers = [];
  for (const [handover, file] of [
    ['unassign-first', templateFile],
    ['atomic', atomic],
  ] as const) {
    const played = await runs(file, 'stop', WARM);
    handovers.push({
      handover,
      darkMs: medianOf(played, 'darkMs'),
      eventToVerifiedMs: medianOf(played, 'eventToVerifiedMs'),
    });
  }
  const scale = [];
  for (const virtualIps of VIRTUAL_IPS) {
    const played = await runs(synthesize(clustersConfig(1, virtualIps, 'unassign-first')), 'stop', WARM);
    const assignCalls = Math.max(...played.map(({ calls }) => calls.AssignPrivateIpAddresses ?? 0));
    scale.push({ virtualIps, assignCalls, eventToVerifiedMs: medianOf(played, 'eventToVerifiedMs') });
  }
  tell('failover: what starts it');
  const triggers = await measureTriggers();
  tell('failover: the naive Lambda in Python');
  const [first] = bare;
  if (first === undefined) throw new Error('Nothing was played');
  return {
    path: {
      calls: first.calls,
      total: Math.max(...bare.map(({ calls }) => Object.values(calls).reduce((sum, count) => sum + count, 0))),
      roundTrips: criticalPath(first.timeline).length,
      floorMs: median(bare.map(({ timeline }) => criticalPath(timeline).reduce((sum, call) => sum + call, 0))),
      eventToNoticeMs: median(bare.map(({ timeline }) => eventToNotice(timeline))),
    },
    between: betweenUnassignAndAssign((await runs(templateFile, 'stop', WARM))[0]?.timeline ?? []),
    handovers,
    scale,
    comparisons,
    triggers,
    python: await pythonRuns(templateFile, cluster),
  };
}

async function runs(
  templateFile: string,
  situation: Situation,
  overhead: { cold: number; warm: number },
): Promise<Played[]> {
  const all = [];
  for (const seed of SEEDS) all.push(await play({ templateFile, situation, seed, overhead }));
  return all;
}

type Time = 'eventToStandbyMs' | 'eventToVerifiedMs' | 'darkMs';

/** @throws Error where it did not happen in every run */
function medianOf(played: readonly Played[], time: Time): number {
  const result = medianOrNull(played, time);
  if (result === null) throw new Error(`${time} is missing from a run`);
  return result;
}

function medianOrNull(played: readonly Played[], time: Time): number | null {
  const values = played.flatMap((run) => run[time] ?? []);
  return values.length < played.length ? null : Math.round(median(values));
}

function compared(situation: Situation, who: string, played: readonly Played[]): Comparison {
  return {
    situation,
    who,
    eventToStandbyMs: medianOrNull(played, 'eventToStandbyMs'),
    eventToVerifiedMs: medianOrNull(played, 'eventToVerifiedMs'),
    darkMs: medianOrNull(played, 'darkMs'),
    notices: Math.min(...played.map(({ notices }) => notices)),
  };
}

/** Durations of the calls that nothing else runs beside, or that the others beside wait for: milliseconds. */
export function criticalPath(timeline: readonly TimelineEvent[]): number[] {
  const calls = timeline.flatMap((event) =>
    event.type === 'api-call' ? [{ from: event.at - event.milliseconds, to: event.at }] : [],
  );
  const path: number[] = [];
  let call = calls.sort((a, b) => b.to - a.to)[0];
  while (call !== undefined) {
    const { from, to } = call;
    path.unshift(to - from);
    call = calls.filter((each) => each.to <= from).sort((a, b) => b.to - a.to)[0];
  }
  return path;
}

function eventToNotice(timeline: readonly TimelineEvent[]): number {
  const at = (type: TimelineEvent['type']) => timeline.find((event) => event.type === type)?.at ?? Number.NaN;
  return at('notice') - at('rule-matched');
}

/** What happens while an address has no holder, in order. */
function betweenUnassignAndAssign(timeline: readonly TimelineEvent[]): string[] {
  const changes = timeline.flatMap((event, index) => (event.type === 'holder-changed' ? [index] : []));
  const [released = 0, taken = 0] = changes;
  const start = timeline[released]?.at ?? 0;
  // The call that took the address is recorded right after what it did.
  return timeline.slice(released, taken + 2).flatMap((event) => {
    const after = `+${Math.round(event.at - start)} ms`;
    switch (event.type) {
      case 'holder-changed':
        return [`${after}: ${event.address} ${event.to === null ? 'has no holder' : 'is on the standby'}`];
      case 'state-entered':
        return [`${after}: state ${event.state} entered`];
      case 'state-exited':
        return [`${after}: state ${event.state} left`];
      case 'api-call':
        return [`${after}: ${event.service}:${event.action} answered ${event.caller}`];
      default:
        return [];
    }
  });
}
