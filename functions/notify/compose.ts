import { attemptsUntil } from '../shared/attempts';
import { CLAIM_TYPE } from '../shared/bus';
import { addressesOf, type Cluster, type Holder } from '../shared/cluster';
import type { NotifyInput } from '../shared/contract';
import { DENIED, messageOf } from '../shared/errors';
import { asFields, clusterConcerned, type Fields, nodesConcerned, readTime } from '../shared/input';
import type { Attempt, Finding, NodeProblem, Plan } from '../shared/plan';
import type { Snapshot } from '../shared/snapshot';
import { latestPlan, modeOf, outcomeOf, understood } from './audience';
import { consoleLink } from './console';
import { durationsOf } from './durations';
import type { Failure, Headline, Move, Notice, RepairStep, Status } from './notice';
import { repairSteps } from './repair';
import { nodeName, type Seen, seenInPlan, seenNow, statusOf } from './where';

/** What a failure's look at EC2 brought: what is there, or why it could not be found out. Null: nobody looked. */
export type Looked = { readonly snapshot: Snapshot } | { readonly lookError: string } | null;

export function clusterOf(input: NotifyInput): Cluster | null {
  return latestPlan(input)?.cluster ?? clusterConcerned(input.input, input.clusters ?? []);
}

/** @param more findings of this state's own */
export function composeNotice(input: NotifyInput, looked: Looked, more: readonly Finding[] = []): Notice {
  const { execution } = input;
  const plan = understood(input);
  const cluster = clusterOf(input);
  const seen = cluster === null ? null : seenBy(input, cluster, looked);
  const status = statusNow(input, cluster, seen);
  const findings = [...findingsOf(input), ...more];
  const asked = askedFor(input, cluster);
  return {
    ...asked,
    saidDown: cluster === null ? [] : asked.saidDown.map((instanceId) => nodeName(cluster, instanceId).full),
    ...durationsOf(input),
    outcome: outcomeOf(input),
    headline: headlineOf(input, findings),
    status,
    cluster: cluster?.name ?? null,
    addresses: cluster === null ? [] : addressesOf(cluster),
    where: seen?.where ?? null,
    contradiction: seen?.contradiction ?? null,
    unmoved: plan === null || (seen?.where.every((entry) => isWhereItWas(entry, plan)) ?? false),
    mode: modeOf(input),
    why: plan?.why ?? null,
    rehearsed: plan?.rehearsed ?? null,
    startTime: execution.startTime,
    repetition: execution.retryCount > 0,
    destination: plan?.destination ? nodeName(plan.cluster, plan.destination.instanceId) : null,
    moves: plan === null ? [] : movesOf(plan),
    nodes: plan === null || plan.nodes.length === 0 ? [] : seenInPlan(plan).nodes,
    standbysLeft: input.kind === 'SUCCESS' && plan?.action === 'MOVE' ? standbysLeft(plan) : null,
    paused: findings.find(({ code }) => code === 'PAUSED')?.detail ?? (plan?.why === 'PAUSED' ? '' : null),
    findings,
    failure: input.kind === 'FAILURE' ? failureOf(input, looked) : null,
    repair: cluster === null ? [] : repairOf(input, cluster, seen, status),
    consoleLink: consoleLink(execution.id, execution.startTime),
  };
}

/** A proven move needs no look; what was decided without a move stands in the plan. */
function seenBy(input: NotifyInput, cluster: Cluster, looked: Looked): Seen | null {
  const plan = latestPlan(input);
  if (looked !== null) return 'snapshot' in looked ? seenNow(cluster, looked.snapshot, plan?.nodes ?? []) : null;
  return input.kind === 'FAILURE' || plan === null || plan.action === 'MOVE' ? null : seenInPlan(plan);
}

function statusNow(input: NotifyInput, cluster: Cluster | null, seen: Seen | null): Status {
  if (input.kind === 'SUCCESS' && input.plan?.action === 'MOVE') return 'OK';
  if (cluster === null) return 'CHECK';
  if (seen === null) return 'CHECK';
  const status = statusOf(seen, input.kind === 'FAILURE' ? askedFor(input, cluster).saidDown : []);
  return status === 'OK' && isClaimNotFollowed(input, cluster, seen) ? 'CHECK' : status;
}

/** The application may be active on a node that does not have the addresses. */
function isClaimNotFollowed(input: NotifyInput, cluster: Cluster, { where }: Seen): boolean {
  const plan = latestPlan(input);
  if (askedFor(input, cluster).trigger !== 'claim' || plan?.notify !== true || input.kind === 'SUCCESS') return false;
  return where.some(({ instanceId }) => instanceId !== plan.target);
}

function headlineOf({ kind, plan }: NotifyInput, findings: readonly Finding[]): Headline {
  if (kind === 'FAILURE') return 'FAILED';
  if (kind === 'NOTHING_TO_DO' || plan === null) return 'KEPT';
  if (plan.action === 'REHEARSE') {
    if (findings.some(({ code }) => code === 'NOTICE_LOST')) return 'NOTICE_LOST';
    return findings.some(({ severity }) => severity === 'problem') ? 'WOULD_FAIL' : 'WOULD_WORK';
  }
  if (onlyElasticIps(plan)) return 'ELASTIC_IP_BACK';
  return plan.mode === 'drill' ? 'DRILLED' : 'MOVED';
}

/** The addresses stay where they were and only their Elastic IPs are put back. */
export function onlyElasticIps({ why, heldBefore, destination }: Plan): boolean {
  return (
    why === 'ELASTIC_IP_MISSING' &&
    heldBefore.every(({ networkInterfaceId }) => networkInterfaceId === destination?.networkInterfaceId)
  );
}

type Asked = Pick<
  Notice,
  'trigger' | 'target' | 'requestedBy' | 'reason' | 'eventTime' | 'eventId' | 'eventDetail' | 'saidDown'
>;

/** What started the execution: as understood, else as far as it can be read in the input. */
function askedFor(input: NotifyInput, cluster: Cluster | null): Asked {
  const plan = understood(input);
  if (plan !== null) {
    const { trigger, target, requestedBy, reason, eventTime, eventId, eventDetail, saidDown } = plan;
    const name = target === null ? null : nodeName(plan.cluster, target);
    return { trigger, target: name, requestedBy, reason, eventTime, eventId, eventDetail, saidDown };
  }
  const fields = asFields(input.input);
  const detail = asFields(fields.detail);
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const target = text(fields.target);
  const mode = modeOf(input);
  const type = fields['detail-type'];
  const isEvent = type !== undefined;
  return {
    trigger: isEvent ? triggerOfEvent(type, detail) : triggerOf(mode),
    target: target === null ? null : { short: target, full: target },
    requestedBy: text(fields.requestedBy),
    reason: text(fields.reason),
    eventTime: readTime(fields.time),
    eventId: isEvent ? text(fields.id) : null,
    eventDetail: text(detail.state) ?? text(detail.alarmName),
    saidDown: cluster === null ? [] : nodesConcerned(detail, cluster),
  };
}

function triggerOfEvent(type: unknown, { alarmName }: Fields): Notice['trigger'] {
  if (typeof type === 'string' && type.startsWith(CLAIM_TYPE)) return 'claim';
  return alarmName === undefined ? 'event' : 'alarm';
}

function triggerOf(mode: Notice['mode']): Notice['trigger'] {
  if (mode === null) return null;
  return mode === 'check' ? 'schedule' : 'request';
}

/** What every state found, without repetition; an unassign that was refused is one more. */
function findingsOf({ plan, unassigned, assigned, verified, previous }: NotifyInput): Finding[] {
  const results = [previous?.unassigned, plan ?? previous?.plan, unassigned, assigned, verified];
  const findings = results.flatMap((result) => [...(result?.findings ?? [])]);
  const refused = unassigned?.refused ?? previous?.unassigned?.refused ?? null;
  if (refused !== null && !findings.some(({ code }) => code === 'UNASSIGN_REFUSED')) {
    findings.push({ severity: 'warning', code: 'UNASSIGN_REFUSED', detail: messageOf(refused) });
  }
  const keys = findings.map((finding) => JSON.stringify(finding));
  return findings.filter((_finding, index) => keys.indexOf(keys[index] ?? '') === index);
}

/** Nodes other than the destination that could take over. The application check counts for a holder only, unless it is said to count for all. */
export function standbysLeft({ nodes, destination, cluster: { applicationCheckCountsFor } }: Plan): number {
  const isHindered = ({ code }: NodeProblem) =>
    code !== 'APPLICATION_CHECK_IMPAIRED' || applicationCheckCountsFor === 'all';
  return nodes.filter((node) => node.instanceId !== destination?.instanceId && !node.problems.some(isHindered)).length;
}

function movesOf({ destination, heldBefore, cluster }: Plan): Move[] {
  if (destination === null) return [];
  const to = `${nodeName(cluster, destination.instanceId).full}, ${destination.networkInterfaceId}`;
  return cluster.virtualIps.map(({ address, elasticIpAllocationId }) => ({
    address,
    from: describeHolder(
      cluster,
      heldBefore.find((holder) => holder.address === address),
    ),
    to,
    elasticIpAllocationId: elasticIpAllocationId ?? null,
  }));
}

/** "mail-1 (i-…), eni-…", or the interface alone where it has no instance; null: nobody. */
export function describeHolder(cluster: Cluster, holder: Holder | undefined): string | null {
  if (holder === undefined || holder.networkInterfaceId === null) return null;
  if (holder.instanceId === null) return holder.networkInterfaceId;
  return `${nodeName(cluster, holder.instanceId).full}, ${holder.networkInterfaceId}`;
}

function isWhereItWas({ address, networkInterfaceId }: Holder, { heldBefore }: Plan): boolean {
  return heldBefore.some((before) => before.address === address && before.networkInterfaceId === networkInterfaceId);
}

function failureOf(input: NotifyInput, looked: Looked): Failure {
  const error = input.error ?? { Error: 'unknown', Cause: '' };
  const cluster = clusterOf(input);
  return {
    state: failedState(input),
    error: error.Error,
    message: messageOf(error),
    refusals: attemptsOf(input)
      .filter(({ message }) => message !== '')
      .map(({ instanceId, error: name, message }) => ({
        node: cluster === null ? instanceId : nodeName(cluster, instanceId).full,
        error: name,
        message,
      })),
    lookError: looked !== null && 'lookError' in looked ? looked.lookError : null,
  };
}

/** Every target that was tried, the one included that led to the pass that failed before it had a plan. */
export function attemptsOf({ plan, previous }: NotifyInput): readonly Attempt[] {
  if (plan !== null) return plan.attempts;
  return previous === null ? [] : attemptsUntil(previous);
}

/** The first state of the pass that left no result. */
function failedState({ plan, unassigned, assigned, verified }: NotifyInput): string {
  if (plan === null || plan.action === 'FAIL') return 'VerifyInstanceState';
  if (unassigned === null) return 'UnassignIp';
  if (assigned === null) return 'AssignIp';
  return verified === null ? 'VerifyEni' : 'NotifySuccess';
}

/** The role lacked a permission: that says nothing of the node, and a person may have it. AssignIp's message names EC2's error. */
function wasDenied({ error, message }: Attempt): boolean {
  return DENIED.has(error) || [...DENIED].some((name) => message.includes(`: ${name}: `));
}

function repairOf(input: NotifyInput, cluster: Cluster, seen: Seen | null, status: Status): RepairStep[] {
  const plan = latestPlan(input);
  if (input.kind === 'SUCCESS' && plan?.action === 'MOVE') return [];
  const attempts = attemptsOf(input);
  const { trigger, saidDown } = askedFor(input, cluster);
  const isUnderstood = input.error?.Error !== 'InvalidInput';
  const isFailoverByHand = trigger === 'request' && modeOf(input) === 'failover';
  return repairSteps({
    executionId: input.execution.id,
    cluster,
    seen,
    status,
    isPaused: plan?.findings.some(({ code, severity }) => code === 'PAUSED' && severity === 'problem') === true,
    isDoubted: isFailoverByHand && isUnderstood && plan?.why !== 'ALREADY_THERE',
    isDenied: DENIED.has(input.error?.Error ?? '') || attempts.some(wasDenied),
    isUnderstood,
    planned: plan?.destination?.instanceId ?? plan?.target ?? null,
    refused: attempts
      .filter((attempt) => attempt.error === 'TargetCannotHold' && !wasDenied(attempt))
      .map(({ instanceId }) => instanceId),
    saidDown,
  });
}
