/**
 * What AWS charges, US dollars. us-east-1: the services' price pages, which docs/rollout.md names. ap-northeast-1: AWS's Price List
 * (usage types `APN1-…`) as it was quoted in public in July and August 2026; where no quotation was found, the price of
 * us-east-1 is taken and `confirmed` is false.
 */
export const PRICES_AS_OF = '2026-08';

export const REGIONS = ['us-east-1', 'ap-northeast-1'] as const;
export type Region = (typeof REGIONS)[number];

export interface Price {
  readonly what: string;
  /** What one costs a month, or once. */
  readonly unit: string;
  readonly dollars: Readonly<Record<Region, number>>;
  /** Whether the price of ap-northeast-1 was found. */
  readonly confirmed: boolean;
}

const price = (what: string, unit: string, usEast1: number, apNortheast1?: number): Price => ({
  what,
  unit,
  dollars: { 'us-east-1': usEast1, 'ap-northeast-1': apNortheast1 ?? usEast1 },
  confirmed: apNortheast1 !== undefined,
});

export const PRICES = {
  key: price('KMS key', 'key', 1, 1),
  dashboard: price('CloudWatch dashboard', 'dashboard', 3),
  alarm: price('CloudWatch alarms, by the metrics they watch', 'metric', 0.1, 0.1),
  metric: price('CloudWatch custom metrics', 'metric', 0.3, 0.3),
  logIngestion: price('CloudWatch Logs, ingestion', 'GB', 0.5, 0.76),
  logStorage: price('CloudWatch Logs, storage', 'GB', 0.03, 0.033),
  schedule: price('EventBridge Scheduler', 'million invocations', 1),
  event: price('EventBridge, events of outcomes', 'million events', 1),
  expressRequest: price('Step Functions Express, requests', 'million', 1),
  expressDuration: price('Step Functions Express, duration', 'GB-hour', 0.06),
  lambdaRequest: price('Lambda, requests', 'million', 0.2, 0.2),
  lambdaDuration: price('Lambda, duration (arm64)', 'million GB-s', 13.3334, 13.3334),
  snsRequest: price('SNS, requests', 'million', 0.5),
  trace: price('X-Ray', 'million traces', 5),
} as const satisfies Record<string, Price>;

export type Charge = keyof typeof PRICES;
