import { composeNotice } from '../../../functions/notify/compose';
import { en } from '../../../functions/notify/locales/en';
import { ja } from '../../../functions/notify/locales/ja';
import type { Locale, Notice } from '../../../functions/notify/notice';
import {
  A,
  assigned,
  B,
  BY_CLAIM,
  BY_HAND,
  BY_SCHEDULE,
  C,
  claimed,
  cluster,
  destination,
  drill,
  ELASTIC,
  ELASTIC_IP,
  execution,
  finding,
  holders,
  kept,
  LEFT,
  lambdaError,
  nothingToDo,
  plan,
  rehearsal,
  reports,
  STOPPED,
  succeeded,
  unassigned,
} from './builders';
import { type Ending, ending } from './ending';
import { FAILED_ENDINGS } from './failed-endings';

export type { Ending };

const three = cluster({ nodes: [A, B, C] });
const elasticAndPlain = cluster({
  virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
});
const alarmed = [{ code: 'ALARM' as const, detail: 'smtp-down' }];

export const ENDINGS: readonly Ending[] = [
  ending(
    'FAILED_OVER: the active node stopped, a third node is still healthy',
    succeeded(plan({ cluster: three, nodes: reports([A, B, C], { [A.instanceId]: STOPPED }) })),
  ),
  ending('FAILED_OVER: the active node stopped, and no healthy standby is left', succeeded()),
  ending(
    'FAILED_OVER: unassigning was refused, and the notice was tried before',
    succeeded(plan({ cluster: three, nodes: reports([A, B, C], { [A.instanceId]: STOPPED }) }), {
      execution: execution({ retryCount: 1 }),
      unassigned: unassigned({
        released: [],
        releasedAt: null,
        refused: lambdaError('UnauthorizedOperation', 'You are not authorized to perform this operation.'),
      }),
    }),
  ),
  ending(
    'FAILED_OVER: a scheduled check found two addresses, one with an Elastic IP, on nobody',
    succeeded(
      plan({
        ...BY_SCHEDULE,
        why: 'NO_HOLDER',
        cluster: elasticAndPlain,
        holders: holders(elasticAndPlain, null),
        sources: [],
        nodes: reports([A, B], { [A.instanceId]: [{ code: 'NOT_FOUND', detail: A.instanceId }] }),
      }),
      { unassigned: LEFT },
    ),
  ),
  ending(
    'FAILED_OVER: automatic failback',
    succeeded(
      plan({
        ...BY_SCHEDULE,
        why: 'FAILBACK',
        holders: holders(cluster(), B),
        sources: [],
        destination: destination(A),
        nodes: reports([A, B]),
      }),
      { unassigned: LEFT },
    ),
  ),
  ending(
    'FAILED_OVER: a configured Elastic IP was put back',
    succeeded(
      plan({
        ...BY_SCHEDULE,
        why: 'ELASTIC_IP_MISSING',
        cluster: ELASTIC,
        holders: holders(ELASTIC, A, false),
        destination: destination(A),
        sources: [],
        nodes: reports([A, B]),
      }),
      { unassigned: LEFT },
    ),
  ),
  ending(
    'CLAIMED: the cluster software on the standby says that it is active',
    succeeded(claimed(), { unassigned: LEFT }),
  ),
  ending(
    'NOTHING_TO_DO: a claim came late',
    nothingToDo(kept('CLAIM_OUTDATED', { ...BY_CLAIM, holders: holders(cluster(), A), nodes: reports([A, B]) })),
  ),
  ending(
    'NOTHING_TO_DO: nodes claim in turn',
    nothingToDo(
      kept('CLAIMED_IN_TURN', {
        ...BY_CLAIM,
        holders: holders(cluster(), A),
        nodes: reports([A, B]),
        findings: [finding('CLAIMED_IN_TURN', `mail-1 (${A.instanceId}), mail-2 (${B.instanceId})`)],
      }),
    ),
  ),
  ending('DRILLED', succeeded(drill(), { unassigned: LEFT })),
  ending(
    'REHEARSED: a failover would work',
    succeeded(rehearsal(), {
      unassigned: { ...LEFT, findings: [finding('NO_RESERVATION', '10.0.0.5', 'warning')] },
    }),
  ),
  ending(
    'REHEARSED: a failover would work, but the cluster is paused',
    succeeded(rehearsal({ findings: [finding('PAUSED', 'kernel update until=2026-02-01T18:00+09:00', 'warning')] })),
  ),
  ending(
    'REHEARSED: a failover would fail',
    succeeded(rehearsal(), {
      assigned: assigned({
        assigned: [],
        assignedAt: null,
        findings: [
          finding(
            'NO_ROOM',
            `${B.networkInterfaceId} of mail-2 (${B.instanceId}) would use 5 slots for addresses; t3.small has 4`,
          ),
        ],
      }),
    }),
  ),
  ending(
    'REHEARSED: a check tells that an earlier notice was lost',
    succeeded(
      rehearsal({
        ...BY_SCHEDULE,
        holders: holders(cluster(), B),
        destination: destination(A),
        findings: [finding('NOTICE_LOST', '', 'warning')],
      }),
    ),
  ),
  ending(
    'NOTHING_TO_DO, to the person who asked: the target has the address already',
    nothingToDo(kept('ALREADY_THERE', { ...BY_HAND, mode: 'drill', holders: holders(cluster(), B) })),
  ),
  ending(
    'NOTHING_TO_DO, to the person who asked: EC2 calls the holder healthy',
    nothingToDo(kept('HOLDER_HEALTHY', { ...BY_HAND, target: null, reason: 'mail hangs' })),
  ),
  ending(
    'NOTHING_TO_DO: another execution moved the address meanwhile',
    nothingToDo(
      kept('HOLDER_HEALTHY', {
        pass: 2,
        holders: holders(cluster(), B),
        heldBefore: holders(cluster(), A),
        nodes: reports([A, B], { [A.instanceId]: STOPPED }),
      }),
    ),
  ),
  ending(
    'NOTHING_TO_DO: a pause keeps the address on a stopped node',
    nothingToDo(
      kept('PAUSED', {
        nodes: reports([A, B], { [A.instanceId]: STOPPED }),
        findings: [finding('PAUSED', 'kernel update')],
      }),
    ),
  ),
  ending(
    'NOTHING_TO_DO: alarms go up and down in turn',
    nothingToDo(
      kept('FLAPPING', {
        trigger: 'alarm',
        eventDetail: 'smtp-down',
        nodes: reports([A, B], { [A.instanceId]: alarmed }),
      }),
    ),
  ),
  ...FAILED_ENDINGS,
];

/** What docs/notices.md shows each language with. */
const TIME_ZONES = { en: 'UTC', ja: 'Asia/Tokyo' };

export const LOCALES = { en, ja } satisfies Readonly<Record<string, Locale>>;

export function noticeOf({ input, looked }: Ending): Notice {
  return composeNotice(input, looked);
}

export function named(part: string): Ending {
  const found = ENDINGS.find(({ title }) => title.includes(part));
  if (found === undefined) throw new Error(`No ending's title contains "${part}".`);
  return found;
}

export function write(of: Ending, language: keyof typeof LOCALES = 'en'): { subject: string; body: string } {
  const notice = noticeOf(of);
  return { subject: LOCALES[language].subject(notice), body: LOCALES[language].body(notice, TIME_ZONES[language]) };
}
