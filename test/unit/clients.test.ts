import './support/quiet';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  AssignPrivateIpAddressesCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2Client,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { handler as assignIp } from '../../functions/assign-ip';
import { handler as notify } from '../../functions/notify';
import { PATIENT_RETRY } from '../../functions/shared/patient-retry';
import { handler as unassignIp } from '../../functions/unassign-ip';
import { handler as verifyEni } from '../../functions/verify-eni';
import { handler as verifyInstanceState } from '../../functions/verify-instance-state';
import { read } from '../../functions/verify-instance-state/reading';
import { A, B, cluster } from './support/clusters';
import { ec2Error, instances, interfaces } from './support/ec2';
import { failure, lambdaError } from './support/notices';
import { assigned, execution, plan, unassigned } from './support/plans';

const ec2 = mockClient(EC2Client);
const cloudWatch = mockClient(CloudWatchClient);
const sns = mockClient(SNSClient);

beforeEach(() => {
  process.env.TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:failover';
  process.env.LOCALE = 'en';
  for (const client of [ec2, cloudWatch, sns]) client.reset();
  ec2.on(DescribeInstancesCommand).resolves(instances([A, 'stopped'], [B, 'stopped']));
  ec2.on(DescribeNetworkInterfacesCommand).resolves(interfaces({ node: A }));
  ec2.on(AssignPrivateIpAddressesCommand).rejects(ec2Error('SomethingNew'));
  ec2.on(UnassignPrivateIpAddressesCommand).rejects(ec2Error('SomethingNew'));
  cloudWatch.on(DescribeAlarmsCommand).resolves({});
  sns.on(PublishCommand).resolves({ MessageId: 'message-1' });
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => jest.restoreAllMocks());

const { input: failed } = failure('', lambdaError('NoHealthyStandby', 'No node.'), null, {});

interface Call {
  readonly thisValue: unknown;
}
/** The settings of the client that made a call. */
function settings(call: Call | undefined): EC2Client['config'] {
  const client = call?.thisValue;
  if (!(client instanceof EC2Client || client instanceof SNSClient || client instanceof CloudWatchClient)) {
    throw new Error('No client made this call.');
  }
  return client.config as EC2Client['config'];
}

const only = (calls: readonly Call[]) => calls[0];
const failing = (run: Promise<unknown>) => run.catch(() => undefined);

describe('changes are sent once: the workflow sends them again, with a fresh clock', () => {
  test('by UnassignIp', async () => {
    await failing(unassignIp({ execution: execution(), plan: plan() }));
    expect(await settings(only(ec2.commandCalls(UnassignPrivateIpAddressesCommand))).maxAttempts()).toBe(1);
  });
  test('by AssignIp', async () => {
    await failing(assignIp({ execution: execution(), plan: plan(), unassigned: unassigned() }));
    expect(await settings(only(ec2.commandCalls(AssignPrivateIpAddressesCommand))).maxAttempts()).toBe(1);
  });
});

describe('reads, and the notice, are retried patiently inside the Lambda', () => {
  const watched = cluster({ nodes: [{ ...A, alarms: ['smtp'] }, B] });
  const looks = () => only(ec2.commandCalls(DescribeNetworkInterfacesCommand));
  const before = { plan: null, unassigned: null, assigned: null, error: null };
  const reading = read({ cluster: 'mail', mode: 'failover' }, [watched]);

  test.each<[string, () => Promise<unknown>, () => Call | undefined]>([
    ['by VerifyInstanceState', () => verifyInstanceState({ execution: execution(), reading, previous: before }), looks],
    [
      'by VerifyInstanceState, of alarms',
      () => verifyInstanceState({ execution: execution(), reading, previous: before }),
      () => only(cloudWatch.commandCalls(DescribeAlarmsCommand)),
    ],
    ['by UnassignIp', () => unassignIp({ execution: execution(), plan: plan() }), looks],
    ['by AssignIp', () => assignIp({ execution: execution(), plan: plan(), unassigned: unassigned() }), looks],
    ['by VerifyEni', () => verifyEni({ execution: execution(), plan: plan(), assigned: assigned() }), looks],
    ['by Notify', () => notify(failed), looks],
    ['by Notify, to SNS', () => notify(failed), () => only(sns.commandCalls(PublishCommand))],
  ])('%s', async (_name, run, call) => {
    await failing(run());
    expect(await settings(call()).retryStrategy()).toBe(PATIENT_RETRY);
  });
});
