import type { Charge, Region } from './prices';

/** What the lists of the rollout sheet say in one language; numbers and names of AWS are the same in all. */
export interface Words {
  /** What is charged, and the unit that its price is for. */
  readonly charges: Readonly<Record<Charge, readonly [what: string, unit: string]>>;
  /** @param month such as 2026-08 */
  readonly pricesAsOf: (month: string) => string;
  readonly quantity: (units: number, unit: string) => string;
  readonly price: (dollars: number, unit: string) => string;
  readonly unconfirmed: string;
  readonly stack: string;
  readonly cluster: string;
  readonly altogether: string;
  readonly charge: string;
  readonly monthly: string;
  readonly priceIn: (region: Region) => string;
  readonly dollarsIn: (region: Region) => string;
  readonly total: string;
  readonly dollarsMonthly: string;
  readonly clustersInOneStack: (count: number) => string;
  readonly resources: readonly [resource: string, count: string];
  readonly permissions: readonly [service: string, actions: string];
}

const rounded = (quantity: number) => (Number.isInteger(quantity) ? `${quantity}` : quantity.toPrecision(2));

export const ENGLISH: Words = {
  charges: {
    key: ['KMS key', 'key'],
    dashboard: ['CloudWatch dashboard', 'dashboard'],
    alarm: ['CloudWatch alarms, by the metrics they watch', 'metric'],
    metric: ['CloudWatch custom metrics', 'metric'],
    metricRead: ['CloudWatch, metrics read with GetMetricData', 'thousand metrics'],
    logIngestion: ['CloudWatch Logs, ingestion', 'GB'],
    logStorage: ['CloudWatch Logs, storage', 'GB'],
    schedule: ['EventBridge Scheduler', 'million invocations'],
    event: ['EventBridge, events of outcomes', 'million events'],
    expressRequest: ['Step Functions Express, requests', 'million'],
    expressDuration: ['Step Functions Express, duration', 'GB-hour'],
    lambdaRequest: ['Lambda, requests', 'million'],
    lambdaDuration: ['Lambda, duration (arm64)', 'million GB-s'],
    snsRequest: ['SNS, requests', 'million'],
    trace: ['X-Ray', 'million traces'],
  },
  pricesAsOf: (month) => `Prices as of ${month}.`,
  quantity: (units, unit) =>
    `${rounded(units)} ${units === 1 || /^thousand|^million|^GB/.test(unit) ? unit : `${unit}s`}`,
  price: (dollars, unit) => `${dollars} a ${unit}`,
  unconfirmed: ' (?)',
  stack: 'The stack, once',
  cluster: 'Each cluster',
  altogether: 'Together',
  charge: 'what',
  monthly: 'how much a month',
  priceIn: (region) => `price, ${region}`,
  dollarsIn: (region) => `$, ${region}`,
  total: 'together',
  dollarsMonthly: '$ a month',
  clustersInOneStack: (count) => `${count} cluster${count === 1 ? '' : 's'} in one stack`,
  resources: ['resource', 'how many'],
  permissions: ['service', 'actions'],
};

const MILLION = '100万';

export const JAPANESE: Words = {
  charges: {
    key: ['KMSキー', '個'],
    dashboard: ['CloudWatchダッシュボード', '個'],
    alarm: ['CloudWatchアラーム（監視するメトリクスの数で課金）', '個'],
    metric: ['CloudWatchカスタムメトリクス', '個'],
    metricRead: ['CloudWatch、GetMetricDataで読み取るメトリクス', '1,000個'],
    logIngestion: ['CloudWatch Logs、取り込み', 'GB'],
    logStorage: ['CloudWatch Logs、保存', 'GB'],
    schedule: ['EventBridge Scheduler', `${MILLION}回`],
    event: ['EventBridge、結果のイベント', `${MILLION}件`],
    expressRequest: ['Step Functions Express、リクエスト', `${MILLION}件`],
    expressDuration: ['Step Functions Express、実行時間', 'GB時間'],
    lambdaRequest: ['Lambda、リクエスト', `${MILLION}件`],
    lambdaDuration: ['Lambda、実行時間（arm64）', `${MILLION}GB秒`],
    snsRequest: ['SNS、リクエスト', `${MILLION}件`],
    trace: ['X-Ray', `${MILLION}トレース`],
  },
  pricesAsOf: (month) => `価格は${month.replace(/^(\d+)-0?(\d+)$/, '$1年$2月')}時点です。`,
  quantity: (units, unit) =>
    unit.startsWith(MILLION)
      ? `${Math.round(units * 1e6).toLocaleString('en')}${unit.slice(MILLION.length)}`
      : `${rounded(units)}${unit.startsWith('GB') ? ' ' : ''}${unit}`,
  price: (dollars, unit) => `$${dollars} / ${unit}`,
  unconfirmed: '（?）',
  stack: 'スタック（1つにつき）',
  cluster: 'クラスター（1つにつき）',
  altogether: '合計',
  charge: '項目',
  monthly: '1か月の使用量',
  priceIn: (region) => `単価（${region}）`,
  dollarsIn: (region) => `月額（${region}）`,
  total: '小計',
  dollarsMonthly: '月額（米ドル）',
  clustersInOneStack: (count) => `1スタックに${count}クラスター`,
  resources: ['リソース', '個数'],
  permissions: ['サービス', 'アクション'],
};
