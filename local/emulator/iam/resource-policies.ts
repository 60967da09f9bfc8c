import { parsePolicy, type Statement } from './policy';
import type { ResolvedTemplate, TemplateResource } from './template';

export interface ResourcePolicy {
  readonly arn: string;
  readonly statements: readonly Statement[];
}

/** The policies that resources of the template carry: queues, topics, keys, functions. One entry for each policy. */
export function resourcePolicies(template: ResolvedTemplate): readonly ResourcePolicy[] {
  const { resources } = template;
  const arnOf = (id: unknown, type: string) =>
    resources.find((each) => each.type === type && [each.physicalId, each.arn].includes(String(id)))?.arn;
  const attached = (policy: TemplateResource, property: string, type: string): ResourcePolicy[] =>
    list(policy.properties[property]).flatMap((id) => {
      const arn = arnOf(id, type) ?? String(id);
      return [{ arn, statements: parsePolicy(policy.properties.PolicyDocument, policy.logicalId) }];
    });
  return resources.flatMap((resource): ResourcePolicy[] => {
    switch (resource.type) {
      case 'AWS::SQS::QueuePolicy':
        return attached(resource, 'Queues', 'AWS::SQS::Queue');
      case 'AWS::SNS::TopicPolicy':
        return attached(resource, 'Topics', 'AWS::SNS::Topic');
      case 'AWS::KMS::Key':
        // A key's policy means its own key with `*`.
        return [
          { arn: resource.arn ?? '', statements: parsePolicy(resource.properties.KeyPolicy, resource.logicalId) },
        ];
      case 'AWS::Lambda::Permission': {
        const arn = arnOf(resource.properties.FunctionName, 'AWS::Lambda::Function');
        return [{ arn: arn ?? '', statements: [permissionStatement(resource, arn ?? '')] }];
      }
      default:
        return [];
    }
  });
}

function permissionStatement({ properties }: TemplateResource, arn: string): Statement {
  const principal = String(properties.Principal);
  const isService = principal.endsWith('.amazonaws.com');
  const condition = (operator: string, key: string, value: unknown) =>
    value === undefined ? [] : [{ operator, key, values: [String(value)] }];
  return {
    effect: 'Allow',
    actions: [String(properties.Action)],
    resources: [arn],
    principals: { aws: isService ? [] : [principal], services: isService ? [principal] : [] },
    conditions: [
      ...condition('ArnLike', 'aws:sourcearn', properties.SourceArn),
      ...condition('StringEquals', 'aws:sourceaccount', properties.SourceAccount),
    ],
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
