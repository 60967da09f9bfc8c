import { FINDINGS, REASONS } from '../../functions/notify/locales/en';
import { isFields } from '../../functions/shared/input';
import type { StateVisit } from '../execution/states';
import { whatItDid, whatWentWrong } from '../execution/words';
import { seconds } from '../output/time';
import { type Html, html } from './escape';
import { bothTimes, callerOf, facts, placeName, table, toName } from './format';
import type { Entry, Report } from './model';
import { noticeBox } from './notice';
import { timelineOf } from './timeline';

/** Characters of one state's data: longer ones are the registry, which the report lists once. */
const LONGEST_JSON = 20_000;

/** All of one execution: what it came to, its picture, what each state was given and gave, its notice. */
export function entrySection(report: Report, entry: Entry, number: number): Html {
  const { record, history, notice, noticeText } = entry;
  return html`<section><h3 id="execution-${number}">${number}. ${record.cluster}: ${record.outcome}, ${new Date(record.at).toISOString()}</h3>
${factsOf(report, entry)}
${
  history === null
    ? html`<p class="bad">Its history was not found in the workflow's log.</p>`
    : html`${timelineOf(history)}
<p class="soft">A bar is one try of the state's Lambda; a dashed one failed. A dot is the moment at which EC2 accepted a change, or gave the proof.</p>
${table(['State', 'Entered', 'Took', 'Tries', 'What it did'], history.visits.filter(({ type }) => type === 'Task').map(stateRow))}
<details><summary>Input and output of each state</summary>${history.visits.filter(({ type }) => type === 'Task').map((visit, index) => dataOf(visit, history.visits.slice(0, history.visits.indexOf(visit)), index))}
<p>Input of the execution</p><pre>${json(history.input)}</pre></details>`
}
${noticeOf(notice, noticeText, record.told, record.silence)}</section>\n`;
}

function factsOf(report: Report, { record, history, caller }: Entry): Html {
  const { cluster, outcome, mode, trigger, why, from, requestedBy, reason, error, errorMessage, findings } = record;
  return facts([
    ['When', bothTimes(Date.parse(record.startTime))],
    ['Outcome', error === null ? outcome : html`<span class="bad">${outcome}: ${error}: ${errorMessage}</span>`],
    ['Mode', `${mode ?? 'not known'}, started by ${trigger ?? 'something that was not understood'}`],
    ['Cause', REASONS[why as keyof typeof REASONS] ?? why],
    ['Who asked (as stated)', requestedBy],
    ['Who called StartExecution, by CloudTrail', callerOf(caller)],
    ['Reason given', reason],
    [
      'Event',
      record.eventTime === null ? null : `${record.eventTime}${record.eventId === null ? '' : `, ${record.eventId}`}`,
    ],
    ['Addresses', record.addresses.join(', ')],
    ['From', placeName(report, cluster, from)],
    ['To', toName(report, record)],
    ['Outage, from the first sign of trouble to the proof', seconds(record.outageMs)],
    ['From the start of the execution to the proof', seconds(record.tookMs)],
    ['Without a holder, by this move', seconds(record.darkTimeMs)],
    ['Proof', history === null ? null : proofOf(history.visits)],
    [
      'Findings',
      findings.length === 0
        ? null
        : html`${findings.map(({ severity, code, detail }) => html`${severity}: ${FINDINGS[code] ?? code}: ${detail}<br>`)}`,
    ],
    ['Execution', record.executionId],
  ]);
}

function proofOf(visits: readonly StateVisit[]): string {
  const proof = visits.findLast(({ name, output }) => name === 'VerifyEni' && output !== null);
  if (proof === undefined) return 'none: nothing was moved, or the proof failed';
  const { verifiedAt } = isFields(proof.output) ? proof.output : {};
  return `${whatItDid(proof)}, as of ${String(verifiedAt)}`;
}

function stateRow(visit: StateVisit) {
  const { name, enteredAt, exitedAt, attempts, output } = visit;
  const errors = attempts
    .filter(({ error }) => error !== null)
    .map((attempt) => html`<span class="bad">${whatWentWrong(attempt)}</span><br>`);
  return [
    name,
    new Date(enteredAt).toISOString(),
    exitedAt === null ? 'did not end' : seconds(exitedAt - enteredAt),
    attempts.length,
    html`${errors}${output === null ? '' : whatItDid(visit)}`,
  ];
}

/** What repeats an earlier state's result is named, not written again; the registry is in the list of clusters. */
function dataOf({ name, input, output }: StateVisit, before: readonly StateVisit[], index: number): Html {
  const known = new Map(
    before.flatMap((visit) => (visit.output === null ? [] : [[JSON.stringify(visit.output), visit.name]])),
  );
  const shortened = isFields(input)
    ? Object.fromEntries(
        Object.entries(input).map(([key, value]) => {
          const same = value === null ? undefined : known.get(JSON.stringify(value));
          if (same !== undefined) return [key, `(as ${same} gave it)`];
          return [
            key,
            key === 'clusters' && Array.isArray(value) ? `(the ${value.length} clusters of the registry)` : value,
          ];
        }),
      )
    : input;
  return html`<p>${index + 1}. ${name}: given</p><pre>${json(shortened)}</pre><p>${index + 1}. ${name}: gave back</p><pre>${output === null ? 'nothing: it failed, or did not end' : json(output)}</pre>`;
}

function json(value: unknown): string {
  const text = JSON.stringify(value, null, 1) ?? 'nothing';
  return text.length <= LONGEST_JSON
    ? text
    : `${text.slice(0, LONGEST_JSON)}\n… (${text.length} characters in all; the rest is in the log)`;
}

function noticeOf(notice: Entry['notice'], text: string | null, told: boolean, silence: string | null): Html {
  if (notice === null) return html`<p>Notice: ${told ? 'not found in the log' : `none wanted (${silence})`}.</p>`;
  if (!notice.sent)
    return html`<p class="bad">The notice “${notice.subject}” could not be sent: ${notice.sendError}</p>`;
  const body =
    text === null
      ? html`<p class="soft">The log has its subject only.</p>`
      : html`${noticeBox(notice.subject, text)}
<p class="soft">Its text is made again from the execution's data, which gives the subject that was sent; times in UTC.</p>`;
  return html`<p>Notice sent ${bothTimes(notice.at)} (message ${notice.messageId}): “${notice.subject}”</p>${body}`;
}
