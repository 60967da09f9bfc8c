import type { Cluster, ClusterNode } from '../../../functions/shared/cluster';
import type { Plan, Request } from '../../../functions/shared/plan';
import { PAUSED_TAG, STANDBY_TAG } from '../../../functions/shared/tags';
import { DECIDE_SETTLED_RETRIES, DOUBT_RETRIES } from '../../../functions/shared/timing';
import { whatWentBefore } from '../../../functions/verify-instance-state/before';
import { NO_HISTORY } from '../../../functions/verify-instance-state/history';
import { RULES } from '../../../functions/verify-instance-state/rules';
import { assess, type Facts } from '../../../functions/verify-instance-state/situation';
import {
  A,
  B,
  C,
  cluster,
  destination,
  ELASTIC_IP,
  holders,
  lambdaError,
  plan,
  STRANGER,
  vips,
} from '../notify/builders';
import {
  byHand,
  CHECK,
  claim,
  event,
  facts,
  minutesAgo,
  NOW,
  RUNNING,
  stopped,
  tagged,
  type World,
} from '../support/facts';
import { inWords, letter } from '../support/words';

/** Who asks. The event says that a stopped; the requested target is always b, and so is the node that claims. */
const COLUMNS: Readonly<Record<string, Request>> = {
  'event of a': event(),
  check: CHECK,
  'claim of b': claim(B),
  'failover by hand': byHand('failover'),
  '… to b': byHand('failover', B),
  'drill to b': byHand('drill', B),
  rehearsal: byHand('rehearsal'),
  '… for b': byHand('rehearsal', B),
};

export interface Case {
  readonly situation: string;
  readonly of?: Cluster;
  readonly world: World;
  readonly changes?: Partial<Facts>;
  /** The error that led back to the decision. */
  readonly after?: string;
  /** Where the event is another one than that a stopped. */
  readonly event?: Request;
}

const three = cluster({ nodes: [A, B, C] });
const watched = cluster({
  nodes: [A, B, C].map((node) => ({ ...node, alarms: [`smtp-${letter(node)}`, 'mail-down'] })),
});
const elastic = cluster({ nodes: [A, B, C], virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });
const LONG_AGO = { inAlarm: false, since: minutesAgo(600) };
/** So often looked at that no doubt is left. */
const LATER = { retryCount: DOUBT_RETRIES };

function dead(...nodes: readonly ClusterNode[]): Record<string, ReturnType<typeof stopped>> {
  return Object.fromEntries(nodes.map((node) => [node.instanceId, stopped(node)]));
}

/** The nodes claimed in this order, the last one a moment ago where there is but one. */
function claimed(...nodes: readonly ClusterNode[]): Facts['history'] {
  const ago = (index: number) => (nodes.length === 1 ? 0 : nodes.length - index) * 60_000;
  return {
    ...NO_HISTORY,
    claims: nodes.map(({ instanceId }, index) => ({ instanceId, time: NOW - ago(index) })),
  };
}

/** Situations of a first decision, in the order of the rules that they show. */
export const FIRST_DECISION: readonly Case[] = [
  {
    situation: 'DescribeInstances lacks a, DescribeNetworkInterfaces shows the VIP on it',
    world: {},
    changes: { ...LATER, snapshot: withoutInstance(facts(CHECK, three), A) },
  },
  { situation: 'the VIP is the primary address of a', world: { primary: true }, changes: LATER },
  { situation: 'a stranger holds the VIP', world: { holders: STRANGER }, changes: LATER },
  { situation: 'b holds all VIPs and is healthy', world: { holders: B }, changes: LATER },
  {
    situation: '– a claimed five seconds ago',
    world: { holders: B },
    changes: { ...LATER, history: { ...NO_HISTORY, claims: [{ instanceId: A.instanceId, time: NOW - 5_000 }] } },
  },
  {
    situation: 'DescribeInstances lacks b and c, a is stopped; the first looks',
    world: { instances: { ...dead(A), [B.instanceId]: null, [C.instanceId]: null } },
  },
  {
    situation: '– they stay away',
    world: { instances: { ...dead(A), [B.instanceId]: null, [C.instanceId]: null } },
    changes: LATER,
  },
  { situation: 'b is stopped; a, healthy, holds all VIPs', world: { instances: dead(B) }, changes: LATER },
  {
    situation: 'b is excluded by its tag; a, healthy, holds all VIPs',
    world: { instances: { [B.instanceId]: tagged(B, STANDBY_TAG, 'never') } },
    changes: LATER,
  },
  { situation: 'a, healthy, holds all VIPs', world: {}, changes: LATER },
  { situation: '– the first looks', world: {} },
  {
    situation: '– c has claimed after b did',
    world: {},
    changes: { ...LATER, history: claimed(C) },
  },
  {
    situation: '– b, a, b and a have claimed in turn (damping: 10 minutes)',
    of: { ...three, dampingMinutes: 10 },
    world: {},
    changes: { ...LATER, history: claimed(B, A, B, A) },
  },
  {
    situation: '– DescribeAlarms cannot be read, the first looks',
    world: {},
    changes: unread({}),
  },
  { situation: '– DescribeAlarms cannot be read for long', world: {}, changes: unread(LATER) },
  { situation: '– its Elastic IP is not on the VIP', of: elastic, world: { elasticIps: [null] }, changes: LATER },
  {
    situation: '– paused by a tag',
    world: { instances: { [C.instanceId]: tagged(C, PAUSED_TAG, 'upgrade') } },
    changes: LATER,
  },
  {
    situation: 'c holds all VIPs, moved there by itself; a has been well for an hour (failback: 60 minutes)',
    of: { ...three, failbackAfterMinutes: 60 },
    world: { holders: C },
    changes: {
      ...LATER,
      history: { ...NO_HISTORY, movedByItselfTo: C.instanceId, preferredFailedLately: false, noticeLost: false },
    },
  },
  {
    situation: '– a person moved them there',
    of: { ...three, failbackAfterMinutes: 60 },
    world: { holders: C },
    changes: {
      ...LATER,
      history: { ...NO_HISTORY, movedByItselfTo: null, preferredFailedLately: false, noticeLost: false },
    },
  },
  {
    situation: 'b claimed, and an execution that had begun before moved all VIPs to c',
    world: { holders: C },
    changes: {
      ...LATER,
      history: { ...claimed(B), movedTo: [{ instanceId: C.instanceId, time: NOW }] },
    },
  },
  {
    situation: 'nobody holds the VIP, a is gone',
    world: { holders: null, instances: { [A.instanceId]: null } },
    changes: LATER,
  },
  { situation: 'nobody holds the VIP, all nodes are healthy; the first looks', world: { holders: null } },
  {
    situation: 'an alarm is up on a, those of b and c changed 2 minutes ago (damping: 10 minutes)',
    of: { ...watched, dampingMinutes: 10 },
    world: {
      alarms: {
        'smtp-a': { inAlarm: true, since: minutesAgo(1) },
        'smtp-b': { inAlarm: false, since: minutesAgo(2) },
        'smtp-c': { inAlarm: false, since: minutesAgo(2) },
      },
    },
    changes: LATER,
  },
  {
    situation: '– that of c changed hours ago',
    of: { ...watched, dampingMinutes: 10 },
    world: {
      alarms: {
        'smtp-a': { inAlarm: true, since: minutesAgo(1) },
        'smtp-b': { inAlarm: false, since: minutesAgo(2) },
        'smtp-c': LONG_AGO,
      },
    },
    changes: LATER,
  },
  { situation: 'no node runs', world: { instances: dead(A, B, C) }, changes: LATER },
  {
    situation: '– the event says that b runs, the first looks',
    world: { instances: dead(A, B, C) },
    event: RUNNING,
  },
  { situation: 'the same alarm is up on all nodes', of: watched, world: { alarms: ['mail-down'] }, changes: LATER },
  { situation: 'the holder a is stopped', world: { instances: dead(A) } },
  {
    situation: '– a status check of b has not finished, all of c are ok',
    world: { instances: dead(A), checks: { [B.instanceId]: { system: 'initializing' } } },
  },
  {
    situation: '– b is excluded by its tag',
    world: { instances: { ...dead(A), [B.instanceId]: tagged(B, STANDBY_TAG, ' Never ') } },
  },
  {
    situation: '– paused by a tag',
    world: { instances: { ...dead(A), [C.instanceId]: tagged(C, PAUSED_TAG, 'upgrade') } },
  },
  {
    situation: '– paused until an hour ago',
    world: { instances: { ...dead(A), [C.instanceId]: tagged(C, PAUSED_TAG, 'upgrade until=2026-01-31T11:30Z') } },
  },
  { situation: '– DescribeAlarms cannot be read', world: { instances: dead(A) }, changes: unread({}) },
  {
    situation: '– DescribeInstances lacks c, the first look',
    world: { instances: { ...dead(A), [C.instanceId]: null } },
  },
  {
    situation: '– DescribeInstanceStatus lacks b and c, the first look',
    world: { instances: dead(A), checks: { [B.instanceId]: null, [C.instanceId]: null } },
  },
  {
    situation: 'a status check of the holder a is impaired',
    world: { checks: { [A.instanceId]: { instance: 'impaired' } } },
  },
  {
    situation: 'VIPs are split over c and b; a is gone',
    of: { ...three, virtualIps: vips(2) },
    world: { holders: [C, B], instances: { [A.instanceId]: null } },
    changes: LATER,
  },
];

/** Situations after a pass that aimed at b, in the order of the rules that they show. */
export const LATER_DECISION: readonly Case[] = [
  { situation: 'PlanStale; b, healthy, has the VIP', world: { holders: B }, after: 'PlanStale' },
  {
    situation: 'ElasticIpMissing; b, healthy, has the VIP without its Elastic IP',
    of: elastic,
    world: { holders: B, elasticIps: [null] },
    after: 'ElasticIpMissing',
  },
  { situation: 'TransientAwsError; a, healthy, has the VIP, the first looks', world: {}, after: 'TransientAwsError' },
  { situation: '– reads have settled', world: {}, after: 'TransientAwsError', changes: settled() },
  { situation: 'TargetCannotHold; a, healthy, has the VIP, the first looks', world: {}, after: 'TargetCannotHold' },
  { situation: '– reads have settled', world: {}, after: 'TargetCannotHold', changes: settled() },
  { situation: 'Superseded; c, healthy, has the VIP, the first looks', world: { holders: C }, after: 'Superseded' },
  { situation: '– reads have settled', world: { holders: C }, after: 'Superseded', changes: settled() },
  {
    situation: '– reads have settled, its Elastic IP is not on the VIP',
    of: elastic,
    world: { holders: C, elasticIps: [null] },
    after: 'Superseded',
    changes: settled(),
  },
  {
    situation: 'TargetCannotHold; nobody has the VIP, a is healthy again',
    world: { holders: null },
    after: 'TargetCannotHold',
  },
  { situation: 'PlanStale; nobody has the VIP, a is healthy again', world: { holders: null }, after: 'PlanStale' },
  {
    situation: 'AssignRefused; nobody has the VIP, a is healthy again',
    world: { holders: null },
    after: 'AssignRefused',
  },
  {
    situation: 'TargetLost; b, stopped, has the VIP',
    world: { holders: B, instances: dead(B) },
    after: 'TargetLost',
  },
  {
    situation:
      'TargetCannotHold; an alarm is up on a, which has the VIP, that of c changed 2 minutes ago (damping: 10 minutes); reads have settled',
    of: { ...watched, dampingMinutes: 10 },
    world: {
      alarms: {
        'smtp-a': { inAlarm: true, since: minutesAgo(1) },
        'smtp-b': LONG_AGO,
        'smtp-c': { inAlarm: false, since: minutesAgo(2) },
      },
    },
    after: 'TargetCannotHold',
    changes: settled(),
  },
  {
    situation: 'TargetCannotHold; a, stopped, has the VIP; c is stopped; reads have settled',
    world: { instances: dead(A, C) },
    after: 'TargetCannotHold',
    changes: settled(),
  },
];

function withoutInstance({ snapshot }: Facts, { instanceId }: ClusterNode): Facts['snapshot'] {
  const { [instanceId]: _, ...instances } = snapshot.instances;
  return { ...snapshot, instances };
}

function unread(changes: Partial<Facts>): Partial<Facts> {
  const error = Object.assign(new Error('DescribeAlarms: 503: no answer'), { name: 'TransientAwsError' });
  const { signals } = facts(CHECK, three);
  return { ...changes, signals: { ...signals, notRead: [{ call: 'DescribeAlarms', error }] } };
}

function settled(): Partial<Facts> {
  return { retryCount: DECIDE_SETTLED_RETRIES };
}

/** The facts of a case for who asks as in the column; the pass before aimed at b, to get the VIP off a. */
export function factsOf({ of = three, world, changes, after }: Case, request: Request): Facts {
  if (after === undefined) return facts(request, of, world, changes);
  const before: Plan = plan({
    ...request,
    cluster: of,
    destination: destination(B),
    holders: holders(of, A),
    why: request.target === null ? 'HOLDER_UNHEALTHY' : 'REQUESTED',
    sources: [
      { networkInterfaceId: A.networkInterfaceId, instanceId: A.instanceId, addresses: ['10.0.0.5'], healthy: false },
    ],
    lastResort: request.target === null ? [] : [A.instanceId],
  });
  const released = {
    released: ['10.0.0.5'],
    alreadyGone: [],
    kept: [],
    releasedAt: minutesAgo(1),
    refused: null,
    findings: [],
  };
  const previous = { plan: before, unassigned: released, assigned: null, error: lambdaError(after, 'EC2 said no.') };
  return facts(request, of, world, { before: whatWentBefore(previous), ...changes });
}

/** The number of the rule that fits first, from 1. */
export function ruleOf(of: Facts): number {
  const situation = assess(of);
  return RULES.findIndex(({ when }) => when(situation)) + 1;
}

/** The head and the rows of a table, cell by cell. */
export type Cells = readonly (readonly string[])[];

function requestIn(column: string, { event: other }: Case): Request {
  const request = COLUMNS[column];
  if (request === undefined) throw new Error(`No column ${column}.`);
  return other !== undefined && request.trigger === 'event' ? other : request;
}

function cellsOf(cases: readonly Case[], columns: readonly string[]): Cells {
  const rows = cases.map((each) => {
    const decisions = columns.map((column) => {
      const found = factsOf(each, requestIn(column, each));
      return `${inWords(found)} (${ruleOf(found)})`;
    });
    return [each.situation, ...decisions];
  });
  return [['situation', ...columns], ...rows];
}

/** The cells as Markdown. */
export function table([head = [], ...rows]: Cells): string {
  const lines = rows.map((cells) => `| ${cells.join(' | ')} |`);
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines].join('\n');
}

const FIRST_COLUMNS = Object.keys(COLUMNS);
/** A rehearsal changes nothing, so it is always a first decision. */
const LATER_COLUMNS = FIRST_COLUMNS.filter((column) => COLUMNS[column]?.mode !== 'rehearsal');

export const firstDecisions = () => cellsOf(FIRST_DECISION, FIRST_COLUMNS);
export const laterDecisions = () => cellsOf(LATER_DECISION, LATER_COLUMNS);

/** The numbers of the rules that decide a cell of the document. */
export function rulesShown(): Set<number> {
  const cells = [
    ...FIRST_DECISION.flatMap((each) => FIRST_COLUMNS.map((column) => [each, column] as const)),
    ...LATER_DECISION.flatMap((each) => LATER_COLUMNS.map((column) => [each, column] as const)),
  ];
  return new Set(cells.map(([each, column]) => ruleOf(factsOf(each, requestIn(column, each)))));
}

/** docs/decision-table.md as it must be. */
export function decisionTable(): string {
  return `English · [日本語](ja/decision-table.md)

# The decision

What VerifyInstanceState decides from what AWS shows at that moment. Generated from \`functions/verify-instance-state/rules.ts\`; a test fails when
this page differs. To write it again: \`npm run docs\`.

## The rules

Read from the top; the first that fits decides. Its number stands in brackets in the tables below.

${RULES.map(({ name }, index) => `${index + 1}. ${name}`).join('\n')}

What the rule says is then carried out, or not:

- A **rehearsal** changes nothing. It walks all states with the node that a real run would take, and reports the rule; so does a **check** that finds nothing
  to repair, or what it cannot repair, in silence: the metric \`Ready\` says it, and the readiness alarm.
- While a node is tagged \`${PAUSED_TAG}\`, no event, alarm or check moves anything. What it kept from being done is told once. A person may.
- A check moves the addresses back to the preferred node (\`FAILBACK\`) where the workflow itself moved them away, and the node has been well for as long as configured.
- A check moves them to the node that claimed last (\`CLAIMED\`) where the workflow moved them meanwhile, off another node or for an older claim, and no person did.

## First decision of an execution

Nodes are **a**, **b**, **c** in order of preference. Where a situation says nothing else, a holds the virtual IP (VIP), all nodes are healthy, and AWS was
looked at so often that no doubt is left. A dash continues the situation above it. MOVE moves all VIPs; NONE ends the execution; FAIL ends it with that error, which is
told where nothing else stands; REHEARSE walks all states with that node, and after the colon stands what a real run would be. *look again*: the state is tried again after a pause.

${table(firstDecisions())}

## Deciding again in the same execution

The pass before aimed at b, to get the VIP off a: for an event or a check because a was unhealthy, for a drill and a failover to b because a person asked for it. The
situation begins with the error that led back to the decision.

${table(laterDecisions())}

## Health

A node is healthy when its instance is \`running\`, none of its system, instance and attached-EBS status checks is \`impaired\`, its interface is
attached to it and lies in the cluster's subnet, and none of its alarms is in \`ALARM\`. A node with the tag \`${STANDBY_TAG}\` = \`never\` and, within one execution, a node
that refused or died are no candidates. Candidates are ranked: nodes that a person wants the addresses off come last; then those that EC2 refused with
an error that says nothing certain, once, twice …; then the requested target first, and where there is none, for checks, who claimed last; then checks that are all \`ok\` before checks that have not finished; then a
node that holds some of the VIPs; then the configured order.
`;
}
