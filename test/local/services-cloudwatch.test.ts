import { DescribeAlarmsCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { type Cloud, cloud, plainTopic, role, serve, signed, template } from './services-harness';

let aws: Cloud;
let client: Awaited<ReturnType<typeof serve>>;
beforeEach(async () => {
  aws = cloud({ template: template(plainTopic, role('Reader', [])) });
  client = await serve(aws);
});
afterEach(() => client.close());

test('alarms are described by name, with their state and when it changed', async () => {
  const { MetricAlarms } = await client.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: ['web-1', 'gone'] }));
  expect(MetricAlarms).toMatchObject([
    {
      AlarmName: 'web-1',
      StateValue: 'OK',
      StateUpdatedTimestamp: new Date(Date.UTC(2026, 0, 1)),
      Dimensions: [{ Name: 'Host', Value: 'web-1' }],
    },
  ]);
});

test('SetAlarmState changes the state, which filters then see', async () => {
  const change = { AlarmName: 'mail-1-smtp', StateValue: 'ALARM', StateReason: 'drill' } as const;
  await client.cloudWatch.send(new SetAlarmStateCommand(change));
  const { MetricAlarms } = await client.cloudWatch.send(new DescribeAlarmsCommand({ StateValue: 'ALARM' }));
  expect(MetricAlarms).toMatchObject([{ AlarmName: 'mail-1-smtp', StateReason: 'drill' }]);
});

test('alarms come in pages', async () => {
  const first = await client.cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2 }));
  const second = await client.cloudWatch.send(new DescribeAlarmsCommand({ MaxRecords: 2, NextToken: first.NextToken }));
  expect([first.MetricAlarms?.length, second.MetricAlarms?.length, second.NextToken]).toEqual([2, 1, undefined]);
});

test('an alarm that does not exist is ResourceNotFound; an unknown parameter is refused by name', async () => {
  const change = new SetAlarmStateCommand({ AlarmName: 'gone', StateValue: 'OK', StateReason: 'x' });
  await expect(client.cloudWatch.send(change)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  const asked = client.cloudWatch.send(new DescribeAlarmsCommand({ ActionPrefix: 'arn' }));
  await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('ActionPrefix') });
});

test('a role needs cloudwatch:DescribeAlarms', async () => {
  await expect(client.as('Reader').cloudWatch.send(new DescribeAlarmsCommand({}))).rejects.toMatchObject({
    name: expect.stringContaining('AccessDenied'),
    $metadata: { httpStatusCode: 403 },
  });
  expect(aws.events('access-denied')).toMatchObject([{ role: 'Reader', action: 'cloudwatch:DescribeAlarms' }]);
});

test('clients that still speak the Query protocol get XML', async () => {
  const body = 'Action=DescribeAlarms&Version=2010-08-01&AlarmNames.member.1=web-1';
  expect(await aws.services.dispatch(signed(body, 'monitoring'))).toMatchObject({
    status: 200,
    body: expect.stringContaining('<MetricAlarms><member><AlarmName>web-1</AlarmName>'),
  });
  expect(await aws.services.dispatch(signed('Action=PutMetricAlarm&Version=2010-08-01', 'monitoring'))).toMatchObject({
    status: 400,
    body: expect.stringContaining('<Code>InvalidAction</Code>'),
  });
});
