import { cluster, id, templateOf } from './support';

const template = templateOf({
  clusters: [
    { ...cluster('mail', 1), applicationCheck: { port: 25080, path: '/health', failureThreshold: 3 } },
    { ...cluster('db', 11), applicationCheck: { protocol: 'HTTPS', port: 443, countsFor: 'all' } },
    cluster('web', 21),
  ],
});

test('EC2 asks the application on each node of the clusters that want it', () => {
  const checks = template.all('AWS::EC2::ApplicationStatusCheck');
  expect(checks.map(([, properties]) => properties)).toEqual([
    { Aggregation: 'included', Protocol: 'http', Port: 25080, Path: '/health', FailureThreshold: 3 },
    { Aggregation: 'included', Protocol: 'https', Port: 443, Path: '/', FailureThreshold: 2 },
  ]);
  const [mail] = checks[0] ?? [];
  const associated = template.all('AWS::EC2::ApplicationStatusCheckInstanceAssociation').map(([, each]) => each);
  // Its Ref is the ARN.
  const ApplicationStatusCheckId = { 'Fn::GetAtt': [mail, 'ApplicationStatusCheckId'] };
  expect(associated.slice(0, 2)).toEqual([
    { ApplicationStatusCheckId, InstanceId: id('i', 1) },
    { ApplicationStatusCheckId, InstanceId: id('i', 2) },
  ]);
});

test('an alarm a node on its metric starts the workflow', () => {
  const [name, alarm] = template.one('AWS::CloudWatch::Alarm', 'mailNode2ApplicationFailed');
  expect(alarm).toMatchObject({
    Namespace: 'AWS/EC2',
    MetricName: 'StatusCheckFailed_Application',
    Dimensions: [{ Name: 'InstanceId', Value: id('i', 2) }],
    EvaluationPeriods: 1,
    Threshold: 1,
  });
  const [, rule] = template.one('AWS::Events::Rule', 'mailTriggersAlarmRule');
  expect(rule.EventPattern).toMatchObject({ detail: { alarmName: expect.arrayContaining([{ Ref: name }]) } });
  expect(template.all('AWS::CloudWatch::Alarm').filter(([each]) => /webNode.*Application/.test(each))).toEqual([]);
});

test('the registry says where it counts for every node', () => {
  const [, { DefinitionString }] = template.one('AWS::StepFunctions::StateMachine');
  const text = JSON.stringify(DefinitionString);
  expect(text.match(/applicationCheckCountsFor/g)).toHaveLength(1);
});
