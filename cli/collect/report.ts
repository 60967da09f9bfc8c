import { createHash } from 'node:crypto';
import type { Clients } from '../aws/clients';
import type { Deployment } from '../aws/deployment';
import { readLog } from '../aws/log-events';
import { executionsStarted } from '../aws/metrics';
import { deployedTemplate } from '../aws/template';
import { Problem } from '../errors';
import { readExecution } from '../execution/read';
import { callerArn } from '../execution/start';
import { type ExecutionHistory, historyOf } from '../execution/states';
import { explain } from '../failures';
import { NOTICE_LINES, OUTCOME_LINES, readNotices, readOutcomes } from '../outcomes';
import { eachOf } from '../output/parallel';
import { localTimeZone } from '../output/time';
import type { Period } from '../period';
import type { Entry, Report } from '../report/model';
import { callersOf, pausers } from './callers';
import { EXECUTION_LINES, Join, merged, wholeHours } from './completeness';
import { noticeText } from './notice-text';
import { Pauses } from './pauses';
import { type Caller, isMove, type RecordedNotice, type RecordedOutcome } from './records';

export interface Collection {
  readonly clients: Clients;
  readonly deployment: Deployment;
  readonly period: Period;
  readonly now: number;
  /** Called now and then with how much has been read, from 0 to 1, and how many outcomes were found. */
  readonly progress: (part: number, found: number) => void;
}

/** Reads of a log at once. */
const AT_ONCE = 5;
/** An execution ends within five minutes of its start, its lines come soon after. */
const EXECUTION = 600_000;

/** What CloudTrail proves. */
const WHO = 'who called, by CloudTrail; requesters are as stated';
type Callers = ReadonlyMap<string, Caller> | null;

/** Everything of a period: both logs once, and then each execution that moved something or failed. */
export async function collectPeriod(collection: Collection): Promise<Report> {
  const { clients, deployment, period, progress } = collection;
  const [workflowLog, group] = [logOf(deployment), await deployment.outcomeLog()];
  const window = wholeHours(period);
  const join = new Join(period.end, window);
  const pauses = new Pauses();
  const records: RecordedOutcome[] = [];
  const lines = readLog(clients, { group: workflowLog, ...period, pattern: EXECUTION_LINES });
  const outcomes = readOutcomes(clients, {
    group,
    ...period,
    checks: true,
    progress: (part) => progress(part * 0.8, records.length),
  });
  for await (const each of merged(lines, outcomes)) {
    if ('one' in each) {
      join.addLine(each.one);
      continue;
    }
    join.addRecord(each.other);
    pauses.add(each.other);
    if (each.other.outcome !== 'CHECKED') records.push(each.other);
  }
  const notices = await lastNotices(clients, group, period);
  const doubts = new Doubts();
  const callers = await doubts.unless(WHO, () => callersOf(clients, records, collection.now));
  const entries = await entriesOf(collection, records, notices.byExecution, callers);
  const setBy = await doubts.unless(WHO, () => pausers(clients, pauses.seen, deployment.clusters, collection.now));
  const completeness = join.result();
  const byCloudWatch =
    window &&
    (await doubts.unless('how many executions CloudWatch counted', () =>
      executionsStarted(clients, deployment.stateMachineArn, window.from, window.to),
    ));
  return {
    ...(await originOf(collection, doubts)),
    completeness,
    counted:
      window === null || byCloudWatch === null
        ? null
        : { ...window, byCloudWatch, inLog: completeness.startedInWindow },
    entries,
    pauses: pauses.seen.map((pause, index) => ({ ...pause, setBy: setBy?.[index] ?? null })),
    failedNotices: notices.failed,
    queries: [
      { group: workflowLog, pattern: EXECUTION_LINES },
      { group, pattern: OUTCOME_LINES },
      { group, pattern: NOTICE_LINES },
      { group: workflowLog, pattern: '{ $.execution_arn = "ARN OF EACH EXECUTION" }' },
    ],
  };
}

/** One execution, looked for in the period. @throws {Problem} where it has no record there */
export async function collectExecution(collection: Collection, executionArn: string): Promise<Report> {
  const { clients, deployment, period, progress } = collection;
  const group = await deployment.outcomeLog();
  let record: RecordedOutcome | undefined;
  const search = { group, ...period, checks: true, executionId: executionArn };
  for await (const found of readOutcomes(clients, { ...search, progress: (part) => progress(part * 0.8, 0) })) {
    record ??= found;
  }
  if (record === undefined)
    throw new Problem(
      `There is no record of ${executionArn} in that time. Check the ARN, and name an earlier time with --since.`,
    );
  const around = { start: Date.parse(record.startTime) - EXECUTION, end: record.at + EXECUTION };
  const notices = await lastNotices(clients, group, around);
  const doubts = new Doubts();
  const found = [record];
  const callers = await doubts.unless(WHO, () => callersOf(clients, found, collection.now));
  const entry = await entryOf(collection, record, notices.byExecution, callers);
  const lasted = { start: Date.parse(record.startTime), end: entry.history?.endedAt ?? record.at };
  return {
    ...(await originOf({ ...collection, period: lasted }, doubts)),
    completeness: null,
    counted: null,
    entries: [entry],
    pauses: [],
    failedNotices: notices.failed.filter(({ executionId }) => executionId === executionArn),
    queries: [
      { group, pattern: `{ $.message = "outcome" && $.executionId = "${executionArn}" }` },
      { group: logOf(deployment), pattern: `{ $.execution_arn = "${executionArn}" }` },
    ],
  };
}

function logOf({ workflowLog, stateMachineArn }: Deployment): string {
  if (workflowLog !== null) return workflowLog;
  throw new Problem(`${stateMachineArn} writes no log, so nothing can be proven. Deploy the stack again.`);
}

async function entriesOf(
  collection: Collection,
  records: readonly RecordedOutcome[],
  notices: ReadonlyMap<string, RecordedNotice>,
  callers: Callers,
): Promise<Entry[]> {
  let begun = 0;
  return eachOf(records, AT_ONCE, async (record) => {
    begun += 1;
    collection.progress(0.8 + (0.2 * begun) / records.length, records.length);
    if (isMove(record) || record.outcome === 'FAILED') return entryOf(collection, record, notices, callers);
    const { executionId } = record;
    const [notice, caller] = [notices.get(executionId) ?? null, callers?.get(executionId) ?? null];
    return { record, history: null, notice, noticeText: null, caller };
  });
}

async function entryOf(
  { clients, deployment }: Collection,
  record: RecordedOutcome,
  notices: ReadonlyMap<string, RecordedNotice>,
  callers: Callers,
): Promise<Entry> {
  const notice = notices.get(record.executionId) ?? null;
  const start = Math.min(Date.parse(record.startTime), record.at) - EXECUTION / 5;
  const search = { group: logOf(deployment), executionArn: record.executionId, start, end: record.at + EXECUTION };
  const history: ExecutionHistory | null = historyOf(await readExecution(clients, search));
  const text = history === null || notice === null ? null : noticeText(history, notice.subject);
  return { record, history, notice, noticeText: text, caller: callers?.get(record.executionId) ?? null };
}

/** What became of each execution's notice in the end, and every try that failed. */
async function lastNotices(clients: Clients, group: string, period: Period) {
  const byExecution = new Map<string, RecordedNotice>();
  const failed: RecordedNotice[] = [];
  for await (const notice of readNotices(clients, { group, ...period })) {
    byExecution.set(notice.executionId, notice);
    if (!notice.sent) failed.push(notice);
  }
  return { byExecution, failed };
}

/** What could not be read, in words; the report is made all the same. */
class Doubts {
  readonly texts: string[] = [];

  /** Null where it cannot be read. */
  async unless<Value>(what: string, read: () => Promise<Value>): Promise<Value | null> {
    try {
      return await read();
    } catch (error) {
      const text = `${what}. ${explain(error)}`;
      if (!this.texts.includes(text)) this.texts.push(text);
      return null;
    }
  }
}

async function originOf({ clients, deployment, period, now }: Collection, doubts: Doubts) {
  const stackName = await doubts.unless('the stack', deployment.stackName);
  return {
    generatedAt: now,
    generatedBy: await callerArn(clients),
    timeZone: localTimeZone(),
    period,
    stackName,
    stateMachineArn: deployment.stateMachineArn,
    templateSha256:
      stackName === null
        ? null
        : await doubts.unless('the deployed template', async () =>
            createHash('sha256')
              .update(await deployedTemplate(clients, stackName))
              .digest('hex'),
          ),
    clusters: deployment.clusters,
    notKnown: doubts.texts,
  };
}
