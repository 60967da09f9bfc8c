import { TransientAwsError } from './errors';

/** How long one request may take, milliseconds. */
export const REQUEST_TIMEOUT_MS = 3_000;

/**
 * Settings of every SDK client. Connecting may take 1 s and a request 3 s (the SDK's defaults are minutes), so that a
 * lost answer leaves time for another try inside the function's timeout.
 *
 * Credentials come from the variables that Lambda sets, read at each call, because that is where they are; the SDK's
 * default chain would bring every other source (profiles, SSO, instance metadata) into the bundle.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const CLIENT_DEFAULTS = {
  requestHandler: { connectionTimeout: 1_000, requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
  credentials: async () => ({
    accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
    ...(process.env.AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: process.env.AWS_SESSION_TOKEN }),
  }),
};

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html */
const THROTTLING = new Set([
  'RequestLimitExceeded',
  'EC2ThrottledException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'TooManyRequestsException',
  'KMSThrottlingException',
]);

const BROKEN_CONNECTION = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/**
 * Waits for an SDK call and gives the errors that may pass the one name that the workflow retries.
 * @throws {TransientAwsError} throttling, HTTP 429 and 5xx, timeout, broken connection; every other error as the SDK throws it
 */
export async function call<Output>(action: string, response: Promise<Output>): Promise<Output> {
  try {
    return await response;
  } catch (error) {
    if (!isTransient(error)) throw error;
    throw new TransientAwsError(`${action}: ${error.name}: ${error.message}`, { cause: error });
  }
}

function isTransient(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  return (
    THROTTLING.has(error.name) ||
    error.name === 'TimeoutError' ||
    error.name === 'AbortError' ||
    (code !== undefined && BROKEN_CONNECTION.has(code)) ||
    $metadata?.httpStatusCode === 429 ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}
