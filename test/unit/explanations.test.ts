import type { Cluster, Request } from '../../functions/shared/types';
import { decide } from '../../functions/verify-instance-state/decide';
import { type Before, FIRST_PASS } from '../../functions/verify-instance-state/situation';
import { type Times, UNSETTLED_MS } from '../../functions/verify-instance-state/table';
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
} from './support/clusters';

const LATE: Times = { now: NOW, executionStart: NOW - UNSETTLED_MS };
const two = cluster({ nodes: [A, B, C], virtualIps: vips(2) });
const never = (of: typeof A) => instance(of, { tags: { 'vip-failover:standby': 'never' } });
const later: Before = {
  attempts: [{ instanceId: B.instanceId, error: 'TargetCannotHold' }],
  lastResort: [],
  reason: 'REQUESTED',
  settledAt: NOW,
};

/** The sentence for the console and the logs, or the message of the error. */
function explanation(request: Request, world: World = {}, before: Before = FIRST_PASS, times: Times = LATE): string {
  try {
    return decide(request, seen(request.cluster, world), times, before).explanation;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const ELASTIC: Cluster = cluster({
  virtualIps: vips(3).map(({ address }, index) => ({
    address,
    elasticIpAllocationId: `${ELASTIC_IP.slice(0, -1)}${index}`,
  })),
});

/** Each situation, and what its explanation must name: what was seen, where, and what to do about it. */
const SAID: readonly [string, () => string, readonly string[]][] = [
  [
    'a pause without a reason',
    () =>
      explanation(event(two), { instances: { [C.instanceId]: instance(C, { tags: { 'vip-failover:paused': '' } }) } }),
    ['paused', '(no reason given)'],
  ],
  [
    'a failback',
    () =>
      explanation(check({ ...two, failbackAfterMinutes: 60 }), { holders: B }, FIRST_PASS, {
        ...LATE,
        now: Date.parse('2026-01-31T13:00:00Z'),
      }),
    [`preferred node ${A.instanceId} is healthy again`],
  ],
  [
    'a primary address',
    () => explanation(event(two), { primary: true }),
    [
      `10.0.0.5 is the primary address of ${A.networkInterfaceId}`,
      'Give that interface another primary address',
      'take 10.0.0.5 out of cluster "mail"',
    ],
  ],
  [
    'a stranger with an instance',
    () => explanation(event(two), { holders: STRANGER }),
    [
      `10.0.0.5 is on ${STRANGER.networkInterfaceId} (${STRANGER.instanceId}), which is no node of cluster "mail"`,
      'Unassign it by hand if it is there by mistake, or add the node to the cluster',
    ],
  ],
  [
    'a stranger without an instance',
    () => explanation(event(two), { holders: { ...STRANGER, instanceId: null } }),
    [`10.0.0.5 is on ${STRANGER.networkInterfaceId}, which`],
  ],
  [
    'a target that has everything already',
    () => explanation(byHand(two, 'drill', A)),
    [`10.0.0.5, 10.0.0.6: already on ${A.instanceId}`],
  ],
  [
    'an unhealthy target',
    () => explanation(byHand(two, 'drill', B), { instances: { [B.instanceId]: stopped(B) } }),
    [
      `${B.instanceId} cannot take 10.0.0.5, 10.0.0.6: NOT_RUNNING (stopped). Nothing was changed`,
      'Repair it, or name another target',
    ],
  ],
  [
    'a target with two problems',
    () => {
      const sick = instance(B, { systemCheck: 'impaired', ebsCheck: 'impaired' });
      return explanation(byHand(two, 'drill', B), { instances: { [B.instanceId]: sick } });
    },
    [': SYSTEM_CHECK_IMPAIRED (impaired), EBS_CHECK_IMPAIRED (impaired). '],
  ],
  [
    'an excluded target',
    () => explanation(byHand(two, 'drill', B), { instances: { [B.instanceId]: never(B) } }),
    [`${B.instanceId} cannot take 10.0.0.5, 10.0.0.6: EXCLUDED by its tag. `],
  ],
  [
    'a move that a person asked for',
    () => explanation(byHand(two, 'drill', B)),
    [`asked for ${B.instanceId}; the holder ${A.instanceId} is healthy`],
  ],
  ['a healthy holder', () => explanation(event(two)), [`10.0.0.5, 10.0.0.6: on ${A.instanceId}, which is healthy`]],
  [
    'an event that contradicts EC2',
    () => explanation(event(two), {}, FIRST_PASS, { now: NOW, executionStart: NOW }),
    [`2026-01-31T12:29:58.000Z says that ${A.instanceId} is not running; EC2 says that it is`],
  ],
  [
    'Elastic IPs that are missing',
    () => explanation(event(ELASTIC), { elasticIps: [`${ELASTIC_IP.slice(0, -1)}0`, null, null] }),
    [`The Elastic IP of 10.0.0.6, 10.0.0.7 is not associated; the holder ${A.instanceId} is healthy`],
  ],
  [
    'addresses found elsewhere in a later pass, without their Elastic IP',
    () =>
      explanation(
        event(ELASTIC),
        { holders: B, elasticIps: [null] },
        { ...later, attempts: [{ ...A, error: 'Superseded' }] },
      ),
    ['Elastic IP', '10.0.0.5', B.instanceId],
  ],
  [
    'addresses found elsewhere in a later pass',
    () => explanation(event(two), { holders: C }, { ...later, attempts: [{ ...A, error: 'Superseded' }] }),
    [`10.0.0.5, 10.0.0.6: on ${C.instanceId}, which is healthy, when this execution decided again`],
  ],
  [
    'reads that may lag',
    () => explanation(event(two), { holders: C }, { ...later, settledAt: NOW + 1 }),
    [`on ${C.instanceId}`, 'EC2 may not show yet what this execution did'],
  ],
  [
    'a target that refused, the addresses safe',
    () => explanation(byHand(two, 'drill', B), {}, later),
    [`${B.instanceId} could not take the addresses (TargetCannotHold)`, `on ${A.instanceId}, which is healthy`],
  ],
  [
    'an unhealthy holder with two problems',
    () => {
      const sick = instance(A, { systemCheck: 'impaired', instanceCheck: 'impaired' });
      return explanation(event(two), { instances: { [A.instanceId]: sick } });
    },
    [`The holder ${A.instanceId} is unhealthy: SYSTEM_CHECK_IMPAIRED (impaired), INSTANCE_CHECK_IMPAIRED (impaired).`],
  ],
  ['addresses on nobody', () => explanation(event(two), { holders: null }), ['Nobody holds 10.0.0.5, 10.0.0.6.']],
  [
    'addresses that are split',
    () => explanation(event(two), { holders: [A, C] }),
    [`10.0.0.5, 10.0.0.6: split over ${A.networkInterfaceId}, ${C.networkInterfaceId}.`],
  ],
];

test.each(SAID)('%s is explained', (_name, said, parts) => {
  const sentence = said();
  for (const part of parts) expect(sentence).toContain(part);
});

test('no healthy standby: the error says of every node what keeps it from taking the addresses', () => {
  const sick = instance(B, { instanceCheck: 'impaired', tags: { 'vip-failover:standby': 'never' } });
  const world: World = { holders: null, instances: { [A.instanceId]: stopped(A), [B.instanceId]: sick } };
  expect(explanation(event(cluster({ virtualIps: vips(2) })), world)).toBe(
    `No node of cluster "mail" can take 10.0.0.5, 10.0.0.6. ${A.instanceId}: NOT_RUNNING (stopped); ` +
      `${B.instanceId}: INSTANCE_CHECK_IMPAIRED (impaired), EXCLUDED by its tag. ` +
      'Repair a node; the next check moves the addresses to it.',
  );
});

test('no healthy standby behind a healthy holder: the finding says that this node is the holder', () => {
  const detail = (world: World) => {
    const of = cluster();
    return decide(check(of), seen(of, world), LATE).findings.map((finding) => finding.detail);
  };
  const world = { instances: { [B.instanceId]: stopped(B) } };
  expect(detail(world)).toEqual([
    expect.stringContaining(`${A.instanceId}: is the holder; ${B.instanceId}: NOT_RUNNING (stopped).`),
  ]);
  // Excluded and healthy, yet not the holder.
  expect(detail({ instances: { [B.instanceId]: never(B) } })).toEqual([
    expect.stringContaining(`${A.instanceId}: is the holder; ${B.instanceId}: EXCLUDED by its tag.`),
  ]);
});

test('no healthy standby while the holder is sick: it is named by its problem alone', () => {
  const world: World = { instances: { [A.instanceId]: stopped(A), [B.instanceId]: stopped(B) } };
  expect(explanation(event(cluster()), world)).toContain(`${A.instanceId}: NOT_RUNNING (stopped); ${B.instanceId}`);
});

test('a rehearsal explains the error that a real run would end with, and finds the same', () => {
  const { explanation: said, findings } = decide(byHand(two, 'rehearsal'), seen(two, { holders: STRANGER }), LATE);
  expect(said).toContain(`10.0.0.5 is on ${STRANGER.networkInterfaceId}`);
  expect(findings).toEqual([{ severity: 'problem', code: 'HeldByStranger', detail: said }]);
});
