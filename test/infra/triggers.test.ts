import { cluster, id, resolve, templateOf } from './support';

const template = templateOf({
  clusters: [
    {
      ...cluster('mail', 1),
      nodes: [
        { instanceId: id('i', 1), networkInterfaceId: id('eni', 1), alarms: ['smtp-down', 'disk-full'] },
        { instanceId: id('i', 2), networkInterfaceId: id('eni', 2), alarms: ['smtp-down'] },
      ],
    },
    { ...cluster('db', 11, 3), triggerStates: ['stopping', 'stopped'], checkIntervalMinutes: 1 },
    { ...cluster('quiet', 21), checkIntervalMinutes: false },
  ],
});
const [stateMachine] = template.one('AWS::StepFunctions::StateMachine');
const [queue] = template.one('AWS::SQS::Queue');

/** A bus may get events of other accounts and Regions. */
const HERE = { account: [{ Ref: 'AWS::AccountId' }], region: [{ Ref: 'AWS::Region' }] };

test('A9: one rule a cluster follows the states of all its nodes, of this account and Region', () => {
  expect(template.one('AWS::Events::Rule', 'mailTriggersInstanceRule')[1].EventPattern).toEqual({
    ...HERE,
    source: ['aws.ec2'],
    'detail-type': ['EC2 Instance State-change Notification'],
    detail: {
      state: ['stopping', 'stopped', 'shutting-down', 'terminated', 'running'],
      'instance-id': [id('i', 1), id('i', 2)],
    },
  });
  expect(template.one('AWS::Events::Rule', 'dbTriggersInstanceRule')[1].EventPattern.detail).toEqual({
    state: ['stopping', 'stopped'],
    'instance-id': [id('i', 11), id('i', 12), id('i', 13)],
  });
});

test('another rule follows the status-check alarms and the user’s own alarms, each named once', () => {
  const statusAlarms = template.all('AWS::CloudWatch::Alarm').filter(([name]) => /mailNode\d/.test(name));
  expect(statusAlarms).toHaveLength(2);
  expect(template.one('AWS::Events::Rule', 'mailTriggersAlarmRule')[1].EventPattern).toEqual({
    ...HERE,
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: {
      alarmName: [...statusAlarms.map(([logicalId]) => ({ Ref: logicalId })), 'smtp-down', 'disk-full'],
      $or: [
        { state: { value: ['ALARM'] } },
        { state: { value: ['OK'] }, previousState: { reason: [{ 'anything-but': { prefix: 'Unchecked: ' } }] } },
      ],
    },
  });
});

test('a third rule follows claims of the cluster’s own nodes, and no others', () => {
  expect(template.one('AWS::Events::Rule', 'dbTriggersClaimRule')[1].EventPattern).toEqual({
    ...HERE,
    source: ['vip-failover'],
    'detail-type': [11, 12, 13].map((number) => `Virtual IP Claim ${id('i', number)}`),
    detail: { cluster: ['db'] },
  });
});

test('every rule hands the event as it comes to the state machine, keeps trying, and loses nothing', () => {
  const rules = template.all('AWS::Events::Rule');
  const [role] = template.one('AWS::IAM::Role', 'RuleRole');
  expect(rules).toHaveLength(9);
  for (const [, rule] of rules) {
    expect(rule.State).toBe('ENABLED');
    expect(rule.Targets).toEqual([
      {
        Id: 'Workflow',
        Arn: { Ref: stateMachine },
        RoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 },
      },
    ]);
  }
});

test('the dead-letter queue is encrypted, TLS only, and has one statement for all rules', () => {
  const [, properties] = template.one('AWS::SQS::Queue');
  const [, policy] = template.one('AWS::SQS::QueuePolicy');
  expect(properties.SqsManagedSseEnabled).toBe(true);
  expect(resolve(policy.PolicyDocument.Statement)).toEqual([
    {
      Effect: 'Deny',
      Action: 'sqs:*',
      Principal: { AWS: '*' },
      Resource: `<${queue}.Arn>`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: 'RulesSend',
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Principal: { Service: 'events.amazonaws.com' },
      Resource: `<${queue}.Arn>`,
      Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:events:ap-southeast-1:111122223333:rule/*' } },
    },
  ]);
});

test('a schedule checks each cluster as often as configured, and loses nothing either', () => {
  const [role] = template.one('AWS::IAM::Role', 'ScheduleRole');
  const [group] = template.one('AWS::Scheduler::ScheduleGroup');
  expect(template.one('AWS::Scheduler::Schedule', 'mail')[1]).toMatchObject({
    GroupName: { Ref: group },
    ScheduleExpression: 'cron(0,5,10,15,20,25,30,35,40,45,50,55 * * * ? *)',
    State: 'ENABLED',
    Target: {
      Arn: { Ref: stateMachine },
      RoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
      Input: '{"cluster":"mail","mode":"check"}',
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queue, 'Arn'] } },
      RetryPolicy: { MaximumEventAgeInSeconds: 300 },
    },
  });
  expect(template.one('AWS::Scheduler::Schedule', 'db')[1].ScheduleExpression).toBe('cron(* * * * ? *)');
});

test('A17: no more than their share of the checks of 40 clusters come in one minute', () => {
  const forty = templateOf({ clusters: Array.from({ length: 40 }, (_, index) => cluster(`c${index}`, 10 * index)) });
  const expressions = forty.all('AWS::Scheduler::Schedule').map(([, schedule]) => schedule.ScheduleExpression);
  const counts = [...new Set(expressions)].map((each) => expressions.filter((other) => other === each).length);
  expect(counts).toEqual([8, 8, 8, 8, 8]);
});

test('a cluster whose checks are switched off has neither schedule nor readiness alarm', () => {
  const ofQuiet = (type: string) => template.all(type).filter(([logicalId]) => logicalId.includes('quiet'));
  expect(ofQuiet('AWS::Scheduler::Schedule')).toEqual([]);
  expect(ofQuiet('AWS::CloudWatch::Alarm').filter(([logicalId]) => logicalId.includes('NotReady'))).toEqual([]);
});

test('alarm names that do not fit an event pattern are refused with the remedy', () => {
  const nodes = Array.from({ length: 8 }, (_, node) => ({
    instanceId: id('i', node),
    networkInterfaceId: id('eni', node),
    alarms: Array.from({ length: 5 }, (_, alarm) => `alarm-${node}-${alarm}-${'x'.repeat(60)}`),
  }));
  expect(() => templateOf({ clusters: [{ ...cluster('mail', 1), nodes }] })).toThrow(
    /cluster mail: found alarm names that make an event pattern of up to \d+ characters; allowed: 2048; use fewer alarms/,
  );
});
