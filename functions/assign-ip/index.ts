import { AssignPrivateIpAddressesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { READER, WRITER } from '../shared/aws-clients';
import type { AssignIpInput, AssignIpOutput } from '../shared/contract';
import { handler as handle } from '../shared/handler';
import { DEADLINE_SECONDS } from '../shared/timing';
import { warmUp } from '../shared/warm-up';
import { assign, mayBeHomeless } from './assign';
import { rehearseAssign } from './rehearse';

const writer = new EC2Client(WRITER);
const reader = new EC2Client(READER);
void warmUp(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId: '', PrivateIpAddresses: [''] }), (command) =>
  writer.send(command),
);

/** Assigns the addresses to the destination's interface (AllowReassignment). Who has unassigned assigns, whatever the clock says. */
export const handler = handle(
  (input: AssignIpInput): Promise<AssignIpOutput> =>
    input.plan.action === 'REHEARSE'
      ? rehearseAssign(reader, input.plan, input.execution.retryCount)
      : assign(writer, reader, input),
  (input) => (mayBeHomeless(input) ? Number.POSITIVE_INFINITY : DEADLINE_SECONDS),
);
