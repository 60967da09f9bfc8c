import { EC2Client, UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { CLIENT_DEFAULTS } from '../shared/aws';
import { PATIENT_RETRY } from '../shared/patient-retry';
import { step } from '../shared/step';
import type { UnassignIpInput, UnassignIpOutput } from '../shared/types';
import { warmUp } from '../shared/warm-up';
import { rehearseUnassign } from './rehearse';
import { unassign } from './unassign';

const writer = new EC2Client({ ...CLIENT_DEFAULTS, maxAttempts: 1 });
const reader = new EC2Client({ ...CLIENT_DEFAULTS, retryStrategy: PATIENT_RETRY });
void warmUp(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: '', PrivateIpAddresses: [''] }), (command) =>
  writer.send(command),
);

/** Takes the addresses off the interfaces that they leave. */
export const handler = step(
  ({ plan }: UnassignIpInput): Promise<UnassignIpOutput> =>
    plan.action === 'REHEARSE' ? rehearseUnassign(reader, plan) : unassign(writer, reader, plan),
);
