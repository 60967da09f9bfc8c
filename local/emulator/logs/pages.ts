import { flag, number, text } from '../kernel/json';
import type { JsonObject } from '../template/json';
import { invalid } from './groups';

export const MOST_EVENTS = 10_000;
/** Of one answer of FilterLogEvents. @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
const MOST_BYTES = 1024 * 1024;

export function limitIn(parameters: JsonObject, most: number): number {
  const limit = number(parameters, 'limit') ?? most;
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw invalid(
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${most}`,
    );
  return limit;
}

/** The next rows, one at least; a token is the number of the first. @param bytesOf of a row, where an answer is limited by them */
export function paged<Row>(
  rows: readonly Row[],
  parameters: JsonObject,
  most: number,
  bytesOf: (row: Row) => number = () => 0,
): { readonly rows: readonly Row[]; readonly nextToken: { readonly nextToken?: string } } {
  const first = placeIn(text(parameters, 'nextToken') ?? 'f/0').place;
  const last = Math.min(rows.length, first + limitIn(parameters, most));
  let bytes = 0;
  let end = first;
  for (; end < last; end += 1) {
    const row = rows[end];
    bytes += row === undefined ? 0 : bytesOf(row);
    if (bytes > MOST_BYTES && end > first) break;
  }
  return { rows: rows.slice(first, end), nextToken: end < rows.length ? { nextToken: `f/${end}` } : {} };
}

/** Which of so many lines are next: forward or backward from a token, else the first or the last ones. */
export function windowOf(count: number, parameters: JsonObject): { readonly first: number; readonly end: number } {
  const limit = limitIn(parameters, MOST_EVENTS);
  const token = text(parameters, 'nextToken') ?? (flag(parameters, 'startFromHead') ? 'f/0' : `b/${count}`);
  const { way, place } = placeIn(token);
  if (way === 'b') return { first: Math.max(0, place - limit), end: place };
  return { first: place, end: Math.max(place, Math.min(place + limit, count)) };
}

function placeIn(token: string): { readonly way: string; readonly place: number } {
  const [, way, place] = /^([bf])\/(\d{1,15})$/.exec(token) ?? [];
  if (way === undefined) throw invalid('The specified nextToken is invalid.');
  return { way, place: Number(place) };
}
