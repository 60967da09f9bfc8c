import { EC2Client } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS, READ_ATTEMPTS } from '../shared/aws';
import { step } from '../shared/step';
import type { UnassignIpInput, UnassignIpOutput } from '../shared/types';
import { rehearseUnassign } from './rehearse';
import { unassign } from './unassign';

const writer = new EC2Client({ ...CLIENT_DEFAULTS, maxAttempts: 1 });
const reader = new EC2Client({ ...CLIENT_DEFAULTS, maxAttempts: READ_ATTEMPTS });

/** Takes the addresses off the interfaces that they leave. */
export const handler = step(
  ({ plan }: UnassignIpInput): Promise<UnassignIpOutput> =>
    plan.action === 'REHEARSE' ? rehearseUnassign(reader, plan) : unassign(writer, reader, plan),
);
