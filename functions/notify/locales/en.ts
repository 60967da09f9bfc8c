import { addressesOf, type Notice, onlyElasticIps, targetsOf } from '../notice';
import { type Phrases, toLocale } from '../render';

const REASONS: Record<NonNullable<Notice['reason']>, string> = {
  HOLDER_UNHEALTHY: 'the node that held the addresses is unhealthy',
  NO_HOLDER: 'nobody held the addresses',
  SPLIT: 'the addresses were split over several nodes',
  ELASTIC_IP_MISSING: 'a configured Elastic IP was not on its address',
  REQUESTED: 'a person asked for it',
  FAILBACK: 'the preferred node has been healthy again for long enough',
  HOLDER_HEALTHY: 'all addresses are on a healthy node',
  ALREADY_THERE: 'all addresses are on the requested target, which is healthy',
  OVERTAKEN:
    'the situation changed while the request waited, and all addresses are on a healthy node; start it again if it is still wanted',
  PAUSED: 'the cluster is paused by a tag',
  PrimaryAddress: 'an address is the primary address of an interface',
  HeldByStranger: 'an address is on an interface outside the cluster',
  TargetUnhealthy: 'the requested target is unhealthy',
  NoHealthyStandby: 'no healthy node can take the addresses',
};

const ERRORS: Readonly<Record<string, string>> = {
  InvalidInput: 'the execution was started with an input that it does not understand',
  PrimaryAddress: 'an address is the primary address of an interface, which EC2 never moves',
  HeldByStranger: 'an address is on an interface outside the cluster; it was left there',
  TargetUnhealthy: 'the requested target is unhealthy; nothing was changed',
  NoHealthyStandby: 'no healthy node of the cluster can take the addresses',
  TargetRefused: 'the requested target could not take the addresses',
  ElasticIpNotAssociated: 'the addresses are on the target, but an Elastic IP could not be associated',
  NotConverged: 'EC2 did not show the addresses on the target in time',
  DeadlineExceeded: 'the execution ran out of time',
  StateUnsettled: 'what EC2 shows did not settle in time',
  TransientAwsError: 'AWS kept failing or throttling the calls',
  UnauthorizedOperation: "the function's role lacks a permission",
};

const TRIGGERS: Record<NonNullable<Notice['trigger']>, string> = {
  event: 'started by an instance state change',
  alarm: 'started by an alarm',
  schedule: 'found by the scheduled check',
  request: 'started by hand',
};

const OUTCOMES: Record<Notice['outcome'], string> = {
  FAILED_OVER: 'FAILED_OVER (with proof)',
  DRILLED: 'DRILLED (with proof)',
  REHEARSED: 'REHEARSED (nothing was changed)',
  NOTHING_TO_DO: 'NOTHING_TO_DO',
  FAILED: 'FAILED',
};

function reasonOf({ reason }: Notice): string | null {
  return reason === null ? null : REASONS[reason];
}

const phrases: Phrases = {
  subject: (notice, cluster) => {
    if (hasMoved(notice) && onlyElasticIps(notice)) return `[${cluster}] Elastic IP put back`;
    switch (notice.outcome) {
      case 'FAILED_OVER':
        return `[${cluster}] Failover: ${addressesOf(notice)} moved`;
      case 'DRILLED':
        return `[${cluster}] Drill: ${addressesOf(notice)} moved`;
      case 'REHEARSED':
        return `[${cluster}] Rehearsal: ${hasProblems(notice) ? 'a real failover would fail' : 'a failover would work'}`;
      case 'NOTHING_TO_DO':
        return `[${cluster}] Nothing to do`;
      case 'FAILED':
        return `[${cluster}] FAILED: ${notice.failure?.error ?? 'the execution'}`;
    }
  },
  opening: (notice) => {
    if (hasMoved(notice) && onlyElasticIps(notice)) return [ELASTIC_IPS_BACK];
    switch (notice.outcome) {
      case 'FAILED_OVER':
        return [
          `${addressesOf(notice)} moved to ${targetsOf(notice)}. EC2 shows the addresses there and nowhere else.`,
        ];
      case 'DRILLED':
        return [
          `Drill: ${addressesOf(notice)} moved to ${targetsOf(notice)}. EC2 shows the addresses there and nowhere else.`,
        ];
      case 'REHEARSED':
        return ['This was a rehearsal: every step ran, nothing was changed.', rehearsalVerdict(notice)];
      case 'NOTHING_TO_DO':
        return ['Nothing was done.'];
      case 'FAILED':
        return ['The execution failed. What you can do stands below.'];
    }
  },
  why: reasonOf,
  problem: ({ code, detail }) => {
    switch (code) {
      case 'NOT_FOUND':
        return 'EC2 does not know the instance any more';
      case 'NOT_RUNNING':
        return `instance is ${detail}`;
      case 'SYSTEM_CHECK_IMPAIRED':
        return 'system status check impaired';
      case 'INSTANCE_CHECK_IMPAIRED':
        return 'instance status check impaired';
      case 'EBS_CHECK_IMPAIRED':
        return 'attached EBS status check impaired';
      case 'INTERFACE_NOT_ATTACHED':
        return `${detail} is not attached`;
      case 'WRONG_SUBNET':
        return `its interface is in the wrong subnet ${detail}`;
      case 'ALARM':
        return `alarm ${detail} is in ALARM`;
      case 'EXCLUDED':
        return `excluded by the tag ${detail}`;
      case 'REFUSED':
        return `could not take the addresses (${detail})`;
    }
  },
  finding: ({ severity, code, detail }) => {
    const word = severity === 'problem' ? 'Problem' : 'Warning';
    switch (code) {
      case 'NO_ROOM':
        return `${word}: no room on the target: ${detail}`;
      case 'NO_RESERVATION':
        return `${word}: no explicit subnet CIDR reservation for ${detail}; while it is unassigned, EC2 could give it to a new interface`;
      default:
        return `${word}: ${REASONS[code]}: ${detail}`;
    }
  },
  repairStep: ({ what, about }) => {
    switch (what) {
      case 'LOOK':
        return 'See where the addresses are:';
      case 'START_TARGET':
        return `Start ${about} and wait until it runs:`;
      case 'ASSIGN':
        return `Give the addresses to ${about}:`;
      case 'ASSOCIATE':
        return `Put the Elastic IP back: ${about}:`;
      case 'UNASSIGN_STRANGER':
        return `If it is there by mistake, take off ${about}:`;
      case 'RUN_AGAIN':
        return 'Then start the failover again:';
      case 'NO_NODE_LEFT':
        return `Cluster ${about} has no node that could take the addresses: start a new instance, put it into the configuration and deploy.`;
      case 'PRIMARY_ADDRESS':
        return `Give the interface another primary address, or take the address out of the configuration: ${about}.`;
    }
  },
  error: (name) => ERRORS[name] ?? 'an error that the workflow does not repair by itself',
  unknown: 'unknown',
  nobody: 'nobody',
  duration: (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`,
  outcome: (outcome) => OUTCOMES[outcome],
  mode: ({ mode, trigger }) => `${mode ?? 'unknown'}${trigger === null ? '' : `, ${TRIGGERS[trigger]}`}`,
  where: ({ networkInterfaceId, instanceId, instanceState, elasticIpAllocationId }) => {
    if (networkInterfaceId === null) return 'on no interface';
    const instance =
      instanceId === null ? 'no instance' : `${instanceId}, ${instanceState ?? 'not a node of this cluster'}`;
    return `on ${networkInterfaceId} (${instance})${elasticIpAllocationId === null ? '' : `, with Elastic IP ${elasticIpAllocationId}`}`;
  },
  noStandbyLeft:
    'WARNING: no healthy standby is left. If this node dies too, nothing can take over. Repair another node.',
  safe: 'All addresses are on one running node of the cluster. If the service answers, nothing has to be repaired.',
  homeless: 'An address has no holder: nobody can reach it until it is assigned.',
  lookFailed: (reason) => `This could not be found out: ${reason}`,
  notLooked: 'The input names no known cluster, so there was nothing to look at. Nothing was changed.',
  labels: {
    outcome: 'Outcome',
    cluster: 'Cluster',
    mode: 'Mode',
    started: 'Execution started',
    event: 'Event',
    requestedBy: 'Requested by',
    requestReason: 'Reason given',
    requestedTarget: 'Requested target',
    why: 'Why',
    addresses: 'Addresses',
    wouldMove: 'What a move would look like',
    nodes: 'Nodes when it was decided',
    findings: 'Findings',
    eventToVerified: 'From event to proof',
    darkTime: 'Without a holder, by this move',
    state: 'Failed state',
    error: 'Error',
    details: 'Details',
    whereNow: 'Where the addresses are now',
    repair: 'To finish by hand',
    execution: 'Execution',
    elasticIp: 'Elastic IP',
    healthy: 'healthy',
  },
};

const ELASTIC_IPS_BACK =
  'Every configured Elastic IP is on its address again, as EC2 shows. The addresses stayed where they were.';

function hasMoved({ outcome }: Notice): boolean {
  return outcome === 'FAILED_OVER' || outcome === 'DRILLED';
}

function hasProblems({ findings }: Notice): boolean {
  return findings.some(({ severity }) => severity === 'problem');
}

function rehearsalVerdict(notice: Notice): string {
  if (hasProblems(notice)) return 'A real failover would fail: see the findings.';
  if (notice.rehearsed === 'MOVE' && onlyElasticIps(notice)) return 'A real one would put the Elastic IPs back now.';
  if (notice.reason === 'ALREADY_THERE') return 'A real one would change nothing: the addresses are already there.';
  if (notice.rehearsed === 'MOVE') return `A real one would move ${addressesOf(notice)} to ${targetsOf(notice)} now.`;
  return `A real failover would change nothing now. If the holder died, ${addressesOf(notice)} would move to ${targetsOf(notice)}.`;
}

export const en = toLocale(phrases);
