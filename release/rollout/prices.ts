/**
 * What AWS charges, US dollars. us-east-1: the services' price pages, which docs/rollout.md names. ap-northeast-1: AWS's Price List
 * (usage types `APN1-…`) as it was quoted in public in July and August 2026; where no quotation was found, the price of
 * us-east-1 is taken and `confirmed` is false.
 */
export const PRICES_AS_OF = '2026-08';

export const REGIONS = ['us-east-1', 'ap-northeast-1'] as const;
export type Region = (typeof REGIONS)[number];

/** US dollars for one unit of what is charged; what is charged, and its unit: words.ts. */
export interface Price {
  readonly dollars: Readonly<Record<Region, number>>;
  /** Whether the price of ap-northeast-1 was found. */
  readonly confirmed: boolean;
}

const price = (usEast1: number, apNortheast1?: number): Price => ({
  dollars: { 'us-east-1': usEast1, 'ap-northeast-1': apNortheast1 ?? usEast1 },
  confirmed: apNortheast1 !== undefined,
});

export const PRICES = {
  key: price(1, 1),
  // The Price List has one dashboard for all Regions: `DashboardsUsageHour`, without a Region's prefix.
  dashboard: price(3, 3),
  alarm: price(0.1, 0.1),
  metric: price(0.3, 0.3),
  // Up to five statistics of a metric count once; there is no free tier.
  metricRead: price(0.01),
  logIngestion: price(0.5, 0.76),
  logStorage: price(0.03, 0.033),
  schedule: price(1),
  event: price(1),
  expressRequest: price(1),
  expressDuration: price(0.06),
  lambdaRequest: price(0.2, 0.2),
  lambdaDuration: price(13.3334, 13.3334),
  snsRequest: price(0.5),
  trace: price(5),
} as const satisfies Record<string, Price>;

export type Charge = keyof typeof PRICES;
