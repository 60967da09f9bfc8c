import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Clients } from '../aws/clients';

export interface ExecutionRequest {
  readonly cluster: string;
  readonly mode: 'rehearsal' | 'drill' | 'failover';
  readonly target?: string;
  readonly reason?: string;
  readonly requestedBy: string;
}

export interface Started {
  readonly executionArn: string;
  /** Milliseconds since the epoch, by AWS's clock. */
  readonly startedAt: number;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
export async function startExecution(
  { states }: Clients,
  stateMachineArn: string,
  request: ExecutionRequest,
): Promise<Started> {
  const { executionArn = '', startDate } = await states.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(request) }),
  );
  return { executionArn, startedAt: startDate?.getTime() ?? Date.now() };
}

/** ARN of whoever asks. Needs no permission. @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export async function callerArn({ sts }: Clients): Promise<string> {
  const { Arn = 'unknown' } = await sts.send(new GetCallerIdentityCommand({}));
  return Arn;
}
