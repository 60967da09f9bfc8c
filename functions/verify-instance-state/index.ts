import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS } from '../shared/aws';
import { InvalidInput } from '../shared/errors';
import { logger } from '../shared/logger';
import { PATIENT_RETRY } from '../shared/patient-retry';
import { step } from '../shared/step';
import type { Plan, Reading, ReadRequestInput, VerifyInstanceStateInput } from '../shared/types';
import { warmUp } from '../shared/warm-up';
import { decide } from './decide';
import { observe } from './observe';
import { makePlan, whatWentBefore } from './plan';
import { read } from './reading';

const ec2 = new EC2Client({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
const cloudWatch = new CloudWatchClient({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
void warmUp(new DescribeNetworkInterfacesCommand({}), (command) => ec2.send(command));

export function handler(input: ReadRequestInput): Promise<Reading>;
export function handler(input: VerifyInstanceStateInput): Promise<Plan>;
/** Two states call this function, so that the second one finds it warm. */
export function handler(input: ReadRequestInput | VerifyInstanceStateInput): Promise<Reading | Plan> {
  return 'clusters' in input ? readRequest(input) : verifyInstanceState(input);
}

/** Finds out what is asked, and of which cluster. It is never too late: the failure notice needs what it finds. */
const readRequest = step(async ({ input, clusters }: ReadRequestInput): Promise<Reading> => {
  const reading = read(input, clusters);
  const { request } = reading;
  if (request !== null) logger.appendKeys({ cluster: request.cluster.name, mode: request.mode });
  return reading;
}, Number.POSITIVE_INFINITY);

/** Asks EC2 who holds the addresses and who is healthy, and decides. */
const verifyInstanceState = step(
  async ({ execution, reading: { request, invalid }, previous }: VerifyInstanceStateInput): Promise<Plan> => {
    if (request === null) throw new InvalidInput(invalid.message);
    logger.appendKeys({ cluster: request.cluster.name, mode: request.mode });
    const seen = await observe(ec2, cloudWatch, request.cluster);
    // Now, after the answers: the age of a plan must not hide how long EC2 took.
    const now = Date.now();
    const times = { now, executionStart: Date.parse(execution.startTime) };
    return makePlan(request, seen, decide(request, seen, times, whatWentBefore(previous)), previous, now);
  },
);
