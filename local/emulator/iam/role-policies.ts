import { UnsupportedPolicy } from './conditions';
import { parsePolicy, type Statement } from './policy';
import type { ResolvedTemplate, TemplateResource } from './template';

/**
 * All statements that speak for a role: inline, `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy` of the template, and the
 * one managed policy of AWS that is known here.
 * @throws UnsupportedPolicy for any other managed policy, and for a permissions boundary.
 */
export function statementsOf(template: ResolvedTemplate, role: TemplateResource): readonly Statement[] {
  if (role.properties.PermissionsBoundary !== undefined)
    throw new UnsupportedPolicy(`${role.logicalId}: the local cloud does not know permissions boundaries.`);
  const inline = objects(role.properties.Policies).flatMap((policy) =>
    parsePolicy(policy.PolicyDocument, `${role.logicalId}/${String(policy.PolicyName)}`),
  );
  const managed = values(role.properties.ManagedPolicyArns).map(String);
  const attached = template.resources
    .filter((each) => each.type === 'AWS::IAM::Policy' || each.type === 'AWS::IAM::ManagedPolicy')
    .filter((each) => values(each.properties.Roles).includes(role.physicalId) || managed.includes(each.physicalId))
    .flatMap((each) => parsePolicy(each.properties.PolicyDocument, each.logicalId));
  const ofAws = managed
    .filter((arn) => !template.resources.some((each) => each.physicalId === arn))
    .flatMap((arn) => parsePolicy(documentOf(arn, role.logicalId), arn));
  return [...inline, ...attached, ...ofAws];
}

/** @see AWS Managed Policy Reference, AWSLambdaBasicExecutionRole */
function documentOf(arn: string, role: string): unknown {
  if (!arn.endsWith(':policy/service-role/AWSLambdaBasicExecutionRole'))
    throw new UnsupportedPolicy(`${role}: the local cloud does not know the managed policy ${arn}.`);
  const actions = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
  return { Statement: { Effect: 'Allow', Action: actions, Resource: '*' } };
}

function values(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return values(value).map((each) => Object.fromEntries(Object.entries(Object(each))));
}
