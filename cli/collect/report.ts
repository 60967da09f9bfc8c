import { createHash } from 'node:crypto';
import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Clients } from '../aws/clients';
import type { Deployment } from '../aws/deployment';
import { readLog } from '../aws/log-events';
import { Problem } from '../errors';
import { readExecution } from '../execution/read';
import { callerArn } from '../execution/start';
import { type ExecutionHistory, historyOf } from '../execution/states';
import { explain } from '../failures';
import { NOTICE_LINES, OUTCOME_LINES, readNotices, readOutcomes } from '../outcomes';
import { eachOf } from '../output/parallel';
import type { Period } from '../period';
import type { Entry, Report } from '../report/model';
import { EXECUTION_LINES, Join, merged } from './completeness';
import { noticeText } from './notice-text';
import { Pauses } from './pauses';
import { isMove, type RecordedNotice, type RecordedOutcome } from './records';

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

/** Everything of a period: both logs once, and then each execution that moved something or failed. */
export async function collectPeriod(collection: Collection): Promise<Report> {
  const { clients, deployment, period, progress } = collection;
  const [workflowLog, group] = [logOf(deployment), await deployment.outcomeLog()];
  const join = new Join(period.end);
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
  const entries = await entriesOf(collection, records, notices.byExecution);
  return {
    ...(await originOf(collection)),
    completeness: join.result(),
    entries,
    pauses: pauses.seen,
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
  const entry = await entryOf(collection, record, notices.byExecution);
  return {
    ...(await originOf({
      ...collection,
      period: { start: Date.parse(record.startTime), end: entry.history?.endedAt ?? record.at },
    })),
    completeness: null,
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
): Promise<Entry[]> {
  return eachOf(records, AT_ONCE, async (record) => {
    collection.progress(0.2 / records.length, records.length);
    if (isMove(record) || record.outcome === 'FAILED') return entryOf(collection, record, notices);
    return { record, history: null, notice: notices.get(record.executionId) ?? null, noticeText: null };
  });
}

async function entryOf(
  { clients, deployment }: Collection,
  record: RecordedOutcome,
  notices: ReadonlyMap<string, RecordedNotice>,
): Promise<Entry> {
  const notice = notices.get(record.executionId) ?? null;
  const start = Math.min(Date.parse(record.startTime), record.at) - EXECUTION / 5;
  const search = { group: logOf(deployment), executionArn: record.executionId, start, end: record.at + EXECUTION };
  const history: ExecutionHistory | null = historyOf(await readExecution(clients, search));
  const text = history === null || notice === null ? null : noticeText(history, notice.subject);
  return { record, history, notice, noticeText: text };
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

async function originOf({ clients, deployment, period, now }: Collection) {
  const notKnown: string[] = [];
  const optional = async <Value>(what: string, read: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await read();
    } catch (error) {
      notKnown.push(`${what}. ${explain(error)}`);
      return null;
    }
  };
  const stackName = await optional('the stack', deployment.stackName);
  return {
    generatedAt: now,
    generatedBy: await callerArn(clients),
    timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    period,
    stackName,
    stateMachineArn: deployment.stateMachineArn,
    templateSha256:
      stackName === null ? null : await optional('the deployed template', () => hashOfTemplate(clients, stackName)),
    clusters: deployment.clusters,
    notKnown,
  };
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html */
async function hashOfTemplate({ cloudFormation }: Clients, StackName: string): Promise<string> {
  const { TemplateBody = '' } = await cloudFormation.send(
    new GetTemplateCommand({ StackName, TemplateStage: 'Original' }),
  );
  return createHash('sha256').update(TemplateBody).digest('hex');
}
