import '../support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { READER } from '../../../functions/shared/aws-clients';
import { handler } from '../../../functions/verify-eni';
import { A, assigned, B, plan, rehearsal } from '../notify/builders';
import { enteredNow } from '../support/clock';
import { instances, interfaces, settingsOf } from '../support/ec2';

const ec2 = mockClient(EC2Client);
beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'running', '10.0.0.5']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: B }));
});

const run = (of = plan(), seconds = 1) => handler({ execution: enteredNow(seconds), plan: of, assigned: assigned() });

test('a move is proven', async () => {
  expect(await run()).toMatchObject({ holders: [{ instanceId: B.instanceId }] });
  expect(await settingsOf(ec2.commandCalls(DescribeInstancesCommand)[0]).retryStrategy()).toBe(READER.retryStrategy);
});

test('a rehearsal only looks', async () => {
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  expect(await run(rehearsal())).toMatchObject({ holders: [{ instanceId: A.instanceId }], findings: [] });
});

test('a move is proven until 262 s after the start: whoever assigned late still tells', async () => {
  await expect(run(plan(), 262)).resolves.toBeDefined();
  await expect(run(plan(), 263)).rejects.toMatchObject({ name: 'DeadlineExceeded' });
});
