import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { READER } from '../shared/aws-clients';
import type { VerifyEniInput, VerifyEniOutput } from '../shared/contract';
import { handler as handle } from '../shared/handler';
import { LAST_DEADLINE_SECONDS } from '../shared/timing';
import { warmUp } from '../shared/warm-up';
import { rehearseVerify } from './rehearse';
import { verify } from './verify';

const ec2 = new EC2Client(READER);
void warmUp(new DescribeNetworkInterfacesCommand({}), (command) => ec2.send(command));

/** Reads back until the addresses are on the destination and nowhere else. */
export const handler = handle(
  (input: VerifyEniInput): Promise<VerifyEniOutput> =>
    input.plan.action === 'REHEARSE' ? rehearseVerify(ec2, input.plan, input.execution.retryCount) : verify(ec2, input),
  () => LAST_DEADLINE_SECONDS,
);
