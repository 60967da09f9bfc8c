import { CONSOLES } from '../shared/consoles';

/** What an Express execution's ARN tells: arn:PARTITION:states:REGION:ACCOUNT:express:STATE_MACHINE:NAME:UUID */
function parts(executionId: string): { partition: string; region: string; account: string; stateMachine: string } {
  const [, partition = 'aws', , region = '', account = '', , stateMachine = ''] = executionId.split(':');
  return { partition, region, account, stateMachine };
}

/**
 * Where the console shows an Express execution; it needs the start date to find its logs. In a partition whose console is
 * not known the execution's ARN alone: a wrong link helps nobody.
 * @param startTime ISO 8601
 */
export function consoleLink(executionId: string, startTime: string): string {
  const { partition, region } = parts(executionId);
  const host = CONSOLES[partition];
  if (host === undefined) return executionId;
  return `https://${region}.${host}/states/home?region=${region}#/express-executions/details/${executionId}?startDate=${Date.parse(startTime)}`;
}

export function stateMachineArn(executionId: string): string {
  const { partition, region, account, stateMachine } = parts(executionId);
  return `arn:${partition}:states:${region}:${account}:stateMachine:${stateMachine}`;
}

export function regionOf(executionId: string): string {
  return parts(executionId).region;
}
