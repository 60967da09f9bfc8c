/** What an Express execution's ARN tells: arn:PARTITION:states:REGION:ACCOUNT:express:STATE_MACHINE:NAME:UUID */
function parts(executionId: string): { partition: string; region: string; account: string; stateMachine: string } {
  const [, partition = 'aws', , region = '', account = '', , stateMachine = ''] = executionId.split(':');
  return { partition, region, account, stateMachine };
}

const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * Where the console shows an Express execution; it needs the start date to find its logs.
 * @param startTime ISO 8601
 */
export function consoleLink(executionId: string, startTime: string): string {
  const { partition, region } = parts(executionId);
  const host = CONSOLES[partition] ?? CONSOLES.aws;
  return `https://${region}.${host}/states/home?region=${region}#/express-executions/details/${executionId}?startDate=${Date.parse(startTime)}`;
}

export function stateMachineArn(executionId: string): string {
  const { partition, region, account, stateMachine } = parts(executionId);
  return `arn:${partition}:states:${region}:${account}:stateMachine:${stateMachine}`;
}

export function regionOf(executionId: string): string {
  return parts(executionId).region;
}
