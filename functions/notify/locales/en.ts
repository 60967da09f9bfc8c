import { MEANING } from '../../shared/meaning';
import type { Finding, NodeProblem } from '../../shared/plan';
import { type Forecast, forecastOf, mustAct, type Notice, type RepairStep, type Whereabouts } from '../notice';
import { type Phrases, type Place, placesOf, toLocale } from '../render';
import { cutName } from '../text';

export const REASONS: Record<NonNullable<Notice['why']>, string> = {
  HOLDER_UNHEALTHY: 'the node that held the addresses is unhealthy',
  NO_HOLDER: 'nobody held the addresses',
  SPLIT: 'the addresses were split over several nodes',
  ELASTIC_IP_MISSING: 'a configured Elastic IP was not on its address',
  REQUESTED: 'a person asked for it',
  CLAIMED: 'the cluster software on the node says that it is active now',
  FAILBACK: 'the preferred node has been healthy again for long enough',
  HOLDER_HEALTHY: 'all addresses are on a node that EC2 calls healthy',
  ALREADY_THERE: 'all addresses are on the requested target, which EC2 calls healthy',
  CLAIM_OUTDATED: 'a node claimed the addresses, but the claim came late; if it is active, let it claim again',
  FLAPPING:
    'the alarms of the nodes go up and down in turn; while the instance runs, the addresses stay where they are',
  CLAIMED_IN_TURN:
    'nodes claim the addresses in turn, so each believes that it is active; the addresses stay where they are',
  PAUSED: 'the cluster is paused by a tag',
  INVALID_INPUT: 'the request was not understood',
  PRIMARY_ADDRESS: 'an address is the primary address of an interface',
  HELD_BY_STRANGER: 'an address is on an interface outside the cluster',
  TARGET_UNHEALTHY: 'the requested target is unhealthy',
  TARGET_REFUSED: 'EC2 did not let the nodes that were tried have the addresses',
  OVERTAKEN: 'somebody else moved the addresses meanwhile',
  NO_HEALTHY_STANDBY: 'no healthy node can take the addresses',
};

export const FINDINGS: Record<Finding['code'], string> = {
  PRIMARY_ADDRESS: REASONS.PRIMARY_ADDRESS,
  HELD_BY_STRANGER: REASONS.HELD_BY_STRANGER,
  TARGET_UNHEALTHY: REASONS.TARGET_UNHEALTHY,
  NO_HEALTHY_STANDBY: REASONS.NO_HEALTHY_STANDBY,
  PAUSED: REASONS.PAUSED,
  FLAPPING: REASONS.FLAPPING,
  CLAIMED_IN_TURN: REASONS.CLAIMED_IN_TURN,
  NO_ROOM: 'no room on the target',
  NO_RESERVATION:
    'no explicit subnet CIDR reservation; while the address is unassigned, EC2 could give it to a new interface',
  OUTSIDE_SUBNET: "an address is outside the subnet's CIDR blocks",
  RESERVED_BY_AWS: 'an address is one that AWS reserves in every subnet',
  SECURITY_GROUPS_DIFFER: "the nodes' interfaces have different security groups",
  SOURCE_DEST_CHECK_DIFFERS: "the source/destination check differs between the nodes' interfaces",
  ELASTIC_IP_UNKNOWN: 'a configured Elastic IP does not exist',
  ELASTIC_IP_ELSEWHERE: 'a configured Elastic IP is associated elsewhere',
  INSTANCE_REPLACED:
    "a node's interface is attached to another instance; change the node's instance ID in the configuration",
  UNREADABLE_TAG: 'a tag has a value that means nothing',
  ALARM_UNKNOWN: 'a configured alarm does not exist',
  NOT_READ: 'this could not be read',
  UNASSIGN_REFUSED: 'taking the addresses off their holder was refused or failed, and the move went on without it',
  NOBODY_LISTENS: 'the topic of the notices has no confirmed subscription, so nobody would be told',
  NOTICE_LOST: 'an earlier notice could not be sent; the records in the log have it',
  EVENT_LOST:
    'within the last three hours an outcome could not be put on the event bus; the records in the log have it',
  CHAT_LOST: 'within the last three hours a message to the chat could not be sent; the records in the log have it',
};

const ERRORS: Readonly<Record<string, string>> = {
  InvalidInput: 'the execution was started with an input that it does not understand',
  PrimaryAddress: 'an address is the primary address of an interface, which EC2 never moves',
  HeldByStranger: 'an address is on an interface outside the cluster; it was left there',
  TargetUnhealthy: 'the requested target is unhealthy; nothing was changed',
  TargetRefused: 'EC2 did not let the nodes that were tried have the addresses',
  Superseded: 'somebody else moved the addresses meanwhile',
  NoHealthyStandby: 'no healthy node of the cluster can take the addresses',
  ElasticIpNotAssociated: 'the addresses are on the target, but an Elastic IP could not be associated',
  NotConverged: 'EC2 did not show the addresses on the target in time',
  DeadlineExceeded: 'the execution ran out of time',
  StateUnsettled: 'what EC2 shows contradicts itself and did not settle in time',
  TransientAwsError: 'AWS kept failing or throttling the calls',
  UnauthorizedOperation: "the function's role lacks a permission",
};

/** Errors with which a person's request is refused, and how a subject says it. */
const REFUSED: Readonly<Record<string, string>> = {
  TargetUnhealthy: 'refused',
  TargetRefused: 'refused',
  Superseded: 'overtaken',
};

const TRIGGERS: Record<NonNullable<Notice['trigger']>, string> = {
  event: 'started by an instance state change',
  alarm: 'started by an alarm',
  claim: 'claimed by a node',
  schedule: 'found by the scheduled check',
  request: 'started by hand',
};

const OUTCOMES: Record<Notice['outcome'], string> = {
  FAILED_OVER: 'FAILED_OVER (with proof)',
  CLAIMED: 'CLAIMED (with proof)',
  DRILLED: 'DRILLED (with proof)',
  REHEARSED: 'REHEARSED (nothing was changed)',
  NOTHING_TO_DO: 'NOTHING_TO_DO',
  FAILED: 'FAILED',
  CHECKED: 'CHECKED',
};

export const PROBLEMS: Record<NodeProblem['code'], (detail: string) => string> = {
  NOT_FOUND: () => 'EC2 does not know the instance any more',
  NOT_RUNNING: (detail) => `instance is ${detail}`,
  SYSTEM_CHECK_IMPAIRED: () => 'system status check impaired',
  INSTANCE_CHECK_IMPAIRED: () => 'instance status check impaired',
  EBS_CHECK_IMPAIRED: () => 'attached EBS status check impaired',
  APPLICATION_CHECK_IMPAIRED: () => 'the application does not answer its status check',
  INTERFACE_NOT_ATTACHED: (detail) => `${detail} is not attached`,
  WRONG_SUBNET: (detail) => `its interface is in the wrong subnet ${detail}`,
  ALARM: (detail) => `alarm ${detail} is in ALARM`,
  EXCLUDED: (detail) => `excluded by the tag ${detail}`,
  REFUSED: (detail) => `could not take the addresses (${detail})`,
};

const STEPS: Record<RepairStep['what'], (about: string) => string> = {
  LOOK: () => 'See where the addresses are:',
  START: (about) => `Start ${about}:`,
  WAIT_STOPPED: (about) => `Wait until ${about} has stopped:`,
  WAIT_RUNNING: (about) => `Wait until ${about} runs:`,
  FAIL_OVER: (about) => `Start a failover (${about}); it proves and records what it does:`,
  NAME_TARGET: (about) => `If the service does not answer where it is, move it to ${about}:`,
  ASSIGN: (about) => `If nothing else works, give the addresses to ${about} yourself:`,
  ASSOCIATE: (about) => `Put the Elastic IP back, ${about}:`,
  TAKE_BACK: (about) => `If it is there by mistake, take back ${about}; otherwise add that node to the cluster:`,
  RESUME: (about) => `When cluster ${about} may move by itself again, end the pause:`,
  REPAIR_NODES: (about) =>
    `No other node of cluster ${about} is healthy. See to what is wrong with the nodes (below); the next check moves the addresses when one is healthy.`,
  NO_NODE_LEFT: (about) =>
    `Cluster ${about} has no node that could take the addresses: start a new instance, put it into the configuration and deploy.`,
  PRIMARY_ADDRESS: (about) =>
    `Give the interface another primary address, or take the address out of the configuration: ${about}.`,
};

function some(addresses: readonly string[]): string {
  if (addresses.length <= 2) return addresses.join(', ');
  return `${addresses[0]} and ${addresses.length - 1} more`;
}

/** "stopped mail-1", as a subject says it. */
function shortly(at: Whereabouts): string {
  const { name, outside, instanceState, attached, sickness, primary, missingElasticIp } = at;
  if (name === null) return 'nobody';
  const node = cutName(name.short);
  if (outside) return `${node} outside the cluster`;
  if (instanceState === null) return `${node}, instance not shown`;
  if (instanceState !== 'running') return `${instanceState} ${node}`;
  if (!attached) return `${node}, interface detached`;
  if (primary) return `${node} as its primary address`;
  const [problem] = sickness;
  if (problem === undefined && missingElasticIp !== null) return `${node} without its Elastic IP`;
  if (problem === undefined) return node;
  return `${node} (${sicknessOf(problem)})`;
}

function sicknessOf({ code, detail }: NodeProblem): string {
  if (code === 'APPLICATION_CHECK_IMPAIRED') return 'application check impaired';
  return code === 'ALARM' ? `alarm ${cutName(detail)}` : PROBLEMS[code](detail);
}

function places(notice: Notice, adverb = ''): string {
  const [worst, ...others] = placesOf(notice);
  if (worst === undefined) return some(notice.addresses);
  const text = ({ addresses, at }: Place) => `${some(addresses)} ${adverb}on ${shortly(at)}`;
  const [second] = others;
  if (second === undefined) return text(worst);
  return others.length === 1 ? `${text(worst)}, ${text(second)}` : `${text(worst)}, others elsewhere`;
}

/** "drill refused", "claim of mail-2 refused", "failover failed". */
function verdict({ mode, trigger, failure, target }: Notice): string {
  const error = failure?.error ?? '';
  if (error === 'InvalidInput') return 'request refused';
  const isAsked = trigger === 'request' || trigger === 'claim';
  const asked = trigger === 'claim' ? `claim${target === null ? '' : ` of ${cutName(target.short)}`}` : mode;
  return `${asked ?? 'execution'} ${(isAsked ? REFUSED[error] : undefined) ?? 'failed'}`;
}

function failedSubject(notice: Notice): string {
  const { status, cluster, where, unmoved } = notice;
  if (cluster === null) return `${status}: ${verdict(notice)}, it names no known cluster; nothing was changed`;
  if (where === null) return `CHECK: ${verdict(notice)}, could not read where ${some(notice.addresses)} is`;
  switch (status) {
    case 'OK':
      return `OK: ${verdict(notice)}, ${places(notice, unmoved ? 'still ' : 'now ')}`;
    case 'DOWN':
      return `DOWN: ${places(notice)}`;
    default:
      return `${status}: ${places(notice)}, ${verdict(notice)}`;
  }
}

function keptSubject(notice: Notice): string {
  switch (notice.why) {
    case 'PAUSED':
      return `${notice.status}: ${places(notice)}`;
    case 'FLAPPING':
      return `${notice.status}: ${places(notice)}, alarms go up and down in turn`;
    case 'CLAIMED_IN_TURN':
      return `${notice.status}: ${places(notice)}, nodes claim it in turn`;
    case 'CLAIM_OUTDATED':
      return `${notice.status}: late claim of ${cutName(notice.target?.short ?? '')}, ${places(notice, 'still ')}`;
    case 'ALREADY_THERE':
      return `${notice.status}: ${places(notice, 'already ')}`;
    default:
      return notice.unmoved
        ? `${notice.status}: nothing done, ${places(notice, 'still ')}`
        : `${notice.status}: ${places(notice, 'now ')}, moved meanwhile`;
  }
}

/** How a subject says why the addresses moved. */
const HOW: Readonly<Record<string, string>> = { FAILBACK: ' (failback)', CLAIMED: ', which claims it' };

function subject(notice: Notice): string {
  const { addresses, destination, standbysLeft } = notice;
  const to = cutName(destination?.short ?? '');
  const alone = standbysLeft === 0 ? ', no standby left' : '';
  switch (notice.headline) {
    case 'MOVED':
      return `MOVED: ${some(addresses)} to ${to}${HOW[notice.why ?? ''] ?? ''}${alone}`;
    case 'DRILLED':
      return `DRILL: ${some(addresses)} moved to ${to}${alone}`;
    case 'ELASTIC_IP_BACK':
      return `OK: Elastic IP put back on ${some(addresses)}`;
    case 'WOULD_WORK':
    case 'WOULD_FAIL':
      return notice.status === 'OK'
        ? `REHEARSAL: ${forecast(notice)}`
        : `${notice.status}: ${places(notice)}; ${forecast(notice)}`;
    case 'NOTICE_LOST': {
      const ahead = notice.status === 'OK' && forecastOf(notice) !== 'WORK' ? `, ${forecast(notice)}` : '';
      return `${notice.status}: ${places(notice)}${ahead}; a notice was lost`;
    }
    case 'KEPT':
      return keptSubject(notice);
    case 'FAILED':
      return failedSubject(notice);
  }
}

/** "a failover would fail (no room)". */
function forecast(notice: Notice): string {
  const problems = notice.findings.filter(({ severity }) => severity === 'problem').map(({ code }) => code);
  const words = [...new Set(problems)].join(', ').toLowerCase().replaceAll('_', ' ');
  const said: Record<Forecast, string> = {
    WORK: `a failover${notice.paused === null ? '' : ' by hand'} would work`,
    NOBODY_TOLD: 'a failover would work, but nobody would be told',
    NOT_KNOWN: `a failover may fail (${words})`,
    FAIL: `a failover would fail (${words})`,
  };
  return said[forecastOf(notice)];
}

/** "10.0.0.5 is on mail-1 (i-…), which is stopped." */
function whereSentences(notice: Notice): string[] {
  return placesOf(notice).map(({ addresses, at }) => {
    const be = addresses.length === 1 ? 'is' : 'are';
    if (at.name === null) return `Nobody holds ${addresses.join(', ')}.`;
    const still = notice.headline === 'FAILED' && notice.unmoved && notice.status === 'OK' ? 'still ' : '';
    return `${addresses.join(', ')} ${be} ${still}on ${at.name.full}, ${condition(at)}.`;
  });
}

function condition(at: Whereabouts): string {
  const { outside, instanceState, attached, sickness, primary, missingElasticIp } = at;
  if (outside) return 'which is not in the configuration of the cluster';
  if (instanceState === null) return 'which EC2 does not show';
  if (instanceState !== 'running') return `which is ${instanceState}`;
  if (!attached) return 'which runs, but its interface is not attached';
  if (primary) return 'as the primary address of its interface';
  const elasticIp = missingElasticIp === null ? '' : `, without its Elastic IP ${missingElasticIp}`;
  if (sickness.length === 0) return `which runs${elasticIp}`;
  return `which runs${elasticIp}, but: ${sickness.map(({ code, detail }) => PROBLEMS[code](detail)).join(', ')}`;
}

function opening(notice: Notice): string[] {
  const { addresses, destination, headline } = notice;
  const moved = `${addresses.join(', ')} moved to ${destination?.full ?? ''}. EC2 shows the addresses there and nowhere else; whether the service answers, EC2 cannot say.`;
  switch (headline) {
    case 'MOVED':
      return [moved];
    case 'DRILLED':
      return [`Drill: ${moved}`];
    case 'ELASTIC_IP_BACK':
      return [
        'Every configured Elastic IP is on its address again, as EC2 shows. The addresses stayed where they were.',
      ];
    case 'WOULD_WORK':
    case 'WOULD_FAIL':
      return [
        ...(notice.status === 'OK' ? [] : whereSentences(notice)),
        'This was a rehearsal: every step ran, nothing was changed.',
        rehearsalVerdict(notice),
      ];
    case 'NOTICE_LOST':
      return ['An earlier notice could not be sent. This is how it stands now.', ...whereSentences(notice)];
    case 'KEPT':
      return [...whereSentences(notice), notice.unmoved ? 'Nothing was done.' : MOVED_MEANWHILE];
    case 'FAILED': {
      const said = verdict(notice);
      const sentence = `${capitalized(said)}: ${ERRORS[notice.failure?.error ?? ''] ?? ERROR_OF_OTHERS}.`;
      return [...whereSentences(notice), sentence];
    }
  }
}

const MOVED_MEANWHILE =
  'Another execution, or a person, moved the addresses while this execution worked: nothing was left to do.';

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

const ERROR_OF_OTHERS = 'an error that the workflow does not repair by itself';

function act(notice: Notice): string {
  if (!mustAct(notice)) {
    if (notice.repair.length === 0) return 'Nobody has to act.';
    return 'As far as EC2 knows, nobody has to act. What to do if the service does not answer stands below.';
  }
  if (notice.standbysLeft === 0) return 'Repair another node.';
  if (notice.status === 'OK') return 'Repair what the findings say before it is needed.';
  const stands = notice.repair.length > 0 ? ' What to do stands below.' : '';
  return `${notice.status === 'DOWN' ? 'Act now.' : 'Somebody should look at it.'}${stands}`;
}

const FORECASTS: Record<Forecast, string | null> = {
  WORK: null,
  NOBODY_TOLD: 'A real failover would work, but nobody would be told: see the findings.',
  NOT_KNOWN: 'Whether a real failover would work could not be found out: see the findings.',
  FAIL: 'A real failover would fail: see the findings.',
};

function rehearsalVerdict(notice: Notice): string {
  const { rehearsed, why, destination } = notice;
  const addresses = notice.addresses.join(', ');
  const found = FORECASTS[forecastOf(notice)];
  if (found !== null) return found;
  if (rehearsed === 'MOVE' && why === 'ELASTIC_IP_MISSING') return 'A real one would put the Elastic IPs back now.';
  if (why === 'ALREADY_THERE') return 'A real one would change nothing: the addresses are already there.';
  const to = destination?.full ?? '';
  if (rehearsed === 'MOVE' && notice.paused === null) return `A real one would move ${addresses} to ${to} now.`;
  if (notice.paused !== null) {
    return `Paused: if the holder died, nothing would move by itself. A failover by hand would move ${addresses} to ${to}.`;
  }
  return `A real failover would change nothing now. If the holder died, ${addresses} would move to ${to}.`;
}

const phrases: Phrases = {
  subject: (notice) => `${subject(notice)}${notice.paused === null ? '' : ', PAUSED'}`,
  opening,
  act,
  why: (why) => REASONS[why],
  problem: ({ code, detail }) => PROBLEMS[code](detail),
  finding: ({ severity, code, detail }) =>
    `${severity === 'problem' ? 'Problem' : 'Warning'}: ${FINDINGS[code]}${detail === '' ? '' : `: ${detail}`}`,
  repairStep: ({ what, about }) => STEPS[what](about),
  moreSteps: (count) => `${count} more steps stand in the notice by e-mail.`,
  error: (name) => ERRORS[name] ?? ERROR_OF_OTHERS,
  event: ({ eventDetail, saidDown }, time) =>
    [time, saidDown.join(', '), eventDetail].filter((part) => part !== null && part !== '').join(', ') || null,
  localTime: ({ year, month, day, time, offset, timeZone }) =>
    ` (${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')} ${time} in ${timeZone}, UTC${offset})`,
  unknown: 'unknown',
  nobody: 'nobody',
  duration: (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`,
  outcome: (outcome) => OUTCOMES[outcome],
  mode: ({ mode, trigger }) => `${mode ?? 'unknown'}${trigger === null ? '' : `, ${TRIGGERS[trigger]}`}`,
  where: (at) => {
    if (at.name === null) return 'on no interface';
    const elasticIp = at.elasticIpAllocationId === null ? '' : `, with Elastic IP ${at.elasticIpAllocationId}`;
    const node = at.name.full === at.networkInterfaceId ? '' : `, ${at.name.full}`;
    return `on ${at.networkInterfaceId}${node}, ${condition(at)}${elasticIp}`;
  },
  paused: (reason) =>
    `PAUSED: a tag keeps the addresses from moving by themselves${reason === '' ? ', without a reason' : `: ${reason}`}. Failovers and drills by hand work.`,
  noStandbyLeft: 'WARNING: no healthy standby is left. If this node dies too, nothing can take over.',
  repetition: 'This may be a repetition: sending it was tried before, and that try may have arrived.',
  contradiction: (said) => `Two answers of EC2 contradict each other: ${said}`,
  lookFailed: (reason) => `This could not be found out: ${reason}`,
  notLooked: 'The input names no known cluster, so there was nothing to look at. Nothing was changed.',
  labels: {
    outcome: 'Outcome',
    cluster: 'Cluster',
    mode: 'Mode',
    started: 'Execution started',
    event: 'Event',
    eventId: 'Event ID',
    requestedBy: 'Requested by (as stated)',
    reason: 'Reason given',
    target: 'Requested target',
    why: 'Why',
    addresses: 'Addresses',
    wouldMove: 'What a move would look like',
    nodes: 'Nodes when it was decided',
    findings: 'Findings',
    outage: `Outage, ${MEANING.outageMs}`,
    took: capitalized(MEANING.tookMs),
    darkTime: capitalized(MEANING.darkTimeMs),
    state: 'Failed state',
    error: 'Error',
    details: 'Details',
    refusal: 'Tried before',
    where: 'Where the addresses are',
    repair: 'What to do',
    execution: 'Execution',
    elasticIp: 'Elastic IP',
    healthy: 'healthy',
  },
};

export const en = toLocale(phrases);
