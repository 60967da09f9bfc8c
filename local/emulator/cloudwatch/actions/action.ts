import type { Lag } from '../../ec2/consistency';
import { ApiError } from '../../kernel/api';
import type { Clock } from '../../kernel/clock';
import type { Omission } from '../../kernel/service';
import type { XmlValue } from '../../kernel/xml';
import type { AlarmStore } from '../alarm-store';
import type { Metrics } from '../metrics';
import { integer, type Json, text } from './parameters';

export interface CloudWatchOptions {
  readonly clock: Clock;
  readonly alarms: AlarmStore;
  readonly metrics: Metrics;
  /** How far what is said of alarms lags behind their changes, milliseconds. */
  readonly alarmLag: Lag;
  /** The most rows of one answer. */
  readonly pageSize: number;
}

export interface CloudWatchContext extends CloudWatchOptions {
  /** Rows that a fault leaves out. */
  readonly omission: Omission | null;
  /** A time (milliseconds since the epoch) as the request's protocol writes it. */
  readonly time: (milliseconds: number) => string | number;
}

export interface CloudWatchResult {
  /** Undefined: the action answers with nothing. */
  readonly body: { readonly [name: string]: XmlValue } | undefined;
  /** One line for people. */
  readonly result: string;
}

/** One action of CloudWatch. Parameters that are not listed are refused by name. */
export interface CloudWatchAction {
  readonly parameters: readonly string[];
  readonly run: (parameters: Json, context: CloudWatchContext) => CloudWatchResult;
}

/** @throws ApiError `InvalidNextToken` @param most by the name of the parameter that limits a page */
export function paged<Row>(
  rows: readonly Row[],
  parameters: Json,
  pageSize: number,
  most: { readonly parameter: string; readonly limit: number; readonly otherwise: number },
): { readonly rows: readonly Row[]; readonly next: string | undefined } {
  const size = Math.min(pageSize, integer(parameters, most.parameter, 1, most.limit, most.otherwise));
  const start = Number(text(parameters, 'NextToken') ?? 0);
  if (!Number.isInteger(start) || start < 0) throw new ApiError('InvalidNextToken', 'The next token is not valid.');
  const end = start + size;
  return { rows: rows.slice(start, end), next: end < rows.length ? String(end) : undefined };
}
