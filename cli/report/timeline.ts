import { asFields } from '../../functions/shared/input';
import type { Attempt, ExecutionHistory, StateVisit } from '../execution/states';
import { whatWentWrong } from '../execution/words';
import { type Html, html } from './escape';

const LEFT = 170;
const WIDTH = 720;
const RIGHT = 90;
const ROW = 26;
const BAR = 14;

interface Row {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly visit: StateVisit;
  readonly marks: readonly Mark[];
}

/** A moment that a step's result names. */
interface Mark {
  readonly at: number;
  readonly what: string;
}

/**
 * An execution as a picture: a row for each task that was visited, a bar for each try of its Lambda, a mark where EC2 accepted
 * a change or gave the proof. Self-contained SVG; the table beside it says the same in text.
 */
export function timelineOf(history: ExecutionHistory): Html {
  const end = history.endedAt ?? Math.max(history.startedAt, ...history.visits.map(({ enteredAt }) => enteredAt));
  const rows = history.visits.filter(({ type }) => type === 'Task').map((visit) => rowOf(visit, end));
  const length = Math.max(1, end - history.startedAt);
  const x = (at: number) => LEFT + (Math.min(Math.max(at - history.startedAt, 0), length) / length) * WIDTH;
  const height = rows.length * ROW + 40;
  return html`<svg class="timeline" role="img" aria-label="${summaryOf(history, rows)}" viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${height}">
${ticksOf(length).map((ms) => tick(x(history.startedAt + ms), ms, height))}
${rows.map((row, index) => bars(row, 8 + index * ROW, x))}
</svg>`;
}

function rowOf(visit: StateVisit, end: number): Row {
  return { label: visit.name, from: visit.enteredAt, to: visit.exitedAt ?? end, visit, marks: marksOf(visit) };
}

const MARKS: readonly (readonly [field: string, what: string])[] = [
  ['releasedAt', 'UnassignPrivateIpAddresses accepted'],
  ['assignedAt', 'AssignPrivateIpAddresses accepted'],
  ['verifiedAt', 'EC2 shows the addresses on the target'],
];

function marksOf({ output }: StateVisit): Mark[] {
  const fields = asFields(output);
  return MARKS.flatMap(([field, what]) => {
    const at = Date.parse(String(fields[field] ?? ''));
    return Number.isNaN(at) ? [] : [{ at, what }];
  });
}

function bars({ label, from, to, visit, marks }: Row, y: number, x: (at: number) => number): Html {
  const middle = y + BAR / 2;
  return html`<g><text x="${LEFT - 8}" y="${middle + 4}" text-anchor="end">${label}</text>
<line class="state" x1="${x(from)}" x2="${x(to)}" y1="${middle}" y2="${middle}"/>
${visit.attempts.map((attempt) => tryOf(attempt, to, y, x))}
${marks.map(({ at, what }) => html`<circle class="mark" cx="${x(at)}" cy="${middle}" r="4"><title>${what}, ${new Date(at).toISOString()}</title></circle>`)}
<text class="took" x="${x(to) + 6}" y="${middle + 4}">${tookOf(visit, to - from)}</text></g>`;
}

function tryOf(attempt: Attempt, end: number, y: number, x: (at: number) => number): Html {
  const [from, to] = [x(attempt.startedAt), x(attempt.endedAt ?? end)];
  const title = attempt.error === null ? 'done' : whatWentWrong(attempt);
  return html`<rect class="${attempt.error === null ? 'good' : 'bad'}" x="${from}" y="${y}" width="${Math.max(2, to - from)}" height="${BAR}"><title>${title}</title></rect>`;
}

function tookOf({ attempts }: StateVisit, milliseconds: number): string {
  const again = attempts.length > 1 ? `, ${attempts.length} tries` : '';
  return `${(milliseconds / 1_000).toFixed(2)} s${again}`;
}

/** Five to ten ticks, at round numbers of milliseconds. */
function ticksOf(length: number): number[] {
  const rough = length / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? power);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => index * step);
}

function tick(x: number, milliseconds: number, height: number): Html {
  return html`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${height - 20}"/><text class="tick" x="${x}" y="${height - 6}" text-anchor="middle">${milliseconds / 1_000} s</text>`;
}

function summaryOf({ end }: ExecutionHistory, rows: readonly Row[]): string {
  const steps = rows.map(({ label, from, to, visit }) => `${label} ${tookOf(visit, to - from)}`);
  return `Timeline: ${steps.join('; ')}; ${end ?? 'no end in the log'}`;
}
