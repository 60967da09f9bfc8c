import type { Cluster, Request, StateError } from '../../../functions/shared/types';
import { decide } from '../../../functions/verify-instance-state/decide';
import { whatWentBefore } from '../../../functions/verify-instance-state/plan';
import { UNSETTLED_MS } from '../../../functions/verify-instance-state/table';
import {
  A,
  B,
  byHand,
  C,
  check,
  cluster,
  ELASTIC_IP,
  event,
  instance,
  NOW,
  STRANGER,
  seen,
  stopped,
  vips,
  type World,
} from './clusters';
import { plan, target } from './plans';

/** The columns; the requested target is always node b. */
const COLUMNS: Readonly<Record<string, (of: Cluster) => Request>> = {
  'event, alarm': event,
  check,
  'failover by hand': (of) => byHand(of, 'failover'),
  '… with target b': (of) => byHand(of, 'failover', B),
  'drill to b': (of) => byHand(of, 'drill', B),
  rehearsal: (of) => byHand(of, 'rehearsal'),
  '… with target b ': (of) => byHand(of, 'rehearsal', B),
};

interface Row {
  readonly situation: string;
  readonly of?: Cluster;
  readonly world: World;
  /** Seconds since the execution started; 30 unless the row is about a fresh event. */
  readonly age?: number;
  /** The error that led back to the decision, and the seconds since the plan before, which aimed at node b. */
  readonly after?: readonly [error: string, seconds: number];
  readonly now?: number;
}

const three = cluster({ nodes: [A, B, C] });
const tagged = (key: string, value: string) => ({ [key]: value });
const impaired = { [A.instanceId]: instance(A, { systemCheck: 'impaired' }) };
const watched = cluster({ nodes: [A, B, C].map((node) => ({ ...node, alarms: ['everything-down'] })) });
const elastic = cluster({ nodes: [A, B, C], virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId: ELASTIC_IP }] });

const FIRST_PASS: readonly Row[] = [
  {
    situation: 'a node is paused by tag, the holder a is stopped',
    world: {
      instances: {
        [A.instanceId]: stopped(A),
        [B.instanceId]: instance(B, { tags: tagged('vip-failover:paused', '') }),
      },
    },
  },
  { situation: 'the VIP is the primary address of a', world: { primary: true } },
  { situation: 'a stranger holds the VIP', world: { holders: STRANGER } },
  { situation: 'b holds all VIPs and is healthy', world: { holders: B } },
  { situation: 'b is unhealthy, a healthy a holds all VIPs', world: { instances: { [B.instanceId]: stopped(B) } } },
  { situation: 'a holds all VIPs and is healthy', world: {} },
  { situation: 'the same; an event of 2 s ago says that a is down, the execution is 1 s old', world: {}, age: 1 },
  {
    situation: 'a holds all VIPs and is healthy; the configured Elastic IP is not on its VIP',
    of: elastic,
    world: { elasticIps: [null] },
  },
  {
    situation: 'c holds all VIPs; a, the preferred node, is healthy again (failback automatic, first check of an hour)',
    of: { ...three, failbackAfterMinutes: 60 },
    world: { holders: C },
    now: Date.parse('2026-01-31T12:02:00Z'),
  },
  {
    situation: 'no node is healthy',
    world: { instances: { [A.instanceId]: stopped(A), [B.instanceId]: stopped(B), [C.instanceId]: stopped(C) } },
  },
  { situation: 'the same alarm is in ALARM on all nodes', of: watched, world: { alarms: ['everything-down'] } },
  { situation: 'the holder a is stopped', world: { instances: { [A.instanceId]: stopped(A) } } },
  { situation: 'a status check of the holder a is impaired', world: { instances: impaired } },
  {
    situation: 'the holder a is stopped; b is still initializing, c is ok',
    world: { instances: { [A.instanceId]: stopped(A), [B.instanceId]: instance(B, { systemCheck: 'initializing' }) } },
  },
  {
    situation: 'the holder a is stopped; b is excluded by tag',
    world: {
      instances: {
        [A.instanceId]: stopped(A),
        [B.instanceId]: instance(B, { tags: tagged('vip-failover:standby', 'never') }),
      },
    },
  },
  { situation: 'nobody holds the VIP, a is gone', world: { holders: null, instances: { [A.instanceId]: null } } },
  {
    situation: 'VIPs are split over b and c, a is gone',
    of: { ...three, virtualIps: vips(2) },
    world: { holders: [C, B], instances: { [A.instanceId]: null } },
  },
];

const LATER_PASS: readonly Row[] = [
  {
    situation: 'b could not take the VIP (TargetCannotHold); nobody holds it',
    world: { holders: null },
    after: ['TargetCannotHold', 2],
  },
  {
    situation: 'b died (TargetLost) and still has the VIP',
    world: { holders: B, instances: { [B.instanceId]: stopped(B) } },
    after: ['TargetLost', 4],
  },
  { situation: 'b refused (TargetCannotHold); the VIP is on a, healthy', world: {}, after: ['TargetCannotHold', 2] },
  {
    situation: 'the plan grew old (PlanStale); nobody holds the VIP',
    world: { holders: null },
    after: ['PlanStale', 16],
  },
  {
    situation: 'the plan grew old (PlanStale); the VIP is on b, healthy',
    world: { holders: B },
    after: ['PlanStale', 16],
  },
  {
    situation: 'overtaken (Superseded); the VIP is on c, healthy; reads may lag',
    world: { holders: C },
    after: ['Superseded', 12],
  },
  {
    situation: 'overtaken (Superseded); the VIP is on c, healthy; reads have settled',
    world: { holders: C },
    after: ['Superseded', 30],
  },
  {
    situation: 'the same; its configured Elastic IP is not on it',
    of: elastic,
    world: { holders: C, elasticIps: [null] },
    after: ['Superseded', 30],
  },
  {
    situation: 'the VIP is on b, healthy, but its configured Elastic IP is not (ElasticIpMissing)',
    of: elastic,
    world: { holders: B, elasticIps: [null] },
    after: ['ElasticIpMissing', 13],
  },
];

function cell(row: Row, request: Request): string {
  const { of = three, world, age = 30, after, now = NOW } = row;
  const error: StateError | null = after === undefined ? null : { Error: after[0], Cause: '{}' };
  const before = plan({
    cluster: of,
    mode: request.mode,
    target: target(B),
    lastResort: request.target === null ? [] : [A.instanceId],
    reason: request.target === null ? 'HOLDER_UNHEALTHY' : 'REQUESTED',
    decidedAt: new Date(now - (after?.[1] ?? 0) * 1_000).toISOString(),
  });
  const previous = { plan: after === undefined ? null : before, unassigned: null, assigned: null, error };
  const times = { now, executionStart: now - Math.max(age * 1_000, age < 20 ? 0 : UNSETTLED_MS) };
  try {
    const {
      action,
      reason,
      target: goal,
      rehearsed,
      notify,
    } = decide(request, seen(of, world), times, whatWentBefore(previous));
    const to = goal === null ? '' : ` to ${goal.instanceId.slice(-1)}`;
    if (action === 'MOVE') return `MOVE${to} \`${reason}\``;
    if (action === 'NONE') return `NONE \`${reason}\`${notify ? ', told' : ''}`;
    return `REHEARSE${notify ? '' : ' silently'}${to}: ${rehearsed} \`${reason}\``;
  } catch (thrown) {
    return thrown instanceof Error ? `error \`${thrown.name}\`` : String(thrown);
  }
}

function table(rows: readonly Row[], columns: readonly string[]): string {
  const lines = rows.map((row) => {
    const cells = columns.map((column) => {
      const request = COLUMNS[column]?.(row.of ?? three);
      return request === undefined ? '' : cell(row, request);
    });
    return `| ${[row.situation, ...cells].join(' | ')} |`;
  });
  const head = ['situation', ...columns.map((column) => column.trim())];
  return [`| ${head.join(' | ')} |`, `|${'---|'.repeat(head.length)}`, ...lines].join('\n');
}

/** docs/decisions.md as it must be. */
export function decisionsDocument(): string {
  const columns = Object.keys(COLUMNS);
  return `# Decisions

What VerifyInstanceState decides, from what EC2 says at that moment. Nodes are **a**, **b**, **c** in order of preference; a holds the
virtual IP (VIP) and all nodes are healthy where the situation says nothing else. MOVE moves all VIPs, NONE ends the execution,
REHEARSE walks all steps with the node named and changes nothing; after the colon stands what a real run would be. *told*: the person who asked gets a notice.
A MOVE and an error always give one, but for a check that could not repair.

Generated from the decision function; a test fails when it differs. To write it again: \`UPDATE_DOCS=1 npx jest test/unit/docs\`.

## First decision of an execution

The rows are read from the top; the first that fits decides.

${table(FIRST_PASS, columns)}

## Deciding again in the same execution

The plan before aimed at b, to get the VIP off a: in an automatic failover because a was unhealthy (it is healthy again in these rows), in a
drill and a failover by hand with a target because a person asked.

${table(
  LATER_PASS,
  columns.filter((column) => !/rehearsal|b $/.test(column)),
)}

## Health

A node is healthy when its instance is \`running\`, none of its system, instance and attached-EBS status checks is \`impaired\`, its interface is
attached to it and lies in the cluster's subnet, and none of its alarms is in \`ALARM\`. Candidates are ranked: in a drill or failover by hand
that decides again, the old holder last and the requested target first; then checks that are all \`ok\` before checks that have not finished; then a node
that holds some of the VIPs; then the configured order. A node with the tag \`vip-failover:standby\` = \`never\` and, within one execution, a node
that refused or died are no candidates.
`;
}
