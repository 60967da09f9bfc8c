import type { Plan } from '../../functions/shared/plan';
import type { TimelineEvent } from '../../local/emulator/kernel/timeline';
import type { RegistryCluster } from '../../local/emulator/template/registry';
import type { Played } from './play';

type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;
export type Call = EventOf<'api-call'> & { readonly index: number };
export type Notice = EventOf<'notice'> & { readonly index: number };

/** A change of a virtual IP's holder that one call made. */
export interface Effect {
  readonly index: number;
  readonly at: number;
  /** When the call was made: EC2 may carry it out long afterwards. */
  readonly askedAt: number;
  readonly address: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A decision, and when VerifyInstanceState began to look. */
export interface Decision {
  readonly index: number;
  readonly plan: Plan;
  readonly enteredAt: number;
  readonly at: number;
}

/** A place in the timeline. */
export interface Place {
  readonly index: number;
  readonly at: number;
}

/** What is known of one execution; where Express ran it twice, of both runs together. */
export interface Run {
  readonly arn: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Null: an event of EC2 or of an alarm began it. */
  readonly mode: string | null;
  readonly cluster: RegistryCluster | null;
  /** Position of the cluster among the clusters; -1: none. */
  readonly clusterIndex: number;
  readonly index: number;
  readonly startedAt: number;
  /** Null: it never ended. */
  endedAt: number | null;
  readonly starts: Place[];
  readonly ends: Place[];
  succeeded: boolean;
  /** The error's name where a run of it did not succeed. */
  failedWith: string | null;
  failedAt: number | null;
  /** When it had done what it does with addresses: it entered a Notify state, or ended. */
  doneWithAddresses: Place | null;
  /** The Notify states that it entered, with the plan as it was then. */
  readonly notices: {
    readonly state: string;
    readonly index: number;
    readonly at: number;
    readonly plan: Plan | null;
  }[];
  readonly decisions: Decision[];
  readonly calls: Call[];
  readonly effects: Effect[];
  /** Messages of its own that reached the topic's subscribers. */
  readonly delivered: Notice[];
  /** What went wrong in Notify, put in on purpose or not: the notice may not have been sent. */
  noticeFailed: boolean;
}

const MUTATING = ['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses', 'AssociateAddress'];

export const isMutating = ({ action }: Pick<Call, 'action'>): boolean => MUTATING.includes(action);

/** A call whose answer was lost took effect all the same. */
export const tookEffect = ({ error, result }: Pick<Call, 'error' | 'result'>): boolean =>
  error === null || result.startsWith('took effect');

export const wasKilled = ({ failedWith }: Run): boolean => failedWith === 'Aborted';

/** Whether a run of it goes on at this place of the timeline. */
export function runsAt({ starts, ends }: Run, index: number): boolean {
  const before = (places: readonly Place[]) => places.filter((place) => place.index <= index).length;
  return before(starts) > before(ends);
}

export const overlap = (one: Run, other: Run): boolean =>
  one.startedAt <= (other.endedAt ?? Number.POSITIVE_INFINITY) &&
  other.startedAt <= (one.endedAt ?? Number.POSITIVE_INFINITY);

const CLAIM = 'Virtual IP Claim ';

function isClaim(input: Readonly<Record<string, unknown>>): boolean {
  return String(input['detail-type']).startsWith(CLAIM);
}

/** The interface that a person, or a claim, wants the addresses on; null where nobody named one. */
export function wantedTarget({ mode, input, cluster }: Run): string | null {
  if (cluster === null || (mode !== 'drill' && mode !== 'failover' && mode !== 'claim')) return null;
  const target = mode === 'claim' ? String(input['detail-type']).slice(CLAIM.length) : input.target;
  return cluster.nodes.find(({ instanceId }) => instanceId === target)?.networkInterfaceId ?? null;
}

/** When a claim was made, as its event says, milliseconds since the epoch. */
export function claimedAt({ input }: Run): number {
  return Date.parse(String(input.time));
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The state that an event tells, an instance's or an alarm's. */
export function stateIn({ input }: Pick<Run, 'input'>): string {
  const { state } = record(input.detail);
  return String(typeof state === 'string' ? state : record(state).value);
}

/** "execution …a1b2c3 (drill)" */
export function short({ arn, mode, input }: Run): string {
  const { alarmName } = record(input.detail);
  const event = [alarmName, stateIn({ input })].filter((each) => each !== undefined).join(' ');
  return `execution …${arn.slice(-6)} (${mode ?? event})`;
}

/** Reads the timeline once and sorts what happened by execution. */
export function runsOf({ cloud, byHand }: Pick<Played, 'cloud' | 'byHand'>): readonly Run[] {
  const runs = new Map<string, Run>();
  const entered = new Map<string, number>();
  let changes: (EventOf<'holder-changed'> & { index: number })[] = [];
  let messages: Notice[] = [];
  for (const [index, event] of cloud.timeline.events.entries()) {
    if (event.type === 'holder-changed' && !byHand.some(([from, to]) => index >= from && index < to))
      changes.push({ ...event, index });
    if (event.type === 'notice') messages.push({ ...event, index });
    if (!('execution' in event) || event.execution === null) continue;
    if (event.type === 'execution-started') start(runs, event, index, cloud.clusters);
    const run = runs.get(event.execution);
    if (run === undefined) continue;
    switch (event.type) {
      case 'api-call': {
        const call = { ...event, index };
        run.calls.push(call);
        const askedAt = event.at - event.milliseconds;
        if (isMutating(call) && tookEffect(call)) {
          const mine = changes.filter((change) => change.at >= askedAt && fits(call, change));
          changes = changes.filter((change) => !mine.includes(change));
          run.effects.push(
            ...mine.map(({ at, index: where, address, from, to }) => ({
              index: where,
              at,
              askedAt,
              address,
              from,
              to,
            })),
          );
        }
        if (call.action === 'Publish' && tookEffect(call)) {
          const mine = messages.find(({ at, message }) => at >= askedAt && message === record(call.parameters).Message);
          messages = messages.filter((message) => message !== mine);
          if (mine !== undefined) run.delivered.push(mine);
        }
        break;
      }
      case 'state-entered':
        entered.set(event.execution, event.at);
        if (event.state.startsWith('Notify')) {
          const plan = planIn(record(event.variables).plan);
          run.notices.push({ state: event.state, index, at: event.at, plan });
          run.doneWithAddresses ??= { index, at: event.at };
        }
        break;
      case 'state-exited': {
        const plan = planIn(record(event.assigned).plan);
        const enteredAt = entered.get(event.execution) ?? event.at;
        if (event.state === 'VerifyInstanceState' && plan !== null)
          run.decisions.push({ index, plan, enteredAt, at: event.at });
        break;
      }
      case 'state-caught':
      case 'state-retried':
        if (event.state.startsWith('Notify')) run.noticeFailed = true;
        break;
      case 'execution-succeeded':
      case 'execution-failed':
        run.endedAt = event.at;
        run.ends.push({ index, at: event.at });
        run.doneWithAddresses ??= { index, at: event.at };
        if (event.type === 'execution-succeeded') run.succeeded = true;
        else {
          run.failedWith = event.error;
          run.failedAt = event.at;
        }
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
    known.starts.push({ index, at });
    known.doneWithAddresses = null;
    return;
  }
  const given = record(input);
  const cluster = clusterOf(given, clusters);
  runs.set(execution, {
    arn: execution,
    input: given,
    mode: typeof given.mode === 'string' ? given.mode : isClaim(given) ? 'claim' : null,
    cluster,
    clusterIndex: cluster === null ? -1 : clusters.indexOf(cluster),
    index,
    startedAt: at,
    endedAt: null,
    starts: [{ index, at }],
    ends: [],
    succeeded: false,
    failedWith: null,
    failedAt: null,
    doneWithAddresses: null,
    notices: [],
    decisions: [],
    calls: [],
    effects: [],
    delivered: [],
    noticeFailed: false,
  });
}

function clusterOf(
  input: Readonly<Record<string, unknown>>,
  clusters: readonly RegistryCluster[],
): RegistryCluster | null {
  const named = clusters.find(({ name }) => name === input.cluster);
  if (named !== undefined || input.detail === undefined) return named ?? null;
  const claimed = clusters.find(({ name }) => name === record(input.detail).cluster);
  if (claimed !== undefined) return claimed;
  const text = JSON.stringify(input.detail);
  return (
    clusters.find(({ name, nodes }) =>
      nodes.some(({ instanceId }) => text.includes(instanceId) || new RegExp(`"${name}-\\d-down"`).test(text)),
    ) ?? null
  );
}

function fits({ parameters, action }: Call, change: EventOf<'holder-changed'>): boolean {
  const { NetworkInterfaceId, PrivateIpAddress } = record(parameters);
  const side = action === 'AssignPrivateIpAddresses' ? change.to : change.to === null ? change.from : undefined;
  return side === NetworkInterfaceId && strings(PrivateIpAddress).includes(change.address);
}

function planIn(value: unknown): Plan | null {
  return isPlan(value) ? value : null;
}

function isPlan(value: unknown): value is Plan {
  return typeof record(value).action === 'string';
}
