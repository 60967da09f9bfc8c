import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Cluster } from '../shared/cluster';
import { describeError } from '../shared/errors';
import { logger } from '../shared/logger';
import { readSnapshot, type Snapshot } from '../shared/snapshot';
import { FUNCTION_SECONDS, PUBLISH_MS } from '../shared/timing';
import type { Looked } from './compose';

/** What the function's timeout leaves beside the notice and a second for all the rest, ms. */
export const LOOK_MS = FUNCTION_SECONDS * 1_000 - PUBLISH_MS - 1_000;

/** Looks where the addresses are. Looking must not keep the notice from going out: what went wrong with it is said there. */
export async function lookAround(ec2: EC2Client, cluster: Cluster): Promise<Looked> {
  try {
    return { snapshot: await withTimeLimit(readSnapshot(ec2, cluster)) };
  } catch (error) {
    const lookError = describeError(error);
    logger.warn('looking failed', { lookError });
    return { lookError };
  }
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
