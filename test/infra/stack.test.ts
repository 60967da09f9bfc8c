import { FUNCTION_SECONDS } from '../../functions/shared/timing';
import { configSchema } from '../../infra/config-schema';
import { readDefinition } from '../../infra/workflow-definition';
import { cluster, id, resolve, templateOf } from './support';

const mail = cluster('mail', 1);
const template = templateOf({
  clusters: [
    { ...mail, nodes: mail.nodes.map((node, index) => ({ ...node, ...(index === 0 && { name: 'mail-1' }) })) },
    { ...cluster('db', 11), handover: 'atomic', failback: 'automatic', dampingMinutes: 0 },
  ],
  notifications: { emails: ['operations@example.com'], locale: 'ja' },
  logRetentionDays: 30,
});

test.each([
  ['VerifyInstanceState', 'verify-instance-state'],
  ['UnassignIp', 'unassign-ip'],
  ['AssignIp', 'assign-ip'],
  ['VerifyEni', 'verify-eni'],
  ['Notify', 'notify'],
])(
  'function %s runs its bundle on nodejs24.x and arm64, with its own role, log group, JSON logs and traces',
  (state, folder) => {
    const [, lambda] = template.one('AWS::Lambda::Function', state);
    const [role] = template.one('AWS::IAM::Role', `${state}Role`);
    const [logs] = template.one('AWS::Logs::LogGroup', `${state}Logs`);
    expect(lambda).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: 512,
      Role: { 'Fn::GetAtt': [role, 'Arn'] },
      LoggingConfig: { LogFormat: 'JSON', LogGroup: { Ref: logs } },
      TracingConfig: { Mode: 'Active' },
    });
    expect(lambda.Environment.Variables).toMatchObject({
      POWERTOOLS_SERVICE_NAME: folder,
      POWERTOOLS_LOG_LEVEL: 'INFO',
    });
    expect(lambda).not.toHaveProperty('ReservedConcurrentExecutions');
  },
);

test('every function has the timeout of the time budget', () => {
  const timeouts = template.all('AWS::Lambda::Function').map(([, { Timeout }]) => Timeout);
  expect([...new Set(timeouts)]).toEqual([FUNCTION_SECONDS]);
});

test('Notify alone knows the topic, the language and the metrics', () => {
  const [topic] = template.one('AWS::SNS::Topic');
  const [, notify] = template.one('AWS::Lambda::Function', 'Notify');
  expect(notify.Environment.Variables).toEqual({
    POWERTOOLS_SERVICE_NAME: 'notify',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    TIME_ZONE: 'UTC',
    EVENTS_ENDPOINT: {
      'Fn::Join': ['', ['https://events.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]],
    },
    TOPIC_ARN: { Ref: topic },
    LOCALE: 'ja',
    EXPECTS_SUBSCRIBERS: 'true',
  });
});

test('memory and reserved concurrency follow the configuration', () => {
  const tuned = templateOf({ clusters: [cluster('mail', 1)], memoryMegabytes: 1024, reservedConcurrency: 20 });
  for (const [, lambda] of tuned.all('AWS::Lambda::Function')) {
    expect(lambda).toMatchObject({ MemorySize: 1024, ReservedConcurrentExecutions: 20 });
  }
});

test('the field says how often the reserved concurrency is taken from the account', () => {
  expect(template.all('AWS::Lambda::Function')).toHaveLength(5);
  const { description } = configSchema.shape.reservedConcurrency.unwrap();
  expect(description).toContain('each of the five Lambdas');
  expect(description).toContain('five times as much to give and keep 100 unreserved');
});

function definition() {
  const [, { DefinitionString }] = template.one('AWS::StepFunctions::StateMachine');
  return JSON.parse(String(resolve(DefinitionString)));
}

test('the state machine is the workflow of the repository with functions, partition and registry filled in', () => {
  const { clusters } = definition().States.Begin.Assign;
  const filledIn = (name: string): string => {
    if (name === 'Partition') return 'aws';
    if (name === 'InputLimit') return '32768';
    return `<${template.one('AWS::Lambda::Function', name)[0]}.Arn>`;
  };
  const expected = JSON.stringify(readDefinition())
    .replace(/"\$\{Clusters\}"/, () => JSON.stringify(clusters))
    .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => filledIn(name));
  expect(definition()).toEqual(JSON.parse(expected));
});

test('the registry in the definition is what the Lambdas expect', () => {
  expect(definition().States.Begin.Assign.clusters).toEqual([
    {
      name: 'mail',
      subnetId: id('subnet', 1),
      virtualIps: [{ address: '10.0.1.5' }],
      nodes: [
        { instanceId: id('i', 1), networkInterfaceId: id('eni', 1), name: 'mail-1' },
        { instanceId: id('i', 2), networkInterfaceId: id('eni', 2) },
      ],
      handover: 'unassign-first',
      dampingMinutes: 5,
      checkIntervalMinutes: 5,
    },
    {
      name: 'db',
      subnetId: id('subnet', 11),
      virtualIps: [{ address: '10.0.11.5' }],
      nodes: [
        { instanceId: id('i', 11), networkInterfaceId: id('eni', 11) },
        { instanceId: id('i', 12), networkInterfaceId: id('eni', 12) },
      ],
      handover: 'atomic',
      failbackAfterMinutes: 60,
      checkIntervalMinutes: 5,
    },
  ]);
});

test('the state machine is Express, traced, and logs everything with its data', () => {
  const [logs] = template.one('AWS::Logs::LogGroup', 'Workflow');
  expect(template.one('AWS::StepFunctions::StateMachine')[1]).toMatchObject({
    StateMachineType: 'EXPRESS',
    TracingConfiguration: { Enabled: true },
    LoggingConfiguration: {
      Level: 'ALL',
      IncludeExecutionData: true,
      Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [logs, 'Arn'] } } }],
    },
  });
});

test('the history lies under /aws/vendedlogs/states/, in a log group that a redeployed stack does not meet again', () => {
  const [, logs] = template.one('AWS::Logs::LogGroup', 'Workflow');
  expect(resolve(logs.LogGroupName)).toMatch(/^\/aws\/vendedlogs\/states\/VipFailover-[0-9a-f]{8}-333344445555$/);
  expect(JSON.stringify(logs.LogGroupName)).toContain('AWS::StackId');
});

test('logs are kept as long as configured, and when the stack is deleted', () => {
  const groups = Object.values(template.resources).filter(({ Type }) => Type === 'AWS::Logs::LogGroup');
  expect(groups).toHaveLength(6);
  for (const group of groups) {
    expect(group).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: { RetentionInDays: 30 },
    });
  }
});

test('e-mail addresses are subscribed to the encrypted topic', () => {
  const [topic] = template.one('AWS::SNS::Topic');
  const [key] = template.one('AWS::KMS::Key');
  expect(template.one('AWS::SNS::Topic')[1]).toMatchObject({ KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } });
  expect(template.one('AWS::SNS::Subscription')[1]).toEqual({
    Protocol: 'email',
    Endpoint: 'operations@example.com',
    TopicArn: { Ref: topic },
  });
});

test('the outputs give each cluster its rehearsal and its drill, ready to paste', () => {
  const [stateMachine] = template.one('AWS::StepFunctions::StateMachine');
  const start = `aws stepfunctions start-execution --region ap-southeast-1 --state-machine-arn <${stateMachine}> --input `;
  const value = (name: string) => String(resolve(template.outputs[name]?.Value));
  expect(value('Rehearsalmail')).toBe(`${start}'{"cluster":"mail","mode":"rehearsal","requestedBy":"YOUR NAME"}'`);
  expect(value('Drilldb')).toBe(
    `${start}'{"cluster":"db","mode":"drill","target":"${id('i', 12)}","requestedBy":"YOUR NAME","reason":"drill"}'`,
  );
  expect(Object.keys(template.outputs)).toEqual([
    'Topic',
    'StateMachine',
    'StateMachineConsole',
    'OutcomeLog',
    'DashboardConsole',
    'ReadPolicy',
    'ClaimPolicy',
    'OperatePolicy',
    'Rehearsalmail',
    'Drillmail',
    'Rehearsaldb',
    'Drilldb',
  ]);
  expect(value('StateMachineConsole')).toContain(`<${stateMachine}>`);
  expect(JSON.stringify(resolve(template.outputs.ClaimPolicy?.Value))).toContain('Virtual IP Claim INSTANCE_ID');
});

/** What an output says in a partition: the branches of its conditions chosen. */
function inPartition(value: unknown, partition: string): unknown {
  const { Conditions } = template.template.toJSON();
  const choose = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(choose);
    if (typeof part !== 'object' || part === null) return part;
    const [[name, argument] = ['', null]] = Object.entries(part);
    if (name !== 'Fn::If') return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, choose(each)]));
    const [condition, yes, no] = argument;
    return Conditions[condition]['Fn::Equals'].includes(partition) ? yes : choose(no);
  };
  return resolve(choose(value));
}

test.each([
  ['aws', 'console.aws.amazon.com'],
  ['aws-cn', 'console.amazonaws.cn'],
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
  ['aws-eusc', 'console.amazonaws-eusc.eu'],
])('the links lead to the console of the partition %s', (partition, domain) => {
  for (const [output, path] of [
    ['StateMachineConsole', 'states'],
    ['DashboardConsole', 'cloudwatch'],
  ]) {
    expect(inPartition(template.outputs[output ?? '']?.Value, partition)).toEqual(
      expect.stringContaining(`https://ap-southeast-1.${domain}/${path}/home?region=ap-southeast-1#`),
    );
  }
});

test('the template names no account, no Region and no ARN, and depends on nothing twice', () => {
  const text = JSON.stringify(template.template.toJSON());
  expect(text).not.toMatch(/arn:aws/);
  expect(text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af)-[a-z]+-\d\b/);
  expect(text).not.toMatch(/(?<![0-9a-f-])\d{12}(?![0-9a-f])/);
  expect(Object.values(template.resources).filter(({ DependsOn }) => DependsOn !== undefined)).toEqual([]);
});
