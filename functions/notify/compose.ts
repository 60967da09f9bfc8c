import { darkTime } from '../shared/dark-time';
import { asFields, clusterConcerned } from '../shared/input';
import {
  type Attempt,
  type Cluster,
  type Holder,
  MODES,
  type Mode,
  type NotifyInput,
  type NotRead,
  type Outcome,
  type Plan,
  type Request,
  type StateError,
} from '../shared/types';
import { consoleLink } from './console';
import type { Failure, Move, Notice } from './notice';
import { repairSteps, safeHolder } from './repair';
import type { Now } from './where';

/** Durations of a move, milliseconds; both null without one. */
export interface Durations {
  readonly eventToVerifiedMs: number | null;
  readonly darkTimeMs: number | null;
}

/** What a failure's look at EC2 brought: what is there, or why it could not be found out. Null: nothing to look at. */
export type Looked = { readonly now: Now } | { readonly lookError: string } | null;

export function outcomeOf({ kind, plan }: NotifyInput): Outcome {
  if (kind === 'FAILURE') return 'FAILED';
  if (kind === 'NOTHING_TO_DO') return 'NOTHING_TO_DO';
  if (plan?.action === 'REHEARSE') return plan.notify ? 'REHEARSED' : 'CHECKED';
  return plan?.mode === 'drill' ? 'DRILLED' : 'FAILED_OVER';
}

/** The plan of the pass that ended, or of the one before where a pass failed before it had one. */
export function latestPlan({ plan, previous }: NotifyInput): Plan | null {
  return plan ?? previous?.plan ?? null;
}

export function clusterOf(input: NotifyInput): Cluster | null {
  if (isNotRead(input.reading)) return clusterConcerned(input.input, input.reading.clusters);
  const { request, invalid } = input.reading ?? {};
  return latestPlan(input)?.cluster ?? request?.cluster ?? invalid?.cluster ?? null;
}

function isNotRead(reading: NotifyInput['reading']): reading is NotRead {
  return reading !== undefined && 'clusters' in reading;
}

/** What was asked, where it was understood. */
function requestOf({ reading }: NotifyInput): Request | null {
  return reading === undefined || isNotRead(reading) ? null : reading.request;
}

export function durationsOf({ kind, execution, plan, unassigned, assigned, verified }: NotifyInput): Durations {
  if (kind !== 'SUCCESS' || plan?.action !== 'MOVE' || !verified) return { eventToVerifiedMs: null, darkTimeMs: null };
  return {
    eventToVerifiedMs: Math.max(0, Date.parse(verified.verifiedAt) - Date.parse(plan.eventTime ?? execution.startTime)),
    darkTimeMs: plan.darkTimeBeforeMs + darkTime(plan, unassigned, assigned),
  };
}

/** Null where the input says nothing that could be understood. */
export function modeOf(input: NotifyInput): Mode | null {
  const known = latestPlan(input)?.mode ?? requestOf(input)?.mode;
  if (known !== undefined) return known;
  const { mode, 'detail-type': detailType } = asFields(input.input);
  return detailType === undefined ? (MODES.find((each) => each === mode) ?? null) : 'failover';
}

export function composeNotice(input: NotifyInput, outcome: Notice['outcome'], looked: Looked): Notice {
  const plan = latestPlan(input);
  const { execution, unassigned, assigned, verified } = input;
  const request = asFields(input.input);
  const said = (key: string) => (typeof request[key] === 'string' ? String(request[key]) : null);
  return {
    outcome,
    cluster: clusterOf(input)?.name ?? null,
    mode: modeOf(input),
    trigger: plan?.trigger ?? requestOf(input)?.trigger ?? null,
    reason: plan?.reason ?? null,
    rehearsed: plan?.rehearsed ?? null,
    requestedTarget: plan?.requestedTarget ?? said('target'),
    requestedBy: plan?.requestedBy ?? said('requestedBy'),
    requestReason: plan?.requestReason ?? said('reason'),
    eventTime: plan?.eventTime ?? said('time'),
    startTime: execution.startTime,
    moves: plan === null ? [] : movesOf(plan),
    nodes: plan?.nodes ?? [],
    standbysLeft: outcome === 'FAILED_OVER' || outcome === 'DRILLED' ? standbysLeft(plan) : null,
    findings: [plan, unassigned, assigned, verified].flatMap((result) => result?.findings ?? []),
    ...durationsOf(input),
    consoleLink: consoleLink(execution.id, execution.startTime),
    failure: input.error === undefined ? null : failureOf(input, input.error, looked),
  };
}

/** Healthy nodes other than the target, the excluded ones left out. */
export function standbysLeft(plan: Plan | null): number {
  return (
    plan?.nodes.filter(({ instanceId, problems }) => problems.length === 0 && instanceId !== plan.target?.instanceId)
      .length ?? 0
  );
}

function movesOf({ target, heldBefore, cluster }: Plan): Move[] {
  if (target === null) return [];
  return cluster.virtualIps.map(({ address, elasticIpAllocationId }) => ({
    address,
    from: describeHolder(heldBefore.find((holder) => holder.address === address)),
    to: `${target.instanceId} (${target.networkInterfaceId})`,
    elasticIpAllocationId: elasticIpAllocationId ?? null,
  }));
}

export function describeHolder(holder: Holder | undefined): string | null {
  if (holder === undefined || holder.networkInterfaceId === null) return null;
  return holder.instanceId === null ? holder.networkInterfaceId : `${holder.instanceId} (${holder.networkInterfaceId})`;
}

function failureOf(input: NotifyInput, error: StateError, looked: Looked): Failure {
  const cluster = clusterOf(input);
  const plan = latestPlan(input);
  const now = looked !== null && 'now' in looked ? looked.now : null;
  return {
    state: failedState(input),
    error: error.Error,
    message: messageOf(error),
    where: now?.addresses ?? null,
    lookError: looked !== null && 'lookError' in looked ? looked.lookError : null,
    safe: cluster !== null && now !== null && safeHolder(cluster, now) !== null,
    repair:
      cluster === null
        ? []
        : repairSteps({
            executionId: input.execution.id,
            cluster,
            now,
            planned: plan?.target ?? null,
            refused: attemptsOf(input)
              .filter(({ error: name }) => name === 'TargetCannotHold')
              .map(({ instanceId }) => instanceId),
            saidDown: saidDown(input.input),
            understood: error.Error !== 'InvalidInput',
          }),
  };
}

/** Every target that was tried, the one included that led to the pass that failed before it had a plan. */
export function attemptsOf({ plan, previous }: NotifyInput): readonly Attempt[] {
  if (plan !== null) return plan.attempts;
  const before = previous?.plan;
  if (!before) return [];
  if (before.target === null) return before.attempts;
  return [...before.attempts, { instanceId: before.target.instanceId, error: previous?.error?.Error ?? '' }];
}

/** The instance that an event says is in trouble. */
function saidDown(input: unknown): string | null {
  const instanceId = asFields(asFields(input).detail)['instance-id'];
  return typeof instanceId === 'string' ? instanceId : null;
}

/** The first state of the pass that left no result. */
function failedState({ reading, plan, unassigned, assigned, verified }: NotifyInput): string {
  if (isNotRead(reading)) return 'ReadRequest';
  if (plan === null) return 'VerifyInstanceState';
  if (unassigned === null) return 'UnassignIp';
  if (assigned === null) return 'AssignIp';
  return verified === null ? 'VerifyEni' : 'NotifySuccess';
}

/** For a Lambda's error `Cause` is a JSON string with `errorMessage`; for States.Timeout and the like it is plain text. */
function messageOf({ Error: name, Cause: cause }: StateError): string {
  try {
    const { errorMessage } = asFields(JSON.parse(cause));
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause || name;
  }
}
