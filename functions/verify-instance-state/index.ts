import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { OPTIONAL_READER, READER } from '../shared/aws-clients';
import type { Cluster } from '../shared/cluster';
import type { Previous, VerifyInstanceStateInput } from '../shared/contract';
import { InvalidInput } from '../shared/errors';
import { handler as handle } from '../shared/handler';
import { asFields } from '../shared/input';
import { logger } from '../shared/logger';
import { MODES, type Plan, type Request } from '../shared/plan';
import { readSnapshot } from '../shared/snapshot';
import { DEADLINE_SECONDS, HELD_UP_MS, LAST_DEADLINE_SECONDS } from '../shared/timing';
import { warmUp } from '../shared/warm-up';
import { whatWentBefore } from './before';
import { decide } from './decide';
import { type History, NO_HISTORY, readClaims, readHistory, withMoves, writeClaim } from './history';
import { invalidPlan, makePlan } from './plan';
import { type Reading, readInput } from './request';
import { readSignals } from './signals';
import type { Facts } from './situation';
import { standingPlan } from './unread';

const ec2 = new EC2Client(READER);
const optionalEc2 = new EC2Client(OPTIONAL_READER);
const cloudWatch = new CloudWatchClient(OPTIONAL_READER);
void warmUp(new DescribeNetworkInterfacesCommand({}), (command) => ec2.send(command));

/** Asks EC2 who holds the addresses and who is healthy, and decides. */
export const handler = handle(verifyInstanceState, ({ previous }) =>
  whatWentBefore(previous).mayBeHomeless ? LAST_DEADLINE_SECONDS : DEADLINE_SECONDS,
);

async function verifyInstanceState({ execution, input, clusters, previous }: VerifyInstanceStateInput): Promise<Plan> {
  const reading = previous === null ? readInput(input, clusters ?? []) : again(previous);
  if ('invalid' in reading) return refuse(reading, input);
  const { request, cluster } = reading;
  logger.appendKeys({ cluster: cluster.name, mode: request.mode });
  if (request.trigger === 'claim' && previous === null) writeClaim(cluster, request);
  const { retryCount } = execution;
  const before = whatWentBefore(previous);
  // The workflow's clock: functions' own may differ.
  const now = Date.parse(execution.stateEnteredTime);
  const known = { request, cluster, before, retryCount, now };
  const began = Date.now();
  let facts: Facts;
  try {
    facts = await readFacts(known, previous === null);
  } catch (error) {
    return await standingPlan(optionalEc2, previous?.plan, before, retryCount, error);
  }
  return { ...makePlan(facts, decide(facts)), ...(Date.now() - began > HELD_UP_MS && { heldUp: true }) };
}

type Known = Omit<Facts, 'snapshot' | 'signals' | 'history'>;

/** @throws {Error} where EC2 does not say how the nodes are, and who holds the addresses */
async function readFacts(known: Known, isFirstPass: boolean): Promise<Facts> {
  const { request, cluster, retryCount, now } = known;
  const snapshotRead = readSnapshot(ec2, cluster, retryCount > 0);
  const [snapshot, signals, history] = await Promise.all([
    snapshotRead,
    readSignals(optionalEc2, cloudWatch, cluster, request, snapshotRead, now),
    historyFor(request, cluster, isFirstPass, now),
  ]);
  return { ...known, snapshot, signals, history: await withMoves(cloudWatch, history, cluster, signals, now) };
}

/** Only checks and claims ask what was before. */
async function historyFor(request: Request, cluster: Cluster, isFirstPass: boolean, now: number): Promise<History> {
  if (request.trigger === 'claim') return { ...NO_HISTORY, ...(await readClaims(cloudWatch, cluster, now)) };
  if (request.mode !== 'check' || !isFirstPass) return NO_HISTORY;
  return { ...NO_HISTORY, ...(await readHistory(cloudWatch, cluster, now)) };
}

/** The request and the cluster as the pass before understood them. */
function again({ plan }: Previous): Exclude<Reading, { invalid: string }> {
  const { cluster, mode, trigger, target, reason, requestedBy, eventTime, eventId, saidDown, eventDetail } = plan;
  return {
    cluster,
    request: { mode, trigger, target, reason, requestedBy, eventTime, eventId, saidDown, eventDetail },
  };
}

/** @throws {InvalidInput} where no cluster is concerned: then there is nothing to look at */
function refuse({ invalid, cluster }: Extract<Reading, { invalid: string }>, input: unknown): Plan {
  if (cluster === null) throw new InvalidInput(invalid);
  const mode: Request['mode'] | null = MODES.find((each) => each === asFields(input).mode) ?? null;
  return invalidPlan(cluster, invalid, mode);
}
