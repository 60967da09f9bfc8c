import { asError, DENIED, describeError } from './errors';
import type { Finding } from './plan';
import { REHEARSAL_RETRIES } from './timing';

/**
 * A rehearsal does not fail on what it cannot read: that is a finding.
 * @throws {Error} what may pass, while the state can be tried again
 */
export async function orNotRead(findings: Promise<Finding[]>, retryCount: number): Promise<Finding[]> {
  try {
    return await findings;
  } catch (error) {
    if (retryCount < REHEARSAL_RETRIES && !DENIED.has(asError(error).name)) throw error;
    return [{ severity: 'problem', code: 'NOT_READ', detail: describeError(error) }];
  }
}
