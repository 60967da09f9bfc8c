import { type ClusterNode, nodeLabel } from '../shared/cluster';
import { type Finding, isAsked, type Plan, type Reason } from '../shared/plan';
import { claimants, isOverruled, isQuarrel, passedOver } from './claims';
import { allChecksOk, lastAlarmChange } from './health';
import { decideByRules } from './rules';
import { type Verdict, whyLeft, whyNot } from './rulings';
import type { Signals } from './signals';
import { assess, type Facts, isWandering, movedByOthers, type Situation } from './situation';
import { pauseOf, unreadableTags } from './tags';

/** The decision: what is done, why, and with which node. */
export type Decision = Pick<Plan, 'action' | 'why' | 'explanation' | 'notify' | 'record' | 'rehearsed' | 'findings'> & {
  readonly destination: ClusterNode | null;
  /** FAIL: the error's name. */
  readonly failure: string | null;
};

/**
 * Decides what to do about one cluster, from what AWS says now: the first rule that fits, and then what the mode makes of
 * it. A rehearsal changes nothing; neither does a check that finds nothing to repair, or what it cannot repair.
 * @throws {StateUnsettled} or why something could not be read: look again
 */
export function decide(facts: Facts): Decision {
  const situation = assess(facts);
  const ruling = decideByRules(situation);
  if (ruling.kind === 'LOOK_AGAIN') throw ruling.error;
  const { request, cluster, snapshot, now } = facts;
  const pause = pauseOf(cluster, snapshot, now);
  const paused = pause !== null && request.trigger !== 'request' && situation.firstPass;
  const findings = [
    ...findingsOf(situation),
    ...(pause === null ? [] : [finding(paused && isNeeded(ruling) ? 'problem' : 'warning', 'PAUSED', pause)]),
  ];
  switch (request.mode) {
    case 'rehearsal':
      return rehearse(situation, ruling, findings, true);
    case 'check':
      return paused ? rehearse(situation, ruling, findings, false) : check(situation, ruling, findings);
    default:
      return paused && isNeeded(ruling)
        ? suppressed(situation, ruling, pause, findings)
        : carryOut(situation, ruling, findings);
  }
}

/** A check repairs what it can. What it cannot is a finding: the readiness alarm tells it once, where a notice would come with every check. */
function check(situation: Situation, ruling: Verdict, findings: readonly Finding[]): Decision {
  if (ruling.kind === 'MOVE' || situation.before.mayHaveChanged) return carryOut(situation, ruling, findings);
  const wanted = ruling.why === 'HOLDER_HEALTHY' ? (followClaim(situation) ?? failBack(situation)) : null;
  return wanted === null ? rehearse(situation, ruling, findings, false) : carryOut(situation, wanted, findings);
}

function carryOut(situation: Situation, ruling: Verdict, findings: readonly Finding[]): Decision {
  const { request } = situation;
  const { why, explanation } = ruling;
  const decision = { ...NOT_REHEARSED, why, explanation, findings };
  if (ruling.kind === 'MOVE')
    return { ...decision, action: 'MOVE', notify: true, record: true, destination: ruling.destination };
  if (ruling.kind === 'FAIL') {
    return { ...decision, action: 'FAIL', notify: !wasTold(situation), record: true, failure: ruling.error };
  }
  // Whoever moved what this execution had taken off may say nothing, because it takes that for the same move.
  const { mayHaveChanged, overtaken } = situation.before;
  const owed = mayHaveChanged && !overtaken && movedByOthers(situation);
  const isNews =
    request.trigger === 'claim' ? isNewsOfClaim(situation, why) : why === 'FLAPPING' && !wasTold(situation);
  return {
    ...decision,
    action: 'NONE',
    notify: owed || isNews || (isAsked(request) && request.trigger !== 'claim'),
    record: owed || isAsked(request) || why === 'FLAPPING',
  };
}

/**
 * A claim asks for no answer. People are told where it was not followed, and that was not said before; and where it was, but
 * an alarm has gone up on the node since.
 */
function isNewsOfClaim(situation: Situation, why: Reason): boolean {
  if (why === 'CLAIMED_IN_TURN') return situation.history.toldInTurnAt === null;
  if (why === 'FLAPPING') return true;
  return why === 'CLAIM_OUTDATED' && !isOverruled(situation);
}

/** What a pause keeps from being done is told. */
function suppressed(situation: Situation, ruling: Verdict, pause: string, findings: readonly Finding[]): Decision {
  return {
    ...NOT_REHEARSED,
    action: 'NONE',
    why: 'PAUSED',
    explanation: `A node is tagged as paused: ${pause || '(no reason given)'}. ${ruling.explanation}`,
    notify: !wasTold(situation),
    record: true,
    findings,
  };
}

/** What an instance goes through before the state: its event has told people. */
const COMES_BEFORE: Readonly<Record<string, string>> = { stopped: 'stopping', terminated: 'shutting-down' };

/**
 * People know already: the alarm that started this execution has gone up before, within the damping time; or its event
 * follows another one, or is no bad news (an alarm that is over, a node that comes up). Behind the events stands the readiness
 * alarm, where there are checks.
 */
function wasTold({ request, cluster, signals, before }: Situation): boolean {
  const { trigger, saidDown, eventDetail } = request;
  if (before.mayHaveChanged || isAsked(request)) return false;
  const first = trigger === 'event' ? COMES_BEFORE[eventDetail ?? ''] : undefined;
  const follows = first !== undefined && (cluster.triggerStates?.includes(first) ?? true);
  const behind = cluster.checkIntervalMinutes !== undefined && (follows || saidDown.length === 0);
  return behind || (signals.rises ?? 0) > 1;
}

const NOT_REHEARSED = { rehearsed: null, destination: null, failure: null };

function isNeeded(ruling: Verdict): boolean {
  return ruling.kind === 'MOVE' || ruling.kind === 'FAIL';
}

/**
 * Walks the states with the node that a real run would take; on a healthy holder, the one that would follow it. What a check
 * cannot repair is told by the readiness alarm, and by a notice where that is up already.
 */
function rehearse(situation: Situation, ruling: Verdict, findings: readonly Finding[], notify: boolean): Decision {
  const next = situation.requestedTarget ?? situation.candidates[0] ?? null;
  const destination = ruling.kind === 'MOVE' ? ruling.destination : next;
  return {
    action: 'REHEARSE',
    why: ruling.why,
    explanation: ruling.explanation,
    rehearsed: ruling.kind,
    destination,
    failure: null,
    notify: notify || situation.history.noticeLost || (isNeeded(ruling) && situation.history.alarmIsTaken),
    record: true,
    findings: [
      ...findings,
      ...(ruling.kind === 'FAIL' ? [finding('problem', findingCode(ruling.why), ruling.explanation)] : []),
      ...(ruling.kind !== 'FAIL' && destination === null
        ? [finding('problem', 'NO_HEALTHY_STANDBY', whyNot(situation))]
        : []),
      ...(wouldBeDamped(situation) ? [finding('problem', 'FLAPPING', whyLeft(situation))] : []),
    ],
  };
}

/** A rehearsal or a check fails for one of these; what every node refused, no node can take. */
function findingCode(why: Reason): Finding['code'] {
  switch (why) {
    case 'PRIMARY_ADDRESS':
    case 'HELD_BY_STRANGER':
    case 'TARGET_UNHEALTHY':
      return why;
    default:
      return 'NO_HEALTHY_STANDBY';
  }
}

function wouldBeDamped(situation: Situation): boolean {
  const { request, candidates, quietCandidates } = situation;
  return !isAsked(request) && candidates.length > 0 && (quietCandidates.length === 0 || isWandering(situation));
}

/** What two looks did not show, though it was asked for. An alarm that does not exist stops no move: it never asks for one. */
function missingFrom({ missing: { checks, alarms } }: Signals): Finding[] {
  return [
    ...checks.map((id) => finding('problem', 'NOT_READ', `DescribeInstanceStatus does not show ${id}, which runs`)),
    ...alarms.map((name) => finding('warning', 'ALARM_UNKNOWN', name)),
  ];
}

function findingsOf(situation: Situation): Finding[] {
  const { cluster, snapshot, signals, history, request } = situation;
  const reporting = request.mode === 'check' || request.mode === 'rehearsal';
  return [
    ...signals.notRead.map(({ call, error }) =>
      finding(
        reporting ? 'problem' : 'warning',
        'NOT_READ',
        error.message.startsWith(call) ? error.message : `${call}: ${error.name}: ${error.message}`,
      ),
    ),
    ...(reporting ? [...unreadableTags(cluster, snapshot), ...missingFrom(signals)] : []),
    ...(isQuarrel(situation)
      ? [
          finding(
            'problem',
            'CLAIMED_IN_TURN',
            claimants(situation)
              .map((instanceId) => nodeLabel(cluster, instanceId))
              .join(', '),
          ),
        ]
      : []),
    ...(history.noticeLost ? [finding('warning', 'NOTICE_LOST')] : []),
    ...history.lost.map((code) => finding('warning', code)),
  ];
}

function finding(severity: Finding['severity'], code: Finding['code'], detail = ''): Finding {
  return { severity, code, detail };
}

function followClaim(situation: Situation): Verdict | null {
  const claimant = passedOver(situation);
  if (claimant === null) return null;
  const explanation = `${claimant.instanceId} said last that it is active; the workflow moved the addresses to another node meanwhile.`;
  return { kind: 'MOVE', why: 'CLAIMED', explanation, destination: claimant };
}

function failBack(situation: Situation): Verdict | null {
  const preferred = failbackTarget(situation);
  if (preferred === null) return null;
  const explanation = `The preferred node ${preferred.instanceId} has been healthy again for long enough.`;
  return { kind: 'MOVE', why: 'FAILBACK', explanation, destination: preferred };
}

/**
 * The node that an automatic failback moves to now, or null. It takes back only what the workflow moved by itself to where
 * the addresses are now: what a person moved stays, and so does what nobody knows of. It counts from the preferred node's
 * recovery: the latest of its launch, its alarms' changes, and its status checks.
 */
function failbackTarget({
  cluster,
  snapshot,
  signals,
  history,
  soleHolder,
  quietCandidates,
  now,
}: Situation): ClusterNode | null {
  const { failbackAfterMinutes = Number.POSITIVE_INFINITY, nodes } = cluster;
  const preferred = quietCandidates.find((node) => node === nodes[0]);
  if (preferred === undefined || !allChecksOk(preferred, signals) || signals.notRead.length > 0) return null;
  if (history.movedByItselfTo !== soleHolder?.instanceId || history.preferredFailedLately !== false) return null;
  const launched = Date.parse(snapshot.instances[preferred.instanceId]?.launchTime ?? '');
  const recovered = Math.max(launched, lastAlarmChange(preferred, signals));
  return now - recovered >= failbackAfterMinutes * 60_000 ? preferred : null;
}
