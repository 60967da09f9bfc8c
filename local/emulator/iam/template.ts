/**
 * What access control reads of a synthesized template: its resources with every intrinsic function resolved.
 * Whoever loads the template makes this.
 */
export interface TemplateResource {
  readonly logicalId: string;
  /** For example `AWS::IAM::Role`. */
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** What `Ref` gives: a role's name, a topic's ARN, a queue's URL, a key's ID. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` `Arn` gives; null where the type has none. */
  readonly arn: string | null;
}

export interface ResolvedTemplate {
  readonly accountId: string;
  readonly region: string;
  readonly resources: readonly TemplateResource[];
}
