import type { Request } from '../../../functions/shared/plan';
import { DOUBT_RETRIES } from '../../../functions/shared/timing';
import { FIRST_PASS } from '../../../functions/verify-instance-state/before';
import { move } from '../../../functions/verify-instance-state/rulings';
import type { Facts } from '../../../functions/verify-instance-state/situation';
import { A, B, C, cluster, ELASTIC_IP, holders, STRANGER, vips } from '../notify/builders';
import {
  byHand,
  CHECK,
  event,
  facts,
  instance,
  minutesAgo,
  RUNNING,
  stopped,
  tagged,
  type World,
} from '../support/facts';
import { explained, outcomeOf } from '../support/words';

const two = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
const ELASTIC = cluster({
  virtualIps: vips(3).map(({ address }, index) => ({
    address,
    elasticIpAllocationId: `${ELASTIC_IP.slice(0, -1)}${index}`,
  })),
});
const never = (of: typeof A) => tagged(of, 'vip-failover:standby', 'never');
const later = (error: string, changes: Partial<Facts['before']> = {}): Partial<Facts> => ({
  retryCount: 9,
  before: {
    ...FIRST_PASS,
    pass: 2,
    why: 'REQUESTED',
    attempts: [{ instanceId: B.instanceId, error, message: 'EC2 says no.' }],
    heldBefore: holders(two, A),
    mayHaveChanged: true,
    ...changes,
  },
});
const LATE = { retryCount: 9 };
const ON_A = `10.0.0.5, 10.0.0.6: on ${A.instanceId}, which is healthy.`;
const WATCHED = {
  ...two,
  nodes: [
    { ...A, alarms: ['smtp-a'] },
    { ...B, alarms: ['smtp-b'] },
    { ...C, alarms: ['smtp-c'] },
  ],
  dampingMinutes: 10,
};

/** Each situation, and what its explanation says: what was seen, where, and what to do about it. */
const SAID: readonly [string, string, Request, World, Partial<Facts>?, typeof two?][] = [
  [
    'a primary address',
    `10.0.0.5 is the primary address of ${A.networkInterfaceId}, which EC2 never moves. Give that interface another primary address, or take 10.0.0.5 out of cluster "mail".`,
    event(),
    { primary: true },
  ],
  [
    'a stranger with an instance',
    `10.0.0.5 is on ${STRANGER.networkInterfaceId} (${STRANGER.instanceId}), which is no node of cluster "mail". It was left there. Unassign it by hand if it is there by mistake, or add the node to the cluster.`,
    event(),
    { holders: STRANGER },
  ],
  [
    'a stranger without an instance',
    `10.0.0.6 is on ${STRANGER.networkInterfaceId}, which is no node of cluster "mail". It was left there. Unassign it by hand if it is there by mistake, or add the node to the cluster.`,
    event(),
    { holders: [A, { ...STRANGER, instanceId: null }] },
  ],
  ['a target that has everything already', ON_A, byHand('drill', A), {}],
  [
    'an unhealthy target',
    `${B.instanceId} cannot take 10.0.0.5, 10.0.0.6: NOT_RUNNING (stopped). Nothing was changed. Repair it, or name another target.`,
    byHand('drill', B),
    { instances: { [B.instanceId]: stopped(B) } },
  ],
  [
    'a target with two problems, excluded',
    `${B.instanceId} cannot take 10.0.0.5, 10.0.0.6: SYSTEM_CHECK_IMPAIRED (impaired), EBS_CHECK_IMPAIRED (impaired), EXCLUDED by its tag. Nothing was changed. Repair it, or name another target.`,
    byHand('drill', B),
    { instances: { [B.instanceId]: never(B) }, checks: { [B.instanceId]: { system: 'impaired', ebs: 'impaired' } } },
  ],
  [
    'an excluded target',
    `${B.instanceId} cannot take 10.0.0.5, 10.0.0.6: EXCLUDED by its tag. Nothing was changed. Repair it, or name another target.`,
    byHand('drill', B),
    { instances: { [B.instanceId]: never(B) } },
  ],
  ['a move that a person asked for', `A person asked for ${B.instanceId}. ${ON_A}`, byHand('drill', B), {}],
  ['a healthy holder', ON_A, RUNNING, {}],
  [
    'an event that AWS contradicts',
    `An event (stopping) says that ${A.instanceId} is in trouble; AWS shows it healthy. Looking again.`,
    event(),
    {},
  ],
  [
    'a node that is needed and not shown',
    `DescribeInstances does not show ${B.instanceId}, ${C.instanceId}, which is needed. Looking again.`,
    event(),
    { instances: { [A.instanceId]: stopped(A), [B.instanceId]: null, [C.instanceId]: null } },
  ],
  [
    'Elastic IPs that are missing',
    `The Elastic IP of 10.0.0.6, 10.0.0.7 is not associated. 10.0.0.5, 10.0.0.6, 10.0.0.7: on ${A.instanceId}, which is healthy.`,
    RUNNING,
    { elasticIps: [`${ELASTIC_IP.slice(0, -1)}0`, null, null] },
    {},
    ELASTIC,
  ],
  [
    'addresses that may be on their way',
    'Nobody holds 10.0.0.5, 10.0.0.6: another execution may be moving it. Looking again.',
    CHECK,
    { holders: null },
  ],
  [
    'an unhealthy holder with two problems',
    `The holder ${A.instanceId} is unhealthy: SYSTEM_CHECK_IMPAIRED (impaired), INSTANCE_CHECK_IMPAIRED (impaired).`,
    event(),
    { checks: { [A.instanceId]: { system: 'impaired', instance: 'impaired' } } },
  ],
  [
    'the unhealthy one of two holders',
    `The holder ${C.instanceId} is unhealthy: NOT_RUNNING (stopped).`,
    event(),
    { holders: [A, C], instances: { [C.instanceId]: stopped(C), [B.instanceId]: stopped(B) } },
  ],
  ['addresses on nobody', 'Nobody holds 10.0.0.5, 10.0.0.6.', byHand('failover'), { holders: null }, { retryCount: 1 }],
  [
    'addresses that are split',
    `10.0.0.5, 10.0.0.6: split over ${A.networkInterfaceId}, ${C.networkInterfaceId}.`,
    event(),
    { holders: [A, C] },
  ],
  [
    'alarms that flap',
    `10.0.0.5, 10.0.0.6: left on ${A.instanceId}, whose instance runs: the alarms of mail-2 (${B.instanceId}), mail-3 (${C.instanceId}) changed less than 10 minutes ago.`,
    event(),
    {
      alarms: {
        'smtp-a': { inAlarm: true, since: minutesAgo(0) },
        'smtp-b': { inAlarm: false, since: minutesAgo(1) },
        'smtp-c': { inAlarm: false, since: minutesAgo(1) },
      },
    },
    { retryCount: DOUBT_RETRIES },
    WATCHED,
  ],
  [
    'no healthy standby: of every node, what keeps it from taking the addresses',
    `No node of cluster "mail" can take 10.0.0.5, 10.0.0.6. ${A.instanceId}: NOT_RUNNING (stopped). ` +
      `${B.instanceId}: INSTANCE_CHECK_IMPAIRED (impaired), EXCLUDED by its tag. ${C.instanceId}: EXCLUDED by its tag. ` +
      'Repair a node; the next check moves the addresses to it.',
    event(),
    {
      holders: null,
      instances: { [A.instanceId]: stopped(A), [B.instanceId]: never(B), [C.instanceId]: never(C) },
      checks: { [B.instanceId]: { instance: 'impaired' } },
    },
    LATE,
  ],
  [
    'no healthy standby, after a refusal: in EC2’s words',
    `No node of cluster "mail" can take 10.0.0.5, 10.0.0.6. ${A.instanceId}: NOT_RUNNING (stopped). ` +
      `${B.instanceId}: TargetCannotHold: EC2 says no. ${C.instanceId}: NOT_RUNNING (stopped). ` +
      'Repair a node; the next check moves the addresses to it.',
    event(),
    { holders: null, instances: { [A.instanceId]: stopped(A), [C.instanceId]: stopped(C) } },
    later('TargetCannotHold'),
  ],
  [
    'the healthy holder that this execution aimed at',
    `10.0.0.5, 10.0.0.6: on ${B.instanceId}, which is healthy. It was decided again.`,
    event(),
    { holders: B },
    later('PlanStale'),
  ],
  [
    'a request that was not carried out yet',
    `A person asked for ${B.instanceId}. It was not carried out yet.`,
    byHand('drill', B),
    {},
    later('PlanStale'),
  ],
  [
    'reads that may lag',
    'EC2 may not show yet what this execution did. Looking again.',
    event(),
    { holders: C },
    { ...later('PlanStale'), retryCount: 0 },
  ],
  [
    'a target that refused, the addresses safe',
    `${B.instanceId} could not take 10.0.0.5, 10.0.0.6: TargetCannotHold: EC2 says no. ${ON_A}`,
    byHand('drill', B),
    {},
    later('TargetCannotHold'),
  ],
  [
    'a target that died, the addresses safe',
    `${B.instanceId} could not take 10.0.0.5, 10.0.0.6: NOT_RUNNING (stopped). ${ON_A}`,
    byHand('drill', B),
    { instances: { [B.instanceId]: stopped(B) } },
    later('PlanStale'),
  ],
  [
    'a request that others overtook',
    `10.0.0.5, 10.0.0.6: on ${C.instanceId}, which is healthy. Another execution or a person moved the addresses there. ` +
      `A person asked for ${B.instanceId}. It was not carried out; start it again if it is still wanted.`,
    byHand('drill', B),
    { holders: C },
    later('Superseded'),
  ],
];

test.each(SAID)('%s', (_name, sentence, request, world, changes = {}, of = two) => {
  expect(explained(request, of, world, changes)).toBe(sentence);
});

test('two answers that contradict each other are both quoted', () => {
  const { snapshot } = facts(event(), two);
  expect(explained(event(), two, {}, { snapshot: { ...snapshot, instances: {} } })).toBe(
    `DescribeNetworkInterfaces shows 10.0.0.5 on ${A.networkInterfaceId}, attached to ${A.instanceId}; ` +
      `DescribeInstances does not show ${A.instanceId}. Nothing was moved on that. Looking again.`,
  );
});

test('no healthy standby behind a healthy holder: the finding says that this node is the holder', () => {
  const details = (world: World) => {
    const outcome = outcomeOf(facts(CHECK, cluster(), world, LATE));
    return outcome instanceof Error ? [] : outcome.findings.map(({ detail }) => detail);
  };
  expect(details({ instances: { [B.instanceId]: stopped(B) } })).toEqual([
    `${A.instanceId}: is the holder. ${B.instanceId}: NOT_RUNNING (stopped).`,
  ]);
  expect(details({ instances: { [B.instanceId]: never(B) } })).toEqual([
    `${A.instanceId}: is the holder. ${B.instanceId}: EXCLUDED by its tag.`,
  ]);
  expect(details({ instances: { [A.instanceId]: instance(A), [B.instanceId]: stopped(B) } })).toHaveLength(1);
});

test('a move without a destination is a defect of the rules, and says so', () => {
  expect(() => move('SPLIT', 'Split.', null)).toThrow(
    'Split. The move has no destination. This is a defect of the rules.',
  );
});
