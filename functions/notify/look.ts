import type { EC2Client } from '@aws-sdk/client-ec2';
import { addressesOf, type Cluster } from '../shared/cluster';
import { contradictionIn } from '../shared/contradiction';
import { describeError } from '../shared/errors';
import { logger } from '../shared/logger';
import { interfaceOf, interfacesWith, readSnapshot, type Snapshot } from '../shared/snapshot';
import { FUNCTION_SECONDS, LOOK_AGAIN_MS, PUBLISH_MS } from '../shared/timing';
import type { Looked } from './compose';

/** What the function's timeout leaves beside the notice and a second for all the rest, ms. */
export const LOOK_MS = FUNCTION_SECONDS * 1_000 - PUBLISH_MS - 1_000;

/** Looks where the addresses are. Looking must not keep the notice from going out: what went wrong with it is said there. */
export async function lookAround(ec2: EC2Client, cluster: Cluster): Promise<Looked> {
  try {
    return { snapshot: await withTimeLimit(look(ec2, cluster)) };
  } catch (error) {
    const lookError = describeError(error);
    logger.warn('looking failed', { lookError });
    return { lookError };
  }
}

/** One answer may lack anything: where only the other one shows an address, it looks once more. */
async function look(ec2: EC2Client, cluster: Cluster): Promise<Snapshot> {
  const snapshot = await readSnapshot(ec2, cluster);
  const isShownByInstancesAlone = (address: string) =>
    interfacesWith(address, snapshot).length === 0 &&
    cluster.nodes.some((node) => interfaceOf(node, snapshot)?.addresses.includes(address));
  if (contradictionIn(cluster, snapshot) === null && !addressesOf(cluster).some(isShownByInstancesAlone))
    return snapshot;
  await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  return readSnapshot(ec2, cluster);
}

async function withTimeLimit(snapshot: Promise<Snapshot>): Promise<Snapshot> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`EC2 did not answer within ${LOOK_MS / 1_000} s.`)), LOOK_MS);
  });
  try {
    return await Promise.race([snapshot, limit]);
  } finally {
    clearTimeout(timer);
  }
}
