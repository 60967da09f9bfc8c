import type { Plan } from '../../functions/shared/types';
import type { TimelineEvent } from '../../local/timeline';
import type { RegistryCluster } from '../../local/world/build';
import type { Played } from './play';

type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;
export type Call = EventOf<'api-call'> & { readonly index: number };

/** A change of a virtual IP's holder that one call made. */
export interface Effect {
  readonly index: number;
  /** When the call was made: EC2 may carry it out long afterwards. */
  readonly askedAt: number;
  readonly address: string;
  readonly to: string | null;
}

/** What is known of one execution; where Express ran it twice, of both runs together. */
export interface Run {
  readonly arn: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly cluster: RegistryCluster | null;
  readonly index: number;
  readonly startedAt: number;
  /** Null: it never ended. */
  endedAt: number | null;
  starts: number;
  succeeded: boolean;
  /** The error's name where a run of it did not succeed. */
  failedWith: string | null;
  failedAt: number | null;
  /** Whether it came as far as NotifyFailure, NotifySuccess or NotifyNothingToDo. */
  readonly notices: { readonly state: string; readonly index: number; readonly plan: Plan | null }[];
  readonly plans: Plan[];
  readonly calls: Call[];
  readonly effects: Effect[];
  /** What went wrong in Notify, put in on purpose or not: the notice could not be sent. */
  noticeFailed: boolean;
}

const MUTATING = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'AssociateAddress'];

export const isMutating = ({ action }: Call): boolean => MUTATING.includes(action);

/** A call whose answer was lost took effect all the same. */
export const tookEffect = ({ error, result }: Call): boolean => error === null || result.startsWith('took effect');

export const published = (run: Run): boolean => run.calls.some((call) => call.action === 'Publish' && tookEffect(call));

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Reads the timeline once and sorts what happened by execution. */
export function runsOf({ cloud }: Played): readonly Run[] {
  const runs = new Map<string, Run>();
  let changes: (EventOf<'holder-changed'> & { index: number })[] = [];
  for (const [index, event] of cloud.timeline.events.entries()) {
    if (event.type === 'holder-changed') changes.push({ ...event, index });
    if (!('execution' in event) || event.execution === null) continue;
    if (event.type === 'execution-started') start(runs, event, index, cloud.clusters);
    const run = runs.get(event.execution);
    if (run === undefined) continue;
    switch (event.type) {
      case 'api-call': {
        const call = { ...event, index };
        run.calls.push(call);
        changes = changes.filter(({ at }) => at === event.at);
        const mine = changes.filter((change) => isMutating(call) && tookEffect(call) && fits(call, change));
        changes = changes.filter((change) => !mine.includes(change));
        const askedAt = event.at - event.milliseconds;
        run.effects.push(...mine.map(({ index: where, address, to }) => ({ index: where, askedAt, address, to })));
        break;
      }
      case 'state-entered':
        if (event.state.startsWith('Notify')) run.notices.push({ state: event.state, index, plan: planIn(event.data) });
        break;
      case 'state-exited': {
        const plan = event.state === 'VerifyInstanceState' ? planIn(event.data) : null;
        if (plan !== null) run.plans.push(plan);
        break;
      }
      case 'state-caught':
      case 'state-retried':
        if (event.state.startsWith('Notify')) run.noticeFailed = true;
        break;
      case 'execution-succeeded':
        run.succeeded = true;
        run.endedAt = event.at;
        break;
      case 'execution-failed':
        run.failedWith = event.error;
        run.failedAt = event.at;
        run.endedAt = event.at;
        break;
    }
  }
  return [...runs.values()];
}

function start(
  runs: Map<string, Run>,
  { execution, input, at }: EventOf<'execution-started'>,
  index: number,
  clusters: readonly RegistryCluster[],
): void {
  const known = runs.get(execution);
  if (known !== undefined) {
    known.starts += 1;
    return;
  }
  runs.set(execution, {
    arn: execution,
    input: record(input),
    cluster: clusterOf(record(input), clusters),
    index,
    startedAt: at,
    endedAt: null,
    starts: 1,
    succeeded: false,
    failedWith: null,
    failedAt: null,
    notices: [],
    plans: [],
    calls: [],
    effects: [],
    noticeFailed: false,
  });
}

function clusterOf(
  input: Readonly<Record<string, unknown>>,
  clusters: readonly RegistryCluster[],
): RegistryCluster | null {
  const text = JSON.stringify(input);
  return (
    clusters.find(({ name }) => name === input.cluster) ??
    clusters.find(({ name, nodes }) =>
      nodes.some(({ instanceId }) => text.includes(instanceId) || new RegExp(`"${name}-\\d-down"`).test(text)),
    ) ??
    null
  );
}

function fits({ parameters, action }: Call, change: EventOf<'holder-changed'>): boolean {
  const { NetworkInterfaceId, PrivateIpAddress } = record(parameters);
  const side = action === 'AssignPrivateIpAddresses' ? change.to : change.to === null ? change.from : undefined;
  return side === NetworkInterfaceId && strings(PrivateIpAddress).includes(change.address);
}

function planIn(data: unknown): Plan | null {
  const payload = record(record(data).plan).Payload;
  return isPlan(payload) ? payload : null;
}

function isPlan(value: unknown): value is Plan {
  return typeof record(value).action === 'string';
}
