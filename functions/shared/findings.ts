import { asError, DENIED, describeError } from './errors';
import type { Finding } from './plan';

/** So often a rehearsal is tried again before what it cannot read is a finding: UnassignIp has three retries. */
const RETRIES = 2;

/**
 * A rehearsal does not fail on what it cannot read: that is a finding.
 * @throws {Error} what may pass, while the state can be tried again
 */
export async function orNotRead(findings: Promise<Finding[]>, retryCount: number): Promise<Finding[]> {
  try {
    return await findings;
  } catch (error) {
    if (retryCount < RETRIES && !DENIED.has(asError(error).name)) throw error;
    return [{ severity: 'problem', code: 'NOT_READ', detail: describeError(error) }];
  }
}
