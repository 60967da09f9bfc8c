import { contradictionIn } from '../shared/contradiction';
import { StateUnsettled } from '../shared/errors';
import { describeProblems } from '../shared/problems';
import { DOUBT_RETRIES } from '../shared/timing';
import { isOutdated, isQuarrel, mayBeMoved } from './claims';
import {
  destinationOf,
  isDamped,
  keepsTarget,
  lackingForMove,
  laterHolder,
  mayBeOnItsWay,
  neededAndNotFound,
  obstacles,
  refusalOfTarget,
  saidDownButShownUp,
  saidUpButShownDown,
  sickHolder,
  stranger,
  unread,
} from './questions';
import {
  askedFor,
  assignedAgain,
  claimedInTurn,
  claimOutdated,
  fail,
  heldByStranger,
  leftThere,
  list,
  lookAgain,
  move,
  noCandidate,
  nothing,
  onHolder,
  overtaken,
  primaryAddress,
  type Ruling,
  requestOf,
  splitOver,
  targetRefused,
} from './rulings';
import { isTarget, missingElasticIps, type Situation } from './situation';

export interface Rule {
  readonly name: string;
  readonly when: (situation: Situation) => boolean;
  readonly then: (situation: Situation) => Ruling;
}

/** The decision table: read from the top, the first rule that fits decides. docs/decision-table.md is made from it. */
export const RULES: readonly Rule[] = [
  {
    name: 'two answers of EC2 contradict each other',
    when: ({ cluster, snapshot }) => contradictionIn(cluster, snapshot) !== null,
    then: ({ cluster, snapshot }) => lookAgain(`${contradictionIn(cluster, snapshot)} Nothing was moved on that.`),
  },
  {
    name: 'a VIP is some interface’s primary address',
    when: ({ snapshot }) => snapshot.addresses.some(({ primary }) => primary),
    then: primaryAddress,
  },
  {
    name: 'the holder is an interface outside the cluster',
    when: (situation) => stranger(situation) !== undefined,
    then: heldByStranger,
  },
  {
    name: 'this execution aimed at the healthy holder: its move may be its own, and is proven',
    when: (situation) => laterHolder(situation) && isTarget(situation.soleHolder, situation.before),
    then: (situation) =>
      move(situation.before.why ?? 'NO_HOLDER', `${onHolder(situation)} It was decided again.`, situation.soleHolder),
  },
  {
    name: '`target` claims and is shown to hold all VIPs, another node claimed a moment ago: reads may be older',
    when: (situation) =>
      situation.firstPass &&
      situation.holderIsHealthy &&
      situation.requestedTarget === situation.soleHolder &&
      mayBeMoved(situation) &&
      !isOutdated(situation) &&
      !isQuarrel(situation),
    then: assignedAgain,
  },
  {
    name: '`target` already holds all VIPs and is healthy',
    when: (situation) =>
      situation.holderIsHealthy &&
      situation.requestedTarget === situation.soleHolder &&
      missingElasticIps(situation).length === 0,
    then: (situation) => nothing('ALREADY_THERE', onHolder(situation)),
  },
  {
    name: 'all VIPs on a healthy node, a claim comes late, or after a newer one of another node',
    when: (situation) => situation.holderIsHealthy && isOutdated(situation),
    then: claimOutdated,
  },
  {
    name: 'the request’s target has neither refused nor died, and nobody else moved the addresses: it is asked for again',
    when: (situation) => !situation.firstPass && situation.holderIsHealthy && keepsTarget(situation),
    then: (situation) =>
      move(
        situation.before.why ?? askedFor(situation),
        `${requestOf(situation)} It was not carried out yet.`,
        situation.requestedTarget,
      ),
  },
  {
    name: 'reads may not show yet what this execution did',
    when: (situation) =>
      !situation.firstPass &&
      !situation.settled &&
      (situation.holderIsHealthy || destinationOf(situation) === null || isDamped(situation)),
    then: () => lookAgain('EC2 may not show yet what this execution did.'),
  },
  {
    name: 'the request’s target refused, and all is on a healthy node',
    when: (situation) => laterHolder(situation) && refusalOfTarget(situation) !== undefined,
    then: targetRefused,
  },
  {
    name: 'others moved the addresses to a healthy node while the request waited',
    when: (situation) => laterHolder(situation) && situation.requestedTarget !== null,
    then: overtaken,
  },
  {
    name: 'EC2 does not show a node that is needed: absence in one answer is not death',
    when: (situation) => situation.retryCount < DOUBT_RETRIES && neededAndNotFound(situation).length > 0,
    then: (situation) =>
      lookAgain(`DescribeInstances does not show ${neededAndNotFound(situation).join(', ')}, which is needed.`),
  },
  {
    name: 'before a move, an answer lacks a node that may be tagged as paused, or the checks or an alarm of the node that would take the VIPs; or there was no answer of its alarms',
    when: (situation) => lackingForMove(situation).length > 0,
    then: (situation) => lookAgain(`${lackingForMove(situation).join(', ')}: one answer may lack anything.`),
  },
  {
    name: '`target` is unhealthy, or excluded by its tag, and no VIP is held by nobody',
    when: (situation) => situation.firstPass && situation.homeless.length === 0 && obstacles(situation).length > 0,
    then: (situation) =>
      fail(
        'TARGET_UNHEALTHY',
        'TargetUnhealthy',
        `${situation.request.target} cannot take ${list(situation)}: ${obstacles(situation).join(', ')}. Nothing was changed. Repair it, or name another target.`,
      ),
  },
  {
    name: 'all VIPs on a healthy node, two nodes claim in turn',
    when: (situation) => situation.firstPass && situation.holderIsHealthy && isQuarrel(situation),
    then: claimedInTurn,
  },
  {
    name: 'all VIPs on a healthy node, `target` is another one',
    when: (situation) =>
      situation.holderIsHealthy &&
      situation.requestedTarget !== null &&
      situation.requestedTarget !== situation.soleHolder &&
      situation.request.mode !== 'rehearsal',
    then: (situation) =>
      move(askedFor(situation), `${requestOf(situation)} ${onHolder(situation)}`, situation.requestedTarget),
  },
  {
    name: 'all VIPs on a healthy node, or on one that is left alone, an event says that it is down',
    when: saidDownButShownUp,
    then: ({ soleHolder, request, holderIsHealthy }) =>
      lookAgain(
        `An event (${request.eventDetail}) says that ${soleHolder?.instanceId} is in trouble; AWS shows it ${holderIsHealthy ? 'healthy' : 'running'}.`,
      ),
  },
  {
    name: 'all VIPs on a node of which not everything could be read',
    when: (situation) => situation.firstPass && situation.holderIsHealthy && unread(situation) !== undefined,
    then: (situation) => ({ kind: 'LOOK_AGAIN', error: unread(situation) ?? new StateUnsettled('Not read.') }),
  },
  {
    name: 'all VIPs on a healthy node, an Elastic IP is missing',
    when: (situation) =>
      situation.holderIsHealthy &&
      (situation.requestedTarget === null || situation.requestedTarget === situation.soleHolder) &&
      missingElasticIps(situation).length > 0,
    then: (situation) =>
      move(
        // What an execution began because its holder was unhealthy is still that failover.
        situation.before.why === 'HOLDER_UNHEALTHY' ? 'HOLDER_UNHEALTHY' : 'ELASTIC_IP_MISSING',
        `The Elastic IP of ${missingElasticIps(situation).join(', ')} is not associated. ${onHolder(situation)}`,
        situation.soleHolder,
      ),
  },
  {
    name: 'all VIPs on a healthy node',
    when: ({ holderIsHealthy }) => holderIsHealthy,
    then: (situation) => nothing('HOLDER_HEALTHY', onHolder(situation)),
  },
  {
    name: 'a VIP held by nobody, and no interface died: it may be on its way',
    when: mayBeOnItsWay,
    then: ({ homeless }) => lookAgain(`Nobody holds ${homeless.join(', ')}: another execution may be moving it.`),
  },
  {
    name: 'only alarms or the application say that the holder is unhealthy, and those of the standby changed a moment ago, or the addresses went to and fro',
    when: isDamped,
    then: leftThere,
  },
  {
    name: 'no healthy candidate, an event says that a node or its alarm is well again',
    when: saidUpButShownDown,
    then: ({ request }) => lookAgain(`An event (${request.eventDetail}) is good news; AWS shows no healthy node yet.`),
  },
  {
    name: 'no healthy candidate',
    when: (situation) => destinationOf(situation) === null,
    then: noCandidate,
  },
  {
    name: 'holder unhealthy',
    when: (situation) => sickHolder(situation) !== undefined,
    then: (situation) =>
      move(
        'HOLDER_UNHEALTHY',
        `The holder ${sickHolder(situation)?.instanceId} is unhealthy: ${describeProblems(sickHolder(situation)?.problems)}.`,
        destinationOf(situation),
      ),
  },
  {
    name: 'VIP held by nobody',
    when: ({ homeless }) => homeless.length > 0,
    then: (situation) =>
      move(
        // What this execution itself took off an unhealthy holder is still that failover.
        situation.before.why === 'HOLDER_UNHEALTHY' ? 'HOLDER_UNHEALTHY' : 'NO_HOLDER',
        `Nobody holds ${situation.homeless.join(', ')}.`,
        destinationOf(situation),
      ),
  },
  {
    name: 'VIPs split over nodes',
    when: () => true,
    then: (situation) => move('SPLIT', splitOver(situation), destinationOf(situation)),
  },
];

export function decideByRules(situation: Situation): Ruling {
  const rule = RULES.find(({ when }) => when(situation));
  if (rule === undefined) throw new Error('No rule of the decision fits. This is a defect.');
  return rule.then(situation);
}
