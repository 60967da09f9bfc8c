import type { TimelineEvent } from '../../local/timeline';
import type { Played } from './play';
import { lackOfProof } from './proof';
import { isMutating, published, type Run, record, runsOf, strings, tookEffect } from './runs';

/** The invariants of docs/reliability.md, by their short names there. */
export const INVARIANTS = [
  'proof',
  'no silent loss',
  'convergence',
  'no theft',
  'rehearsals change nothing',
  'notices',
  'elastic ips',
  'drills come to rest',
] as const;

export interface Violation {
  readonly invariant: (typeof INVARIANTS)[number];
  readonly says: string;
}

/** Judges a history that was played. An empty list: every invariant holds. */
export function violationsOf(played: Played): readonly Violation[] {
  const runs = runsOf(played);
  if (played.stuck !== null) return [{ invariant: 'convergence', says: `It never came to rest: ${played.stuck}` }];
  const found = {
    proof: proof(played, runs),
    'no silent loss': noSilentLoss(played, runs),
    convergence: convergence(played),
    'no theft': noTheft(played, runs),
    'rehearsals change nothing': rehearsalsChangeNothing(runs),
    notices: notices(played, runs),
    'elastic ips': elasticIps(played),
    'drills come to rest': drillsComeToRest(played, runs),
  } satisfies Record<(typeof INVARIANTS)[number], readonly string[]>;
  return INVARIANTS.flatMap((invariant) => found[invariant].map((says) => ({ invariant, says })));
}

const short = ({ arn, input }: Pick<Run, 'arn' | 'input'>) => {
  const what = 'mode' in input ? String(input.mode) : String(record(input.detail).state ?? input['detail-type']);
  return `execution …${arn.slice(-6)} (${what})`;
};

/** A success is reported only after VerifyEni's own last look showed it. */
function proof(played: Played, runs: readonly Run[]): string[] {
  return runs.flatMap((run) =>
    run.notices.flatMap(({ state, index, plan }) => {
      if (state !== 'NotifySuccess' || plan?.action !== 'MOVE') return [];
      const reads = (played.witness.proofReads.get(run.arn) ?? []).filter((read) => read.index <= index);
      const lacks = lackOfProof(plan, reads);
      // Two runs of one execution share their reads: either may have made the last one.
      return run.starts > 1 || lacks.length === 0 ? [] : [`${short(run)} reports a move; ${lacks.join('; ')}`];
    }),
  );
}

/** At rest, an address without a healthy holder has been told, or the next check repairs it. */
function noSilentLoss(played: Played, runs: readonly Run[]): string[] {
  return played.cloud.clusters.flatMap((cluster, index) => {
    const rest = played.rest.clusters[index];
    if (rest === undefined || rest.well || rest.paused || !rest.repairable) return [];
    if (played.checked.clusters[index]?.well) return [];
    const last = runs.findLast((run) => run.cluster === cluster && run.index < played.rest.index);
    const wasTold = last !== undefined && last.failedWith !== null && told(played, last);
    return wasTold ? [] : [`Nobody was told, and the next check did not repair it. ${rest.says}`];
  });
}

/** One scheduled check brings everything to one healthy node, and then nothing moves. */
function convergence(played: Played): string[] {
  const { cloud, checked, end } = played;
  const after = cloud.timeline.events.slice(checked.index).filter(isMove);
  return cloud.clusters.flatMap((cluster, index) => {
    const atCheck = checked.clusters[index];
    const atEnd = end.clusters[index];
    if (atCheck === undefined || atEnd === undefined) return [];
    const problems: string[] = [];
    if (!atCheck.paused && atCheck.repairable && !atCheck.well)
      problems.push(`The check did not repair it. ${atCheck.says}`);
    if (!atEnd.paused && atEnd.repairable && !atEnd.well) problems.push(`It did not stay well. ${atEnd.says}`);
    for (const { address } of cluster.virtualIps) {
      const moves = after.filter((event) => event.address === address && event.to !== null);
      const failback =
        failsBack(cluster) && moves.length === 1 && moves[0]?.to === cluster.nodes[0]?.networkInterfaceId;
      if (moves.length > 0 && !failback)
        problems.push(`${address} moved again after the check: ${moves.map(({ to }) => to).join(', ')}`);
    }
    return problems;
  });
}

const failsBack = (cluster: object) => 'failbackAfterMinutes' in cluster;

function isMove(event: TimelineEvent): event is Extract<TimelineEvent, { type: 'holder-changed' }> {
  return event.type === 'holder-changed';
}

/** Calls that change something name only the execution's own interfaces and addresses; everything else stays as it was. */
function noTheft({ untouchable, cloud }: Played, runs: readonly Run[]): string[] {
  const problems = runs.flatMap((run) =>
    run.calls.filter(isMutating).flatMap((call) => {
      const { NetworkInterfaceId, PrivateIpAddress } = record(call.parameters);
      const interfaces = run.cluster?.nodes.map(({ networkInterfaceId }) => networkInterfaceId) ?? [];
      const ours = run.cluster?.virtualIps.map(({ address }) => address) ?? [];
      const given = Array.isArray(PrivateIpAddress) ? strings(PrivateIpAddress) : [String(PrivateIpAddress)];
      const own = interfaces.includes(String(NetworkInterfaceId)) && given.every((address) => ours.includes(address));
      return own ? [] : [`${short(run)}: ${call.action} of ${given.join(', ')} on ${NetworkInterfaceId}`];
    }),
  );
  const existing = new Set(
    cloud.world
      .view()
      .networkInterfaces()
      .map(({ id }) => id),
  );
  const lines = (text: string) =>
    text.split('\n').filter((line) => !line.startsWith('eni-') || existing.has(line.slice(0, line.indexOf(' '))));
  const before = lines(untouchable.before);
  const changed = lines(untouchable.after).filter((line) => !before.includes(line));
  return [...problems, ...changed.map((line) => `Changed, and was none of ours: ${line}`)];
}

function rehearsalsChangeNothing(runs: readonly Run[]): string[] {
  return runs.flatMap((run) => {
    const moves = run.plans.some(({ action }) => action === 'MOVE');
    const calls = run.calls.filter(isMutating);
    if (calls.length === 0 || (run.input.mode !== 'rehearsal' && moves)) return [];
    return [
      `${short(run)} decided ${run.plans.map(({ action }) => action)} and called ${calls.map((each) => each.action)}`,
    ];
  });
}

/** A notice of its own; or, where it could send none any more, the alarm that stands in for it. */
function told(played: Played, run: Run): boolean {
  return published(run) || (couldNotTell(run) && alarmStandsIn(played, run));
}

function couldNotTell(run: Run): boolean {
  const died = run.failedWith === 'Aborted' || run.failedWith === 'States.Timeout';
  return died || run.noticeFailed || run.failedWith === 'NoticeFailed';
}

/** An alarm of the workflow was up within minutes of the failure, or is still up. */
function alarmStandsIn({ cloud }: Played, { failedAt }: Run): boolean {
  if (failedAt === null) return false;
  const names = new Set(
    cloud.alarms
      .list()
      .filter(({ namespace, metricName }) => namespace === 'AWS/States' && metricName.startsWith('Executions'))
      .map(({ name }) => name),
  );
  const up = new Set<string>();
  for (const event of cloud.timeline.events) {
    if (event.type !== 'alarm' || !names.has(event.name)) continue;
    if (event.at > failedAt && up.size > 0) return true;
    if (event.to === 'ALARM') up.add(event.name);
    else up.delete(event.name);
    if (event.at >= failedAt && up.size > 0) return true;
  }
  return up.size > 0;
}

/** Longer than reads lag behind writes. */
const SETTLED_MILLISECONDS = 10_000;

function notices(played: Played, runs: readonly Run[]): string[] {
  return [
    ...runs.flatMap((run) => [...untold(played, run, runs), ...toldForNothing(played, run), ...gaveUp(run)]),
    ...unready(played),
  ];
}

/** What changed a holder, failed, or was asked for by a person, is told. A check that could do nothing is told by the readiness alarm. */
function untold(played: Played, run: Run, runs: readonly Run[]): string[] {
  if (told(played, run)) return [];
  const changed = run.effects.length > 0 && !isOvertaken(played, run, runs);
  const failed = run.failedWith !== null && run.input.mode !== 'check';
  const asked = run.input.mode !== undefined && run.input.mode !== 'check';
  if (!changed && !failed && !asked) return [];
  const why = changed ? 'changed a holder' : failed ? `failed with ${run.failedWith}` : 'was asked for by a person';
  return [`${short(run)} ${why} (ended ${run.failedWith ?? 'well'}), and nobody was told`];
}

/** What it did was undone by another execution that ran at the same time, which tells where the addresses are. */
function isOvertaken(played: Played, run: Run, runs: readonly Run[]): boolean {
  const last = run.plans.at(-1);
  if (run.failedWith !== null || last === undefined || last.action !== 'NONE' || last.pass === 1) return false;
  return runs.some(
    (other) =>
      other !== run &&
      other.cluster === run.cluster &&
      other.plans.some(({ action }) => action === 'MOVE') &&
      other.startedAt <= (run.endedAt ?? 0) &&
      (other.endedAt ?? 0) >= run.startedAt &&
      told(played, other),
  );
}

/** An event about a cluster that is well, at a time when nothing else goes on, moves nothing and tells nobody. */
function toldForNothing(played: Played, run: Run): string[] {
  const { cloud, byHand, witness } = played;
  if (!('detail-type' in run.input) || run.failedWith !== null) return [];
  if (!published(run) && run.effects.length === 0) return [];
  const index = run.cluster === null ? -1 : cloud.clusters.indexOf(run.cluster);
  const own = new Set(run.effects.map((effect) => effect.index));
  const ownTimes = new Set(run.calls.filter(isMutating).map(({ at }) => at));
  const steady = cloud.timeline.events.every((event, where) => {
    if (event.at < run.startedAt - SETTLED_MILLISECONDS || event.at > (run.endedAt ?? event.at)) return true;
    const mine = own.has(where) || (event.type === 'elastic-ip-changed' && ownTimes.has(event.at));
    const disturbs = ['instance-state', 'holder-changed', 'elastic-ip-changed'].includes(event.type);
    return mine || (!disturbs && !byHand.some(([from, to]) => where >= from && where < to));
  });
  const well = witness.atStart.get(run.arn)?.[index]?.well ?? false;
  const did = run.effects.length > 0 ? 'moved the addresses' : 'told people';
  return steady && well ? [`${short(run)} found all well, and ${did}`] : [];
}

/** Errors that pass, and that the workflow therefore tries again. */
const PASSING = new Set([
  'TransientAwsError',
  'StateUnsettled',
  'NotConverged',
  'Runtime.ExitError',
  'Sandbox.Timedout',
  'States.Timeout',
]);
/** Nobody is bothered with a fault that is over sooner, milliseconds. */
const PATIENCE = 20_000;

/** A fault that passes is no failure to tell people of. */
function gaveUp({ failedWith, failedAt, startedAt, ...run }: Run): string[] {
  if (failedWith === null || failedAt === null || !PASSING.has(failedWith) || failedAt - startedAt >= PATIENCE)
    return [];
  return [`${short(run)} gave up with ${failedWith} after ${failedAt - startedAt} ms`];
}

/** A cluster that could not be repaired shows as not ready. */
function unready({ cloud, end }: Played): string[] {
  return cloud.clusters.flatMap((cluster, index) => {
    const state = end.clusters[index];
    if (state === undefined || state.well || state.paused) return [];
    const alarm = cloud.alarms
      .list()
      .find(({ metricName, dimensions }) => metricName === 'Ready' && dimensions.Cluster === cluster.name);
    return alarm?.state === 'ALARM' ? [] : [`Not well in the end, and not shown as not ready. ${state.says}`];
  });
}

/** Those of the configuration are part of a cluster's being well. Others are never taken off by a call of ours. */
function elasticIps({ cloud, witness }: Played): string[] {
  let lost: Extract<TimelineEvent, { type: 'elastic-ip-changed' }>[] = [];
  return cloud.timeline.events.flatMap((event) => {
    if (
      event.type === 'elastic-ip-changed' &&
      event.to === null &&
      witness.foreignElasticIps.includes(event.allocationId)
    )
      lost.push(event);
    if (event.type !== 'api-call' || event.execution === null) return [];
    lost = lost.filter(({ at }) => at === event.at);
    const call = { ...event, index: 0 };
    if (!isMutating(call) || !tookEffect(call)) return [];
    const { NetworkInterfaceId } = record(event.parameters);
    return lost
      .filter(({ from }) => from === NetworkInterfaceId)
      .map(({ allocationId }) => `${event.action} on ${NetworkInterfaceId} dropped ${allocationId}, which is not ours`);
  });
}

/**
 * No execution asks for an address to be on a node, then on another, then on the first again; and after the check all is
 * still. In the order in which it asked: a call that EC2 carries out late toggles nothing that the execution decided.
 */
function drillsComeToRest({ cloud }: Played, runs: readonly Run[]): string[] {
  return runs.flatMap(
    (run) =>
      (run.cluster ?? cloud.clusters[0])?.virtualIps.flatMap(({ address }) => {
        const visited = run.effects
          .filter((effect) => effect.address === address && effect.to !== null)
          .sort((a, b) => a.askedAt - b.askedAt);
        const stays = visited.map(({ to }) => to).filter((to, index, list) => to !== list[index - 1]);
        const toggles = run.starts === 1 && new Set(stays).size < stays.length;
        return toggles ? [`${short(run)} moved ${address} to and fro: ${stays.join(', ')}`] : [];
      }) ?? [],
  );
}
