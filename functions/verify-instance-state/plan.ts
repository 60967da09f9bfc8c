import { holdersOf } from '../shared/addresses';
import { REQUEST_TIMEOUT_MS } from '../shared/aws';
import { darkSince, darkTime } from '../shared/dark-time';
import { PLAN_MAX_AGE_MS, READS_SETTLE_MS } from '../shared/fresh';
import type {
  Attempt,
  Cluster,
  ClusterNode,
  Holder,
  NodeReport,
  Plan,
  Request,
  Source,
  StateError,
  Target,
  UnassignIpOutput,
  VerifyInstanceStateInput,
} from '../shared/types';
import type { Decision } from './decide';
import { isExcluded, STANDBY_TAG } from './health';
import type { Observation } from './observation';
import { type Before, FIRST_PASS, REFUSALS, reportNodes } from './situation';

/** What the passes before this one mean for the decision. */
export function whatWentBefore({ plan, unassigned, error }: VerifyInstanceStateInput['previous']): Before {
  if (plan === null) return FIRST_PASS;
  const attempt: Attempt[] =
    plan.target === null ? [] : [{ instanceId: plan.target.instanceId, error: error?.Error ?? '' }];
  return {
    attempts: [...plan.attempts, ...attempt],
    lastResort: plan.lastResort,
    reason: plan.reason,
    settledAt: settledAt(plan, unassigned, error),
  };
}

/** A target that refused took nothing, so what was unassigned for it is all that reads may not show yet. */
function settledAt(
  { decidedAt, homelessSince }: Plan,
  unassigned: UnassignIpOutput | null,
  error: StateError | null,
): number {
  const nothingTaken = (unassigned?.alreadyGone.length ?? 0) === 0;
  if (error?.Error !== 'TargetCannotHold' || !nothingTaken) return Date.parse(decidedAt) + WRITES_SETTLE_MS;
  const released = unassigned?.releasedAt ?? homelessSince;
  return released === null ? 0 : Date.parse(released) + READS_SETTLE_MS;
}

/** A plan's last write starts before the plan is stale and takes one request's time at most; then reads settle. */
const WRITES_SETTLE_MS = PLAN_MAX_AGE_MS + REQUEST_TIMEOUT_MS + READS_SETTLE_MS;

/** Writes the decision down with everything that the later states need, so that none of them has to ask again. */
export function makePlan(
  request: Request,
  seen: Observation,
  decision: Decision,
  previous: VerifyInstanceStateInput['previous'],
  now: number,
): Plan {
  const { cluster } = request;
  const { target, ...decided } = decision;
  const before = whatWentBefore(previous);
  const holders = holdersOf(cluster, seen.addresses);
  return {
    ...decided,
    mode: request.mode,
    trigger: request.trigger,
    cluster,
    target: target === null ? null : toTarget(target, seen),
    sources: target === null ? [] : sourcesOf(seen, target),
    holders,
    heldBefore: previous.plan?.heldBefore ?? holders,
    nodes: reportStandbys(cluster, seen, before),
    pass: (previous.plan?.pass ?? 0) + 1,
    attempts: before.attempts,
    lastResort: previous.plan === null ? peopleWantOff(request, cluster, holders) : before.lastResort,
    requestedTarget: request.target,
    requestedBy: request.requestedBy,
    requestReason: request.reason,
    eventTime: request.eventTime,
    homelessSince: homelessSince(previous),
    darkTimeBeforeMs: darkTimeBefore(previous),
    decidedAt: new Date(now).toISOString(),
  };
}

/** The nodes' problems, with what keeps a healthy one from being a standby. */
function reportStandbys(cluster: Cluster, seen: Observation, { attempts }: Before): NodeReport[] {
  return reportNodes(cluster, seen).map((report) => {
    const excluded = isExcluded(report, seen) ? [{ code: 'EXCLUDED' as const, detail: `${STANDBY_TAG} = never` }] : [];
    const refused = attempts
      .filter(({ instanceId, error }) => instanceId === report.instanceId && REFUSALS.has(error))
      .map(({ error }) => ({ code: 'REFUSED' as const, detail: error }));
    return { ...report, problems: [...report.problems, ...excluded, ...refused] };
  });
}

function toTarget({ instanceId, networkInterfaceId }: ClusterNode, seen: Observation): Target {
  const instance = seen.instances[instanceId];
  const found = instance?.interfaces.find((candidate) => candidate.networkInterfaceId === networkInterfaceId);
  return {
    instanceId,
    networkInterfaceId,
    instanceType: instance?.instanceType ?? 'unknown',
    addressCount: found?.addressCount ?? 0,
  };
}

/** Every interface but the target's that has virtual IPs, with those it has. */
function sourcesOf(seen: Observation, target: ClusterNode): Source[] {
  const sources = new Map<string, { networkInterfaceId: string; instanceId: string | null; addresses: string[] }>();
  for (const { address, networkInterfaceId, instanceId, primary } of seen.addresses) {
    if (networkInterfaceId === target.networkInterfaceId || primary) continue;
    const source = sources.get(networkInterfaceId) ?? { networkInterfaceId, instanceId, addresses: [] };
    source.addresses.push(address);
    sources.set(networkInterfaceId, source);
  }
  return [...sources.values()];
}

/** In a drill or a failover by hand: the nodes that hold the addresses when the person asks, but for the target itself. */
function peopleWantOff({ trigger, target }: Request, { nodes }: Cluster, holders: readonly Holder[]): string[] {
  if (trigger !== 'request' || target === null) return [];
  const holding = new Set(holders.map(({ networkInterfaceId }) => networkInterfaceId));
  return nodes
    .filter(({ networkInterfaceId, instanceId }) => holding.has(networkInterfaceId) && instanceId !== target)
    .map(({ instanceId }) => instanceId);
}

/**
 * Since when this execution has an address off its holder without knowing of an assignment. What a read shows does not
 * count: it may be older than the unassign, or show an assignment whose answer was lost.
 */
function homelessSince({ plan, unassigned, assigned }: VerifyInstanceStateInput['previous']): string | null {
  return plan === null || typeof assigned?.assignedAt === 'string' ? null : darkSince(plan, unassigned);
}

/** What earlier passes left dark until they assigned the addresses. */
function darkTimeBefore({ plan, unassigned, assigned }: VerifyInstanceStateInput['previous']): number {
  if (plan === null) return 0;
  return plan.darkTimeBeforeMs + darkTime(plan, unassigned, assigned);
}
