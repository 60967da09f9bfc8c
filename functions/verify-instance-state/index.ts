import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS } from '../shared/aws';
import { logger } from '../shared/logger';
import { PATIENT_RETRY } from '../shared/patient-retry';
import { step } from '../shared/step';
import type { Plan, VerifyInstanceStateInput } from '../shared/types';
import { warmUp } from '../shared/warm-up';
import { decide } from './decide';
import { observe } from './observe';
import { makePlan, whatWentBefore } from './plan';
import { readRequest } from './request';

const ec2 = new EC2Client({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
const cloudWatch = new CloudWatchClient({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
void warmUp(new DescribeNetworkInterfacesCommand({}), (command) => ec2.send(command));

/** Asks EC2 who holds the addresses and who is healthy, and decides. */
export const handler = step(
  async ({ execution, input, clusters, previous }: VerifyInstanceStateInput): Promise<Plan> => {
    const request = readRequest(input, clusters);
    logger.appendKeys({ cluster: request.cluster.name, mode: request.mode });
    const seen = await observe(ec2, cloudWatch, request.cluster);
    // Now, after the answers: the age of a plan must not hide how long EC2 took.
    const now = Date.now();
    const times = { now, executionStart: Date.parse(execution.startTime) };
    return makePlan(request, seen, decide(request, seen, times, whatWentBefore(previous)), previous, now);
  },
);
