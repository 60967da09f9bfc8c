import { cluster, id, resolve, templateOf } from './support';

const template = templateOf({
  clusters: [cluster('mail', 1), { ...cluster('db', 11), checkIntervalMinutes: 10 }],
  notifications: { secondAlarmTopicArn: 'arn:aws:sns:eu-west-1:111122223333:operations' },
});
const [topic] = template.one('AWS::SNS::Topic');
const [stateMachine] = template.one('AWS::StepFunctions::StateMachine');
const ALARM = 'AWS::CloudWatch::Alarm';
const ACTIONS = [{ Ref: topic }, 'arn:aws:sns:eu-west-1:111122223333:operations'];

const ONE_IS_ENOUGH = {
  Threshold: 1,
  EvaluationPeriods: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
};

/** The metrics of an alarm on an expression, and the expression with each metric's name in place of its ID. */
function mathOf(alarm: string) {
  const { Metrics = [], ...rest } = template.one(ALARM, alarm)[1];
  const [expression, ...more] = Metrics.filter(({ Expression }) => Expression !== undefined);
  expect(more).toEqual([]);
  const stats = Metrics.flatMap(({ Id, MetricStat, ReturnData }) =>
    MetricStat ? [{ Id, ReturnData, ...MetricStat }] : [],
  );
  expect([expression?.ReturnData, ...stats.map(({ ReturnData }) => ReturnData)]).toEqual([
    true,
    ...stats.map(() => false),
  ]);
  const text = stats.reduce(
    (sum, { Id, Metric }) => sum.replaceAll(Id, Metric.MetricName),
    expression?.Expression ?? '',
  );
  return { rest, stats, text };
}

test.each([
  // Two of the longest intervals of the checks and a little more, at least a quarter of an hour.
  [
    'ExecutionsFailed',
    'AWS/States',
    'ExecutionsFailed',
    { Name: 'StateMachineArn', Value: { Ref: stateMachine } },
    1320,
  ],
  ['ExecutionsTimedOut', 'AWS/States', 'ExecutionsTimedOut', { Name: 'StateMachineArn' }, 900],
  ['ExecutionsAborted', 'AWS/States', 'ExecutionsAborted', { Name: 'StateMachineArn' }, 900],
  ['StartsThrottled', 'AWS/States', 'ThrottledEvents', { Name: 'APIName', Value: 'StartExecution' }, 900],
  ['NoticeErrors', 'AWS/Lambda', 'Errors', { Name: 'FunctionName' }, 900],
])('one is enough for alarm %s, and silence is fine', (name, Namespace, MetricName, dimension, Period) => {
  const { rest, stats, text } = mathOf(name);
  expect(rest).toMatchObject(ONE_IS_ENOUGH);
  expect(text).toBe(`FILL(${MetricName}, 0)`);
  expect(stats).toMatchObject([{ Metric: { Namespace, MetricName, Dimensions: [dimension] }, Stat: 'Sum', Period }]);
});

test('one message in the dead-letter queue is enough, for as long as it lies there', () => {
  expect(template.one(ALARM, 'DeadLetters')[1]).toMatchObject({
    ...ONE_IS_ENOUGH,
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Statistic: 'Maximum',
    Period: 900,
  });
});

test('D11: each cluster has its own alarm on events that did not start the workflow, whatever became of them', () => {
  const [instanceRule] = template.one('AWS::Events::Rule', 'mailTriggersInstanceRule');
  const [alarmRule] = template.one('AWS::Events::Rule', 'mailTriggersAlarmRule');
  const [claimRule] = template.one('AWS::Events::Rule', 'mailTriggersClaimRule');
  const { rest, stats, text } = mathOf('mailAlarmsEventsUndelivered');
  expect(rest).toMatchObject(ONE_IS_ENOUGH);
  const filled = ['FailedInvocations', 'InvocationsSentToDlq', 'InvocationsFailedToBeSentToDlq'].map(
    (name) => `FILL(${name}, 0)`,
  );
  expect(text).toBe([...filled, ...filled, ...filled].join(' + '));
  expect(stats.map(({ Metric, Stat, Period }) => ({ ...Metric, Stat, Period }))).toEqual(
    [instanceRule, alarmRule, claimRule].flatMap((Ref) =>
      ['FailedInvocations', 'InvocationsSentToDlq', 'InvocationsFailedToBeSentToDlq'].map((MetricName) => ({
        Namespace: 'AWS/Events',
        MetricName,
        Dimensions: [{ Name: 'RuleName', Value: { Ref } }],
        Stat: 'Sum',
        Period: 900,
      })),
    ),
  );
});

test('checks that Scheduler dropped are an alarm too, whether or not they reached the dead-letter queue', () => {
  const [group] = template.one('AWS::Scheduler::ScheduleGroup');
  const { rest, stats, text } = mathOf('ChecksUndelivered');
  expect(rest).toMatchObject(ONE_IS_ENOUGH);
  expect(text).toBe(
    'FILL(InvocationDroppedCount, 0) + FILL(InvocationsSentToDeadLetterCount, 0) + FILL(InvocationsFailedToBeSentToDeadLetterCount, 0)',
  );
  for (const { Metric } of stats) {
    expect(Metric).toMatchObject({
      Namespace: 'AWS/Scheduler',
      Dimensions: [{ Name: 'ScheduleGroup', Value: { Ref: group } }],
    });
  }
});

test('D11: each cluster has its own alarm on notices that could not be sent', () => {
  for (const [name, Period] of [
    ['mail', 900],
    ['db', 1320],
  ] as const) {
    const { rest, stats, text } = mathOf(`${name}AlarmsNoticeFailed`);
    expect(text).toBe('FILL(Told, 1)');
    expect(stats).toMatchObject([
      {
        Metric: { Namespace: 'VipFailover', MetricName: 'Told', Dimensions: [{ Name: 'Cluster', Value: name }] },
        Stat: 'Minimum',
        Period,
      },
    ]);
    expect(rest).toMatchObject({
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'notBreaching',
    });
  }
});

test('alarms look at this state machine, this queue, the notify function and each rule', () => {
  const watched = template.all(ALARM).map(([, alarm]) => JSON.stringify([alarm.Dimensions, alarm.Metrics]));
  const [queue] = template.one('AWS::SQS::Queue');
  const [notify] = template.one('AWS::Lambda::Function', 'Notify');
  const rules = template.all('AWS::Events::Rule').map(([rule]) => rule);
  for (const resource of [stateMachine, queue, notify, ...rules]) {
    expect(watched.filter((metrics) => metrics.includes(`"${resource}"`)).length).toBeGreaterThan(0);
  }
});

test.each([
  ['mail', 5],
  ['db', 10],
])(
  '%s is not ready when a check says so or two are missing, is told once, and once more when it is ready',
  (name, interval) => {
    const { rest, stats, text } = mathOf(`${name}AlarmsNotReady`);
    // Nothing is missing for the alarm, so CloudWatch does not look back for an older point.
    expect(text).toBe('FILL(Ready, 0)');
    expect(stats).toMatchObject([
      {
        Metric: { Namespace: 'VipFailover', MetricName: 'Ready', Dimensions: [{ Name: 'Cluster', Value: name }] },
        Stat: 'Minimum',
        // At any minute the last two checks are in it, even if the newest one is not seen yet.
        Period: 60 * (2 * interval + 2),
      },
    ]);
    expect(rest).toMatchObject({
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: ACTIONS,
      OKActions: ACTIONS,
    });
  },
);

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
  expect(alarms).toHaveLength(8 + 2 * (2 + 4));
  for (const [name, alarm] of alarms) {
    expect(alarm.AlarmDescription.length).toBeGreaterThan(120);
    if (!/Node\d|DeliveriesFailed/.test(name)) expect(alarm.AlarmActions).toEqual(ACTIONS);
  }
});

test('B12: what SNS could not deliver is told to the other topic, and to the same one where there is no other', () => {
  const { rest, stats, text } = mathOf('DeliveriesFailed');
  expect(rest).toMatchObject({ ...ONE_IS_ENOUGH, AlarmActions: ACTIONS.slice(1) });
  expect(text).toBe('FILL(NumberOfNotificationsFailed, 0)');
  expect(stats).toMatchObject([
    {
      Metric: {
        Namespace: 'AWS/SNS',
        Dimensions: [{ Name: 'TopicName', Value: { 'Fn::GetAtt': [topic, 'TopicName'] } }],
      },
    },
  ]);
  const alone = templateOf({ clusters: [cluster('mail', 1)] });
  expect(alone.one(ALARM, 'DeliveriesFailed')[1].AlarmActions).toEqual([{ Ref: alone.one('AWS::SNS::Topic')[0] }]);
});

test('B1: a pause of so many hours without a break is told, inside the week that CloudWatch looks at', () => {
  const paused = templateOf({ clusters: [{ ...cluster('mail', 1), pauseAlarmHours: 168 }, cluster('db', 11)] });
  const alarm = (name: string) => paused.one(ALARM, `${name}AlarmsPausedTooLong`)[1];
  expect(alarm('mail')).toMatchObject({
    MetricName: 'Paused',
    Statistic: 'Minimum',
    Period: 3600,
    EvaluationPeriods: 168,
    TreatMissingData: 'notBreaching',
  });
  expect(alarm('db')).toMatchObject({ EvaluationPeriods: 24 });
  expect(168 * 3600).toBeLessThanOrEqual(604_800);
  const unchecked = templateOf({ clusters: [{ ...cluster('mail', 1), checkIntervalMinutes: false }] });
  expect(unchecked.all(ALARM).filter(([name]) => name.includes('PausedTooLong'))).toEqual([]);
});

test('the dashboard shows outcomes, durations, dark time, cold starts, errors and the dead-letter queue', () => {
  const [, { DashboardBody }] = template.one('AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(String(resolve(DashboardBody)));
  const text = JSON.stringify(widgets);
  for (const metric of ['Outcomes', 'Outage', 'DarkTime', 'Ready', 'Errors', 'ApproximateNumberOfMessagesVisible']) {
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
    'trigger',
    'outageMs',
    'darkTimeMs',
    'executionId',
  ]) {
    expect(query.QueryString).toContain(field);
  }
  expect(query.QueryString).toContain('filter message = "outcome"');
});
