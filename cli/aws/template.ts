import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Clients } from './clients';

/** The stack's template as it was deployed. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplate.html */
export async function deployedTemplate({ cloudFormation }: Clients, StackName: string): Promise<string> {
  const { TemplateBody = '' } = await cloudFormation.send(
    new GetTemplateCommand({ StackName, TemplateStage: 'Original' }),
  );
  return TemplateBody;
}
