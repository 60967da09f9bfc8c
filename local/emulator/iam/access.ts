import type { Caller } from '../kernel/api';
import type { Timeline } from '../kernel/timeline';
import type { Context } from './conditions';
import { covers, type Principals, parsePolicy, type Statement } from './policy';
import { type ResourcePolicy, resourcePolicies } from './resource-policies';
import { statementsOf } from './role-policies';
import type { ResolvedTemplate, TemplateResource } from './template';

/** Condition keys of a request; `aws:TagKeys` has several values. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface AccessRequest {
  readonly caller: Caller;
  /** For example `states:StartExecution`. */
  readonly action: string;
  /** An ARN, or `*` where the action has no resource types. */
  readonly resource: string;
  /** More condition keys, for example `aws:SourceArn`. */
  readonly context?: RequestContext;
}

/** `why` in AWS's words: "because no identity-based policy allows the … action", "with an explicit deny in …". */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

interface Role {
  readonly resource: TemplateResource;
  readonly statements: readonly Statement[];
  readonly trust: readonly Statement[];
}

/**
 * IAM for one account, from the template's roles and resource policies: who may do what. Requests count as sent over TLS,
 * because the endpoints that the local cloud stands for are.
 *
 * Within one account an identity policy or the resource's policy is enough, with two exceptions: AWS services act by the
 * resource's policy alone, and a KMS key must itself let IAM decide (by naming the account's root).
 * @throws UnsupportedPolicy when made from a template with policies that it cannot judge.
 * @see IAM User Guide, "Policy evaluation logic"; KMS Developer Guide, "Key policies"
 */
export class AccessControl {
  private readonly roles: ReadonlyMap<string, Role>;
  private readonly policies: readonly ResourcePolicy[];

  constructor(
    readonly template: ResolvedTemplate,
    private readonly timeline: Timeline,
  ) {
    const roles = template.resources.filter((resource) => resource.type === 'AWS::IAM::Role');
    this.roles = new Map(
      roles.map((resource) => [
        resource.logicalId,
        {
          resource,
          statements: statementsOf(template, resource),
          trust: parsePolicy(resource.properties.AssumeRolePolicyDocument, `${resource.logicalId}'s trust policy`),
        },
      ]),
    );
    this.policies = resourcePolicies(template);
  }

  /** A denial is put on the timeline. */
  authorize(request: AccessRequest): Decision {
    const decision = this.decide(request);
    if (!decision.allowed)
      this.timeline.add({
        type: 'access-denied',
        role: request.caller.kind === 'role' ? request.caller.roleLogicalId : this.arnOf(request.caller),
        action: request.action,
        resource: request.resource,
        why: decision.why,
      });
    return decision;
  }

  /**
   * Whether a service may act in a role: its trust policy. A denial is put on the timeline.
   * @param context what the service says of the resource that it acts for; Lambda says nothing.
   */
  assume(roleLogicalId: string, servicePrincipal: string, context: Readonly<Record<string, string>> = {}): Decision {
    const role = this.role(roleLogicalId);
    const known = this.contextOf(context);
    const speaking = role.trust.filter(
      (statement) =>
        statement.principals?.services.includes(servicePrincipal) &&
        covers(statement, 'sts:AssumeRole', role.resource.arn ?? '', known),
    );
    const denied = speaking.some((statement) => statement.effect === 'Deny');
    if (!denied && speaking.length > 0) return { allowed: true };
    const why = denied
      ? 'with an explicit deny in the role trust policy'
      : `because no trust policy allows ${servicePrincipal} the sts:AssumeRole action`;
    const resource = role.resource.arn ?? roleLogicalId;
    this.timeline.add({ type: 'access-denied', role: roleLogicalId, action: 'sts:AssumeRole', resource, why });
    return { allowed: false, why };
  }

  /** A caller as error messages name it. */
  arnOf(caller: Caller): string {
    const { accountId } = this.template;
    switch (caller.kind) {
      case 'administrator':
        return `arn:aws:iam::${accountId}:root`;
      case 'service':
        return caller.principal;
      case 'role': {
        const name = this.role(caller.roleLogicalId).resource.physicalId;
        return `arn:aws:sts::${accountId}:assumed-role/${name}/${caller.functionName}`;
      }
    }
  }

  /** The logical ID of the template's role that has this ARN, or undefined. */
  roleByArn(arn: string): string | undefined {
    return [...this.roles.values()].find((role) => role.resource.arn === arn)?.resource.logicalId;
  }

  private decide({ caller, action, resource, context = {} }: AccessRequest): Decision {
    if (caller.kind === 'administrator') return { allowed: true };
    const known = this.contextOf({ ...this.principalContext(caller), ...context });
    const identity = caller.kind === 'role' ? this.role(caller.roleLogicalId).statements : [];
    const granted = identity.filter((statement) => covers(statement, action, resource, known));
    if (granted.some((statement) => statement.effect === 'Deny')) return explicitDeny('an identity-based');

    const onResource = this.policies
      .filter((policy) => policy.arn === resource)
      .flatMap((policy) => policy.statements)
      .filter((statement) => covers(statement, action, resource, known));
    const speaksOfCaller = (statement: Statement) => this.names(statement.principals, caller);
    const speaksOfAccount = (statement: Statement) => this.namesAccount(statement.principals);
    const deniedByResource = (statement: Statement) =>
      statement.effect === 'Deny' &&
      (speaksOfCaller(statement) || (caller.kind === 'role' && speaksOfAccount(statement)));
    if (onResource.some(deniedByResource)) return explicitDeny('a resource-based');

    const allows = (statement: Statement) => statement.effect === 'Allow';
    if (onResource.some((statement) => allows(statement) && speaksOfCaller(statement))) return { allowed: true };
    if (caller.kind === 'service') return { allowed: false, why: noPolicy('resource', action) };
    if (!granted.some(allows)) return { allowed: false, why: noPolicy('identity', action) };
    const delegates = onResource.some((statement) => allows(statement) && speaksOfAccount(statement));
    if (action.startsWith('kms:') && !delegates) return { allowed: false, why: noPolicy('resource', action) };
    return { allowed: true };
  }

  private principalContext(caller: Caller): Readonly<Record<string, string>> {
    if (caller.kind !== 'role') return {};
    const { accountId } = this.template;
    const principalArn = this.role(caller.roleLogicalId).resource.arn ?? '';
    return { 'aws:PrincipalArn': principalArn, 'aws:PrincipalAccount': accountId, 'kms:CallerAccount': accountId };
  }

  private names(principals: Principals | null, caller: Caller): boolean {
    if (principals === null) return false;
    if (principals.aws.includes('*')) return true;
    if (caller.kind === 'service') return principals.services.includes(caller.principal);
    if (caller.kind === 'administrator') return this.namesAccount(principals);
    const role = this.role(caller.roleLogicalId).resource;
    return [role.arn, this.arnOf(caller)].some((arn) => arn !== null && principals.aws.includes(arn));
  }

  private namesAccount(principals: Principals | null): boolean {
    const { accountId } = this.template;
    return principals?.aws.some((arn) => arn === accountId || arn === `arn:aws:iam::${accountId}:root`) ?? false;
  }

  private role(logicalId: string): Role {
    const role = this.roles.get(logicalId);
    if (role === undefined) throw new Error(`The template has no role ${logicalId}.`);
    return role;
  }

  private contextOf(extra: RequestContext): Context {
    const all = { 'aws:SecureTransport': 'true', ...extra };
    return new Map(Object.entries(all).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  }
}

function explicitDeny(kind: string): Decision {
  return { allowed: false, why: `with an explicit deny in ${kind} policy` };
}

function noPolicy(kind: 'identity' | 'resource', action: string): string {
  return `because no ${kind}-based policy allows the ${action} action`;
}
