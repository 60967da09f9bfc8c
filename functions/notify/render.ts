import type { Finding, NodeProblem } from '../shared/plan';
import { type LocalTime, localTime } from './local-time';
import type { Failure, Locale, Notice, RepairStep, Whereabouts } from './notice';
import { cutName, quote, quoteLine, toSubject } from './text';

/** A language: every string that a notice can contain, but for what it quotes (IDs, commands, people's words, EC2's errors). */
export interface Phrases {
  /** After the cluster's name: the state of the service, the address, where it is. */
  subject(notice: Notice): string;
  /** What happened, in one to three sentences, one a line. */
  opening(notice: Notice): readonly string[];
  /** Whether anybody has to act. */
  act(notice: Notice): string;
  /** Why, in one sentence. */
  why(why: NonNullable<Notice['why']>): string;
  problem(problem: NodeProblem): string;
  finding(finding: Finding): string;
  repairStep(step: RepairStep): string;
  moreSteps(count: number): string;
  /** What a failed execution means, from the error's name; a general sentence for a name that is not ours. */
  error(name: string): string;
  /** @param time of the event */
  event(notice: Notice, time: string | null): string | null;
  /** How the local time stands beside UTC. */
  localTime(local: LocalTime): string;
  duration(milliseconds: number): string;
  outcome(outcome: Notice['outcome']): string;
  mode(notice: Notice): string;
  where(where: Whereabouts): string;
  paused(reason: string): string;
  lookFailed(reason: string): string;
  contradiction(said: string): string;
  nobody: string;
  unknown: string;
  noStandbyLeft: string;
  repetition: string;
  notLooked: string;
  labels: Readonly<
    Record<
      | 'outcome'
      | 'cluster'
      | 'mode'
      | 'started'
      | 'event'
      | 'eventId'
      | 'requestedBy'
      | 'reason'
      | 'target'
      | 'why'
      | 'addresses'
      | 'wouldMove'
      | 'nodes'
      | 'findings'
      | 'outage'
      | 'took'
      | 'darkTime'
      | 'state'
      | 'error'
      | 'details'
      | 'refusal'
      | 'where'
      | 'repair'
      | 'execution'
      | 'elasticIp'
      | 'healthy',
      string
    >
  >;
}

/** Makes a language of its phrases: all languages say the same things in the same order. */
export function toLocale(phrases: Phrases): Locale {
  return {
    subject: (notice) => toSubject(`[${cutName(notice.cluster ?? phrases.unknown)}] ${phrases.subject(notice)}`),
    body: (notice, timeZone) =>
      paragraphs(
        [...phrases.opening(notice), phrases.act(notice)],
        warnings(notice, phrases),
        facts(notice, phrases, timeZone),
        addressLines(notice, phrases),
        findingLines(notice, phrases),
        failureLines(notice.failure, phrases),
        whereLines(notice, phrases),
        repairLines(notice, phrases),
        nodeLines(notice, phrases),
        executionLines(notice, phrases),
      ),
    brief: (notice, timeZone) =>
      paragraphs(
        [...phrases.opening(notice), phrases.act(notice)],
        warnings(notice, phrases),
        executionLines(notice, phrases),
        facts(notice, phrases, timeZone),
        findingLines(notice, phrases),
        failureLines(notice.failure, phrases),
      ),
    steps: ({ repair }) => repair.map((step) => ({ words: phrases.repairStep(step), command: step.command })),
    moreSteps: phrases.moreSteps,
  };
}

/** Quoted once more as a whole: what people typed stands in the sentences, too, such as the name of an alarm. */
function paragraphs(...all: readonly (readonly string[])[]): string {
  const text = all
    .filter((paragraph) => paragraph.length > 0)
    .map((paragraph) => paragraph.join('\n'))
    .join('\n\n');
  return quote(text, Number.POSITIVE_INFINITY);
}

function executionLines({ consoleLink }: Notice, { labels }: Phrases): string[] {
  return [`${labels.execution}: ${consoleLink}`];
}

function warnings({ paused, standbysLeft, repetition }: Notice, phrases: Phrases): string[] {
  return [
    ...(paused === null ? [] : [phrases.paused(quoteLine(paused))]),
    ...(standbysLeft === 0 ? [phrases.noStandbyLeft] : []),
    ...(repetition ? [phrases.repetition] : []),
  ];
}

function facts(notice: Notice, phrases: Phrases, timeZone: string): string[] {
  const { labels, duration } = phrases;
  const { eventTime, startTime } = notice;
  const line = (label: string, value: string | null) => (value === null ? [] : [`${label}: ${quoteLine(value)}`]);
  const lasting = (label: string, value: number | null) => line(label, value === null ? null : duration(value));
  return [
    ...line(labels.outcome, phrases.outcome(notice.outcome)),
    ...line(labels.cluster, notice.cluster ?? phrases.unknown),
    ...line(labels.mode, notice.mode === null ? null : phrases.mode(notice)),
    ...line(labels.why, notice.why === null ? null : phrases.why(notice.why)),
    ...line(labels.requestedBy, notice.requestedBy),
    ...line(labels.reason, notice.reason),
    ...line(labels.target, notice.target?.full ?? null),
    ...line(labels.event, phrases.event(notice, eventTime === null ? null : timeText(eventTime, timeZone, phrases))),
    ...line(labels.eventId, notice.eventId),
    ...line(labels.started, timeText(startTime, timeZone, phrases)),
    // One of the two: the outage says more where it is known.
    ...lasting(labels.outage, notice.outageMs),
    ...lasting(labels.took, notice.outageMs === null ? notice.tookMs : null),
    ...lasting(labels.darkTime, notice.darkTimeMs),
  ];
}

/** UTC, which the records have, and the local time where that is another. */
function timeText(moment: string, timeZone: string, phrases: Phrases): string {
  const local = localTime(moment, timeZone);
  return local === null ? moment : `${moment}${phrases.localTime(local)}`;
}

function addressLines({ moves, outcome }: Notice, { labels, nobody }: Phrases): string[] {
  if (outcome === 'FAILED' || outcome === 'NOTHING_TO_DO' || moves.length === 0) return [];
  return [
    `${outcome === 'REHEARSED' ? labels.wouldMove : labels.addresses}:`,
    ...moves.map(({ address, from, to, elasticIpAllocationId }) => {
      const elasticIp = elasticIpAllocationId === null ? '' : ` (${labels.elasticIp} ${elasticIpAllocationId})`;
      return `  ${address}${elasticIp}: ${from ?? nobody} -> ${to}`;
    }),
  ];
}

function findingLines(notice: Notice, phrases: Phrases): string[] {
  // The pause has a line of its own at the top.
  const findings = notice.findings.filter(({ code }) => code !== 'PAUSED');
  if (findings.length === 0) return [];
  return [`${phrases.labels.findings}:`, ...findings.map((finding) => `  - ${quoteLine(phrases.finding(finding))}`)];
}

function nodeLines({ nodes }: Notice, phrases: Phrases): string[] {
  if (nodes.length === 0) return [];
  const state = (problems: readonly NodeProblem[]) =>
    problems.length === 0 ? phrases.labels.healthy : problems.map((problem) => phrases.problem(problem)).join(', ');
  return [
    `${phrases.labels.nodes}:`,
    ...nodes.map(({ name, networkInterfaceId, problems }) =>
      quote(`  ${name.full}, ${networkInterfaceId}: ${state(problems)}`),
    ),
  ];
}

function failureLines(failure: Failure | null, { labels, ...phrases }: Phrases): string[] {
  if (failure === null) return [];
  const { state, error, message, refusals } = failure;
  return [
    `${labels.state}: ${state}`,
    `${labels.error}: ${quoteLine(error, 200)}: ${phrases.error(error)}`,
    `${labels.details}: ${quote(message)}`,
    ...refusals.map((each) => `${labels.refusal}: ${quoteLine(`${each.node}: ${each.error}: ${each.message}`)}`),
  ];
}

function whereLines({ failure, where, outcome, cluster, contradiction }: Notice, phrases: Phrases): string[] {
  const heading = `${phrases.labels.where}:`;
  if (where !== null) {
    if (outcome !== 'FAILED' && outcome !== 'NOTHING_TO_DO') return [];
    return [
      heading,
      ...where.map((entry) => `  ${entry.address}: ${phrases.where(entry)}`),
      ...(contradiction === null ? [] : [`  ${phrases.contradiction(quoteLine(contradiction))}`]),
    ];
  }
  if (failure === null) return [];
  return [
    heading,
    `  ${cluster === null ? phrases.notLooked : phrases.lookFailed(quoteLine(failure.lookError ?? ''))}`,
  ];
}

function repairLines({ repair }: Notice, phrases: Phrases): string[] {
  if (repair.length === 0) return [];
  const lines = (step: RepairStep) => [
    `  # ${phrases.repairStep(step)}`,
    ...(step.command === null ? [] : [`  ${step.command}`]),
  ];
  return [`${phrases.labels.repair}:`, ...repair.flatMap(lines)];
}

/** Addresses that are at the same place. */
export interface Place {
  readonly addresses: readonly string[];
  readonly at: Whereabouts;
}

/** The places of the addresses, the worst first. */
export function placesOf({ where }: Notice): Place[] {
  const entries = where ?? [];
  const keys = [...new Set(entries.map(({ networkInterfaceId }) => networkInterfaceId))];
  const badness = ({ networkInterfaceId, instanceState }: Whereabouts) =>
    networkInterfaceId === null ? 2 : instanceState === 'running' ? 0 : 1;
  return keys
    .flatMap((key) => {
      const here = entries.filter(({ networkInterfaceId }) => networkInterfaceId === key);
      return here.slice(0, 1).map((at) => ({ at, addresses: here.map(({ address }) => address) }));
    })
    .toSorted((one, other) => badness(other.at) - badness(one.at));
}
