import '../support/quiet';
import {
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  EC2Client,
  GetSubnetCidrReservationsCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { READER } from '../../../functions/shared/aws-clients';
import { handler } from '../../../functions/unassign-ip';
import { plan, rehearsal } from '../notify/builders';
import { enteredNow, secondsAgo } from '../support/clock';
import { ec2Error, interfaces, settingsOf } from '../support/ec2';

const ec2 = mockClient(EC2Client);
beforeEach(() => {
  ec2.reset();
  ec2.on(UnassignPrivateIpAddressesCommand).resolves({});
  ec2.on(DescribeSubnetsCommand).resolves({});
  ec2.on(GetSubnetCidrReservationsCommand).resolves({});
});

const run = (of = plan(), seconds = 1) =>
  handler({ execution: enteredNow(seconds), plan: of, decidedAt: secondsAgo(1) });

test('a move takes the addresses off', async () => {
  expect(await run()).toMatchObject({ released: ['10.0.0.5'] });
});

test('a rehearsal does not', async () => {
  expect(await run(rehearsal())).toMatchObject({ released: [], kept: [{ why: 'REHEARSAL' }] });
  expect(ec2.commandCalls(UnassignPrivateIpAddressesCommand)).toHaveLength(0);
});

test('changes are sent once, reads are tried again', async () => {
  ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error('InvalidParameterValue'));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces());
  await run();
  expect(await settingsOf(ec2.commandCalls(UnassignPrivateIpAddressesCommand)[0]).maxAttempts()).toBe(1);
  expect(await settingsOf(ec2.commandCalls(DescribeNetworkInterfacesCommand)[0]).retryStrategy()).toBe(
    READER.retryStrategy,
  );
});

test('after 240 s nothing is done any more', async () => {
  await expect(run(plan(), 241)).rejects.toMatchObject({ name: 'DeadlineExceeded' });
  expect(ec2.calls()).toHaveLength(0);
});
