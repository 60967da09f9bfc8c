import { z } from 'zod';
import { parseExpression, type Series } from '../../../local/emulator/cloudwatch/metric-math';
import { statistic } from '../../../local/emulator/cloudwatch/metrics';
import { ApiError } from '../../../local/emulator/kernel/api';
import { insightsQuery } from '../../../local/emulator/logs/insights';
import type { Month } from './month';
import { BEGIN, END } from './month';

const place = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };
const metricWidget = z.object({
  type: z.literal('metric'),
  ...place,
  properties: z.object({
    title: z.string(),
    stacked: z.boolean().default(false),
    metrics: z.array(z.array(z.unknown())),
    yAxis: z.object({ left: z.object({ min: z.number(), max: z.number(), label: z.string() }).partial().default({}) }),
  }),
});
const logWidget = z.object({
  type: z.literal('log'),
  ...place,
  properties: z.object({ title: z.string(), query: z.string() }),
});
/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const bodySchema = z.object({ widgets: z.array(z.discriminatedUnion('type', [metricWidget, logWidget])) });

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly label: string;
  /** Milliseconds since the epoch, oldest first; the beginning of a period. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

export type Widget = Place & { readonly title: string } & (
    | {
        readonly kind: 'graph';
        readonly stacked: boolean;
        readonly axis: { readonly min?: number; readonly max?: number; readonly label?: string };
        readonly lines: readonly Line[];
      }
    | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
    | { readonly kind: 'unknown'; readonly why: string }
  );

/** The dashboard of the template, with the figures that the cloud has of the month. */
export function dashboardOf({ cloud }: Month): readonly Widget[] {
  const [dashboard] = cloud.template.ofType('AWS::CloudWatch::Dashboard');
  const { widgets } = bodySchema.parse(JSON.parse(String(dashboard?.properties.DashboardBody)));
  return widgets.map((widget): Widget => {
    const { x, y, width, height } = widget;
    const { title } = widget.properties;
    const common = { x, y, width, height, title };
    if (widget.type === 'log') return { ...common, ...tableOf(cloud, widget.properties.query) };
    const { stacked, metrics, yAxis } = widget.properties;
    const { min, max, label } = yAxis.left;
    const axis = { ...(min !== undefined && { min }), ...(max !== undefined && { max }), ...(label && { label }) };
    return { ...common, kind: 'graph', stacked, axis, lines: linesOf(cloud, metrics) };
  });
}

const optionsSchema = z.object({
  id: z.string().optional(),
  label: z.string().optional(),
  expression: z.string().optional(),
  visible: z.boolean().default(true),
  /** Seconds. */
  period: z.number().default(300),
  stat: z.string().default('Average'),
});

/** Metrics and expressions as a widget has them: namespace, name, names and values of dimensions, options. */
function linesOf(cloud: Month['cloud'], metrics: readonly (readonly unknown[])[]): readonly Line[] {
  const all = metrics.map((entry) => {
    const words = entry.filter((each) => typeof each === 'string');
    return { words, options: optionsSchema.parse(entry.find((each) => typeof each === 'object') ?? {}) };
  });
  const seriesById = new Map<string, Series>();
  for (const { words, options } of all)
    if (words.length > 0 && options.id !== undefined) seriesById.set(options.id, seriesOf(cloud, words, options));
  return all.flatMap(({ words, options }) => {
    if (!options.visible) return [];
    const period = options.period * 1_000;
    const series =
      options.expression === undefined
        ? seriesOf(cloud, words, options)
        : parseExpression(
            options.expression,
            [...seriesById.keys()],
            'Dashboard',
          )({
            metrics: seriesById,
            length: (END - BEGIN) / period,
            fillable: () => true,
          });
    const points = series.flatMap((value, index) => (value === null ? [] : [{ at: BEGIN + index * period, value }]));
    return [{ label: options.label ?? words[1] ?? '', points }];
  });
}

/** One value a period, the oldest first. */
function seriesOf(
  { metrics }: Month['cloud'],
  words: readonly string[],
  options: z.infer<typeof optionsSchema>,
): Series {
  const [namespace = '', name = '', ...rest] = words;
  const dimensions = Object.fromEntries(
    rest.flatMap((key, index) => (index % 2 ? [] : [[key, rest[index + 1] ?? '']])),
  );
  const period = options.period * 1_000;
  const values = Array.from({ length: (END - BEGIN) / period }, (): number[] => []);
  for (const { at, value } of metrics.points({ namespace, name, dimensions }, BEGIN - 1, END - 1))
    values[Math.floor((at - BEGIN) / period)]?.push(value);
  return values.map((each) => statistic(options.stat, each));
}

/** `SOURCE 'group' | SOURCE 'group' | query`. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html */
function tableOf(cloud: Month['cloud'], text: string) {
  const groups = [...text.matchAll(/SOURCE '([^']+)' \| /g)].map(([, group]) => group);
  const query = text.replace(/SOURCE '[^']+' \| /g, '');
  const lines = cloud.timeline.events.flatMap((event, index) =>
    event.type === 'log' && groups.includes(event.group)
      ? [{ id: String(index), at: event.at, group: event.group, message: event.line }]
      : [],
  );
  try {
    const { rows } = insightsQuery(query, cloud.template.accountId)(lines);
    const head = (/fields ([^\n|]+)/.exec(query)?.[1] ?? '').split(',').map((each) => each.trim());
    const cells = rows.map((row) => head.map((name) => row.find(({ field }) => field === name)?.value ?? ''));
    return { kind: 'table' as const, head, rows: cells };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { kind: 'unknown' as const, why: error.message };
  }
}
