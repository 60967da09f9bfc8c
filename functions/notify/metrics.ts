import type { NotifyInput } from '../shared/contract';
import { writeMetrics } from '../shared/metrics';
import { isAsked, type Plan } from '../shared/plan';
import { latestPlan, mayHaveChanged, modeOf, type Silence } from './audience';
import { onlyElasticIps, standbysLeft } from './compose';
import type { Notice } from './notice';
import type { Channel } from './record';

/** What an execution says about its cluster. A state that is tried again says the same again, of the same moment. */
export function writeClusterMetrics(input: NotifyInput, notice: Notice, silence: Silence | null): void {
  write(input, notice, {
    Ready: readiness(input, notice, silence),
    Paused: pause(input, notice),
    Unrepaired: unrepaired(input),
    Outage: notice.outageMs,
    DarkTime: notice.darkTimeMs,
    ...automaticMove(input),
    MoveByPerson: moveByPerson(input),
  });
}

/**
 * 0: a notice could not be sent, so the next check tells it; 1: one was sent; 2: one of a check was, which told also that an
 * earlier one was lost. ToldInTurn: one was sent that says that nodes claim in turn, so the next claims need none.
 * functions/verify-instance-state/history.ts reads both.
 */
export function writeTold(input: NotifyInput, notice: Notice, sent: boolean): void {
  write(input, notice, {
    Told: sent ? (modeOf(input) === 'check' ? 2 : 1) : 0,
    // A check says it above, whoever tells it: a notice or the readiness alarm.
    Unrepaired: sent && input.kind !== 'SUCCESS' && notice.status !== 'OK' ? 1 : null,
    ToldInTurn: sent && input.plan?.why === 'CLAIMED_IN_TURN' ? 1 : null,
  });
}

/** Each adds 1 where it was lost, and the next checks find it: functions/verify-instance-state/history.ts. */
const LOST: Readonly<Record<Channel, string>> = { event: 'EventLost', chat: 'ChatLost' };

export function writeLost(input: NotifyInput, notice: Notice, channels: readonly Channel[]): void {
  write(input, notice, Object.fromEntries(channels.map((channel) => [LOST[channel], 1])));
}

/** Written when all is done, so that a state that is tried again adds 1 only. */
export function writeOutcome(input: NotifyInput, notice: Notice): void {
  const { cluster, outcome: Outcome } = notice;
  writeMetrics(input.execution.stateEnteredTime, { Cluster: cluster ?? 'unknown', Outcome }, { Outcomes: 1 });
}

/** At the time at which the workflow entered the state: this function's clock may differ. */
function write(
  { execution }: NotifyInput,
  { cluster, outcome: Outcome }: Notice,
  values: Readonly<Record<string, number | null>>,
): void {
  writeMetrics(execution.stateEnteredTime, { Cluster: cluster ?? 'unknown' }, values, { Outcome });
}

/**
 * 1 when a failover would work now, 0 when something would stop it; null: this execution cannot tell. Only a check says 1.
 * What keeps an address on a node that is not well says 0 at once, so that the readiness alarm does not wait for a check.
 */
export function readiness(input: NotifyInput, notice: Notice, silence: Silence | null): 0 | 1 | null {
  const { kind, plan } = input;
  const isCheck = modeOf(input) === 'check';
  if (kind === 'FAILURE') {
    if (notice.cluster === null) return null;
    // A request that was refused while the addresses are well says nothing about the next failover.
    if (input.error?.Error === 'InvalidInput') return notice.status === 'OK' ? null : 0;
    // Of a claim that was refused, somebody should look which node is active: that says nothing of it either.
    const isWell = notice.status === 'OK' || (notice.status === 'CHECK' && notice.trigger === 'claim');
    return isCheck || silence !== null || !isWell ? 0 : null;
  }
  if (kind === 'NOTHING_TO_DO') {
    const isHeldBack =
      (plan?.why === 'PAUSED' && notice.status !== 'OK') || plan?.why === 'FLAPPING' || plan?.why === 'CLAIMED_IN_TURN';
    return isHeldBack || isCheck ? 0 : null;
  }
  if (!isCheck) return null;
  if (plan?.action === 'MOVE') return standbysLeft(plan) > 0 ? 1 : 0;
  return notice.findings.some(({ severity }) => severity === 'problem') ? 0 : 1;
}

/**
 * 1: a check found the addresses where they cannot stay, and could not move them; 0: all is well, or was repaired; null: no
 * check. The next check reads it: functions/verify-instance-state/told.ts.
 */
function unrepaired(input: NotifyInput): 0 | 1 | null {
  const { kind, plan } = input;
  if (modeOf(input) !== 'check' || plan === null || kind === 'FAILURE') return null;
  return plan.rehearsed === 'MOVE' || plan.rehearsed === 'FAIL' ? 1 : 0;
}

/** 1: paused, 0: not, as each check finds it; null: no check. */
function pause(input: NotifyInput, { paused }: Notice): 0 | 1 | null {
  if (modeOf(input) !== 'check' || latestPlan(input) === null) return null;
  return paused === null ? 0 : 1;
}

/**
 * Positions among the nodes, from 1, of the node that an automatic move went to, and of the one that it found to hold the
 * addresses (0: nobody, or several). Failback undoes only such a move; a check that follows a claim, only one that took
 * the addresses off another node than the claimant.
 */
function automaticMove({ kind, plan }: NotifyInput): Readonly<Record<string, number>> {
  if (kind !== 'SUCCESS' || plan?.action !== 'MOVE' || isWanted(plan) || onlyElasticIps(plan)) return {};
  const to = position(plan, plan.destination);
  const from = new Set(plan.heldBefore.map((holder) => position(plan, holder)));
  return to === 0 ? {} : { AutomaticMoveTo: to, AutomaticMoveFrom: from.size === 1 ? Math.max(...from) : 0 };
}

/** From 1; 0: nobody, or no node of the configuration. */
function position({ cluster }: Plan, of: { readonly networkInterfaceId: string | null } | null): number {
  return 1 + cluster.nodes.findIndex(({ networkInterfaceId }) => networkInterfaceId === of?.networkInterfaceId);
}

/**
 * 1: a person moved the addresses; 2 and the position of the node: a claim did; each may have. 0: either wanted them where
 * they already were; null: neither. Failback leaves them there.
 */
function moveByPerson(input: NotifyInput): number | null {
  const plan = latestPlan(input);
  if (plan === null || !isWanted(plan)) return null;
  const moved = input.kind === 'SUCCESS' ? plan.action === 'MOVE' && !onlyElasticIps(plan) : mayHaveChanged(input);
  if (!moved) return plan.why === 'ALREADY_THERE' ? 0 : null;
  return plan.trigger === 'request' ? 1 : 2 + position(plan, plan.destination);
}

/** A check may follow a claim too. */
function isWanted(plan: Plan): boolean {
  return isAsked(plan) || plan.why === 'CLAIMED';
}
