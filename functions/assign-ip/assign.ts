import { AssignPrivateIpAddressesCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { call, wasThrottled } from '../shared/aws-clients';
import { addressesOf } from '../shared/cluster';
import type { AssignIpInput, AssignIpOutput } from '../shared/contract';
import { mayHaveUnassigned } from '../shared/dark-time';
import { AssignRefused, DENIED, TargetCannotHold, TransientAwsError } from '../shared/errors';
import { assertFresh } from '../shared/handler';
import type { Destination, Plan } from '../shared/plan';
import { readAddresses } from '../shared/snapshot';
import { HOMELESS_PATIENCE_MS, HOMELESS_PAUSE_MS, LOOK_PAUSES_MS, PLAN_MAX_AGE_MS, planAgeMs } from '../shared/timing';
import { associateDropped } from './elastic-ips';

/**
 * EC2's codes for an interface that cannot take the addresses: it has no room for its instance's type, or it is gone.
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
const CANNOT_HOLD = new Set(['PrivateIpAddressLimitExceeded', 'InvalidNetworkInterfaceID.NotFound']);

/**
 * Assigns all virtual IPs to the destination in one call, then associates the configured Elastic IPs that the move or a
 * termination dropped. Both may be repeated.
 * @throws {PlanStale | TargetCannotHold | AssignRefused | TransientAwsError} and EC2's errors to a look
 * @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html
 */
export async function assign(writer: EC2Client, reader: EC2Client, input: AssignIpInput): Promise<AssignIpOutput> {
  const { execution, plan, decidedAt, unassigned } = input;
  if (plan.destination === null) throw new Error('A MOVE plan has no destination. This is a defect of the decision.');
  // Who has unassigned assigns before anything else, however long the unassigning took.
  if (execution.retryCount > 0 || !mayBeHomeless(input)) assertFresh(execution, decidedAt);
  await assignAddresses(writer, reader, input, plan.destination);
  const assignedAt = new Date().toISOString();
  const repeated = execution.retryCount > 0 || plan.pass > 1;
  return {
    assigned: addressesOf(plan.cluster),
    assignedAt,
    certain: !repeated,
    ...(await associateDropped(writer, reader, plan, plan.destination, unassigned, repeated)),
    findings: [],
  };
}

/** An address has no holder by this execution's doing, or may have none. */
export function mayBeHomeless({ plan, unassigned }: Pick<AssignIpInput, 'plan' | 'unassigned'>): boolean {
  return plan.mayBeHomeless || mayHaveUnassigned(plan, unassigned);
}

async function assignAddresses(
  writer: EC2Client,
  reader: EC2Client,
  input: AssignIpInput,
  { networkInterfaceId, instanceId, instanceType }: Destination,
): Promise<void> {
  const { execution, plan } = input;
  const addresses = addressesOf(plan.cluster);
  const request = new AssignPrivateIpAddressesCommand({
    NetworkInterfaceId: networkInterfaceId,
    PrivateIpAddresses: addresses,
    AllowReassignment: true,
  });
  // Who tries again goes no further than the plan lives: another execution may have moved the addresses on.
  const left =
    execution.retryCount > 0 ? PLAN_MAX_AGE_MS - planAgeMs(execution, input.decidedAt) : Number.POSITIVE_INFINITY;
  const patience = mayBeHomeless(input) ? HOMELESS_PATIENCE_MS : 0;
  try {
    await whileThrottled(Math.min(patience, left), () => call('AssignPrivateIpAddresses', writer.send(request)));
  } catch (error) {
    if (error instanceof TransientAwsError || !(error instanceof Error)) throw error;
    const certain = CANNOT_HOLD.has(error.name) || DENIED.has(error.name);
    // An earlier attempt may have been carried out, and reads may not show it at once.
    const pauses = certain && execution.retryCount > 0 ? LOOK_PAUSES_MS : [];
    // EC2 does not document what assigning an address does that the interface already has: look before failing.
    if (await isThere(reader, plan, networkInterfaceId, pauses)) return;
    const what = addresses.length > 3 ? `${addresses.length} addresses` : addresses.join(', ');
    const words = `${networkInterfaceId} of ${instanceId} (${instanceType}) cannot take ${what}: ${error.name}: ${error.message}`;
    throw certain ? new TargetCannotHold(words, { cause: error }) : new AssignRefused(words, { cause: error });
  }
}

/**
 * An address without a holder goes first where many executions wait for EC2's tokens: it asks again at once, where the
 * others make the workflow's pauses.
 * @param patience no other attempt begins later than this after the first one, ms
 */
async function whileThrottled<Result>(patience: number, run: () => Promise<Result>): Promise<Result> {
  const until = Date.now() + patience;
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof TransientAwsError && wasThrottled(error) && Date.now() < until)) throw error;
      await new Promise((resolve) => setTimeout(resolve, HOMELESS_PAUSE_MS * Math.random()));
    }
  }
}

/** Whether every address is on the interface: one look, and one more after each pause. */
async function isThere(
  reader: EC2Client,
  { cluster }: Plan,
  networkInterfaceId: string,
  pauses: readonly number[],
): Promise<boolean> {
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const seen = await readAddresses(reader, cluster);
    const there = seen.filter((candidate) => candidate.networkInterfaceId === networkInterfaceId);
    if (there.length === cluster.virtualIps.length) return true;
  }
  return false;
}
