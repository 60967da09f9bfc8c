import type { ClusterNode } from '../shared/cluster';
import { EXECUTION_SECONDS, READS_SETTLE_MS } from '../shared/timing';
import type { NodeEvent } from './history';
import type { Situation } from './situation';

/** A claim that is older than this is not simply believed, ms: EventBridge repeats and delays events. */
const FRESH_MS = 60_000;
/** So many changes from one claimant to another within the damping time are a quarrel: there, back, and there again. */
const CHANGES_OF_A_QUARREL = 3;
/** Periods of the points that history.ts reads, ms: a minute for automatic moves and ToldInTurn, a second for moves that a person or a claim wanted. */
const MINUTE = 60_000;
const SECOND = 1_000;
/** In so many passes a claim is carried out although others moved the addresses on. */
const PASSES_OF_A_CLAIM = 2;

/** What happened since may have overtaken the claim: it is no reason to take the addresses from a healthy node. */
export function isOutdated(situation: Situation): boolean {
  return situation.request.trigger === 'claim' && (isLate(situation) || isOverruled(situation));
}

/** It came late. What has been begun in time is finished. */
function isLate({ request, firstPass, now }: Situation): boolean {
  return firstPass && request.eventTime !== null && now - Date.parse(request.eventTime) > FRESH_MS;
}

/** Another node claimed after this claim was made: nobody waits for an answer to it any more. */
export function isOverruled({ request, history }: Situation): boolean {
  const made = Date.parse(request.eventTime ?? '');
  return history.claims.some(({ instanceId, time }) => instanceId !== request.target && time > made);
}

/** Another node claimed so short a time before that reads may not show yet where its claim has moved the addresses. */
export function mayBeMoved({ request, history, now }: Situation): boolean {
  if (request.trigger !== 'claim') return false;
  return history.claims.some(({ instanceId, time }) => instanceId !== request.target && now - time < READS_SETTLE_MS);
}

/** The claimants of the damping time, in the order of their claims, the one that claims now last. */
function turns({ request, history, cluster, now }: Situation): string[] {
  // In a later pass the claim itself is among them.
  const made = request.eventTime === null ? now : Date.parse(request.eventTime);
  const earlier = claimantsBetween(now - dampingMs(cluster), made, history);
  return request.target === null ? earlier : inTurn([...earlier, request.target]);
}

function claimantsBetween(from: number, to: number, { claims }: Situation['history']): string[] {
  return inTurn(claims.filter(({ time }) => time >= from && time <= to).map(({ instanceId }) => instanceId));
}

function inTurn(all: readonly string[]): string[] {
  return all.filter((instanceId, index) => instanceId !== all[index - 1]);
}

function dampingMs({ dampingMinutes = 0 }: Situation['cluster']): number {
  return dampingMinutes * 60_000;
}

/** Nodes claim in turn: both believe that they are active. */
export function isQuarrel(situation: Situation): boolean {
  return situation.request.trigger === 'claim' && turns(situation).length > CHANGES_OF_A_QUARREL;
}

export function claimants(situation: Situation): string[] {
  return [...new Set(turns(situation))].toSorted();
}

/** A claim counts more than what other executions did meanwhile; once, so that nothing goes to and fro. */
export function stillStands({ request, before }: Situation): boolean {
  return request.trigger === 'claim' && before.attempts.length < PASSES_OF_A_CLAIM;
}

/**
 * The node that claimed last, where an execution that had read EC2, or that had been claimed for, before that claim moved the
 * addresses on to the holder: the claim and EC2's news of a death crossed, or an older claim that took its time. Null: there
 * is none, or it is not known.
 */
export function passedOver({ history, cluster, snapshot, soleHolder, quietCandidates }: Situation): ClusterNode | null {
  const last = history.claims.at(-1);
  if (last === undefined) return null;
  const meanwhile = (moves: readonly NodeEvent[], of: string | undefined, resolution: number) =>
    moves.some(
      ({ instanceId, time }) =>
        instanceId === of && time + resolution > last.time && time < last.time + EXECUTION_SECONDS * 1_000,
    );
  const holder = soleHolder?.instanceId;
  const moved = meanwhile(history.movedTo, holder, MINUTE) || meanwhile(history.claimedTo, holder, SECOND);
  const crossed = moved && !meanwhile(history.movedFrom, last.instanceId, MINUTE);
  const byPerson = history.personMovedAt !== null && history.personMovedAt + SECOND > last.time;
  // People know that the addresses stay.
  const from = last.time - dampingMs(cluster);
  const told = (history.toldInTurnAt ?? Number.NEGATIVE_INFINITY) + MINUTE > from;
  const quarrel = told && claimantsBetween(from, last.time, history).length > CHANGES_OF_A_QUARREL;
  if (!crossed || byPerson || quarrel || claimantsBetween(last.time, last.time, history).length > 1) return null;
  return (
    quietCandidates.find(
      ({ instanceId }) =>
        instanceId === last.instanceId && Date.parse(snapshot.instances[instanceId]?.launchTime ?? '') < last.time,
    ) ?? null
  );
}
