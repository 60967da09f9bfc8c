import { EC2Client, UnassignPrivateIpAddressesCommand } from '@aws-sdk/client-ec2';
import { READER, WRITER } from '../shared/aws-clients';
import type { UnassignIpInput, UnassignIpOutput } from '../shared/contract';
import { handler as handle } from '../shared/handler';
import { warmUp } from '../shared/warm-up';
import { rehearseUnassign } from './rehearse';
import { unassign } from './unassign';

const writer = new EC2Client(WRITER);
const reader = new EC2Client(READER);
void warmUp(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId: '', PrivateIpAddresses: [''] }), (command) =>
  writer.send(command),
);

/** Takes the addresses off the unhealthy interfaces that they leave. */
export const handler = handle(
  (input: UnassignIpInput): Promise<UnassignIpOutput> =>
    input.plan.action === 'REHEARSE'
      ? rehearseUnassign(reader, input.plan, input.execution.retryCount)
      : unassign(writer, reader, input),
);
