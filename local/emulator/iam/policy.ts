import { type Condition, type Context, parseConditions, UnsupportedPolicy, unmetCondition } from './conditions';
import { matches } from './wildcard';

/** Whom a statement of a resource's policy speaks of. `AWS` values are ARNs, account IDs or `*`. */
export interface Principals {
  readonly aws: readonly string[];
  readonly services: readonly string[];
}

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** Null: the statement names none, as in a trust policy. */
  readonly resources: readonly string[] | null;
  /** Null in identity policies. */
  readonly principals: Principals | null;
  readonly conditions: readonly Condition[];
}

const KNOWN = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']);

/**
 * Reads a policy document. @param where what is named in errors.
 * @throws UnsupportedPolicy for NotAction, NotResource, NotPrincipal, policy variables, unknown operators.
 */
export function parsePolicy(document: unknown, where: string): readonly Statement[] {
  const statements = record(document, where).Statement;
  return list(statements).map((each) => parseStatement(record(each, where), where));
}

function parseStatement(statement: Readonly<Record<string, unknown>>, where: string): Statement {
  for (const name of Object.keys(statement)) {
    if (!KNOWN.has(name))
      throw new UnsupportedPolicy(`${where}: the local cloud does not know ${name} in a statement.`);
  }
  const effect = statement.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') throw new UnsupportedPolicy(`${where}: Effect is ${String(effect)}.`);
  const resources = statement.Resource === undefined ? null : texts(statement.Resource, where);
  if (resources?.some((resource) => resource.includes('${')))
    throw new UnsupportedPolicy(`${where}: the local cloud does not know policy variables: ${resources.join(', ')}`);
  return {
    effect,
    actions: texts(statement.Action, where),
    resources,
    principals: parsePrincipal(statement.Principal, where),
    conditions: parseConditions(statement.Condition, where),
  };
}

function parsePrincipal(principal: unknown, where: string): Principals | null {
  if (principal === undefined) return null;
  if (principal === '*') return { aws: ['*'], services: [] };
  const { AWS, Service, ...others } = record(principal, where);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw new UnsupportedPolicy(`${where}: the local cloud does not know the principal ${unknown}.`);
  return { aws: texts(AWS ?? [], where), services: texts(Service ?? [], where) };
}

/** Whether the statement speaks of this action, resource and request, whoever makes it. */
export function covers(statement: Statement, action: string, resource: string, context: Context): boolean {
  return (
    statement.actions.some((pattern) => matches(pattern, action, true)) &&
    (statement.resources?.some((pattern) => matches(pattern, resource)) ?? true) &&
    unmetCondition(statement.conditions, context) === undefined
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function texts(value: unknown, where: string): readonly string[] {
  return list(value).map((each) => {
    if (typeof each !== 'string')
      throw new UnsupportedPolicy(`${where}: ${JSON.stringify(each)} is not resolved to text.`);
    return each;
  });
}

function record(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnsupportedPolicy(`${where}: ${JSON.stringify(value)} is not an object.`);
  return Object.fromEntries(Object.entries(value));
}
