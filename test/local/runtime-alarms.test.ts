import { closeAll, eventsOf, startStack } from './runtime-harness';

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

it('goes off once when data that must be there is missing, and back once when it is there again', async () => {
  const cloud = await start();
  await cloud.advance(9 * MINUTE);
  expect(changes(cloud)).toEqual([]);
  await cloud.advance(10 * MINUTE);
  expect(changes(cloud)).toEqual(['ALARM']);
  cloud.metrics.add(READY, 1);
  await cloud.advance(2 * MINUTE);
  expect(changes(cloud)).toEqual(['ALARM', 'OK']);
  expect(eventsOf(cloud, 'notice').map(({ subject }) => subject)).toEqual([
    'ALARM: "mail-not-ready" in us-east-1',
    'OK: "mail-not-ready" in us-east-1',
  ]);
});

it('sends the event that AWS sends', async () => {
  const cloud = await start();
  cloud.alarms.setState('mail-not-ready', 'ALARM', 'by hand');
  expect(eventsOf(cloud, 'event')[0]).toMatchObject({
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    detail: {
      alarmName: 'mail-not-ready',
      state: { value: 'ALARM', reason: 'by hand', timestamp: '2026-01-01T00:00:00.000+0000' },
      previousState: { value: 'OK' },
      configuration: {
        metrics: [{ metricStat: { metric: { ...READY }, period: 600, stat: 'Minimum' }, returnData: true }],
      },
    },
  });
});

it.each([
  ['notBreaching', 'OK'],
  ['ignore', 'OK'],
  ['missing', 'INSUFFICIENT_DATA'],
])('without data, treated as %s, is %s', async (TreatMissingData, state) => {
  const cloud = await start({ TreatMissingData });
  await cloud.advance(15 * MINUTE);
  expect(cloud.alarms.list()[0]?.state).toBe(state);
});

it('needs as many bad periods as it asks for', async () => {
  const cloud = await start({ Period: 60, EvaluationPeriods: 2, TreatMissingData: 'notBreaching' });
  await cloud.advance(1);
  cloud.metrics.add(READY, 0);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual([]);
  cloud.metrics.add(READY, 0);
  await cloud.advance(MINUTE);
  expect(changes(cloud)).toEqual(['ALARM']);
});

it('refuses metric math by name', async () => {
  await expect(start({ Metrics: [] })).rejects.toThrow('NotReady');
});
