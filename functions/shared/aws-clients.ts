import type { EC2ClientConfig } from '@aws-sdk/client-ec2';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { TransientAwsError } from './errors';
import { CONNECT_MS, OPTIONAL_READ_PATIENCE_MS, OPTIONAL_REQUEST_MS, READ_PATIENCE_MS, REQUEST_MS } from './timing';

type SdkError = Parameters<typeof isThrottlingError>[0];
type RetryStrategy = Extract<NonNullable<EC2ClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type RetryToken = Awaited<ReturnType<RetryStrategy['acquireInitialRetryToken']>>;

/**
 * Settings of every SDK client; the SDK's own time limits are minutes.
 */
const DEFAULTS = {
  requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS, throwOnRequestTimeout: true },
  credentials,
};

/**
 * From the variables that Lambda sets, read at each call, because that is where they are; the SDK's default chain would bring
 * every other source (profiles, SSO, instance metadata) into the bundle.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export async function credentials() {
  return {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
    ...(process.env.AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: process.env.AWS_SESSION_TOKEN }),
  };
}

/** For calls that change something: never repeated by the SDK. Only what was refused for want of tokens may be, by AssignIp. */
export const WRITER = { ...DEFAULTS, maxAttempts: 1 };
/** For reads that a state cannot do without. */
export const READER = { ...DEFAULTS, retryStrategy: patientRetry(READ_PATIENCE_MS) };
/** For reads that the decision can do without where it must. */
export const OPTIONAL_READER = {
  ...DEFAULTS,
  requestHandler: { ...DEFAULTS.requestHandler, requestTimeout: OPTIONAL_REQUEST_MS },
  retryStrategy: patientRetry(OPTIONAL_READ_PATIENCE_MS),
};

/**
 * Waits for an SDK call and gives the errors that may pass the one name that the workflow retries for as long as there is
 * time. An error that no service reported (no `$fault`) is an answer that did not come or could not be read.
 * @throws {TransientAwsError} throttling, HTTP 429 and 5xx, timeout, broken connection, unreadable answer; every other error as the SDK throws it
 */
export async function call<Output>(action: string, response: Promise<Output>): Promise<Output> {
  try {
    return await response;
  } catch (error) {
    if (!(error instanceof Error) || !mayPass(error)) throw error;
    throw new TransientAwsError(`${action}: ${error.name}: ${error.message}`, { cause: error });
  }
}

function mayPass(error: Error): boolean {
  const known = isSdkError(error) && (isThrottlingError(error) || isTransientError(error) || isServerError(error));
  return known || !('$fault' in error);
}

/** Every error is one to the SDK's own classification: it looks at fields that may be absent. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error;
}

/** True where AWS asked for fewer calls: another way of asking the same would only add to them. */
export function wasThrottled({ cause }: Error): boolean {
  return isSdkError(cause) && isThrottlingError(cause);
}

/** The longest pause after a throttle, ms; it is drawn anew each time, from 0 on. */
export const THROTTLE_PAUSE_MS = 2_000;
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
 * attempts; with hundreds of clusters failing over at once more than a third of EC2's tokens for reads went that way, and
 * they became the narrowest place (docs/performance.md).
 * @param patience no other attempt begins later than this after the first one, ms
 * @see https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-smithy-types/Interface/RetryStrategyV2/
 */
function patientRetry(patience: number): RetryStrategy {
  return {
    acquireInitialRetryToken: async () => token(Date.now(), 0, 0),
    refreshRetryTokenForRetry: async (previous, { errorType }) => {
      const { startedAt } = previous as Token;
      const count = previous.getRetryCount();
      const throttled = errorType === 'THROTTLING';
      const again = throttled || (errorType === 'TRANSIENT' && count + 1 < FAULT_ATTEMPTS);
      const pause = Math.random() * (throttled ? THROTTLE_PAUSE_MS : FAULT_PAUSE_MS * 2 ** count);
      if (!again || Date.now() + pause > startedAt + patience) throw new Error('No attempt is left');
      return token(startedAt, count + 1, Math.floor(pause));
    },
    recordSuccess: () => undefined,
  };
}

function token(startedAt: number, count: number, delay: number): Token {
  return { startedAt, getRetryCount: () => count, getRetryDelay: () => delay };
}
