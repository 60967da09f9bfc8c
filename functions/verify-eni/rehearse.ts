import type { EC2Client } from '@aws-sdk/client-ec2';
import { holdersOf } from '../shared/addresses';
import type { Finding, Plan, VerifyEniOutput } from '../shared/types';
import { look } from './look';

/**
 * Reads what the proof of a real move would read, and finds out whether the target could be proven ready.
 * @throws {TransientAwsError}
 */
export async function rehearseVerify(ec2: EC2Client, { cluster, target }: Plan): Promise<VerifyEniOutput> {
  const { addresses, ready } = await look(ec2, cluster);
  const findings: Finding[] =
    target === null || ready.includes(target.instanceId)
      ? []
      : [
          {
            severity: 'problem',
            code: 'TargetUnhealthy',
            detail: `${target.instanceId} is not running with ${target.networkInterfaceId} attached`,
          },
        ];
  return { verifiedAt: new Date().toISOString(), holders: holdersOf(cluster, addresses), findings };
}
