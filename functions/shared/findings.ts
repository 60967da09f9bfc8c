import type { Finding } from './contract';
import { describeError } from './errors';

/** A rehearsal does not fail on what it cannot read: that is a finding. */
export async function orNotRead(findings: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await findings;
  } catch (error) {
    return [{ severity: 'problem', code: 'NOT_READ', detail: describeError(error) }];
  }
}
