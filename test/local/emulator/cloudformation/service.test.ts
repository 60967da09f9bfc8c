import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { synthesize } from '../../../../local/demo/synth';
import { type Cloud, startCloud } from '../../../../local/emulator/cloud';

let cloud: Cloud;
let cloudFormation: CloudFormationClient;
let states: SFNClient;

beforeAll(async () => {
  cloud = await startCloud({ clock: 'real', templateFile: synthesize() });
  const settings = {
    endpoint: cloud.endpoint,
    region: cloud.template.region,
    credentials: { accessKeyId: 'anyone', secretAccessKey: 'anything' },
  };
  cloudFormation = new CloudFormationClient(settings);
  states = new SFNClient(settings);
});

afterAll(async () => {
  cloudFormation.destroy();
  states.destroy();
  await cloud.close();
});

test('a stack has its outputs, filled in', async () => {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'VipFailover' }));
  expect(Stacks).toHaveLength(1);
  expect(Stacks?.[0]).toMatchObject({ StackName: 'VipFailover', StackId: cloud.template.stackId });
  expect(Stacks?.[0]?.Outputs).toContainEqual({ OutputKey: 'StateMachine', OutputValue: cloud.stateMachine.arn });
});

test('its resources are listed page by page', async () => {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await cloudFormation.send(new ListStackResourcesCommand({ StackName: 'VipFailover', NextToken }));
    found.push(...(page.StackResourceSummaries ?? []).map(({ LogicalResourceId = '' }) => LogicalResourceId));
    NextToken = page.NextToken;
  } while (NextToken);
  expect(found).toEqual(cloud.template.resources.map(({ logicalId }) => logicalId));
});

test('a resource tells which stack it belongs to', async () => {
  const find = (PhysicalResourceId: string) =>
    cloudFormation.send(new DescribeStackResourcesCommand({ PhysicalResourceId }));
  const { StackResources } = await find(cloud.stateMachine.arn);
  expect(StackResources?.[0]).toMatchObject({ StackName: 'VipFailover' });
  await expect(find('nothing')).rejects.toMatchObject({ name: 'ValidationError' });
});

test('the template is the one that was synthesized', async () => {
  const { TemplateBody = '' } = await cloudFormation.send(new GetTemplateCommand({ StackName: 'VipFailover' }));
  expect(Object.keys(JSON.parse(TemplateBody).Resources)).toEqual(
    cloud.template.resources.map(({ logicalId }) => logicalId),
  );
});

test('a stack that is not there is refused in the words of CloudFormation', async () => {
  await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: 'Other' }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id Other does not exist',
  });
});

test('a state machine says where it logs', async () => {
  const { loggingConfiguration } = await states.send(
    new DescribeStateMachineCommand({ stateMachineArn: cloud.stateMachine.arn }),
  );
  const [group] = cloud.template.ofType('AWS::Logs::LogGroup').filter(({ logicalId }) => /Workflow/.test(logicalId));
  expect(loggingConfiguration).toEqual({
    level: 'ALL',
    includeExecutionData: true,
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: group?.arn } }],
  });
});
