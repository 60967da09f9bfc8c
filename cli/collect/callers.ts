import type { Cluster } from '../../functions/shared/cluster';
import { asFields } from '../../functions/shared/input';
import { PAUSED_TAG } from '../../functions/shared/tags';
import type { Clients } from '../aws/clients';
import { callsNamed, HISTORY_KEPT } from '../aws/event-history';
import type { PauseSeen } from './pauses';
import type { Caller, RecordedCall, RecordedOutcome } from './records';

const MINUTE = 60_000;
/** An execution's first line and CloudTrail's time of the call differ by less. */
const AROUND = MINUTE;
/** CloudTrail shows most calls within minutes. @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html */
const DELAY = 15 * MINUTE;
/** What a first check would have met earlier. */
const BETWEEN_CHECKS = 60 * MINUTE;

const TOO_OLD = 'older than 90 days, which is what CloudTrail’s event history keeps: look into the files of a trail';
const CLAIM = 'a node’s claim: PutEvents is a data event, which only a trail that was told to has';
const NOT_FOUND = 'no such call in CloudTrail’s event history of this account and Region';
const NOT_YET = 'not in CloudTrail’s event history yet: it takes some minutes';

/**
 * Who called StartExecution for these outcomes, by execution. Only where somebody asked: what EventBridge and Scheduler start
 * is started by the stack's own roles. Asynchronous Express executions are started by StartExecution, a management event;
 * StartSyncExecution is never recorded.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cloud-trail.html
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
 */
export async function callersOf(
  clients: Clients,
  records: readonly Pick<RecordedOutcome, 'executionId' | 'startTime' | 'trigger'>[],
  now: number,
): Promise<ReadonlyMap<string, Caller>> {
  const callers = new Map<string, Caller>();
  for (const { executionId, startTime, trigger } of records) {
    if (trigger === 'claim') callers.set(executionId, CLAIM);
    if (trigger !== 'request') continue;
    const at = Date.parse(startTime);
    const isIt = ({ response }: RecordedCall) => response.executionArn === executionId;
    callers.set(executionId, await find(clients, 'StartExecution', at - AROUND, at + AROUND, isIt, now));
  }
  return callers;
}

/** Who set the tag of each pause: in the time between the record before it and the first that met it. */
export async function pausers(
  clients: Clients,
  pauses: readonly PauseSeen[],
  clusters: readonly Cluster[],
  now: number,
): Promise<Caller[]> {
  const callers: Caller[] = [];
  for (const { cluster: name, before, first } of pauses) {
    const nodes = clusters.find((cluster) => cluster.name === name)?.nodes ?? [];
    const ids = new Set(nodes.map(({ instanceId }) => instanceId));
    const isIt = ({ request }: RecordedCall) =>
      itemsOf(request.resourcesSet).some(({ resourceId }) => ids.has(String(resourceId))) &&
      itemsOf(request.tagSet).some(({ key }) => key === PAUSED_TAG);
    callers.push(await find(clients, 'CreateTags', before ?? first - BETWEEN_CHECKS, first, isIt, now));
  }
  return callers;
}

async function find(
  clients: Clients,
  eventName: string,
  start: number,
  end: number,
  isIt: (call: RecordedCall) => boolean,
  now: number,
): Promise<Caller> {
  if (end < now - HISTORY_KEPT) return TOO_OLD;
  // CloudTrail keeps the second that an event began in.
  const from = Math.floor(start / 1_000) * 1_000;
  for await (const call of callsNamed(clients, eventName, from, end)) if (isIt(call)) return call;
  return end > now - DELAY ? NOT_YET : NOT_FOUND;
}

/** EC2's lists, as CloudTrail nests them. */
function itemsOf(set: unknown) {
  const { items } = asFields(set);
  return Array.isArray(items) ? items.map(asFields) : [];
}
