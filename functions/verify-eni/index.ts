import { DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS } from '../shared/aws';
import { PATIENT_RETRY } from '../shared/patient-retry';
import { step } from '../shared/step';
import type { VerifyEniInput, VerifyEniOutput } from '../shared/types';
import { warmUp } from '../shared/warm-up';
import { rehearseVerify } from './rehearse';
import { verify } from './verify';

const ec2 = new EC2Client({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
void warmUp(new DescribeNetworkInterfacesCommand({}), (command) => ec2.send(command));

/** Reads back until the addresses are on the target and nowhere else. */
export const handler = step(
  ({ plan, assigned }: VerifyEniInput): Promise<VerifyEniOutput> =>
    plan.action === 'REHEARSE' ? rehearseVerify(ec2, plan) : verify(ec2, plan, assigned),
);
