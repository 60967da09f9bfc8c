import { escaped, FAINT, INK, write } from '../../../bench/svg';
import type { Line, Widget } from './dashboard';
import { BEGIN, END } from './month';

/** Pixels of a column and of a row of the dashboard's grid, which has 24 columns. */
const [COLUMN, ROW] = [50, 38];
const DAY = 24 * 3_600_000;
const COLOURS = ['#0b6e4f', '#1f77b4', '#ff7f0e', '#9467bd', '#8c6d1f', '#d62728', '#c9d3db'];
const MARGIN = { left: 54, right: 16, top: 34, bottom: 44 };
const FOOTER = 26;

/** The dashboard as an operator sees it, one SVG. The same figures, the same bytes. */
export function draw(widgets: readonly Widget[]): string {
  const width = 24 * COLUMN;
  const height = Math.max(...widgets.map(({ y, height }) => (y + height) * ROW)) + FOOTER;
  const panels = widgets.map((widget) => {
    const [x, y] = [widget.x * COLUMN, widget.y * ROW];
    const size = { width: widget.width * COLUMN, height: widget.height * ROW };
    const frame = `<rect x="4" y="4" width="${size.width - 8}" height="${size.height - 8}" fill="#fff" stroke="${FAINT}" rx="4"/>`;
    const title = `<text x="14" y="22" font-size="13" font-weight="bold">${escaped(widget.title)}</text>`;
    return `<g transform="translate(${x} ${y})">${frame}${title}${content(widget, size)}</g>`;
  });
  const says = `Four weeks of the local cloud, ${day(BEGIN)} to ${day(END - 1)}: two clusters, checks once an hour. Not AWS, and not a measurement.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" fill="${INK}"><title>The dashboard after a month</title><rect width="${width}" height="${height}" fill="#f2f4f6"/>\n${panels.join('\n')}\n${write(14, height - 9, says)}</svg>\n`;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function content(widget: Widget, size: Size): string {
  switch (widget.kind) {
    case 'graph':
      return graph(widget, size);
    case 'table':
      return table(widget, size);
    case 'unknown':
      return wrapped(widget.why, Math.floor(size.width / 6.2))
        .map((line, index) => write(14, 48 + index * 16, line))
        .join('');
  }
}

function graph({ lines, stacked, axis }: Extract<Widget, { kind: 'graph' }>, { width, height }: Size): string {
  const [innerWidth, innerHeight] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  const most = axis.max ?? highest(lines, stacked);
  const least = axis.min ?? 0;
  const x = (at: number) => MARGIN.left + ((at - BEGIN) / (END - BEGIN)) * innerWidth;
  const y = (value: number) => MARGIN.top + innerHeight * (1 - (value - least) / (most - least || 1));
  const grid = [0, 0.5, 1].map((part) => {
    const value = least + part * (most - least);
    const rule = `<line x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${FAINT}"/>`;
    return rule + write(MARGIN.left - 6, y(value) + 4, number(value), 'end');
  });
  const days = Array.from({ length: (END - BEGIN) / DAY / 7 + 1 }, (_, week) => BEGIN + week * 7 * DAY);
  const dates = days.map((at) =>
    write(x(at), height - MARGIN.bottom + 14, day(at).slice(5), at === END ? 'end' : 'start'),
  );
  const unit = axis.label === undefined ? '' : `<text x="${width - 14}" y="22" text-anchor="end">${axis.label}</text>`;
  const below = new Map<number, number>();
  // The first series lies on top: it is the rarest, and an hour is narrower than its stroke.
  const marks = lines.map(({ points }, index) => {
    const path = points.map(({ at, value }) => {
      const base = stacked ? (below.get(at) ?? 0) : least;
      below.set(at, base + value);
      if (stacked) return value === 0 ? '' : `M${x(at).toFixed(1)} ${y(base).toFixed(1)}V${y(base + value).toFixed(1)}`;
      return `M${(x(at) - 2.5).toFixed(1)} ${y(value).toFixed(1)}h5`;
    });
    // A line between two points an hour apart; further apart, each point is a mark of its own.
    const joined = stacked ? path.join('') : steps(points, x, y) + path.join('');
    return `<path d="${joined}" stroke="${COLOURS[index % COLOURS.length]}" stroke-width="${stacked ? 1.6 : 2.5}" fill="none"/>`;
  });
  const empty = lines.every(({ points }) => points.length === 0)
    ? write(MARGIN.left + innerWidth / 2, MARGIN.top + innerHeight / 2, 'no data', 'middle')
    : '';
  return grid.join('') + dates.join('') + unit + marks.reverse().join('') + empty + legend(lines, height);
}

const HOUR = 3_600_000;

function steps(points: Line['points'], x: (at: number) => number, y: (value: number) => number): string {
  return points
    .map(({ at, value }, index) => {
      const before = points[index - 1];
      if (before === undefined || at - before.at > HOUR || before.value === value) return '';
      return `M${x(at).toFixed(1)} ${y(before.value).toFixed(1)}V${y(value).toFixed(1)}`;
    })
    .join('');
}

function legend(lines: readonly Line[], height: number): string {
  let left = 14;
  return lines
    .map(({ label }, index) => {
      const at = left;
      left += 20 + [...label].reduce((sum, letter) => sum + (/[A-Z_]/.test(letter) ? 6.8 : 5.2), 0);
      const colour = COLOURS[index % COLOURS.length];
      return `<rect x="${at.toFixed(1)}" y="${height - 22}" width="9" height="9" fill="${colour}"/><g font-size="9.5">${write(at + 12, height - 14, label)}</g>`;
    })
    .join('');
}

/** The newest rows, as many as there is room for; each column as wide as what it shows, and cut where that is too much. */
function table({ head, rows }: Extract<Widget, { kind: 'table' }>, { width, height }: Size): string {
  const shown = rows.slice(0, Math.floor((height - 70) / 15));
  const longest = head.map((name, column) =>
    Math.min(22, Math.max(name.length, ...shown.map((row) => row[column]?.length ?? 0))),
  );
  const unit = (width - 28) / longest.reduce((sum, each) => sum + each + 1.5, 0);
  const line = (cells: readonly string[], y: number, weight = '') => {
    let left = 14;
    const texts = cells.map((cell, column) => {
      const at = left;
      const room = longest[column] ?? 0;
      left += (room + 1.5) * unit;
      const text = cell.length > room ? `${cell.slice(0, room - 1)}…` : cell;
      return `<tspan x="${at.toFixed(1)}">${escaped(text)}</tspan>`;
    });
    return `<text y="${y}" font-size="8.5"${weight}>${texts.join('')}</text>`;
  };
  const more = write(14, height - 12, `${shown.length} of ${rows.length} rows`);
  const body = shown.map((row, index) => line(row, 60 + index * 15));
  return line(head, 44, ' font-weight="bold"') + body.join('') + more;
}

function highest(lines: readonly Line[], stacked: boolean): number {
  const sums = new Map<number, number>();
  for (const { points } of lines)
    for (const { at, value } of points)
      sums.set(at, stacked ? (sums.get(at) ?? 0) + value : Math.max(sums.get(at) ?? 0, value));
  return Math.max(1, ...sums.values());
}

function wrapped(text: string, most: number): readonly string[] {
  return text.match(new RegExp(`.{1,${most}}(?:\\s|$)`, 'g')) ?? [];
}

const day = (at: number) => new Date(at).toISOString().slice(0, 10);
const number = (value: number) =>
  value >= 10_000 ? `${Math.round(value / 1_000)}k` : String(Math.round(value * 10) / 10);
