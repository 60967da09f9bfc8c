import { type Charge, PRICES, type Region } from './prices';

/** What is read of a synthesized template. */
export interface TemplateBody {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: Properties }>>;
}

interface Properties {
  readonly MemorySize?: number;
  readonly Metrics?: readonly { readonly MetricStat?: unknown }[];
  readonly RetentionInDays?: number;
  readonly ScheduleExpression?: string;
}

/** How much of everything a month takes, by what is charged. */
export type Usage = Readonly<Record<Charge, number>>;

/**
 * One check of one cluster of two nodes, functions warm, as the local cloud with realistic latencies measures it
 * (test/release/rollout.test.ts): what it writes into logs (most of it the execution's history), how long the execution and
 * each of its invocations take, the metrics that it reads and those that it writes. Other metrics have points only in
 * the hours in which something happened.
 */
export const CHECK = {
  kilobytes: 35,
  seconds: 0.9,
  invocations: 5,
  invocationSeconds: 0.17,
  metricsRead: 7,
  metricsWritten: 4,
};
/** What Step Functions counts an execution's memory as at least. @see https://aws.amazon.com/step-functions/pricing/ */
const EXPRESS_GIGABYTES = 0.064;
/** What CloudWatch Logs stores of what it takes in: it compresses. */
const COMPRESSED = 0.15;
const DAYS = 30;
const THOUSAND = 1e3;
const MILLION = 1e6;

/** What the template's resources use in a month of 30 days in which nothing happens but the scheduled checks. Free tiers are not counted. */
export function usageOf({ Resources }: TemplateBody): Usage {
  const all = Object.values(Resources);
  const ofType = (type: string) => all.filter(({ Type }) => Type === type).map(({ Properties = {} }) => Properties);
  const schedules = ofType('AWS::Scheduler::Schedule');
  const checks = sum(schedules.map(({ ScheduleExpression }) => 24 * DAYS * timesAnHour(ScheduleExpression ?? '')));
  const memory = Math.max(...ofType('AWS::Lambda::Function').map(({ MemorySize = 128 }) => MemorySize)) / 1024;
  const retentionMonths =
    Math.max(...ofType('AWS::Logs::LogGroup').map(({ RetentionInDays = 0 }) => RetentionInDays)) / DAYS;
  const logs = (checks * CHECK.kilobytes) / MILLION;
  return {
    key: ofType('AWS::KMS::Key').length,
    dashboard: ofType('AWS::CloudWatch::Dashboard').length,
    alarm: sum(ofType('AWS::CloudWatch::Alarm').map(metricsOf)),
    metric: schedules.length * CHECK.metricsWritten,
    metricRead: (checks * CHECK.metricsRead) / THOUSAND,
    logIngestion: logs,
    logStorage: logs * COMPRESSED * retentionMonths,
    schedule: checks / MILLION,
    event: checks / MILLION,
    expressRequest: checks / MILLION,
    expressDuration: (checks * CHECK.seconds * EXPRESS_GIGABYTES) / 3600,
    lambdaRequest: (checks * CHECK.invocations) / MILLION,
    lambdaDuration: (checks * CHECK.invocations * CHECK.invocationSeconds * memory) / MILLION,
    snsRequest: checks / MILLION,
    trace: checks / MILLION,
  };
}

/** An alarm on an expression is charged by the metrics in it. */
function metricsOf({ Metrics }: Properties): number {
  return Metrics === undefined ? 1 : Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
}

/** @param expression as infra/check-schedule.ts writes it: `cron(0,5,10 * * * ? *)` or `cron(* * * * ? *)` */
function timesAnHour(expression: string): number {
  const minutes = /^cron\((\S+) /.exec(expression)?.[1];
  if (minutes === undefined) throw new Error(`Not a schedule by minutes of the hour: ${expression}`);
  return minutes === '*' ? 60 : minutes.split(',').length;
}

/** Dollars a month for one kind of charge. */
export function dollarsOf(charge: Charge, usage: Usage, region: Region): number {
  return usage[charge] * PRICES[charge].dollars[region];
}

/** Dollars a month for everything. */
export function totalOf(usage: Usage, region: Region): number {
  return sum(CHARGES.map((charge) => dollarsOf(charge, usage, region)));
}

/** What the second has more than the first: of templates with one and two clusters, a cluster. */
export function difference(smaller: Usage, larger: Usage): Usage {
  const entries = CHARGES.map((charge) => [charge, larger[charge] - smaller[charge]] as const);
  return { ...larger, ...Object.fromEntries(entries) };
}

function isCharge(name: string): name is Charge {
  return Object.hasOwn(PRICES, name);
}

export const CHARGES: readonly Charge[] = Object.keys(PRICES).filter(isCharge);

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
