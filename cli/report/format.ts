import { nodeName } from '../../functions/notify/where';
import type { Caller, RecordedOutcome } from '../collect/records';
import { local, utc } from '../output/time';
import { type Html, html } from './escape';
import type { Report } from './model';

/** "2026-12-01 09:00:00Z (2026-12-01T18:00:00+09:00)": in UTC and in local time. */
export function bothTimes(at: number): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${utc(at)}<br><span class="soft">${local(at)}</span></time>`;
}

export function table(head: readonly string[], rows: readonly (readonly (Html | string | number | null)[])[]): Html {
  if (rows.length === 0) return html`<p class="soft">None.</p>`;
  return html`<div class="wide" tabindex="0"><table><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

export function facts(entries: readonly (readonly [name: string, value: Html | string | null])[]): Html {
  const given = entries.filter(([, value]) => value !== null && value !== '');
  return html`<dl>${given.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>\n`)}</dl>`;
}

/** Who made a call, and where CloudTrail says so; or why that is not known. */
export function callerOf(caller: Caller | null): Html | string | null {
  if (caller === null || typeof caller === 'string') return caller;
  const { who, sourceIp, at, eventId } = caller;
  return html`${who}${sourceIp === null ? '' : ` from ${sourceIp}`}<br><span class="soft">${new Date(at).toISOString()}, event ${eventId}</span>`;
}

/** What people call the places of a record: nodes, an interface, or "nobody". */
export function placeName({ clusters }: Pick<Report, 'clusters'>, clusterName: string, places: string | null): string {
  if (places === null) return '–';
  const cluster = clusters.find(({ name }) => name === clusterName);
  const names = places.split(',').map((place) => (cluster === undefined ? place : nodeName(cluster, place).full));
  return names.join(', ');
}

/** Where the addresses went; after a rehearsal, which moves nothing, where they would go. */
export function toName(report: Pick<Report, 'clusters'>, { cluster, outcome, to }: RecordedOutcome): string {
  const name = placeName(report, cluster, to);
  return outcome === 'REHEARSED' && to !== null ? `nothing moved (next: ${name})` : name;
}
