import { cluster, id, resolve, type TemplateBody, templateOf } from './support';

const plain = templateOf({ clusters: [cluster('mail', 1), cluster('db', 11)] });
const INTERFACES = [1, 2, 11, 12].map(interfaceArn);

function interfaceArn(serial: number): string {
  return `arn:aws:ec2:ap-southeast-1:111122223333:network-interface/${id('eni', serial)}`;
}

/** What a role may do, one line an action and resource: `action on resource`. */
function grantsOf(template: TemplateBody, role: string): string[] {
  const [logicalId, properties] = template.one('AWS::IAM::Role', role);
  const more = template
    .all('AWS::IAM::ManagedPolicy')
    .filter(([, policy]) => JSON.stringify(policy.Roles).includes(logicalId));
  const documents = [
    ...properties.Policies.map((policy) => policy.PolicyDocument),
    ...more.map(([, policy]) => policy.PolicyDocument),
  ];
  return documents
    .flatMap(({ Statement }) => Statement)
    .flatMap((statement) => {
      const { Action: _action, Resource: _resource, Effect, Condition, ...others } = statement;
      expect(others).toEqual({});
      expect(Effect).toBe('Allow');
      const only = Condition === undefined ? '' : ` if ${JSON.stringify(Condition)}`;
      return [statement.Action]
        .flat()
        .flatMap((action) => [statement.Resource].flat().map((resource) => `${action} on ${resolve(resource)}${only}`));
    })
    .sort();
}

/** The permissions that every function has: its own log group and its traces. */
function ownLogsAndTraces(template: TemplateBody, state: string): string[] {
  const [logs] = template.one('AWS::Logs::LogGroup', `${state}Logs`);
  return [
    `logs:CreateLogStream on <${logs}.Arn>`,
    `logs:PutLogEvents on <${logs}.Arn>`,
    'xray:PutTelemetryRecords on *',
    'xray:PutTraceSegments on *',
  ];
}

function on(resources: readonly string[], ...actions: readonly string[]): string[] {
  return actions.flatMap((action) => resources.map((resource) => `${action} on ${resource}`));
}

test.each([
  [
    'VerifyInstanceState',
    on(
      ['*'],
      'ec2:DescribeInstances',
      'ec2:DescribeInstanceStatus',
      'ec2:DescribeNetworkInterfaces',
      'cloudwatch:DescribeAlarms',
      'cloudwatch:DescribeAlarmHistory',
      'cloudwatch:GetMetricData',
    ),
  ],
  [
    'UnassignIp',
    [
      ...on(['*'], 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:GetSubnetCidrReservations'),
      ...on(INTERFACES, 'ec2:UnassignPrivateIpAddresses'),
    ],
  ],
  [
    'AssignIp',
    [
      ...on(['*'], 'ec2:DescribeInstanceTypes', 'ec2:DescribeNetworkInterfaces'),
      ...on(INTERFACES, 'ec2:AssignPrivateIpAddresses'),
    ],
  ],
  ['VerifyEni', on(['*'], 'ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces')],
])('%s may do exactly what it needs', (state, expected) => {
  expect(grantsOf(plain, `${state}Role`)).toEqual([...ownLogsAndTraces(plain, state), ...expected].sort());
});

test('Notify may look at instances and interfaces, publish to the one topic, use its key, and put outcomes on the bus', () => {
  const [topic] = plain.one('AWS::SNS::Topic');
  const [key] = plain.one('AWS::KMS::Key');
  expect(grantsOf(plain, 'NotifyRole')).toEqual(
    [
      ...ownLogsAndTraces(plain, 'Notify'),
      ...on(['*'], 'ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces'),
      ...on([`<${topic}>`], 'sns:Publish'),
      ...on([`<${key}.Arn>`], 'kms:Decrypt', 'kms:GenerateDataKey*'),
      'events:PutEvents on arn:aws:events:ap-southeast-1:111122223333:event-bus/default if ' +
        '{"ForAllValues:StringEquals":{"events:source":"vip-failover","events:detail-type":"Virtual IP Failover Outcome"},' +
        '"Null":{"events:source":"false","events:detail-type":"false"}}',
    ].sort(),
  );
});

test('Elastic IPs may be associated with the interfaces of their own clusters only', () => {
  const elasticIpAllocationId = id('eipalloc', 1);
  const template = templateOf({
    clusters: [
      { ...cluster('mail', 1), virtualIps: [{ address: '10.0.0.5', elasticIpAllocationId }] },
      cluster('db', 11),
    ],
  });
  expect(grantsOf(template, 'AssignIpRole')).toContain('ec2:DescribeAddresses on *');
  expect(grantsOf(template, 'AssignIpRole').filter((grant) => grant.startsWith('ec2:AssociateAddress'))).toEqual([
    `ec2:AssociateAddress on arn:aws:ec2:ap-southeast-1:111122223333:elastic-ip/${elasticIpAllocationId}`,
    `ec2:AssociateAddress on ${interfaceArn(1)}`,
    `ec2:AssociateAddress on ${interfaceArn(2)}`,
  ]);
});

test('the workflow may invoke the five functions, deliver logs and traces, and nothing more', () => {
  const functions = plain.all('AWS::Lambda::Function').map(([logicalId]) => `<${logicalId}.Arn>`);
  expect(functions).toHaveLength(5);
  expect(grantsOf(plain, 'WorkflowRole')).toEqual(
    [
      ...on(functions, 'lambda:InvokeFunction'),
      ...on(
        ['*'],
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ),
    ].sort(),
  );
});

test('rules may start the one state machine, schedules also write to the dead-letter queue', () => {
  const [stateMachine] = plain.one('AWS::StepFunctions::StateMachine');
  const [queue] = plain.one('AWS::SQS::Queue');
  expect(grantsOf(plain, 'RuleRole')).toEqual([`states:StartExecution on <${stateMachine}>`]);
  expect(grantsOf(plain, 'ScheduleRole')).toEqual([
    `sqs:SendMessage on <${queue}.Arn>`,
    `states:StartExecution on <${stateMachine}>`,
  ]);
});

test('each role serves one AWS service, and no permission hides outside its inline policy', () => {
  const roles = plain.all('AWS::IAM::Role');
  expect(roles.map(([, role]) => role.AssumeRolePolicyDocument.Statement.map(({ Principal }) => Principal))).toEqual([
    ...Array.from({ length: 5 }, () => [{ Service: 'lambda.amazonaws.com' }]),
    [{ Service: 'states.amazonaws.com' }],
    [{ Service: 'events.amazonaws.com' }],
    [{ Service: 'scheduler.amazonaws.com' }],
  ]);
  expect(roles.filter(([, role]) => role.Policies.length !== 1 || role.ManagedPolicyArns)).toEqual([]);
  expect(plain.all('AWS::IAM::Policy')).toEqual([]);
  expect(plain.all('AWS::IAM::ManagedPolicy')).toEqual([]);
  expect(plain.all('AWS::Lambda::Permission')).toEqual([]);
});

test.each([
  ['WorkflowRole', 'arn:aws:states:ap-southeast-1:111122223333:stateMachine:*'],
  ['RuleRole', 'arn:aws:events:ap-southeast-1:111122223333:rule/*'],
  ['ScheduleRole', `<${plain.one('AWS::Scheduler::ScheduleGroup')[0]}.Arn>`],
])('%s may be assumed for this account’s resources only', (role, source) => {
  const [, { AssumeRolePolicyDocument }] = plain.one('AWS::IAM::Role', role);
  expect(AssumeRolePolicyDocument.Statement.map(({ Condition }) => resolve(Condition))).toEqual([
    { StringEquals: { 'aws:SourceAccount': '111122223333' }, ArnLike: { 'aws:SourceArn': source } },
  ]);
});

test('the key serves its account and the alarms of it; the topic takes alarms, and TLS only', () => {
  const ofAccount = {
    ArnLike: { 'aws:SourceArn': 'arn:aws:cloudwatch:ap-southeast-1:111122223333:alarm:VipFailover-*' },
  };
  const [, key] = plain.one('AWS::KMS::Key');
  const [topicId] = plain.one('AWS::SNS::Topic');
  const [, topicPolicy] = plain.one('AWS::SNS::TopicPolicy');
  expect(key.EnableKeyRotation).toBe(true);
  expect(resolve(key.KeyPolicy.Statement)).toEqual([
    { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Resource: '*' },
    {
      Sid: 'AlarmsEncrypt',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Resource: '*',
      Condition: ofAccount,
    },
  ]);
  expect(resolve(topicPolicy.PolicyDocument.Statement)).toEqual([
    {
      Sid: 'AllowPublishThroughSSLOnly',
      Effect: 'Deny',
      Action: 'sns:Publish',
      Principal: '*',
      Resource: `<${topicId}>`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'AlarmsPublish',
      Effect: 'Allow',
      Action: 'sns:Publish',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Resource: `<${topicId}>`,
      Condition: ofAccount,
    },
  ]);
});

describe('the policies that the stack prints', () => {
  const printed = (template: TemplateBody, output: string): { Action: string | string[]; Resource: unknown }[] =>
    JSON.parse(String(resolve(template.outputs[output]?.Value))).Statement;
  const changing = (template: TemplateBody) =>
    printed(template, 'OperatePolicy').slice(printed(template, 'ReadPolicy').length);
  const instances = [1, 2, 11, 12].map(
    (serial) => `arn:aws:ec2:ap-southeast-1:111122223333:instance/${id('i', serial)}`,
  );

  test('for those who look: no action that changes anything, and only this stack’s logs', () => {
    const statements = printed(plain, 'ReadPolicy');
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/:(Describe|Get|List|Filter|StartQuery$|StopQuery$)/.test(action))).toEqual([]);
    const logs = statements.find(({ Action }) => Action.includes('logs:StartQuery'));
    expect([logs?.Resource].flat().map(String).sort()).toEqual(
      plain
        .all('AWS::Logs::LogGroup')
        .map(([logicalId]) => `<${logicalId}.Arn>`)
        .sort(),
    );
  });

  test('for those who act: the workflow, the configured interfaces and instances, and our two tags', () => {
    const [stateMachine] = plain.one('AWS::StepFunctions::StateMachine');
    expect(changing(plain)).toEqual([
      { Effect: 'Allow', Action: 'states:StartExecution', Resource: `<${stateMachine}>` },
      { Effect: 'Allow', Action: 'ec2:AssignPrivateIpAddresses', Resource: INTERFACES },
      { Effect: 'Allow', Action: 'ec2:StartInstances', Resource: instances },
      {
        Effect: 'Allow',
        Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
        Resource: instances,
        Condition: {
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['vip-failover:paused', 'vip-failover:standby'] },
          Null: { 'aws:TagKeys': 'false' },
        },
      },
    ]);
  });
});
