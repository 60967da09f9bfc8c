import { consoleLink, regionOf, stateMachineArn } from '../../../functions/notify/console';

const id = (partition: string, region = 'eu-west-1') =>
  `arn:${partition}:states:${region}:111122223333:express:Failover:0a1b:9f8e`;

test.each([
  ['aws', 'eu-west-1', 'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#'],
  ['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn/states/home?region=cn-north-1#'],
  [
    'aws-us-gov',
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#',
  ],
  ['aws-eusc', 'eusc-de-east-1', 'https://eusc-de-east-1.console.amazonaws-eusc.eu/states/home?region=eusc-de-east-1#'],
])('the console link of the partition %s', (partition, region, link) => {
  const execution = id(partition, region);
  expect(consoleLink(execution, '2026-01-31T00:00:00Z')).toBe(
    `${link}/express-executions/details/${execution}?startDate=1769817600000`,
  );
});

test('in a partition whose console is not known the ARN stands alone', () => {
  expect(consoleLink(id('aws-iso'), '2026-01-31T00:00:00Z')).toBe(id('aws-iso'));
});

test('the state machine and its Region stand in the ARN of the execution', () => {
  expect(stateMachineArn(id('aws-cn'))).toBe('arn:aws-cn:states:eu-west-1:111122223333:stateMachine:Failover');
  expect(regionOf(id('aws'))).toBe('eu-west-1');
});
