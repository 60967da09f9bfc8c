import type { ClusterNode, Finding, Plan, Reason, Request } from '../shared/types';
import { allChecksOk, pausedBecause } from './health';
import type { Observation } from './observation';
import { assess, type Before, FIRST_PASS, isLaterPass, type Situation } from './situation';
import { noStandby, type Row, readTable, type Times } from './table';

/** The decision: what is done, why, and with which target. */
export type Decision = Pick<Plan, 'action' | 'reason' | 'explanation' | 'notify' | 'rehearsed' | 'findings'> & {
  readonly target: ClusterNode | null;
};

/**
 * Decides what to do about one cluster, from what EC2 says now. The rows of the table are read from the top; the first
 * that fits decides. A rehearsal, and a check that finds nothing to repair, report their row and change nothing.
 *
 * @throws {PrimaryAddress | HeldByStranger | TargetUnhealthy | NoHealthyStandby} nothing can be done, for a person to repair
 * @throws {StateUnsettled} a fresh event contradicts EC2: look again
 * @throws {TargetRefused} the person's target could not take the addresses, which are safe on a healthy node
 */
export function decide(request: Request, seen: Observation, times: Times, before: Before = FIRST_PASS): Decision {
  const situation = assess(request, seen, request.mode === 'rehearsal' ? FIRST_PASS : before);
  const paused = pausedBecause(request.cluster, seen);
  const byItself = request.trigger !== 'request' && !isLaterPass(before);
  if (paused !== null && byItself && request.mode === 'failover') {
    return nothing('PAUSED', `A node is tagged as paused: ${paused || '(no reason given)'}.`, false);
  }
  if (request.mode === 'rehearsal') return rehearse(situation, readTable(situation, times), true);
  if (request.mode !== 'check') return carryOut(readTable(situation, times), request);
  if (paused !== null && byItself) return rehearse(situation, readTable(situation, times), false);
  return check(situation, times);
}

function check(situation: Situation, times: Times): Decision {
  const { request } = situation;
  const row = readTable(situation, times);
  if (row.kind !== 'NONE' || isLaterPass(situation.before)) return carryOut(row, request);
  const preferred = failbackTarget(situation, times.now);
  if (preferred === null) return rehearse(situation, row, false);
  return move('FAILBACK', `The preferred node ${preferred.instanceId} is healthy again for long enough.`, preferred);
}

function carryOut(row: Row, request: Request): Decision {
  if (row.kind === 'ERROR') throw row.error;
  if (row.kind === 'MOVE') return move(row.reason, row.explanation, row.target);
  return nothing(row.reason, row.explanation, request.trigger === 'request');
}

function move(reason: Reason, explanation: string, target: ClusterNode): Decision {
  return { action: 'MOVE', reason, explanation, notify: true, rehearsed: null, findings: [], target };
}

function nothing(reason: Reason, explanation: string, notify: boolean): Decision {
  return { action: 'NONE', reason, explanation, notify, rehearsed: null, findings: [], target: null };
}

/** Walks the states with the node that a real run would take; on a healthy holder, the one that would follow it. */
function rehearse(situation: Situation, row: Row, notify: boolean): Decision {
  const target = row.kind === 'MOVE' ? row.target : (situation.requestedTarget ?? situation.candidates[0] ?? null);
  const findings: Finding[] = [];
  if (row.kind === 'ERROR') findings.push({ severity: 'problem', code: row.reason, detail: row.error.message });
  else if (target === null) {
    findings.push({ severity: 'problem', code: 'NoHealthyStandby', detail: noStandby(situation).message });
  }
  const explanation = row.kind === 'ERROR' ? row.error.message : row.explanation;
  return { action: 'REHEARSE', reason: row.reason, explanation, notify, rehearsed: row.kind, findings, target };
}

/**
 * The node that an automatic failback would move to now, or null. EC2 remembers only when an instance was launched, and
 * nothing else is kept, so a failback comes with the first check of an hour at most.
 */
function failbackTarget({ cluster, seen, soleHolder, candidates }: Situation, now: number): ClusterNode | null {
  const { failbackAfterMinutes, checkIntervalMinutes } = cluster;
  const preferred = cluster.nodes[0];
  if (failbackAfterMinutes === undefined || checkIntervalMinutes === undefined) return null;
  if (
    preferred === undefined ||
    preferred === soleHolder ||
    !candidates.includes(preferred) ||
    !allChecksOk(preferred, seen)
  )
    return null;
  if (new Date(now).getUTCMinutes() >= checkIntervalMinutes) return null;
  const launched = Date.parse(seen.instances[preferred.instanceId]?.launchTime ?? '');
  return now - launched >= failbackAfterMinutes * 60_000 ? preferred : null;
}
