import { composeNotice, type Looked, outcomeOf } from '../../../functions/notify/compose';
import { en } from '../../../functions/notify/locales/en';
import { ja } from '../../../functions/notify/locales/ja';
import type { Notice } from '../../../functions/notify/notice';
import type { Cluster, NotifyInput, Plan, StateError } from '../../../functions/shared/types';
import { read } from '../../../functions/verify-instance-state/reading';
import { A, B, C, cluster, ELASTIC_IP, STRANGER, vips } from './clusters';
import { assigned, execution, plan, rehearsal, target, unassigned } from './plans';

const EVENT = '2026-01-31T03:14:07.000Z';
const START = '2026-01-31T03:14:08.120Z';
const RELEASED = '2026-01-31T03:14:09.020Z';
const ASSIGNED = '2026-01-31T03:14:09.310Z';
const VERIFIED = '2026-01-31T03:14:09.700Z';
const EXECUTION = { ...execution(), startTime: START };

/** One way for an execution to end, with what Notify is given and what it sees. */
export interface Ending {
  readonly title: string;
  readonly input: NotifyInput;
  readonly looked: Looked;
}

/** A plan at fixed times; an execution by hand has no event. */
function planned(changes: Partial<Plan> = {}, make = plan): Plan {
  const byHand = (changes.trigger ?? make().trigger) !== 'event';
  return make({ eventTime: byHand ? null : EVENT, decidedAt: START, ...changes });
}

const hand: Partial<Plan> = {
  trigger: 'request',
  requestedBy: 'alice',
  requestReason: 'kernel update',
  requestedTarget: B.instanceId,
};
const DRILL = {
  cluster: 'mail',
  mode: 'drill',
  target: B.instanceId,
  requestedBy: 'alice',
  reason: 'kernel update',
};
/** The event of an instance's stop. */
export const stopped = (instanceId: string) => ({
  source: 'aws.ec2',
  'detail-type': 'EC2 Instance State-change Notification',
  time: EVENT,
  detail: { 'instance-id': instanceId, state: 'stopped' },
});
const bothHealthy: Plan['nodes'] = [
  { ...A, problems: [] },
  { ...B, problems: [] },
];
const two = cluster({ virtualIps: vips(2) });

function success(title: string, of: Plan, changes: Partial<NotifyInput> = {}): Ending {
  const moves = of.action === 'MOVE';
  return {
    title,
    looked: null,
    input: {
      kind: 'SUCCESS',
      execution: EXECUTION,
      input: {},
      plan: of,
      unassigned: unassigned(moves ? { releasedAt: RELEASED } : { released: [], releasedAt: null }),
      assigned: assigned(moves ? { assignedAt: ASSIGNED } : { assigned: [], assignedAt: null }),
      verified: { verifiedAt: VERIFIED, holders: of.holders, findings: [] },
      ...changes,
    },
  };
}

/** A failure of an execution that read its input, from an event of a's stop unless `changes` say otherwise. */
export function failure(
  title: string,
  error: StateError,
  looked: Looked,
  { clusters, ...changes }: Partial<NotifyInput> & { readonly clusters?: readonly Cluster[] },
): Ending {
  const input = 'input' in changes ? changes.input : stopped(A.instanceId);
  return {
    title,
    looked,
    input: {
      kind: 'FAILURE',
      execution: EXECUTION,
      input,
      plan: null,
      unassigned: null,
      assigned: null,
      verified: null,
      error,
      previous: { plan: null, unassigned: null, assigned: null, error: null },
      reading: read(input, clusters ?? [changes.plan?.cluster ?? cluster()]),
      ...changes,
    },
  };
}

/** What a Catch stores for an error that a Lambda threw. */
export function lambdaError(name: string, errorMessage: string): StateError {
  return { Error: name, Cause: JSON.stringify({ errorType: name, errorMessage, trace: [] }) };
}

type On = { readonly networkInterfaceId: string; readonly instanceId: string | null } | null;
/** A look: who holds 10.0.0.5, and the states of the nodes a and b. */
export function see(
  on: On,
  states: readonly (string | null)[],
  changes: { primary?: boolean; elasticIp?: string } = {},
): NonNullable<Looked> {
  const nodes = [A, B, C].slice(0, states.length).map((node, index) => {
    const state = states[index] ?? null;
    return { ...node, state, attached: state !== null && state !== 'terminated' };
  });
  const holder = {
    address: '10.0.0.5',
    networkInterfaceId: on?.networkInterfaceId ?? null,
    instanceId: on?.instanceId ?? null,
    elasticIpAllocationId: changes.elasticIp ?? null,
    primary: changes.primary ?? false,
    instanceState: nodes.find(({ instanceId }) => instanceId === on?.instanceId)?.state ?? null,
  };
  return { now: { addresses: [holder], nodes } };
}

const spent: NotifyInput['previous'] = {
  plan: planned(),
  unassigned: unassigned({ releasedAt: RELEASED }),
  assigned: null,
  error: lambdaError('TargetCannotHold', 'x'),
};

export const ENDINGS: readonly Ending[] = [
  success(
    'FAILED_OVER: the active node stopped, a third node is still healthy',
    planned({ cluster: cluster({ nodes: [A, B, C] }), nodes: [...plan().nodes, { ...C, problems: [] }] }),
  ),
  success('FAILED_OVER: the active node stopped, and no healthy standby is left', planned()),
  success(
    'FAILED_OVER: a scheduled check found two addresses, one with an Elastic IP, on nobody',
    planned({
      mode: 'check',
      trigger: 'schedule',
      reason: 'NO_HOLDER',
      cluster: cluster({
        virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }, { address: '10.0.0.6' }],
      }),
      holders: two.virtualIps.map(({ address }) => ({
        address,
        networkInterfaceId: null,
        instanceId: null,
        elasticIpAllocationId: null,
      })),
      sources: [],
      nodes: [
        { ...A, problems: [{ code: 'NOT_FOUND', detail: A.instanceId }] },
        { ...B, problems: [] },
      ],
    }),
    { unassigned: unassigned({ released: [], releasedAt: null }) },
  ),
  success(
    'FAILED_OVER: a configured Elastic IP was put back',
    planned({
      reason: 'ELASTIC_IP_MISSING',
      trigger: 'schedule',
      mode: 'check',
      cluster: cluster({ virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] }),
      target: target(A),
      sources: [],
      nodes: bothHealthy,
    }),
    { unassigned: unassigned({ released: [], releasedAt: null }) },
  ),
  success('DRILLED', planned({ ...hand, mode: 'drill', reason: 'REQUESTED', nodes: bothHealthy })),
  success(
    'REHEARSED: a failover would work',
    planned({ ...hand, requestedTarget: null, mode: 'rehearsal', nodes: bothHealthy }, rehearsal),
    {
      unassigned: unassigned({
        released: [],
        releasedAt: null,
        findings: [{ severity: 'warning', code: 'NO_RESERVATION', detail: '10.0.0.5' }],
      }),
    },
  ),
  success(
    'REHEARSED: a failover would fail',
    planned({ ...hand, requestedTarget: null, mode: 'rehearsal', nodes: bothHealthy }, rehearsal),
    {
      assigned: assigned({
        assigned: [],
        assignedAt: null,
        findings: [
          {
            severity: 'problem',
            code: 'NO_ROOM',
            detail: `${B.networkInterfaceId} of ${B.instanceId} would have 5 addresses; t3.small allows 4`,
          },
        ],
      }),
    },
  ),
  success(
    'NOTHING_TO_DO, to the person who asked',
    planned({
      ...hand,
      action: 'NONE',
      mode: 'drill',
      reason: 'ALREADY_THERE',
      target: null,
      sources: [],
      nodes: bothHealthy,
    }),
    { kind: 'NOTHING_TO_DO', unassigned: null, assigned: null, verified: null },
  ),
  failure(
    'FAILED: the address is homeless, another node could take it',
    lambdaError('UnauthorizedOperation', 'You are not authorized to perform this operation.'),
    see(null, ['stopped', 'running']),
    { plan: planned(), unassigned: unassigned({ releasedAt: RELEASED }) },
  ),
  failure(
    'FAILED: no healthy standby, the stopped holder has the address',
    lambdaError('NoHealthyStandby', 'No node of cluster "mail" can take 10.0.0.5.'),
    see(A, ['stopped', 'stopped']),
    {},
  ),
  failure(
    'FAILED: every node refused or died, the address is homeless',
    lambdaError('NoHealthyStandby', 'No node of cluster "mail" can take 10.0.0.5.'),
    see(null, ['terminated', 'running']),
    { previous: spent },
  ),
  failure(
    'FAILED: a stranger holds the address',
    lambdaError('HeldByStranger', `10.0.0.5 is on ${STRANGER.networkInterfaceId}, which is no node of cluster "mail".`),
    see(STRANGER, ['running', 'running']),
    {},
  ),
  failure(
    'FAILED: the address is a primary address',
    lambdaError('PrimaryAddress', `10.0.0.5 is the primary address of ${B.networkInterfaceId}, which EC2 never moves.`),
    see(B, ['running', 'running'], { primary: true }),
    {},
  ),
  failure(
    "FAILED: a drill's target refused, the address is safe on the old holder",
    lambdaError('TargetRefused', `${B.instanceId} did not take the addresses (TargetCannotHold).`),
    see(A, ['running', 'running']),
    {
      input: DRILL,
      plan: planned({
        ...hand,
        mode: 'drill',
        reason: 'NO_HOLDER',
        target: target(A),
        sources: [],
        nodes: [
          { ...A, problems: [] },
          { ...B, problems: [{ code: 'REFUSED', detail: 'TargetCannotHold' }] },
        ],
        attempts: [{ instanceId: B.instanceId, error: 'TargetCannotHold' }],
        lastResort: [A.instanceId],
        pass: 2,
      }),
      unassigned: unassigned({ released: [], releasedAt: null }),
      assigned: assigned({ assignedAt: ASSIGNED }),
    },
  ),
  failure(
    "FAILED: a drill's target is unhealthy",
    lambdaError('TargetUnhealthy', `${B.instanceId} cannot take 10.0.0.5: NOT_RUNNING (stopped).`),
    see(A, ['running', 'stopped']),
    { input: DRILL },
  ),
  failure(
    'FAILED: looking failed, too',
    { Error: 'States.Timeout', Cause: '' },
    { lookError: 'TransientAwsError: DescribeNetworkInterfaces: RequestLimitExceeded: Request limit exceeded.' },
    { plan: planned(), unassigned: unassigned({ releasedAt: RELEASED }) },
  ),
  failure(
    'FAILED: a request that is not understood, of a known cluster',
    lambdaError(
      'InvalidInput',
      'mode is missing; allowed are "failover", "drill", "rehearsal", "check". There is no default.',
    ),
    see(A, ['running', 'running']),
    { input: { cluster: 'mail', requestedBy: 'alice' } },
  ),
  failure(
    'FAILED: an input that names no cluster',
    lambdaError('InvalidInput', 'The input is null, not an object.'),
    null,
    { input: null },
  ),
  failure(
    'FAILED: the first function does not run',
    { Error: 'Runtime.ExitError', Cause: 'RequestId: 1 Error: Runtime exited with error: exit status 129' },
    see(A, ['stopped', 'running']),
    { reading: { clusters: [cluster()] } },
  ),
];

export function noticeOf({ input, looked }: Ending): Notice {
  const outcome = outcomeOf(input);
  if (outcome === 'CHECKED') throw new Error('Nobody is told.');
  return composeNotice(input, outcome, looked);
}

export const LOCALES = { en, ja };

/** docs/notices.md as it must be. */
export function noticesDocument(): string {
  const sections = ENDINGS.map((ending) => {
    const notice = noticeOf(ending);
    const shown = Object.entries(LOCALES).map(
      ([name, locale]) =>
        `\`${name}\`, subject: ${locale.subject(notice)}\n\n\`\`\`text\n${locale.body(notice)}\n\`\`\``,
    );
    return `## ${ending.title}\n\n${shown.join('\n\n')}`;
  });
  return `# Notices

Every kind of notice in both languages, as it arrives by e-mail. Message attributes for subscription filters: \`cluster\`,
\`outcome\` (\`FAILED_OVER\`, \`DRILLED\`, \`REHEARSED\`, \`NOTHING_TO_DO\`, \`FAILED\`) and \`mode\`.

Generated from the functions; a test fails when it differs. To write it again: \`UPDATE_DOCS=1 npx jest test/unit/docs\`.

${sections.join('\n\n')}
`;
}
