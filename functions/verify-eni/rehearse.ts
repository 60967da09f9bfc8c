import type { EC2Client } from '@aws-sdk/client-ec2';
import type { VerifyEniOutput } from '../shared/contract';
import type { Finding, Plan } from '../shared/plan';
import { holdersOf, isReady, readSnapshot } from '../shared/snapshot';

/**
 * Reads what the proof of a real move would read, and finds out whether the destination could be proven ready.
 * @throws {TransientAwsError} and EC2's own errors
 */
export async function rehearseVerify(
  ec2: EC2Client,
  { cluster, destination, heldBefore }: Plan,
): Promise<VerifyEniOutput> {
  const verifiedAt = () => new Date().toISOString();
  if (destination === null) return { verifiedAt: verifiedAt(), holders: heldBefore, findings: [] };
  const snapshot = await readSnapshot(ec2, cluster);
  const { instanceId, networkInterfaceId } = destination;
  const detail = `${instanceId} is not running with ${networkInterfaceId} attached`;
  const findings: Finding[] = isReady(destination, snapshot)
    ? []
    : [{ severity: 'problem', code: 'TARGET_UNHEALTHY', detail }];
  return { verifiedAt: verifiedAt(), holders: holdersOf(cluster, snapshot), findings };
}
