import { AssignPrivateIpAddressesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS } from '../shared/aws';
import { PATIENT_RETRY } from '../shared/patient-retry';
import { step } from '../shared/step';
import type { AssignIpInput, AssignIpOutput } from '../shared/types';
import { warmUp } from '../shared/warm-up';
import { assign } from './assign';
import { rehearseAssign } from './rehearse';

const writer = new EC2Client({ ...CLIENT_DEFAULTS, maxAttempts: 1 });
const reader = new EC2Client({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
void warmUp(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId: '', PrivateIpAddresses: [''] }), (command) =>
  writer.send(command),
);

/** Assigns the addresses to the target's interface (AllowReassignment). */
export const handler = step(
  ({ plan, unassigned }: AssignIpInput): Promise<AssignIpOutput> =>
    plan.action === 'REHEARSE' ? rehearseAssign(reader, plan) : assign(writer, reader, plan, unassigned),
);
