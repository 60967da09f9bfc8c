import { ApiError } from '../kernel/api';
import { jsonOf, leaf } from './filter-pattern';
import { type LogLine, STREAM } from './groups';

export interface InsightsResult {
  readonly rows: readonly (readonly { readonly field: string; readonly value: string }[])[];
  readonly matched: number;
}

type Value = string | undefined;
type Reader = (field: string) => Value;

interface Event {
  readonly line: LogLine;
  readonly value: Reader;
}

/** A query as its commands fill it in. */
interface Query {
  readonly fields: string[];
  readonly filters: ((value: Reader) => boolean)[];
  order: readonly { readonly field: string; readonly sign: number }[];
  limit: number;
  /** Of events that are alike in all of these, the first in order stays. */
  unique: readonly string[];
}

const MOST_ROWS = 10_000;
const FIELD = /^@?\w[\w.]*$/;
const CONDITION = /\s*(@?\w[\w.]*)\s*(!=|=)\s*("[^"]*"|'[^']*'|-?\d+(?:\.\d+)?)\s*(and\s|$)/iy;

/** What each command does with its text. */
const COMMANDS: Readonly<Record<string, (query: Query, text: string) => void>> = {
  fields(query, text) {
    query.fields.push(...text.split(',').map((each) => named(each)));
  },
  filter(query, text) {
    query.filters.push(...conditionsIn(text));
  },
  sort(query, text) {
    query.order = text.split(',').map((each) => {
      const [, field = '', way] = /^\s*(\S+)\s+(asc|desc)\s*$/i.exec(each) ?? [];
      if (way === undefined) throw malformed(`sort takes a field and asc or desc, not ${each.trim()}`);
      return { field: named(field), sign: way.toLowerCase() === 'desc' ? -1 : 1 };
    });
  },
  limit(query, text) {
    if (!/^\s*\d{1,5}\s*$/.test(text) || Number(text) < 1 || Number(text) > MOST_ROWS)
      throw malformed(`limit takes a number from 1 to ${MOST_ROWS}, not ${text.trim()}`);
    query.limit = Number(text);
  },
  dedup(query, text) {
    query.unique = text.split(',').map((each) => named(each));
  },
};

/** The commands of CloudWatch Logs Insights that are known. */
export const INSIGHTS_COMMANDS: readonly string[] = Object.keys(COMMANDS);

/**
 * A query of CloudWatch Logs Insights: fields by their names, filters with `=`, `!=` and `and`, order, dedup, limit. The fields of a
 * JSON line are found by paths with dots (`addresses.0`); a field that is not there differs from every value.
 * @throws ApiError `MalformedQueryException` that names what is not known
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export function insightsQuery(text: string, accountId: string): (lines: readonly LogLine[]) => InsightsResult {
  const query: Query = {
    fields: [],
    filters: [],
    order: [{ field: '@timestamp', sign: -1 }],
    limit: MOST_ROWS,
    unique: [],
  };
  const bare = text.replace(/^\s*#.*$/gm, '');
  for (const [command] of bare.matchAll(/(?:"[^"]*"|'[^']*'|[^|"'])+/g)) {
    const [, name = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(command) ?? [];
    const apply = Object.hasOwn(COMMANDS, name.toLowerCase()) ? COMMANDS[name.toLowerCase()] : undefined;
    if (apply === undefined)
      throw malformed(`the local cloud does not know the command ${name}; it knows ${INSIGHTS_COMMANDS.join(', ')}`);
    if (query.unique.length > 0 && name.toLowerCase() !== 'limit')
      throw malformed(`after dedup comes limit, not ${name}`);
    apply(query, rest);
  }
  const shown = query.fields.length === 0 ? ['@timestamp', '@message'] : query.fields;
  return (lines) => {
    const events = lines.map((line) => ({ line, value: readerOf(line, accountId) }));
    const found = events.filter(({ value }) => query.filters.every((passes) => passes(value)));
    const rows = deduplicated([...found].sort(inOrder(query)), query.unique).slice(0, query.limit);
    return { rows: rows.map((event) => rowOf(event, shown)), matched: found.length };
  };
}

function named(text: string): string {
  const field = text.trim();
  if (!FIELD.test(field)) throw malformed(`the local cloud knows fields by their names only, not ${field}`);
  return field;
}

function conditionsIn(text: string): Query['filters'] {
  const found: Query['filters'] = [];
  let end = 0;
  let more = true;
  while (more) {
    CONDITION.lastIndex = end;
    const [whole = '', field = '', operator, quoted = '', and] = CONDITION.exec(text) ?? [];
    if (whole === '') throw malformed(`the local cloud knows field = value, != and "and", not ${text.slice(end)}`);
    const wanted = quoted.replace(/^(["'])(.*)\1$/s, '$2');
    found.push((value) => (value(field) === wanted) === (operator === '='));
    end += whole.length;
    more = and !== '';
  }
  return found;
}

function readerOf({ at, group, message }: LogLine, accountId: string): Reader {
  const time = new Date(at).toISOString().replace('T', ' ').replace('Z', '');
  const own: Readonly<Record<string, string>> = {
    '@timestamp': time,
    '@ingestionTime': time,
    '@message': message,
    '@log': `${accountId}:${group}`,
    '@logStream': STREAM,
  };
  const json = jsonOf(message);
  return (field) => (Object.hasOwn(own, field) ? own[field] : undefined) ?? leaf(json, field.split('.'));
}

/** An event without one of the fields is like no other. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Dedup.html */
function deduplicated(events: readonly Event[], unique: readonly string[]): readonly Event[] {
  if (unique.length === 0) return events;
  const seen = new Set<string>();
  return events.filter(({ value }) => {
    const values = unique.map(value);
    if (values.includes(undefined)) return true;
    const key = JSON.stringify(values);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What is no number comes before the numbers. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html */
function inOrder({ order }: Query): (a: Event, b: Event) => number {
  return (a, b) => {
    const differences = order.map(({ field, sign }) => sign * compared(a.value(field) ?? '', b.value(field) ?? ''));
    return differences.find((each) => each !== 0) ?? 0;
  };
}

function compared(a: string, b: string): number {
  const isNumber = [a, b].map((each) => each !== '' && Number.isFinite(Number(each)));
  if (isNumber[0] !== isNumber[1]) return isNumber[0] ? 1 : -1;
  if (isNumber[0]) return Number(a) - Number(b);
  return a === b ? 0 : a < b ? -1 : 1;
}

function rowOf({ line, value }: Event, fields: readonly string[]): InsightsResult['rows'][number] {
  const cells = fields.flatMap((field) => {
    const found = value(field);
    return found === undefined ? [] : [{ field, value: found }];
  });
  return [...cells, { field: '@ptr', value: line.id }];
}

function malformed(why: string): ApiError {
  return new ApiError('MalformedQueryException', `The query is not valid: ${why}.`);
}
