import { closeAll, eventsOf, startStack } from '../harness';

afterEach(closeAll);

const MINUTE = 60_000;
const READY = { namespace: 'Mine', name: 'Ready', dimensions: { Cluster: 'mail' } };

const alarm = (more: object = {}) => ({
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'told' } },
  TopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: 'Topic' }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Resource: { Ref: 'Topic' },
          },
        ],
      },
    },
  },
  NotReady: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'mail-not-ready',
      Namespace: 'Mine',
      MetricName: 'Ready',
      Dimensions: [{ Name: 'Cluster', Value: 'mail' }],
      Statistic: 'Minimum',
      Period: 600,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
      AlarmActions: [{ Ref: 'Topic' }],
      OKActions: [{ Ref: 'Topic' }],
      ...more,
    },
  },
});

const start = (more: object = {}) =>
  startStack({ startAt: 'Done', states: { Done: { Type: 'Succeed' } }, resources: alarm(more) }, { schedules: true });

const changes = (cloud: Awaited<ReturnType<typeof start>>) => eventsOf(cloud, 'alarm').map(({ to }) => to);

test('goes off once when data that must be there is missing, and back once when it is there again', async () => {
  const cloud = await start();
  await cloud.advance(29 * MINUTE);
  expect(changes(cloud)).toEqual(['OK']);
  await cloud.advance(2 * MINUTE);
  expect(changes(cloud)).toEqual(['OK', 'ALARM']);
  cloud.metrics.add(READY, 1);
  await cloud.advance(2 * MINUTE);
  expect(changes(cloud)).toEqual(['OK', 'ALARM', 'OK']);
  expect(eventsOf(cloud, 'notice').map(({ subject }) => subject)).toEqual([
    'OK: "mail-not-ready" in us-east-1',
    'ALARM: "mail-not-ready" in us-east-1',
    'OK: "mail-not-ready" in us-east-1',
  ]);
});

test('sends the event that AWS sends', async () => {
  const cloud = await start();
  cloud.alarms.setState('mail-not-ready', 'ALARM', 'by hand');
  expect(eventsOf(cloud, 'event')[0]).toMatchObject({
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    detail: {
      alarmName: 'mail-not-ready',
      state: { value: 'ALARM', reason: 'by hand', timestamp: '2026-01-01T00:00:00.000+0000' },
      previousState: { value: 'INSUFFICIENT_DATA' },
      configuration: {
        metrics: [{ metricStat: { metric: { ...READY }, period: 600, stat: 'Minimum' }, returnData: true }],
      },
    },
  });
});

test.each([
  ['notBreaching', 'OK'],
  ['ignore', 'INSUFFICIENT_DATA'],
  ['breaching', 'OK'],
  ['missing', 'INSUFFICIENT_DATA'],
])('without data, treated as %s, is %s', async (TreatMissingData, state) => {
  const cloud = await start({ TreatMissingData });
  await cloud.advance(15 * MINUTE);
  expect(cloud.alarms.list()[0]?.state).toBe(state);
});

test('needs as many bad periods as it asks for', async () => {
  const cloud = await start({ Period: 60, EvaluationPeriods: 2, TreatMissingData: 'notBreaching' });
  await cloud.advance(1);
  cloud.metrics.add(READY, 0);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['OK']);
  cloud.metrics.add(READY, 0);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['OK', 'ALARM']);
});

test('begins as INSUFFICIENT_DATA, as every new alarm does', async () => {
  const cloud = await start();
  expect(cloud.alarms.list()).toMatchObject([{ name: 'mail-not-ready', state: 'INSUFFICIENT_DATA' }]);
});

/** @see CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data" */
test('a real point in the evaluation range stands for missing ones, so that missing data is noticed late', async () => {
  const cloud = await start();
  await cloud.advance(40 * MINUTE);
  cloud.metrics.add(READY, 1);
  await cloud.advance(29 * MINUTE);
  expect(changes(cloud).at(-1)).toBe('OK');
  await cloud.advance(2 * MINUTE);
  expect(changes(cloud).at(-1)).toBe('ALARM');
});

const onExpression = (Expression: string) => ({
  MetricName: undefined,
  Namespace: undefined,
  Dimensions: undefined,
  Statistic: undefined,
  Period: undefined,
  Metrics: [
    { Id: 'expr_1', Expression },
    {
      Id: 'ready',
      MetricStat: {
        Metric: { Namespace: 'Mine', MetricName: 'Ready', Dimensions: [{ Name: 'Cluster', Value: 'mail' }] },
        Period: 600,
        Stat: 'Minimum',
      },
      ReturnData: false,
    },
    {
      Id: 'other',
      MetricStat: { Metric: { Namespace: 'Mine', MetricName: 'Other' }, Period: 600, Stat: 'Sum' },
      ReturnData: false,
    },
  ],
});

test('FILL leaves nothing missing: the alarm goes off after one period', async () => {
  const cloud = await start(onExpression('FILL(ready, 0)'));
  cloud.metrics.add(READY, 1);
  await cloud.advance(9 * MINUTE);
  expect(changes(cloud)).toEqual(['OK']);
  await cloud.advance(2 * MINUTE);
  expect(changes(cloud)).toEqual(['OK', 'ALARM']);
  cloud.metrics.add(READY, 1);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['OK', 'ALARM', 'OK']);
  const expression = { expression: 'FILL(ready, 0)', returnData: true };
  expect(eventsOf(cloud, 'event')[0]?.detail).toMatchObject({
    configuration: { metrics: [{ id: 'ready', returnData: false }, { id: 'other', returnData: false }, expression] },
  });
});

test('FILL fills one metric of a sum where another one has data, also in the first minutes', async () => {
  const more = { Threshold: 3, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching' };
  const cloud = await start({ ...onExpression('FILL(ready, 2) + FILL(other, 2)'), ...more });
  await cloud.advance(1);
  cloud.metrics.add(READY, 1);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['ALARM']);
});

test.each([
  ['ANOMALY_DETECTION_BAND(ready, 2)', 'ANOMALY_DETECTION_BAND'],
  ['ready + another', 'another'],
  ['FILL(ready, LINEAR)', 'LINEAR'],
  ['ready ^ 2', '^ 2'],
  ['METRICS()', 'several time series'],
])('refuses the expression %s, naming %s', async (expression, name) => {
  const evaluated = async () => {
    const cloud = await start(onExpression(expression));
    cloud.alarms.evaluate();
  };
  await expect(evaluated()).rejects.toThrow(name);
});

test("a point lies where the metric's own timestamp says, and is seen when CloudWatch has got it", async () => {
  const more = { Period: 60, TreatMissingData: 'notBreaching' };
  const stack = { startAt: 'Done', states: { Done: { Type: 'Succeed' } }, resources: alarm(more) };
  const cloud = await startStack(stack, { schedules: true, metricLag: 90_000 });
  await cloud.advance(10 * MINUTE + 1);
  cloud.metrics.add(READY, 0, cloud.now() - 30_000);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['OK']);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['OK', 'ALARM']);
});
