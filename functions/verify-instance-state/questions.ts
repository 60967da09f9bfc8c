import { addressesOf, type ClusterNode } from '../shared/cluster';
import { DENIED, StateUnsettled } from '../shared/errors';
import { isAsked } from '../shared/plan';
import { describeProblems, problemsAt } from '../shared/problems';
import { interfaceOf, interfacesWith } from '../shared/snapshot';
import { DOUBT_RETRIES } from '../shared/timing';
import { refusalOf } from './before';
import { stillStands } from './claims';
import { isWandering, movedByOthers, onlyAlarmed, type Situation } from './situation';
import { isExcluded } from './tags';

/** The node that would take the addresses from an unhealthy holder, or from nobody; null where none may. */
export function destinationOf(situation: Situation): ClusterNode | null {
  return takers(situation)[0] ?? null;
}

/**
 * The candidates that may take the addresses. Where only alarms or the application speak against the holder, these are the
 * node that somebody asked for and those whose alarms are quiet; a person who names no node leaves all of them.
 */
function takers(situation: Situation): readonly ClusterNode[] {
  const { request, requestedTarget, candidates, quietCandidates } = situation;
  if (!onlyAlarmed(situation) || (isAsked(request) && requestedTarget === null)) return candidates;
  return candidates.filter((node) => node === requestedTarget || quietCandidates.includes(node));
}

/** Nobody asked; or who asked has got it, or cannot get it: where the addresses go from there is no part of the request. */
function actsByItself({ request, requestedTarget, candidates }: Situation): boolean {
  return !isAsked(request) || (requestedTarget !== null && !candidates.includes(requestedTarget));
}

/** Only alarms or the application speak against the holder, and no candidate may take the addresses, or they went to and fro. */
export function isDamped(situation: Situation): boolean {
  const goesToAndFro = actsByItself(situation) && isWandering(situation);
  const stays = takers(situation).length === 0 || goesToAndFro;
  return onlyAlarmed(situation) && situation.candidates.length > 0 && stays;
}

/** EC2's event says that the holder's instance goes down, and reads may not show it yet: it seems to be one to leave alone. */
export function saidDownButShownUp(situation: Situation): boolean {
  const { firstPass, holderIsHealthy, soleHolder, request, retryCount } = situation;
  const isSaid = request.saidDown.includes(soleHolder?.instanceId ?? '');
  const seemsUp = holderIsHealthy || (request.trigger === 'event' && isDamped(situation));
  return firstPass && isSaid && seemsUp && retryCount < DOUBT_RETRIES;
}

/** An event says that a node or its alarm is well again, and reads show none yet that could take the addresses. */
export function saidUpButShownDown(situation: Situation): boolean {
  const { firstPass, request, retryCount } = situation;
  const isGoodNews = (request.trigger === 'event' || request.trigger === 'alarm') && request.saidDown.length === 0;
  return firstPass && isGoodNews && destinationOf(situation) === null && retryCount < DOUBT_RETRIES;
}

export function laterHolder({ firstPass, holderIsHealthy }: Situation): boolean {
  return !firstPass && holderIsHealthy;
}

/** Why the requested target cannot take the addresses: EC2 refused it, it died, or it was excluded meanwhile. */
export function refusalOfTarget(situation: Situation): string | undefined {
  const { requestedTarget, before } = situation;
  const refusal = requestedTarget === null ? undefined : refusalOf(requestedTarget.instanceId, before);
  if (refusal !== undefined) return `${refusal.error}: ${refusal.message}`;
  const found = obstacles(situation);
  return found.length > 0 ? found.join(', ') : undefined;
}

export function keepsTarget(situation: Situation): boolean {
  const stands = !movedByOthers(situation) || stillStands(situation);
  return situation.requestedTarget !== null && refusalOfTarget(situation) === undefined && stands;
}

export function stranger({ cluster, snapshot }: Situation) {
  const ours = new Set(cluster.nodes.map(({ networkInterfaceId }) => networkInterfaceId));
  return snapshot.addresses.find(({ networkInterfaceId }) => !ours.has(networkInterfaceId));
}

/** What keeps the requested target from taking the addresses. */
export function obstacles({ requestedTarget, reports, snapshot, soleHolder }: Situation): string[] {
  if (requestedTarget === null) return [];
  const { instanceId } = requestedTarget;
  const problems = problemsAt(instanceId, reports);
  const excluded = isExcluded(instanceId, snapshot) && soleHolder !== requestedTarget;
  return [...(problems.length > 0 ? [describeProblems(problems)] : []), ...(excluded ? ['EXCLUDED by its tag'] : [])];
}

/** Nodes that EC2 does not show, where without them the decision could only fail. */
export function neededAndNotFound(situation: Situation): string[] {
  const { firstPass, holderIsHealthy, request, reports } = situation;
  const lacking = reports
    .filter(({ problems }) => problems.some(({ code }) => code === 'NOT_FOUND'))
    .map(({ instanceId }) => instanceId);
  if (!holderIsHealthy && destinationOf(situation) === null) return lacking;
  return firstPass ? lacking.filter((instanceId) => instanceId === request.target) : [];
}

/** One look more than the first: an answer may lack anything, and who waits for a move does not wait for long. */
const LOOKS_FOR_ANSWERS = 1;

/**
 * Where the addresses are about to move: what one answer lacks that speaks against it. A node that EC2 does not show may
 * carry the tag of a pause; the checks and alarms of the node that would take them may be bad.
 */
export function lackingForMove(situation: Situation): string[] {
  const { firstPass, holderIsHealthy, request, requestedTarget, cluster, snapshot, signals, retryCount } = situation;
  const moves = !holderIsHealthy || (requestedTarget !== null && request.mode !== 'rehearsal');
  if (!firstPass || !moves || retryCount >= LOOKS_FOR_ANSWERS) return [];
  const taker = requestedTarget ?? destinationOf(situation);
  const hidden = isAsked(request) ? [] : cluster.nodes.filter(({ instanceId }) => !(instanceId in snapshot.instances));
  return [
    ...hidden.map(({ instanceId }) => `DescribeInstances does not show ${instanceId}`),
    ...signals.missing.checks
      .filter((instanceId) => instanceId === taker?.instanceId)
      .map((instanceId) => `DescribeInstanceStatus does not show ${instanceId}`),
    ...signals.missing.alarms
      .filter((name) => taker?.alarms?.includes(name))
      .map((name) => `DescribeAlarms does not show ${name}`),
    ...signals.notRead
      .filter(({ call, error }) => call === 'DescribeAlarms' && taker?.alarms?.length && !DENIED.has(error.name))
      .map(({ error }) => error.message),
  ];
}

/** Modes that can report what could not be read instead of failing on it. */
const REPORTING: ReadonlySet<string> = new Set(['check', 'rehearsal']);

/** Why something could not be read, where the decision cannot do without it, or where looking again may help. */
export function unread({ signals, request, soleHolder, retryCount }: Situation): Error | undefined {
  const errors = signals.notRead.map(({ error }) => error);
  // An event about another node says nothing of the holder.
  const concerned = isAsked(request) || request.saidDown.includes(soleHolder?.instanceId ?? '');
  if (!REPORTING.has(request.mode)) return concerned ? errors[0] : undefined;
  const missing = [...signals.missing.checks, ...signals.missing.alarms];
  if (missing.length > 0 && retryCount < LOOKS_FOR_ANSWERS)
    return new StateUnsettled(`Not shown: ${missing.join(', ')}.`);
  return retryCount < DOUBT_RETRIES ? errors.find(({ name }) => !DENIED.has(name)) : undefined;
}

export function sickHolder({ cluster, snapshot, reports }: Situation) {
  const holders = new Set(addressesOf(cluster).flatMap((address) => interfacesWith(address, snapshot)));
  return reports.find(({ networkInterfaceId, problems }) => holders.has(networkInterfaceId) && problems.length > 0);
}

const LOOKS_FOR_WHO_ASKS = 1;

/** Nobody holds an address, and that need not be so for long: its last holder's interface is not known to have died with it. */
export function mayBeOnItsWay({ firstPass, homeless, request, cluster, snapshot, retryCount }: Situation): boolean {
  // Whoever asks does not wait long; but one answer that lacks the holder is not enough to take an address from it.
  const patience = isAsked(request) ? LOOKS_FOR_WHO_ASKS : DOUBT_RETRIES;
  if (!firstPass || homeless.length === 0 || retryCount >= patience) return false;
  // A terminated instance is shown for about an hour: one that an answer lacks proves nothing.
  const died = (node: ClusterNode) =>
    snapshot.instances[node.instanceId] !== undefined && interfaceOf(node, snapshot) === undefined;
  return !cluster.nodes.some((node) => request.saidDown.includes(node.instanceId) && died(node));
}
