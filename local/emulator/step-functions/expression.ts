import jsonata from 'jsonata';
import { isObject } from '../template/json';

/** What an expression sees: `$states` and the variables. */
export interface Scope {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly states: Readonly<Record<string, unknown>>;
}

/** A JSONata expression, compiled. */
export interface Expression {
  /** Without `{%` and `%}`, trimmed. */
  readonly source: string;
  /** The syntax tree that the library made of it. */
  readonly tree: unknown;
  /** JSON, or undefined where the expression gives nothing. @throws what the library throws, and TypeError for a result that is no JSON */
  evaluate(scope: Scope): Promise<unknown>;
}

/** Expressions by source: a workflow repeats them, and many clouds in one process run the same workflow. */
const compiled = new Map<string, Expression>();

/** @throws Error with the parser's message for text that is no JSONata. */
export function compileExpression(source: string): Expression {
  const known = compiled.get(source);
  if (known) return known;
  const library = parse(source);
  const tree: unknown = library.ast();
  const path = plainPath(tree);
  const expression: Expression = {
    source,
    tree,
    evaluate: async (scope) => {
      if (path !== null) {
        const found = follow(path, scope);
        if (found !== ARRAY_ON_THE_WAY) return found;
      }
      const result: unknown = await library.evaluate(undefined, { ...scope.variables, states: scope.states });
      return asJson(result);
    },
  };
  compiled.set(source, expression);
  return expression;
}

function parse(source: string): jsonata.Expression {
  try {
    return jsonata(source);
  } catch (error) {
    throw new Error(messageOf(error));
  }
}

/** The library throws objects of its own: `{ code, message, position }`. */
export function messageOf(error: unknown): string {
  if (!isObject(error)) return String(error);
  const code = typeof error.code === 'string' ? `${error.code}: ` : '';
  return `${code}${error instanceof Error || typeof error.message === 'string' ? error.message : JSON.stringify(error)}`;
}

const ARRAY_ON_THE_WAY = Symbol('array on the way');

/**
 * `$a.b.c` as ['a', 'b', 'c']; null for every other expression. Most expressions of a workflow are such paths, and
 * following one takes a hundredth of the library's time. The library alone knows how a path goes through arrays.
 */
function plainPath(tree: unknown): readonly string[] | null {
  if (!isObject(tree)) return null;
  if (tree.type === 'variable') return onlyNamed(tree) ? namesOf([tree]) : null;
  if (tree.type !== 'path' || !hasOnly(tree, ['type', 'steps']) || !Array.isArray(tree.steps)) return null;
  const [first, ...others] = tree.steps.filter(isObject);
  if (first?.type !== 'variable' || others.some(({ type }) => type !== 'name')) return null;
  return [first, ...others].every(onlyNamed) ? namesOf([first, ...others]) : null;
}

const onlyNamed = (step: Readonly<Record<string, unknown>>) => hasOnly(step, ['type', 'value', 'position']);

const hasOnly = (node: object, keys: readonly string[]) => Object.keys(node).every((key) => keys.includes(key));

/** Null for `$` and `$$`, which stand for the input document. */
function namesOf(steps: readonly Readonly<Record<string, unknown>>[]): readonly string[] | null {
  const names = steps.map(({ value }) => value);
  if (!names.every((name) => typeof name === 'string') || names[0] === '' || names[0] === '$') return null;
  return names;
}

function follow([root = '', ...names]: readonly string[], { variables, states }: Scope): unknown {
  let value: unknown = root === 'states' ? states : own(variables, root);
  for (const name of names) {
    if (Array.isArray(value)) return ARRAY_ON_THE_WAY;
    if (!isObject(value)) return undefined;
    value = own(value, name);
  }
  return value;
}

const own = (object: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** A copy without the marks that the library puts on its arrays. */
function asJson(value: unknown): unknown {
  if (isFunction(value)) throw new TypeError('the result is a function');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`the result is ${value}`);
  if (typeof value !== 'object' || value === null) return value;
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return copy;
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return isObject(value) && (typeof value.implementation === 'function' || isLambda(value));
}

const isLambda = (value: Readonly<Record<string, unknown>>) =>
  value._jsonata_lambda === true && isObject(value.environment);
