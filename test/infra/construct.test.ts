import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CodeSigningConfig } from 'aws-cdk-lib/aws-lambda';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { type ClusterProps, ConfigError, VirtualIpFailover } from '../../infra';
import { bodyOf, cluster, id, newApp, resolve, stackOf } from './support';
import { ShopStack } from './token-app';

const shop = new ShopStack(newApp(), 'Shop');
const template = bodyOf(shop);

test('IDs that are known only at deployment reach the rules, the registry and the policies', () => {
  const [first] = template.one('AWS::EC2::Instance', 'First');
  const [second] = template.one('AWS::EC2::Instance', 'Second');
  expect(template.one('AWS::Events::Rule', 'InstanceRule')[1].EventPattern.detail).toEqual({
    state: ['stopping', 'stopped', 'shutting-down', 'terminated', 'running'],
    'instance-id': [{ Ref: first }, { Ref: second }],
  });
  const [, { DefinitionString }] = template.one('AWS::StepFunctions::StateMachine');
  const definition = JSON.parse(String(resolve(DefinitionString)));
  expect(definition.States.Begin.Assign.clusters).toEqual([
    {
      name: 'shop',
      subnetId: '<Subnet.SubnetId>',
      virtualIps: [{ address: '10.1.2.50', elasticIpAllocationId: '<ElasticIp.AllocationId>' }],
      nodes: [
        { instanceId: '<First>', networkInterfaceId: '<FirstInterface.Id>' },
        { instanceId: '<Second>', networkInterfaceId: '<SecondInterface.Id>' },
      ],
      handover: 'unassign-first',
      dampingMinutes: 5,
      checkIntervalMinutes: 5,
    },
  ]);
  const [, role] = template.one('AWS::IAM::Role', 'UnassignIpRole');
  expect(JSON.stringify(resolve(role.Policies))).toContain(
    'arn:aws:ec2:ap-southeast-1:111122223333:network-interface/<FirstInterface.Id>',
  );
});

test('a name, addresses and an e-mail address may be parameters; addresses also a list of unknown length', () => {
  const stack = new Stack(newApp(), 'Parameters');
  const text = (name: string) => new CfnParameter(stack, name).valueAsString;
  const list = new CfnParameter(stack, 'Addresses', { type: 'CommaDelimitedList' }).valueAsList;
  const named = (virtualIps: string[], serial: number) => ({
    ...cluster('x', serial),
    name: text(`N${serial}`),
    virtualIps,
  });
  new VirtualIpFailover(stack, 'Failover', {
    clusters: [named([text('Address')], 1), named(list, 11)],
    emails: [text('Email')],
  });
  const body = bodyOf(stack);
  const [, { DefinitionString }] = body.one('AWS::StepFunctions::StateMachine');
  const written = JSON.stringify(DefinitionString);
  expect(written).toContain(JSON.stringify({ 'Fn::Join': ['"},{"address":"', { Ref: 'Addresses' }] }));
  expect(
    JSON.parse(String(resolve(DefinitionString, { Addresses: ['10.0.0.5', '10.0.0.6'] }))).States.Begin.Assign.clusters,
  ).toMatchObject([
    { name: '<N1>', virtualIps: [{ address: '<Address>' }] },
    { name: '<N11>', virtualIps: [{ address: '10.0.0.5' }, { address: '10.0.0.6' }] },
  ]);
  expect(body.all('AWS::SNS::Subscription')).toHaveLength(1);
});

test('whoever is granted drills may start this workflow and read its log, nothing else', () => {
  const [stateMachine] = template.one('AWS::StepFunctions::StateMachine');
  const [logs] = template.one('AWS::Logs::LogGroup', 'Workflow');
  const [, policy] = template.one('AWS::IAM::Policy', 'Operator');
  expect(resolve(policy.PolicyDocument.Statement)).toEqual([
    { Effect: 'Allow', Action: 'states:StartExecution', Resource: `<${stateMachine}>` },
    {
      Effect: 'Allow',
      Action: ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'],
      Resource: `<${logs}.Arn>`,
    },
  ]);
});

test('a node that is granted claims may put its own, and nothing else', () => {
  const [, policy] = template.one('AWS::IAM::Policy', 'FirstRole');
  expect(resolve(policy.PolicyDocument.Statement)).toEqual([
    {
      Effect: 'Allow',
      Action: 'events:PutEvents',
      Resource: 'arn:aws:events:ap-southeast-1:111122223333:event-bus/default',
      Condition: {
        'ForAllValues:StringEquals': {
          'events:source': 'vip-failover',
          'events:detail-type': 'Virtual IP Claim <First>',
        },
        Null: { 'events:source': 'false', 'events:detail-type': 'false' },
      },
    },
  ]);
});

test('claims are granted to nodes only', () => {
  const role = new Role(shop, 'Stranger', { assumedBy: new AccountRootPrincipal() });
  expect(() => shop.failover.grantClaim(role, 'i-0123456789abcdef0')).toThrow(
    "grantClaim: found i-0123456789abcdef0; allowed: a node's instance ID, one of",
  );
});

test('the parts are there to grant on and to alarm on', () => {
  const { failover } = shop;
  expect(Object.keys(failover.functions)).toEqual([
    'VerifyInstanceState',
    'UnassignIp',
    'AssignIp',
    'VerifyEni',
    'Notify',
  ]);
  expect(Object.keys(failover.functionLogGroups)).toEqual(Object.keys(failover.functions));
  expect(failover.alarms).toHaveLength(12);
  expect(failover.statusAlarms).toHaveLength(2);
  for (const part of ['stateMachine', 'logGroup', 'topic', 'key', 'deadLetterQueue', 'dashboard'] as const) {
    expect(failover[part]).toBeDefined();
  }
});

test('a topic and a key that exist are used instead of new ones', () => {
  const stack = new Stack(newApp(), 'Given');
  const topicArn = 'arn:aws:sns:eu-west-1:111122223333:operations';
  const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  new VirtualIpFailover(stack, 'Failover', {
    clusters: [cluster('mail', 1)],
    topic: Topic.fromTopicArn(stack, 'Topic', topicArn),
    key: Key.fromKeyArn(stack, 'Key', keyArn),
  });
  const given = bodyOf(stack);
  expect(given.all('AWS::SNS::Topic')).toEqual([]);
  expect(given.all('AWS::KMS::Key')).toEqual([]);
  expect(given.one('AWS::Lambda::Function', 'Notify')[1].Environment.Variables.TOPIC_ARN).toBe(topicArn);
  const statements = given
    .one('AWS::IAM::Role', 'NotifyRole')[1]
    .Policies.flatMap((policy) => policy.PolicyDocument.Statement);
  expect(statements).toContainEqual({ Effect: 'Allow', Action: 'sns:Publish', Resource: topicArn });
  expect(statements).toContainEqual({
    Effect: 'Allow',
    Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
    Resource: keyArn,
  });
});

test('a topic, a second one and a key of another Region than the stack’s are refused', () => {
  const stack = new Stack(newApp(), 'Elsewhere', { env: { region: 'us-east-1' } });
  const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;
  const elsewhere = {
    topic: Topic.fromTopicArn(stack, 'Topic', arn('sns', 'operations')),
    key: Key.fromKeyArn(stack, 'Key', arn('kms', 'key/1234abcd-12ab-34cd-56ef-1234567890ab')),
    secondAlarmTopic: Topic.fromTopicArn(stack, 'Second', arn('sns', 'second')),
  };
  expect(() => new VirtualIpFailover(stack, 'Failover', { clusters: [cluster('mail', 1)], ...elsewhere })).toThrow(
    new ConfigError(
      ['topicArn', 'keyArn', 'secondAlarmTopicArn'].map(
        (field) =>
          `notifications.${field}: found the Region eu-west-1 (aws); allowed: the same Region as that of the stack, us-east-1 (aws)`,
      ),
    ),
  );
});

test('code is signed by whom the app says, for every function', () => {
  const stack = new Stack(newApp(), 'Signed');
  const arn = 'arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0a1b2c3d4e5f60001';
  const codeSigningConfig = CodeSigningConfig.fromCodeSigningConfigArn(stack, 'Signing', arn);
  new VirtualIpFailover(stack, 'Failover', { clusters: [cluster('mail', 1)], emails: 'none', codeSigningConfig });
  const functions = bodyOf(stack).all('AWS::Lambda::Function');
  expect(functions.map(([, lambda]) => lambda)).toEqual(
    Array(5).fill(expect.objectContaining({ CodeSigningConfigArn: arn })),
  );
});

test('two constructs fit one stack, and each has a history of its own', () => {
  const stack = new Stack(newApp(), 'Both');
  new VirtualIpFailover(stack, 'East', { clusters: [cluster('mail', 1)], emails: 'none' });
  new VirtualIpFailover(stack, 'West', { clusters: [cluster('db', 11)], emails: 'none' });
  const names = bodyOf(stack)
    .all('AWS::Logs::LogGroup')
    .flatMap(([, { LogGroupName }]) => LogGroupName ?? []);
  expect(new Set(names.map((name) => JSON.stringify(name))).size).toBe(2);
});

test('no cluster’s name collides with a part of the construct', () => {
  const names = ['Notify', 'Triggers', 'Alarms', 'Workflow', 'Audit', 'Clusters'];
  expect(() => bodyOf(stackOf({ clusters: names.map((name, index) => cluster(name, 10 * index)) }))).not.toThrow();
});

describe('synth says', () => {
  const CHECKS_OFF = /^No scheduled checks for db, queue \(checkIntervalMinutes\)\..*never repaired/;
  const ONE_TOPIC = /^Notices and alarms go to one topic, .*secondAlarmTopicArn/;

  function saidOf(clusters: ClusterProps[], secondAlarmTopic?: ITopic): { warnings: unknown[]; infos: unknown[] } {
    const stack = new Stack(newApp(), 'Said');
    new VirtualIpFailover(stack, 'Failover', {
      clusters,
      emails: 'none',
      ...(secondAlarmTopic && { secondAlarmTopic }),
    });
    const annotations = Annotations.fromStack(stack);
    const said = (found: readonly { entry: { data?: unknown } }[]) => found.map(({ entry }) => entry.data);
    return {
      warnings: said(annotations.findWarning('*', Match.anyValue())),
      infos: said(annotations.findInfo('*', Match.anyValue())),
    };
  }

  test('which clusters are never repaired when an event is lost', () => {
    const { warnings } = saidOf([
      cluster('mail', 1),
      { ...cluster('db', 11), checkIntervalMinutes: false },
      { ...cluster('queue', 21), checkIntervalMinutes: 0 },
    ]);
    expect(warnings).toEqual([expect.stringMatching(CHECKS_OFF)]);
    expect(saidOf([cluster('mail', 1)]).warnings).toEqual([]);
  });

  test('D12: that a second topic is recommended, unless there is one', () => {
    expect(saidOf([cluster('mail', 1)]).infos).toEqual([expect.stringMatching(ONE_TOPIC)]);
    const pager = Topic.fromTopicArn(new Stack(), 'Pager', 'arn:aws:sns:eu-west-1:111122223333:pager');
    expect(saidOf([cluster('mail', 1)], pager).infos).toEqual([]);
  });
});

test('B11: nobody would be told, and nobody said so: refused', () => {
  const stack = new Stack(newApp(), 'Unheard');
  expect(() => new VirtualIpFailover(stack, 'Failover', { clusters: [cluster('mail', 1)] })).toThrow(
    'notifications: nobody would be told of a failover; allowed: at least one address in "emails"',
  );
  const topic = new Topic(stack, 'Own');
  expect(() => new VirtualIpFailover(stack, 'WithTopic', { clusters: [cluster('mail', 1)], topic })).not.toThrow();
});

test('wrong properties are refused in the construct too', () => {
  const stack = new Stack(newApp(), 'Wrong');
  const { nodes, ...mail } = cluster('mail', 1);
  expect(() => new VirtualIpFailover(stack, 'Failover', { clusters: [{ ...mail, nodes: nodes.slice(1) }] })).toThrow(
    'clusters[0].nodes: found one of them; allowed: a list of 2 to 8 nodes',
  );
  expect(id('i', 1)).toHaveLength(19);
});
