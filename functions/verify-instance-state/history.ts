import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Cluster } from '../shared/cluster';
import { asError } from '../shared/errors';
import { logger } from '../shared/logger';
import { writeMetrics } from '../shared/metrics';
import type { Request } from '../shared/plan';
import { extremes, newest, ours, type Point, read, statusCheck } from './points';
import type { Signals } from './signals';
import { isAlarmTaken, isNoticeLost } from './told';

/**
 * What the product's own metrics remember of a cluster. EC2 does not say who moved an address, nor when; Notify writes it
 * down as a metric (functions/notify/metrics.ts), and only checks read it. What nodes claim is remembered likewise, for claims
 * and checks.
 */
export interface History {
  /** Where the last move put the addresses, if the workflow made it by itself; null: a person did, or it is not known. */
  readonly movedByItselfTo: string | null;
  /** The preferred node's EC2 status checks failed within the failback time. Null: not known. */
  readonly preferredFailedLately: boolean | null;
  /** A notice could not be sent, and no check has told so since. */
  readonly noticeLost: boolean;
  /** The readiness alarm is up for another reason than what the next check may be unable to repair: it will not tell that. */
  readonly alarmIsTaken: boolean;
  /** What programs and chats did not get lately, though people did. */
  readonly lost: readonly ('EVENT_LOST' | 'CHAT_LOST')[];
  /** What nodes claimed lately, oldest first. */
  readonly claims: readonly NodeEvent[];
  /** When people were told last that nodes claim in turn, the beginning of that minute, ms since the epoch; null: not lately. */
  readonly toldInTurnAt: number | null;
  /** The addresses moved so short a time ago that the application may still be starting; null: not known. */
  readonly movedLately: boolean | null;
  /** How often the workflow moved the addresses by itself within the last hour, where that was asked. */
  readonly movesOfLastHour: number;
  /** Where it moved them then, and from which node; each at the beginning of which minute. */
  readonly movedTo: readonly NodeEvent[];
  readonly movedFrom: readonly NodeEvent[];
  /** The nodes that it moved them to for a claim then. */
  readonly claimedTo: readonly NodeEvent[];
  /** When a person moved them last, within the same hour; null: none did, or it is not known. */
  readonly personMovedAt: number | null;
}

/** What happened to a node, a claim or a move, and when. */
export interface NodeEvent {
  readonly instanceId: string;
  /** Milliseconds since the epoch: of a claim, and of a move for one, its second; of another move, the beginning of its minute. */
  readonly time: number;
}

export const NO_HISTORY: History = {
  movedByItselfTo: null,
  preferredFailedLately: null,
  noticeLost: false,
  alarmIsTaken: false,
  lost: [],
  claims: [],
  toldInTurnAt: null,
  movedLately: null,
  movesOfLastHour: 0,
  movedTo: [],
  movedFrom: [],
  claimedTo: [],
  personMovedAt: null,
};

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Five-minute points are kept for 63 days. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
const MOVES_WINDOW = 62 * DAY;
const MOVES_PERIOD_SECONDS = 300;
/** Points of one second are kept for three hours. */
const NOTICES_WINDOW = 170 * MINUTE;
/** A claim bears the time that EventBridge gave it, and its clock may be ahead of the workflow's. */
const AHEAD = 2 * MINUTE;
/**
 * The metric MoveByPerson: a person moved the addresses, or a claim did, to the node whose position is added.
 * functions/notify/metrics.ts writes it.
 */
const MOVED_BY_PERSON = 1;
const MOVED_BY_CLAIM = 2;

/** How long an application may take to start where the addresses have moved to, before its check counts, minutes. */
const GRACE_MINUTES = 5;

/** With the moves of the last hour where an application does not answer: only then it matters how long the addresses are there. */
export async function withMoves(
  cloudWatch: CloudWatchClient,
  history: History,
  cluster: Cluster,
  { checks }: Pick<Signals, 'checks'>,
  now: number,
): Promise<History> {
  const isDown = Object.values(checks).some(({ application }) => application === 'impaired');
  return isDown ? { ...history, ...(await readMovesOfLastHour(cloudWatch, cluster, now)) } : history;
}

/** When the addresses moved last, and how often lately: for a holder whose application does not answer. */
export function readMovesOfLastHour(
  cloudWatch: CloudWatchClient,
  cluster: Cluster,
  now: number,
): Promise<Partial<History>> {
  return known(async () => {
    const found = await read(
      cloudWatch,
      [
        ...extremes('AutomaticMoveTo', cluster, 60),
        ...extremes('AutomaticMoveFrom', cluster, 60, 'from'),
        ...extremes('MoveByPerson', cluster, 1, 'wanted'),
      ],
      now - 60 * MINUTE,
      now,
    );
    const wanted = [found.wantedleast, found.wantedmost];
    const moved = found.wantedmost?.filter(({ value }) => value >= MOVED_BY_PERSON);
    const last = Math.max(newest(found.most)?.time ?? 0, newest(moved)?.time ?? 0);
    const byPerson = newest(found.wantedleast?.filter(({ value }) => value === MOVED_BY_PERSON));
    const claimed = wanted.map((points) => points?.map(({ time, value }) => ({ time, value: value - MOVED_BY_CLAIM })));
    return {
      // A point bears the time at which its minute began.
      movedLately: now - last < (GRACE_MINUTES + 1) * MINUTE,
      // Executions that overlap write down the same move.
      movesOfLastHour: found.most?.length ?? 0,
      movedTo: nodesIn([found.least, found.most], cluster),
      movedFrom: nodesIn([found.fromleast, found.frommost], cluster),
      claimedTo: nodesIn(claimed, cluster),
      personMovedAt: byPerson?.time ?? null,
    };
  });
}

/**
 * Remembers which node claims, as its position from 1, at the time of the claim itself. At once and not when it has been
 * carried out: a claim that is older must find it.
 */
export function writeClaim({ name, nodes }: Cluster, { target, eventTime }: Request): void {
  if (eventTime === null) return;
  const index = nodes.findIndex(({ instanceId }) => instanceId === target);
  writeMetrics(eventTime, { Cluster: name }, { Claim: index + 1 });
}

/**
 * The claims of the damping time, at least of the last minutes, and whether people know that they come in turn. Points of
 * one second are kept for three hours. What cannot be read is not known: a claim is believed then.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention
 */
export function readClaims(cloudWatch: CloudWatchClient, cluster: Cluster, now: number): Promise<Partial<History>> {
  const window = Math.max(cluster.dampingMinutes ?? 0, 2) * MINUTE;
  return known(async () => {
    const found = await read(cloudWatch, claimQueries(cluster), now - window, now + AHEAD);
    return claimsIn(found, cluster);
  });
}

/**
 * What checks ask. What cannot be read is not known: then nothing fails back, and nothing is said to be lost.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
export function readHistory(cloudWatch: CloudWatchClient, cluster: Cluster, now: number): Promise<Partial<History>> {
  return known(async () => {
    const queries = [
      ours('told', 'Told', cluster, 60, 'Maximum'),
      ours('event', 'EventLost', cluster, 60, 'Sum'),
      ours('chat', 'ChatLost', cluster, 60, 'Sum'),
      ours('ready', 'Ready', cluster, 60, 'Minimum'),
      ours('unrepaired', 'Unrepaired', cluster, 60, 'Minimum'),
      ...claimQueries(cluster),
    ];
    const [found, moves] = await Promise.all([
      read(cloudWatch, queries, now - NOTICES_WINDOW, now + AHEAD),
      cluster.failbackAfterMinutes === undefined ? null : readMoves(cloudWatch, cluster, now),
    ]);
    const claimed = claimsIn(found, cluster);
    // What became of a claim matters only where there was one.
    const lately = claimed.claims.length === 0 ? {} : await readMovesOfLastHour(cloudWatch, cluster, now);
    const lost = [
      ...(found.event?.length ? ['EVENT_LOST' as const] : []),
      ...(found.chat?.length ? ['CHAT_LOST' as const] : []),
    ];
    const alarmIsTaken = isAlarmTaken(found.ready, found.unrepaired, cluster, now);
    return { ...moves, ...lately, ...claimed, lost, alarmIsTaken, noticeLost: isNoticeLost(found.told) };
  });
}

function claimQueries(cluster: Cluster) {
  return [...extremes('Claim', cluster, 1), ours('inturn', 'ToldInTurn', cluster, 60, 'Maximum')];
}

function claimsIn({ least, most, inturn }: Awaited<ReturnType<typeof read>>, cluster: Cluster) {
  return { claims: nodesIn([least, most], cluster), toldInTurnAt: newest(inturn)?.time ?? null };
}

/** Nothing, where it could not be read: then it is not known. */
async function known(reading: () => Promise<Partial<History>>): Promise<Partial<History>> {
  try {
    return await reading();
  } catch (error) {
    logger.warn('reading the metrics failed', asError(error));
    return {};
  }
}

async function readMoves(cloudWatch: CloudWatchClient, cluster: Cluster, now: number) {
  const { failbackAfterMinutes = 0, nodes } = cluster;
  const preferred = nodes[0]?.instanceId ?? '';
  const [moves, checks] = await Promise.all([
    read(
      cloudWatch,
      [
        ...extremes('AutomaticMoveTo', cluster, MOVES_PERIOD_SECONDS),
        ours('person', 'MoveByPerson', cluster, MOVES_PERIOD_SECONDS, 'Sum'),
      ],
      now - MOVES_WINDOW,
      now,
    ),
    read(cloudWatch, [statusCheck('failed', preferred)], now - failbackAfterMinutes * MINUTE, now),
  ]);
  const least = newest(moves.least);
  const most = newest(moves.most);
  const person = newest(moves.person);
  // Two moves within one period cannot be told apart.
  const clear = least !== null && least.value === most?.value && (person === null || person.time < least.time);
  return {
    movedByItselfTo: clear ? (nodes[least.value - 1]?.instanceId ?? null) : null,
    preferredFailedLately: (checks.failed ?? []).some(({ value }) => value > 0),
  };
}

/** The nodes at positions, oldest first. 0, and a position of an earlier configuration, is no node's. */
function nodesIn(positions: readonly (readonly Point[] | undefined)[], { nodes }: Cluster): NodeEvent[] {
  return positions
    .flatMap((points) => points ?? [])
    .flatMap(({ time, value }) => {
      const node = nodes[value - 1];
      return node === undefined ? [] : [{ instanceId: node.instanceId, time }];
    })
    .toSorted((one, other) => one.time - other.time);
}
