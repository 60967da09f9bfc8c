import { EC2Client } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS, READ_ATTEMPTS } from '../shared/aws';
import { step } from '../shared/step';
import type { VerifyEniInput, VerifyEniOutput } from '../shared/types';
import { rehearseVerify } from './rehearse';
import { verify } from './verify';

const ec2 = new EC2Client({ ...CLIENT_DEFAULTS, maxAttempts: READ_ATTEMPTS });

/** Reads back until the addresses are on the target and nowhere else. */
export const handler = step(
  ({ plan, assigned }: VerifyEniInput): Promise<VerifyEniOutput> =>
    plan.action === 'REHEARSE' ? rehearseVerify(ec2, plan) : verify(ec2, plan, assigned),
);
