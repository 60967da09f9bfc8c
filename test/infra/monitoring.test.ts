import { cluster, id, resolve, templateOf } from './support';

const template = templateOf({
  clusters: [cluster('mail', 1), { ...cluster('db', 11), checkIntervalMinutes: 10 }],
  notifications: { secondAlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:operations' },
});
const [topic] = template.one('AWS::SNS::Topic');
const [stateMachine] = template.one('AWS::StepFunctions::StateMachine');
const ALARM = 'AWS::CloudWatch::Alarm';
const ACTIONS = [{ Ref: topic }, 'arn:aws:sns:eu-west-1:111122223333:operations'];

test.each([
  // Twice the longest interval of the checks, at least a quarter of an hour.
  ['ExecutionsFailed', 'AWS/States', 'ExecutionsFailed', 'StateMachineArn', 1200],
  ['ExecutionsTimedOut', 'AWS/States', 'ExecutionsTimedOut', 'StateMachineArn', 300],
  ['ExecutionsAborted', 'AWS/States', 'ExecutionsAborted', 'StateMachineArn', 300],
  ['ExecutionsThrottled', 'AWS/States', 'ExecutionThrottled', 'StateMachineArn', 300],
  ['DeadLetters', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', 300],
  ['NoticeErrors', 'AWS/Lambda', 'Errors', 'FunctionName', 300],
  ['mailAlarmsInstanceRuleFailed', 'AWS/Events', 'FailedInvocations', 'RuleName', 300],
  ['mailAlarmsAlarmRuleFailed', 'AWS/Events', 'FailedInvocations', 'RuleName', 300],
])('one is enough for alarm %s, and silence is fine', (name, Namespace, MetricName, dimension, Period) => {
  expect(template.one(ALARM, name)[1]).toMatchObject({
    Namespace,
    MetricName,
    Period,
    Dimensions: [{ Name: dimension }],
    Threshold: 1,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
});

test('a check that fails every five minutes keeps one alarm up', () => {
  const usual = templateOf({ clusters: [cluster('mail', 1)] });
  expect(usual.one(ALARM, 'ExecutionsFailed')[1]).toMatchObject({ Period: 900, EvaluationPeriods: 1 });
});

test('alarms look at this state machine, this queue, the notify function and each rule', () => {
  const watched = template.all(ALARM).map(([, alarm]) => JSON.stringify(alarm.Dimensions));
  const [queue] = template.one('AWS::SQS::Queue');
  const [notify] = template.one('AWS::Lambda::Function', 'Notify');
  const rules = template.all('AWS::Events::Rule').map(([rule]) => rule);
  for (const resource of [stateMachine, queue, notify, ...rules]) {
    expect(watched.filter((dimensions) => dimensions.includes(`"${resource}"`)).length).toBeGreaterThan(0);
  }
});

test('a cluster that is not ready, or whose checks are silent, is one alarm, and one more message when it is ready again', () => {
  expect(template.one(ALARM, 'mailAlarmsNotReady')[1]).toMatchObject({
    Namespace: 'VipFailover',
    MetricName: 'Ready',
    Dimensions: [{ Name: 'Cluster', Value: 'mail' }],
    Statistic: 'Minimum',
    Period: 600,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
    AlarmActions: ACTIONS,
    OKActions: ACTIONS,
  });
  expect(template.one(ALARM, 'dbAlarmsNotReady')[1]).toMatchObject({ Period: 1200 });
});

test('two bad minutes of a node’s status checks are an alarm that starts the workflow and tells nobody itself', () => {
  const [, alarm] = template.one(ALARM, 'mailNode2');
  expect(alarm).toMatchObject({
    Namespace: 'AWS/EC2',
    MetricName: 'StatusCheckFailed',
    Dimensions: [{ Name: 'InstanceId', Value: id('i', 2) }],
    Statistic: 'Maximum',
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  });
  expect(alarm.AlarmActions).toBeUndefined();
});

test('every other alarm goes to the topic and to the second destination, and says what it means and what to do', () => {
  const alarms = template.all(ALARM);
  expect(alarms).toHaveLength(6 + 2 * (2 + 3));
  for (const [name, alarm] of alarms) {
    expect(alarm.AlarmDescription.length).toBeGreaterThan(120);
    if (!/Node\d/.test(name)) expect(alarm.AlarmActions).toEqual(ACTIONS);
  }
});

test('the dashboard shows outcomes, durations, dark time, cold starts, errors and the dead-letter queue', () => {
  const [, { DashboardBody }] = template.one('AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(String(resolve(DashboardBody)));
  const text = JSON.stringify(widgets);
  for (const metric of [
    'Outcomes',
    'EventToVerified',
    'DarkTime',
    'Ready',
    'Errors',
    'ApproximateNumberOfMessagesVisible',
  ]) {
    expect(text).toContain(`"${metric}"`);
  }
  expect(text).toContain('record.metrics.initDurationMs');
  expect(text).toContain('"Cluster","mail"');
});

test('one saved query over the log of Notify lists every move with when, which, from, to, who, why and how long', () => {
  const [logs] = template.one('AWS::Logs::LogGroup', 'NotifyLogs');
  const [, query] = template.one('AWS::Logs::QueryDefinition');
  expect(query).toMatchObject({ LogGroupNames: [{ Ref: logs }] });
  for (const field of [
    '@timestamp',
    'cluster',
    'mode',
    'outcome',
    'from',
    'to',
    'requestedBy',
    'reason',
    'executionId',
  ]) {
    expect(query.QueryString).toContain(field);
  }
  expect(query.QueryString).toContain('filter message = "outcome"');
});
