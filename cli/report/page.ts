import { isMove } from '../collect/records';
import { seconds, utc } from '../output/time';
import { entrySection } from './entry';
import { Html, html } from './escape';
import { bothTimes, callerOf, facts, placeName, table, toName } from './format';
import type { Entry, Report } from './model';
import { monthsWithout } from './months';
import { STYLE } from './style';

/** One self-contained page: no script, no network, everything that somebody typed escaped. A policy forbids the rest. */
export function pageOf(report: Report): string {
  const { stackName, stateMachineArn, period, entries, completeness } = report;
  const title = `Failovers of ${stackName ?? stateMachineArn}, ${utc(period.start)} to ${utc(period.end)}`;
  const detailed = entries.filter(isDetailed);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Html(STYLE)}</style></head>
<body><h1>${title}</h1>
${origin(report)}
${completeness === null ? '' : html`<h2>Completeness</h2>${completenessOf(report)}`}
<h2>Clusters</h2>${clustersOf(report)}
<h2>Moves, drills and refusals</h2>${outcomesOf(report)}
<h2>Months without a drill</h2>${table(['Cluster', 'Months (UTC)'], monthsWithout(report))}
<h2>Pauses</h2>${pausesOf(report)}
<h2>Notices that could not be sent</h2>${failedNoticesOf(report)}
<h2>Executions</h2>${detailed.length === 0 ? html`<p class="soft">None moved anything or failed.</p>` : detailed.map((entry, index) => entrySection(report, entry, index + 1))}
<h2>How this was read</h2>${howOf(report)}
</body></html>
`.text;
}

/** Moves and failures have a section of their own. */
export function isDetailed({ record, history }: Pick<Entry, 'record' | 'history'>): boolean {
  return isMove(record) || record.outcome === 'FAILED' || history !== null;
}

function origin({
  generatedAt,
  generatedBy,
  timeZone,
  period,
  stateMachineArn,
  templateSha256,
  notKnown,
}: Report): Html {
  return html`${facts([
    ['Period', html`${bothTimes(period.start)} to ${bothTimes(period.end)}`],
    ['Local times', timeZone],
    ['State machine', stateMachineArn],
    ['SHA-256 of the deployed template', templateSha256 ?? 'not known'],
    ['Made', html`${bothTimes(generatedAt)} by ${generatedBy}`],
  ])}${notKnown.map((text) => html`<p class="bad">Not known: ${text}</p>`)}`;
}

/** How many executions are not accounted for: those named in the log or a record, and those that only CloudWatch counted. */
export function gapsIn({ completeness, counted }: Pick<Report, 'completeness' | 'counted'>): number {
  const unexplained = completeness?.unexplained ?? [];
  const known = unexplained.filter(({ what }) => what === 'a record, and no execution in the log').length;
  const lost = counted === null ? 0 : counted.byCloudWatch - counted.inLog - known;
  return unexplained.length + Math.max(0, lost);
}

function completenessOf(report: Report): Html {
  const { completeness, counted, period, generatedAt } = report;
  if (completeness === null) return html``;
  const { started, ended, recorded, notWorthARecord, unexplained } = completeness;
  const gaps = gapsIn(report);
  const verdict =
    gaps === 0
      ? html`<p>${period.end > generatedAt ? 'The period is not over yet. So far complete' : 'Complete'}: every execution in the workflow's log has ended, and has a record or needed none.</p>`
      : html`<p class="bad">${gaps} executions are not accounted for.</p>`;
  return html`${verdict}${table(
    ['Executions', 'Number'],
    [
      ['started, in the workflow’s log', started],
      ['ended', ended],
      ['with a record of the outcome', recorded],
      ['ended without calling Notify: the decision found nothing worth a record', notWorthARecord],
      ['not accounted for', gaps],
    ],
  )}${countedOf(counted)}${
    unexplained.length === 0
      ? ''
      : table(
          ['When', 'What', 'Execution'],
          unexplained.map(({ at, what, executionArn }) => [bothTimes(at), what, executionArn]),
        )
  }
<p class="soft">Each call that changed EC2 stands in CloudTrail under the roles of the Lambdas.</p>`;
}

/** Step Functions counts for itself, whoever starts an execution: EventBridge, Scheduler or somebody by hand. */
function countedOf(counted: Report['counted']): Html {
  if (counted === null)
    return html`<p class="soft">CloudWatch's own count of executions is not compared: there is no whole hour, or it could not be read.</p>`;
  const { from, to, byCloudWatch, inLog } = counted;
  const lost = byCloudWatch > inLog;
  return html`<p${lost ? html` class="bad"` : ''}>From ${utc(from)} to ${utc(to)} (whole hours) CloudWatch counted ${byCloudWatch} executions that were started (AWS/States, ExecutionsStarted); the log has ${lost ? `only ${inLog}` : 'them all'}.</p>`;
}

function clustersOf({ clusters }: Report): Html {
  return table(
    ['Cluster', 'Addresses', 'Nodes, in order of preference', 'Subnet', 'Handover'],
    clusters.map(({ name, virtualIps, nodes, subnetId, handover }) => [
      name,
      virtualIps
        .map(({ address, elasticIpAllocationId: id }) => (id === undefined ? address : `${address} (${id})`))
        .join(', '),
      html`${nodes.map(({ name: own, instanceId, networkInterfaceId }) => html`${own === undefined ? '' : `${own}: `}${instanceId}, ${networkInterfaceId}<br>`)}`,
      subnetId,
      handover,
    ]),
  );
}

function outcomesOf(report: Report): Html {
  const detailed = report.entries.filter(isDetailed);
  const head = [
    'When (UTC, local)',
    'Cluster',
    'Outcome',
    'From',
    'To',
    'Cause',
    'Who asked (as stated)',
    'Outage',
    'No holder',
  ];
  return table(
    head,
    report.entries.map((entry) => {
      const { record } = entry;
      const number = detailed.indexOf(entry) + 1;
      const outcome =
        number === 0 ? html`${record.outcome}` : html`<a href="#execution-${number}">${record.outcome}</a>`;
      return [
        bothTimes(record.at),
        record.cluster,
        outcome,
        placeName(report, record.cluster, record.from),
        toName(report, record),
        record.error ?? record.why ?? '–',
        `${record.requestedBy ?? '–'}${record.reason === null ? '' : `: ${record.reason}`}`,
        seconds(record.outageMs),
        seconds(record.darkTimeMs),
      ];
    }),
  );
}

function pausesOf({ pauses }: Report): Html {
  return html`${table(
    ['Cluster', 'What the tag said', 'Seen first', 'Seen last', 'Who set it, by CloudTrail'],
    pauses.map(({ cluster, text, first, last, setBy }) => [
      cluster,
      text,
      bothTimes(first),
      bothTimes(last),
      callerOf(setBy) ?? 'not read',
    ]),
  )}
<p class="soft">As the executions saw it, the scheduled checks among them.</p>`;
}

function failedNoticesOf({ failedNotices }: Report): Html {
  return table(
    ['When', 'Subject', 'Why', 'Execution'],
    failedNotices.map(({ at, subject, sendError, executionId }) => [bothTimes(at), subject, sendError, executionId]),
  );
}

function howOf({ queries, period }: Report): Html {
  return html`<p>With these filter patterns of CloudWatch Logs (FilterLogEvents), for ${utc(period.start)} to ${utc(period.end)}:</p>
${table(
  ['Log group', 'Pattern'],
  queries.map(({ group, pattern }) => [group, html`<code>${pattern}</code>`]),
)}
<p class="soft">Who called: CloudTrail's event history (LookupEvents) of StartExecution and CreateTags around each execution and pause. Checks that found all well are counted above and not listed.</p>`;
}
