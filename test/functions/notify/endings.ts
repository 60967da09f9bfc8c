import { composeNotice, type Looked } from '../../../functions/notify/compose';
import { en } from '../../../functions/notify/locales/en';
import { ja } from '../../../functions/notify/locales/ja';
import type { Locale, Notice } from '../../../functions/notify/notice';
import { type NotifyInput, OUTCOMES } from '../../../functions/shared/contract';
import type { Snapshot } from '../../../functions/shared/snapshot';
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
  failed,
  finding,
  holders,
  kept,
  LEFT,
  lambdaError,
  look,
  nothingToDo,
  passBefore,
  plan,
  refusal,
  rehearsal,
  reports,
  STOPPED,
  STRANGER,
  succeeded,
  unassigned,
} from './builders';
import { FIRST_EDITION } from './first-edition';

/** One way for an execution to end, with what Notify is given and what it sees. */
export interface Ending {
  readonly title: string;
  readonly input: NotifyInput;
  readonly looked: Looked;
}

function ending(title: string, input: NotifyInput, snapshot: Snapshot | null = null): Ending {
  return { title, input, looked: snapshot === null ? null : { snapshot } };
}

const three = cluster({ nodes: [A, B, C] });
const elasticAndPlain = cluster({
  virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
});
const alarmed = [{ code: 'ALARM' as const, detail: 'smtp-down' }];
const NO_STANDBY = lambdaError(
  'NoHealthyStandby',
  `No node of cluster "mail" can take 10.0.0.5. ${A.instanceId}: NOT_RUNNING (stopped). ${B.instanceId}: NOT_RUNNING (stopped). Repair a node; the next check moves the addresses to it.`,
);
const NO_ROOM = {
  instanceId: B.instanceId,
  error: 'TargetCannotHold',
  message: `PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit on ${B.networkInterfaceId}.`,
};
const refusedByB = reports([A, B], { [B.instanceId]: [{ code: 'REFUSED', detail: NO_ROOM.message }] });

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
  ending(
    'FAILED: the address is on nobody, another node could take it',
    failed(plan(), {
      unassigned: unassigned(),
      assigned: assigned(),
      error: lambdaError('NotConverged', 'EC2 does not show the whole move yet: 10.0.0.5 is on no interface.'),
    }),
    look(null, ['stopped', 'running']),
  ),
  ending(
    'FAILED: no healthy standby, the stopped holder has the address',
    failed(
      refusal('NO_HEALTHY_STANDBY', NO_STANDBY, {
        nodes: reports([A, B], { [A.instanceId]: STOPPED, [B.instanceId]: STOPPED }),
      }),
    ),
    look(A, ['stopped', 'stopped']),
  ),
  ending(
    'FAILED: an alarm is up on every node, the holder runs',
    failed(
      refusal('NO_HEALTHY_STANDBY', NO_STANDBY, {
        trigger: 'alarm',
        eventDetail: 'smtp-down',
        nodes: reports([A, B], { [A.instanceId]: alarmed, [B.instanceId]: alarmed }),
      }),
    ),
    look(A, ['running', 'running']),
  ),
  ending(
    'FAILED: the holder is gone, and the last node refused the address',
    failed(
      refusal(
        'TARGET_REFUSED',
        lambdaError('TargetRefused', `No node of cluster "mail" can take 10.0.0.5. ${NO_ROOM.message}`),
        {
          pass: 2,
          holders: holders(cluster(), null),
          heldBefore: holders(cluster(), A),
          nodes: reports([A, B], {
            [A.instanceId]: [{ code: 'NOT_RUNNING', detail: 'terminated' }],
            [B.instanceId]: [{ code: 'REFUSED', detail: NO_ROOM.message }],
          }),
          attempts: [NO_ROOM],
          mayHaveChanged: true,
        },
      ),
    ),
    look(null, ['terminated', 'running']),
  ),
  ending(
    'FAILED: a stranger holds the address',
    failed(
      refusal(
        'HELD_BY_STRANGER',
        lambdaError(
          'HeldByStranger',
          `10.0.0.5 is on ${STRANGER.networkInterfaceId}, which is no node of cluster "mail".`,
        ),
        { holders: holders(cluster(), STRANGER) },
      ),
    ),
    look(STRANGER, ['running', 'running']),
  ),
  ending(
    'FAILED: the address is a primary address',
    failed(
      refusal(
        'PRIMARY_ADDRESS',
        lambdaError(
          'PrimaryAddress',
          `10.0.0.5 is the primary address of ${B.networkInterfaceId}, which EC2 never moves.`,
        ),
        { holders: holders(cluster(), B) },
      ),
    ),
    look(B, ['running', 'running'], { primary: true }),
  ),
  ending(
    "FAILED: a drill's target has no room, the address is safe on the old holder",
    failed(
      refusal(
        'TARGET_REFUSED',
        lambdaError('TargetRefused', `${B.instanceId} could not take 10.0.0.5. ${NO_ROOM.message}`),
        { ...BY_HAND, mode: 'drill', pass: 2, nodes: refusedByB, attempts: [NO_ROOM], lastResort: [A.instanceId] },
      ),
    ),
    look(A, ['running', 'running']),
  ),
  ending(
    "FAILED: a drill's target is unhealthy",
    failed(
      refusal(
        'TARGET_UNHEALTHY',
        lambdaError('TargetUnhealthy', `${B.instanceId} cannot take 10.0.0.5: NOT_RUNNING (stopped).`),
        { ...BY_HAND, mode: 'drill', nodes: reports([A, B], { [B.instanceId]: STOPPED }) },
      ),
    ),
    look(A, ['running', 'stopped']),
  ),
  ending(
    'FAILED: an Elastic IP is missing',
    failed(plan({ cluster: ELASTIC }), {
      unassigned: unassigned(),
      assigned: assigned(),
      error: lambdaError('ElasticIpNotAssociated', `${ELASTIC_IP} is not on 10.0.0.5.`),
    }),
    look(B, ['stopped', 'running'], { of: ELASTIC }),
  ),
  ending(
    'FAILED: two answers of EC2 contradict each other',
    failed(null, {
      error: lambdaError(
        'StateUnsettled',
        `DescribeNetworkInterfaces shows 10.0.0.5 on ${A.networkInterfaceId}, attached to ${A.instanceId}; DescribeInstances does not show ${A.instanceId}. Nothing was moved on that. Looking again.`,
      ),
    }),
    look(A, [null, 'running']),
  ),
  {
    title: 'FAILED: looking failed, too',
    input: failed(null, {
      previous: passBefore({ Error: 'States.Timeout', Cause: '' }),
      error: lambdaError('TransientAwsError', 'DescribeInstances: RequestLimitExceeded: Request limit exceeded.'),
    }),
    looked: {
      lookError: 'TransientAwsError: DescribeNetworkInterfaces: RequestLimitExceeded: Request limit exceeded.',
    },
  },
  ending(
    'FAILED: a request that is not understood, of a known cluster',
    failed(
      refusal(
        'INVALID_INPUT',
        lambdaError(
          'InvalidInput',
          'mode is missing; allowed are "failover", "drill", "rehearsal", "check". There is no default.',
        ),
        { ...BY_HAND, target: null, requestedBy: null, reason: null, holders: [], nodes: [] },
      ),
      { input: { cluster: 'mail', requestedBy: 'alice' } },
    ),
    look(A, ['running', 'running']),
  ),
  ending(
    'FAILED: an input that names no cluster',
    failed(null, { input: null, error: lambdaError('InvalidInput', 'The input is null, not an object.') }),
  ),
  ending(
    'FAILED: the first function does not run',
    failed(null, {
      error: {
        Error: 'Runtime.ExitError',
        Cause: 'RequestId: 1 Error: Runtime exited with error: exit status 129',
      },
    }),
    look(A, ['stopped', 'running']),
  ),
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

/** One row a situation: what the first edition said, and what is said now. */
function comparison(): string {
  const cell = (subject: string, opening: readonly string[], japanese: string) =>
    [`**${subject}**`, ...opening, japanese].map((line) => line.replaceAll('|', '\\|')).join('<br>');
  const rows = FIRST_EDITION.map(({ title, subject, opening, japanese }) => {
    const now = named(title);
    const { subject: subjectNow, body } = write(now);
    const before = cell(subject, opening, japanese);
    return `| ${title} | ${before} | ${cell(subjectNow, (body.split('\n\n')[0] ?? '').split('\n'), write(now, 'ja').subject)} |`;
  });
  return ['| situation | first edition | now |', '| --- | --- | --- |', ...rows].join('\n');
}

/** A check that finds all well tells nobody. */
const TOLD = OUTCOMES.filter((outcome) => outcome !== 'CHECKED');

/** docs/notices.md as it must be. */
export function noticesDocument(): string {
  const sections = ENDINGS.map((each) => {
    const shown = (['en', 'ja'] as const).map((language) => {
      const { subject, body } = write(each, language);
      return `\`${language}\`, subject: ${subject}\n\n\`\`\`text\n${body}\n\`\`\``;
    });
    return `## ${each.title}\n\n${shown.join('\n\n')}`;
  });
  return `# Notices

Every kind of notice in both languages, as it arrives by e-mail. The subject says how the service stands: \`OK\` (nobody has
to act), \`CHECK\` (somebody should look), \`DEGRADED\` (it runs, but not well), \`DOWN\` (act now); or what was done: \`MOVED\`,
\`DRILL\`, \`REHEARSAL\`. Message attributes for subscription filters: \`cluster\`, \`mode\` and \`outcome\`
(${TOLD.map((outcome) => `\`${outcome}\``).join(', ')}). The Japanese ones are shown with \`"timeZone": "Asia/Tokyo"\`.

Generated from the functions; a test fails when it differs. To write it again: \`npm run docs\`.

## Before and after

What stands on a lock screen: the subject and the first lines, and the subject in Japanese.

${comparison()}

${sections.join('\n\n')}
`;
}
