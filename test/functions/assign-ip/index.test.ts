import '../support/quiet';
import {
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from '../../../functions/assign-ip';
import { READER } from '../../../functions/shared/aws-clients';
import type { UnassignIpOutput } from '../../../functions/shared/contract';
import { ELASTIC, LEFT, plan, rehearsal, unassigned } from '../notify/builders';
import { enteredNow, secondsAgo } from '../support/clock';
import { ec2Error, interfaces, settingsOf } from '../support/ec2';

const ec2 = mockClient(EC2Client);
beforeEach(() => {
  ec2.reset();
  ec2.on(AssignPrivateIpAddressesCommand).resolves({});
  ec2.on(AssociateAddressCommand).resolves({});
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
});

const run = (of = plan(), seconds = 1, before: UnassignIpOutput = unassigned()) =>
  handler({ execution: enteredNow(seconds), plan: of, decidedAt: secondsAgo(1), unassigned: before });

test('a move assigns the addresses', async () => {
  expect(await run()).toMatchObject({ assigned: ['10.0.0.5'] });
});

test('a rehearsal does not', async () => {
  expect(await run(rehearsal(), 1, LEFT)).toMatchObject({ assigned: [], assignedAt: null });
  expect(ec2.commandCalls(AssignPrivateIpAddressesCommand)).toHaveLength(0);
});

test('changes are sent once, reads are tried again', async () => {
  await run(plan({ cluster: ELASTIC }));
  expect(await settingsOf(ec2.commandCalls(AssociateAddressCommand)[0]).maxAttempts()).toBe(1);
  ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error('SomethingNew'));
  await expect(run()).rejects.toMatchObject({ name: 'AssignRefused' });
  expect(await settingsOf(ec2.commandCalls(AssignPrivateIpAddressesCommand)[1]).maxAttempts()).toBe(1);
  expect(await settingsOf(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]).retryStrategy()).toBe(
    READER.retryStrategy,
  );
});

describe('the deadline', () => {
  test('is 240 s after the start where nothing was taken off', async () => {
    await expect(run(plan(), 241, LEFT)).rejects.toMatchObject({ name: 'DeadlineExceeded' });
    expect(ec2.calls()).toHaveLength(0);
  });
  test('does not count for who has taken an address off: it assigns, whatever the clock says', async () => {
    await expect(run(plan(), 900)).resolves.toMatchObject({ assigned: ['10.0.0.5'] });
    await expect(run(plan({ mayBeHomeless: true }), 900, LEFT)).resolves.toBeDefined();
  });
});
