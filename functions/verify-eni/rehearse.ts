import type { EC2Client } from '@aws-sdk/client-ec2';
import type { VerifyEniOutput } from '../shared/contract';
import { NotConverged } from '../shared/errors';
import type { Finding, Plan } from '../shared/plan';
import { holdersOf, isReady, readSnapshot } from '../shared/snapshot';

/**
 * Reads what the proof of a real move would read, and finds out whether the destination could be proven ready.
 * @throws {NotConverged} where the first look says no: one answer may lack anything
 * @throws {TransientAwsError} and EC2's own errors
 */
export async function rehearseVerify(
  ec2: EC2Client,
  { cluster, destination, heldBefore }: Plan,
  retryCount: number,
): Promise<VerifyEniOutput> {
  const verifiedAt = () => new Date().toISOString();
  if (destination === null) return { verifiedAt: verifiedAt(), holders: heldBefore, findings: [] };
  const snapshot = await readSnapshot(ec2, cluster);
  const { instanceId, networkInterfaceId } = destination;
  const detail = `${instanceId} is not running with ${networkInterfaceId} attached`;
  const ready = isReady(destination, snapshot);
  if (!ready && retryCount === 0) throw new NotConverged(detail);
  const findings: Finding[] = ready ? [] : [{ severity: 'problem', code: 'TARGET_UNHEALTHY', detail }];
  return { verifiedAt: verifiedAt(), holders: holdersOf(cluster, snapshot), findings };
}
