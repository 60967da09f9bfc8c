import '../support/quiet';
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { NotConverged } from '../../../functions/shared/errors';
import { rehearseVerify } from '../../../functions/verify-eni/rehearse';
import { A, B, cluster, holders, rehearsal } from '../notify/builders';
import { instances, interfaces, THROTTLED } from '../support/ec2';

const ec2 = mockClient(EC2Client);
beforeEach(() => {
  ec2.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running', '10.0.0.5'], [B, 'running']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
});

const run = (of = rehearsal(), retryCount = 1) => rehearseVerify(new EC2Client({}), of, retryCount);

test('reads what the proof would read, once, and says where the addresses are', async () => {
  const output = await run();
  expect(output).toEqual({ verifiedAt: expect.any(String), holders: holders(cluster(), A), findings: [] });
  expect(Math.abs(Date.now() - Date.parse(output.verifiedAt))).toBeLessThan(5_000);
  expect(ec2.calls()).toHaveLength(2);
});

test('finds a destination that could not be proven ready, once a second look says so too', async () => {
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'running'], [B, 'stopping']));
  await expect(run(rehearsal(), 0)).rejects.toThrow(NotConverged);
  expect((await run()).findings).toEqual([
    {
      severity: 'problem',
      code: 'TARGET_UNHEALTHY',
      detail: `${B.instanceId} is not running with ${B.networkInterfaceId} attached`,
    },
  ]);
});

test('without a destination asks nothing, and says where the addresses were', async () => {
  const of = rehearsal({ destination: null, heldBefore: holders(cluster(), B) });
  expect(await run(of)).toMatchObject({ holders: holders(cluster(), B), findings: [] });
  expect(ec2.calls()).toHaveLength(0);
});

test('what cannot be read is thrown: the workflow tries again', async () => {
  ec2.on(DescribeInstancesCommand).rejects(THROTTLED);
  await expect(run()).rejects.toThrow('DescribeInstances: RequestLimitExceeded');
});
