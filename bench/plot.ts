import type { Results } from './report';
import { FAINT, heading, INK, OURS, write } from './svg';

const WIDTH = 860;
const LEFT = 300;
const RIGHT = 150;
const ROW = 24;
const OTHERS = '#9aa5b1';

/** A panel of the drawing: its markup and its height, pixels. */
interface Panel {
  readonly markup: string;
  readonly height: number;
}

/** All results as one SVG: load times, event to standby, and how many of many clusters are proven when. */
export function plot({ cold, failover, mass }: Results): string {
  const panels: Panel[] = [];
  if (cold) {
    const bars = cold.functions.map(({ folder, loadMs }) => ({ label: folder, value: loadMs, ours: true }));
    const asCdk = Math.max(...cold.functions.map(({ asCdkMs }) => asCdkMs));
    const others = [
      { label: 'floor: https and crypto', value: cold.floorMs, ours: false },
      { label: 'slowest, bundled as CDK does', value: asCdk, ours: false },
      ...(cold.boto3Ms === null ? [] : [{ label: 'Python: boto3, two clients', value: cold.boto3Ms, ours: false }]),
    ];
    panels.push(barChart('Load time of a handler', [...bars, ...others]));
  }
  if (failover) {
    const stopped = failover.comparisons.map(({ situation, who, eventToStandbyMs }) => ({
      label: `${situation}: ${who}`,
      value: eventToStandbyMs,
      ours: who.startsWith('vip'),
    }));
    panels.push(barChart('Event to address on the standby', stopped));
  }
  const [run] = mass?.chosen ?? [];
  if (mass && run)
    panels.push(
      curve(`${mass.clusters} clusters at once: proven moves over time`, run.verifiedMs, mass.boundMs, mass.barMs),
    );
  let top = 0;
  const groups = panels.map(({ markup, height }) => {
    const group = `<g transform="translate(0 ${top})">${markup}</g>`;
    top += height;
    return group;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" width="${WIDTH}" height="${top}" font-family="sans-serif" font-size="13" fill="${INK}"><title>Cold starts, one failover, three hundred at once</title><rect width="${WIDTH}" height="${top}" fill="#ffffff"/>${groups.join('')}</svg>\n`;
}

interface Bar {
  readonly label: string;
  /** Milliseconds; null: it never happened. */
  readonly value: number | null;
  readonly ours: boolean;
}

function barChart(title: string, bars: readonly Bar[]): Panel {
  const most = Math.max(...bars.map(({ value }) => value ?? 0));
  const rows = bars.map(({ label, value, ours }, index) => {
    const y = 44 + index * ROW;
    const width = ((value ?? 0) / most) * (WIDTH - LEFT - RIGHT);
    const said = value === null ? 'never' : `${Math.round(value)} ms`;
    const bar = `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 8}" fill="${ours ? OURS : OTHERS}"/>`;
    return `${write(LEFT - 10, y + 13, label, 'end')}${bar}${write(LEFT + width + 6, y + 13, said)}`;
  });
  return { markup: heading(title) + rows.join(''), height: 64 + bars.length * ROW };
}

function curve(title: string, verifiedMs: readonly number[], boundMs: number, barMs: number): Panel {
  const [height, top, left] = [220, 44, 70];
  const x = (ms: number) => left + (ms / (barMs * 1.1)) * (WIDTH - left - 40);
  const y = (count: number) => top + height * (1 - count / verifiedMs.length);
  const line = verifiedMs.map((ms, index) => `${x(ms).toFixed(1)},${y(index + 1).toFixed(1)}`).join(' ');
  const marks = [0, 10, 20, 30, 40, 50].map((second) =>
    write(x(second * 1000), top + height + 18, `${second} s`, 'middle'),
  );
  const counts = [0, 100, 200, 300]
    .filter((count) => count <= verifiedMs.length)
    .map(
      (count) =>
        `<line x1="${left}" x2="${WIDTH - 40}" y1="${y(count)}" y2="${y(count)}" stroke="${FAINT}"/>${write(left - 8, y(count) + 4, String(count), 'end')}`,
    );
  const limits = [
    { at: boundMs, label: 'bound of the buckets' },
    { at: barMs, label: 'bar' },
  ].map(
    ({ at, label }) =>
      `<line x1="${x(at)}" x2="${x(at)}" y1="${top}" y2="${top + height}" stroke="${INK}" stroke-dasharray="4 3"/>${write(x(at) - 6, top + height - 8, label, 'end')}`,
  );
  return {
    markup: `${heading(title)}${counts.join('')}${limits.join('')}<polyline points="${line}" fill="none" stroke="${OURS}" stroke-width="2"/>${marks.join('')}`,
    height: top + height + 40,
  };
}
