import { type JsonAction, number, text, texts } from '../kernel/json';
import type { JsonObject } from '../template/json';
import { filterPattern } from './filter-pattern';
import { invalid, type LogGroups, type LogLine, notFound, STREAM } from './groups';
import { type InsightsResult, insightsQuery } from './insights';
import { limitIn, MOST_EVENTS, paged, windowOf } from './pages';

export interface LogsContext {
  readonly groups: LogGroups;
  readonly accountId: string;
  readonly uuid: () => string;
}

const GROUP = ['logGroupName', 'logGroupIdentifier'];
const PAGE = ['limit', 'nextToken'];
const MOST_DESCRIBED = 50;

/** What is answered, by action: its parameters. */
export const LOGS_ACTIONS = {
  DescribeLogGroups: ['logGroupNamePrefix', 'logGroupNamePattern', ...PAGE],
  DescribeLogStreams: [...GROUP, 'logStreamNamePrefix', 'orderBy', 'descending', ...PAGE],
  FilterLogEvents: [
    ...GROUP,
    'logStreamNames',
    'logStreamNamePrefix',
    'startTime',
    'endTime',
    'filterPattern',
    'interleaved',
    ...PAGE,
  ],
  GetLogEvents: [...GROUP, 'logStreamName', 'startTime', 'endTime', 'startFromHead', ...PAGE],
  GetQueryResults: ['queryId'],
  StartQuery: [
    'logGroupName',
    'logGroupNames',
    'logGroupIdentifiers',
    'startTime',
    'endTime',
    'queryString',
    'queryLanguage',
    'limit',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** @see CloudWatch Logs API Reference, the action of each name */
export function logsActions({ groups, accountId, uuid }: LogsContext): Readonly<Record<string, JsonAction>> {
  const queries = new Map<string, { readonly result: InsightsResult; readonly scanned: readonly LogLine[] }>();
  const inGroup = (parameters: JsonObject) => [`${groups.arnOf(groupIn(parameters))}:log-stream:`];

  return {
    DescribeLogGroups: {
      parameters: LOGS_ACTIONS.DescribeLogGroups,
      resources: () => [`${groups.arnOf('')}:log-stream:`],
      run(parameters) {
        const prefix = text(parameters, 'logGroupNamePrefix') ?? '';
        const part = text(parameters, 'logGroupNamePattern')?.toLowerCase() ?? '';
        const found = groups.all.filter(({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(part));
        const { rows, nextToken } = paged(found, parameters, MOST_DESCRIBED);
        const logGroups = rows.map(({ name, arn, createdAt, retentionInDays }) => ({
          logGroupName: name,
          creationTime: createdAt,
          ...(retentionInDays !== null && { retentionInDays }),
          metricFilterCount: 0,
          arn: `${arn}:*`,
          logGroupArn: arn,
          storedBytes: 0,
          logGroupClass: 'STANDARD',
        }));
        return { body: { logGroups, ...nextToken }, result: `${rows.length} log groups` };
      },
    },

    DescribeLogStreams: {
      parameters: LOGS_ACTIONS.DescribeLogStreams,
      resources: inGroup,
      run(parameters) {
        const group = groups.find(groupIn(parameters));
        const lines = groups.lines(group.name);
        const [first, last] = [lines[0], lines.at(-1)];
        const isShown = STREAM.startsWith(text(parameters, 'logStreamNamePrefix') ?? '');
        if (first === undefined || last === undefined || !isShown) return { body: { logStreams: [] }, result: 'none' };
        const stream = {
          logStreamName: STREAM,
          creationTime: first.at,
          firstEventTimestamp: first.at,
          lastEventTimestamp: last.at,
          lastIngestionTime: last.at,
          arn: `${group.arn}:log-stream:${STREAM}`,
          storedBytes: 0,
        };
        return { body: { logStreams: [stream] }, result: STREAM };
      },
    },

    FilterLogEvents: {
      parameters: LOGS_ACTIONS.FilterLogEvents,
      resources: inGroup,
      run(parameters) {
        const { name } = groups.find(groupIn(parameters));
        const streams = texts(parameters, 'logStreamNames') ?? [STREAM];
        for (const stream of streams) checkStream(stream);
        const isShown = STREAM.startsWith(text(parameters, 'logStreamNamePrefix') ?? '');
        const passes = filterPattern(text(parameters, 'filterPattern') ?? '');
        // Up to and with the end.
        const range = { start: number(parameters, 'startTime') ?? 0, end: (number(parameters, 'endTime') ?? EVER) + 1 };
        const found = groups.lines(name).filter((line) => isShown && within(line, range) && passes(line.message));
        const { rows, nextToken } = paged(found, parameters, MOST_EVENTS, ({ message }) => Buffer.byteLength(message));
        const events = rows.map((line) => ({ logStreamName: STREAM, ...eventOf(line), eventId: line.id }));
        return { body: { events, searchedLogStreams: [], ...nextToken }, result: `${events.length} lines` };
      },
    },

    GetLogEvents: {
      parameters: LOGS_ACTIONS.GetLogEvents,
      resources: (parameters) => inGroup(parameters).map((arn) => `${arn}${text(parameters, 'logStreamName') ?? ''}`),
      run(parameters) {
        const { name } = groups.find(groupIn(parameters));
        checkStream(required(parameters, 'logStreamName'));
        // Before the end, other than FilterLogEvents.
        const range = { start: number(parameters, 'startTime') ?? 0, end: number(parameters, 'endTime') ?? EVER };
        const lines = groups.lines(name).filter((line) => within(line, range));
        const { first, end } = windowOf(lines.length, parameters);
        const events = lines.slice(first, end).map(eventOf);
        const tokens = { nextForwardToken: `f/${end}`, nextBackwardToken: `b/${first}` };
        return { body: { events, ...tokens }, result: `${events.length} lines` };
      },
    },

    StartQuery: {
      parameters: LOGS_ACTIONS.StartQuery,
      resources: (parameters) => queried(parameters).map((name) => `${groups.arnOf(name)}:log-stream:`),
      run(parameters) {
        if ((text(parameters, 'queryLanguage') ?? 'CWLI') !== 'CWLI')
          throw invalid('The local cloud knows the query language CWLI only.');
        const names = queried(parameters).map((name) => groups.find(name).name);
        const query = insightsQuery(required(parameters, 'queryString'), accountId);
        const [start, end] = ['startTime', 'endTime'].map((name) => number(parameters, name));
        if (start === undefined || end === undefined || start > end)
          throw invalid('startTime and endTime are required, the start before the end.');
        // Whole seconds, up to and with the last one.
        const range = { start: start * 1_000, end: (end + 1) * 1_000 };
        const scanned = groups.lines().filter((line) => names.includes(line.group) && within(line, range));
        const { rows, matched } = query(scanned);
        const result = { rows: rows.slice(0, limitIn(parameters, MOST_EVENTS)), matched };
        const queryId = uuid();
        queries.set(queryId, { result, scanned });
        return { body: { queryId }, result: `${result.rows.length} rows` };
      },
    },

    GetQueryResults: {
      parameters: LOGS_ACTIONS.GetQueryResults,
      run(parameters) {
        const found = queries.get(required(parameters, 'queryId'));
        if (found === undefined) throw notFound('The specified query does not exist.');
        const { result, scanned } = found;
        const statistics = {
          recordsMatched: result.matched,
          recordsScanned: scanned.length,
          bytesScanned: scanned.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0),
        };
        return {
          body: { queryLanguage: 'CWLI', status: 'Complete', results: result.rows, statistics },
          result: `${result.rows.length} rows`,
        };
      },
    },
  };
}

/** By its name or its ARN. @throws ApiError `InvalidParameterException` */
function groupIn(parameters: JsonObject): string {
  const [name, ...more] = GROUP.flatMap((each) => text(parameters, each) ?? []);
  if (name === undefined || more.length > 0) throw invalid(`One of ${GROUP.join(' and ')} is required.`);
  return bare(name);
}

/** The groups of a query. @throws ApiError `InvalidParameterException` */
function queried(parameters: JsonObject): readonly string[] {
  const one = text(parameters, 'logGroupName');
  const given = [
    ...(one === undefined ? [] : [one]),
    ...(texts(parameters, 'logGroupNames') ?? []),
    ...(texts(parameters, 'logGroupIdentifiers') ?? []),
  ];
  if (given.length === 0) throw invalid('A query needs logGroupName, logGroupNames or logGroupIdentifiers.');
  return given.map(bare);
}

const bare = (identifier: string) =>
  identifier.replace(/^arn:[\w-]+:logs:[\w-]*:\d*:log-group:/, '').replace(/:\*$/, '');

function required(parameters: JsonObject, name: string): string {
  const value = text(parameters, name);
  if (value !== undefined && value !== '') return value;
  throw invalid(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

function checkStream(name: string): void {
  if (name !== STREAM) throw notFound('The specified log stream does not exist.');
}

const EVER = Number.MAX_SAFE_INTEGER - 1;

interface Range {
  readonly start: number;
  readonly end: number;
}

function within({ at }: LogLine, { start, end }: Range): boolean {
  return start <= at && at < end;
}

function eventOf({ at, message }: LogLine) {
  return { timestamp: at, message, ingestionTime: at };
}
