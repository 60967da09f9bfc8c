import { describeError } from './errors';
import type { Finding } from './plan';

/** A rehearsal does not fail on what it cannot read: that is a finding. */
export async function orNotRead(findings: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await findings;
  } catch (error) {
    return [{ severity: 'problem', code: 'NOT_READ', detail: describeError(error) }];
  }
}
