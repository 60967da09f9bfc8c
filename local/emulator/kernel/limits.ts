import type { Clock } from './clock';

/**
 * EC2's token buckets, one an API (capacity, tokens added a second).
 * @see EC2 Developer Guide, "Request throttling for the Amazon EC2 API"
 */
export interface Bucket {
  readonly capacity: number;
  readonly refill: number;
}

const READ: Bucket = { capacity: 100, refill: 20 };
const WIDE_READ: Bucket = { capacity: 50, refill: 10 };
const ADDRESS_CHANGE: Bucket = { capacity: 100, refill: 5 };
const CHANGE: Bucket = { capacity: 50, refill: 5 };

/** These draw on a smaller bucket when they come without a filter and without pagination. */
const WIDE = new Set(['DescribeInstances', 'DescribeInstanceStatus', 'DescribeNetworkInterfaces']);

/** For the documentation. */
export const BUCKETS: Readonly<Record<string, Bucket>> = {
  'describe and get calls': READ,
  [`${[...WIDE].join(', ')} without a filter or pages`]: WIDE_READ,
  'AssignPrivateIpAddresses, UnassignPrivateIpAddresses': ADDRESS_CHANGE,
  'all other changes': CHANGE,
};

function bucketOf(action: string, narrow: boolean): { readonly name: string; readonly bucket: Bucket } {
  if (WIDE.has(action) && !narrow) return { name: `${action} unfiltered`, bucket: WIDE_READ };
  if (/^(Describe|Get)/.test(action)) return { name: action, bucket: READ };
  if (/^(Assign|Unassign)PrivateIpAddresses$/.test(action)) return { name: action, bucket: ADDRESS_CHANGE };
  return { name: action, bucket: CHANGE };
}

/** Buckets start full and are filled by the clock. */
export class Ec2Limits {
  private readonly levels = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /**
   * Takes a token. @param narrow whether the call has a filter or pages.
   * @returns false where there is none: `RequestLimitExceeded`.
   */
  take(action: string, narrow: boolean): boolean {
    const { name, bucket } = bucketOf(action, narrow);
    const now = this.clock.now();
    const level = this.levels.get(name) ?? { tokens: bucket.capacity, at: now };
    const tokens = Math.min(bucket.capacity, level.tokens + ((now - level.at) / 1_000) * bucket.refill);
    const granted = tokens >= 1;
    this.levels.set(name, { tokens: granted ? tokens - 1 : tokens, at: now });
    return granted;
  }
}
