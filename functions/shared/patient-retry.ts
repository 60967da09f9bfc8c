import type { EC2ClientConfig } from '@aws-sdk/client-ec2';

type RetryStrategy = Extract<NonNullable<EC2ClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

/** No other attempt begins later than this after the first one, milliseconds: with a request's 3 s it ends before the function's 12 s. */
const PATIENCE_MS = 6_000;
/** The longest pause after a throttle, milliseconds; it is drawn anew each time, from 0 on. */
const THROTTLE_PAUSE_MS = 2_000;
/** The same after the first lost answer or 5xx; it doubles. */
const FAULT_PAUSE_MS = 100;
/** A lost answer takes the request's whole time, so of those there are few. */
const FAULT_ATTEMPTS = 3;

interface Token extends RetryToken {
  readonly startedAt: number;
}

/**
 * How reads are retried inside the Lambda: throttled ones patiently, because a step reads two things at once, and when it
 * gives up on one, the token that the other one got is wasted too. The SDK's standard strategy gives up after three
 * attempts; with hundreds of clusters failing over at once more than a third of EC2's tokens for reads went that way,
 * and they became the narrowest place (docs/performance.md). Changes are not retried here at all: the workflow does it.
 * @see https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-types/Interface/RetryStrategyV2/
 */
export const PATIENT_RETRY: RetryStrategy = {
  acquireInitialRetryToken: async () => token(Date.now(), 0, 0),
  refreshRetryTokenForRetry: async (previous, { errorType }) => {
    const { startedAt } = previous as Token;
    const count = previous.getRetryCount();
    const throttled = errorType === 'THROTTLING';
    const mayPass = throttled || (errorType === 'TRANSIENT' && count + 1 < FAULT_ATTEMPTS);
    const pause = Math.random() * (throttled ? THROTTLE_PAUSE_MS : FAULT_PAUSE_MS * 2 ** count);
    if (!mayPass || Date.now() + pause > startedAt + PATIENCE_MS) throw new Error('No attempt is left');
    return token(startedAt, count + 1, Math.floor(pause));
  },
  recordSuccess: () => undefined,
};

function token(startedAt: number, count: number, delay: number): Token {
  return { startedAt, getRetryCount: () => count, getRetryDelay: () => delay };
}
