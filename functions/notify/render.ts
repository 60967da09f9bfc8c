import type { Finding, NodeProblem } from '../shared/types';
import { type Failure, type Locale, type Notice, quote, type RepairStep, toSubject, type Whereabouts } from './notice';

/** A language: every string that a notice can contain, but for what it quotes (IDs, commands, people's words, EC2's errors). */
export interface Phrases {
  /** `cluster` is the cluster's name, or `unknown`. */
  subject(notice: Notice, cluster: string): string;
  /** What happened, in one to three sentences, one a line. */
  opening(notice: Notice): readonly string[];
  /** Why, in one sentence; null where the opening has said it. */
  why(notice: Notice): string | null;
  problem(problem: NodeProblem): string;
  finding(finding: Finding): string;
  repairStep(step: RepairStep): string;
  /** What a failed execution means, from the error's name; a general sentence for a name that is not ours. */
  error(name: string): string;
  nobody: string;
  unknown: string;
  duration(milliseconds: number): string;
  outcome(outcome: Notice['outcome']): string;
  mode(notice: Notice): string;
  where(where: Whereabouts): string;
  noStandbyLeft: string;
  safe: string;
  homeless: string;
  lookFailed(reason: string): string;
  notLooked: string;
  labels: Readonly<
    Record<
      | 'outcome'
      | 'cluster'
      | 'mode'
      | 'started'
      | 'event'
      | 'requestedBy'
      | 'requestReason'
      | 'requestedTarget'
      | 'why'
      | 'addresses'
      | 'wouldMove'
      | 'nodes'
      | 'findings'
      | 'eventToVerified'
      | 'darkTime'
      | 'state'
      | 'error'
      | 'details'
      | 'whereNow'
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
    subject: (notice) => toSubject(phrases.subject(notice, notice.cluster ?? phrases.unknown)),
    body: (notice) =>
      [
        [...phrases.opening(notice), ...warnings(notice, phrases)],
        facts(notice, phrases),
        addressLines(notice, phrases),
        findingLines(notice, phrases),
        nodeLines(notice, phrases),
        ...(notice.failure === null ? [] : failureParagraphs(notice.failure, phrases)),
        [`${phrases.labels.execution}: ${notice.consoleLink}`],
      ]
        .filter((paragraph) => paragraph.length > 0)
        .map((paragraph) => paragraph.join('\n'))
        .join('\n\n'),
  };
}

function warnings({ standbysLeft }: Notice, { noStandbyLeft }: Phrases): string[] {
  return standbysLeft === 0 ? [noStandbyLeft] : [];
}

function facts(notice: Notice, phrases: Phrases): string[] {
  const { labels } = phrases;
  // On one line, so that no quoted text can pass for a fact of the notice.
  const line = (label: string, value: string | null) =>
    value === null ? [] : [`${label}: ${quote(value).replaceAll('\n', ' ')}`];
  return [
    ...line(labels.outcome, phrases.outcome(notice.outcome)),
    ...line(labels.cluster, notice.cluster ?? phrases.unknown),
    ...line(labels.mode, notice.mode === null ? null : phrases.mode(notice)),
    ...line(labels.why, phrases.why(notice)),
    ...line(labels.requestedBy, notice.requestedBy),
    ...line(labels.requestReason, notice.requestReason),
    ...line(labels.requestedTarget, notice.requestedTarget),
    ...line(labels.event, notice.eventTime),
    ...line(labels.started, notice.startTime),
    ...line(
      labels.eventToVerified,
      notice.eventToVerifiedMs === null ? null : phrases.duration(notice.eventToVerifiedMs),
    ),
    ...line(labels.darkTime, notice.darkTimeMs === null ? null : phrases.duration(notice.darkTimeMs)),
  ];
}

function addressLines({ moves, failure, outcome }: Notice, { labels, nobody }: Phrases): string[] {
  if (failure !== null || outcome === 'NOTHING_TO_DO' || moves.length === 0) return [];
  return [
    `${outcome === 'REHEARSED' ? labels.wouldMove : labels.addresses}:`,
    ...moves.map(({ address, from, to, elasticIpAllocationId }) => {
      const elasticIp = elasticIpAllocationId === null ? '' : `, ${labels.elasticIp} ${elasticIpAllocationId}`;
      return `  ${address}: ${from ?? nobody} -> ${to}${elasticIp}`;
    }),
  ];
}

function findingLines({ findings }: Notice, phrases: Phrases): string[] {
  if (findings.length === 0) return [];
  return [`${phrases.labels.findings}:`, ...findings.map((finding) => `  - ${phrases.finding(finding)}`)];
}

function nodeLines({ nodes }: Notice, phrases: Phrases): string[] {
  if (nodes.length === 0) return [];
  const state = (problems: readonly NodeProblem[]) =>
    problems.length === 0 ? phrases.labels.healthy : problems.map((problem) => phrases.problem(problem)).join(', ');
  return [
    `${phrases.labels.nodes}:`,
    ...nodes.map(
      ({ instanceId, networkInterfaceId, problems }) => `  ${instanceId} (${networkInterfaceId}): ${state(problems)}`,
    ),
  ];
}

function failureParagraphs(failure: Failure, phrases: Phrases): string[][] {
  const { labels } = phrases;
  return [
    [
      `${labels.state}: ${failure.state}`,
      `${labels.error}: ${quote(failure.error, 200)}: ${phrases.error(failure.error)}`,
      `${labels.details}: ${quote(failure.message)}`,
    ],
    [`${labels.whereNow}:`, ...whereLines(failure, phrases)],
    failure.repair.length === 0
      ? []
      : [`${labels.repair}:`, ...failure.repair.flatMap((step) => repairLines(step, phrases))],
  ];
}

function whereLines({ where, lookError, safe }: Failure, phrases: Phrases): string[] {
  if (where === null) return [`  ${lookError === null ? phrases.notLooked : phrases.lookFailed(quote(lookError))}`];
  const verdict = safe
    ? [phrases.safe]
    : where.some(({ networkInterfaceId }) => networkInterfaceId === null)
      ? [phrases.homeless]
      : [];
  return [
    ...where.map((entry) => `  ${entry.address}: ${phrases.where(entry)}`),
    ...verdict.map((line) => `  ${line}`),
  ];
}

function repairLines(step: RepairStep, phrases: Phrases): string[] {
  return [`  # ${phrases.repairStep(step)}`, ...(step.command === null ? [] : [`  ${step.command}`])];
}
