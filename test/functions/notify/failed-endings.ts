import {
  A,
  assigned,
  B,
  BY_HAND,
  cluster,
  ELASTIC,
  ELASTIC_IP,
  failed,
  holders,
  lambdaError,
  look,
  passBefore,
  plan,
  refusal,
  reports,
  STOPPED,
  STRANGER,
  unassigned,
} from './builders';
import { type Ending, ending } from './ending';

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

export const FAILED_ENDINGS: readonly Ending[] = [
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
