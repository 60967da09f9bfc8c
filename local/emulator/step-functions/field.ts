import { isObject } from '../template/json';
import { QueryEvaluationError } from './errors';
import { compileExpression, type Expression, messageOf, type Scope } from './expression';

/** A field of a state: JSON in which any string may be an expression. */
export interface Field {
  /** As AWS names it: `Arguments/Payload`, `Choices[1]/Condition`. */
  readonly location: string;
  /** The expressions in it, and where they stand. */
  readonly expressions: readonly { readonly location: string; readonly expression: Expression }[];
  /** @throws QueryEvaluationError */
  evaluate(scope: Scope): Promise<unknown>;
}

type Part =
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'expression'; readonly expression: Expression; readonly location: string }
  | { readonly kind: 'list'; readonly parts: readonly Part[] }
  | { readonly kind: 'object'; readonly parts: readonly (readonly [string, Part])[] };

/** @throws Error that says what is wrong with an expression, and where. */
export function compileField(value: unknown, location: string): Field {
  const expressions: { location: string; expression: Expression }[] = [];
  const part = compile(value, location, expressions);
  return { location, expressions, evaluate: (scope) => evaluate(part, scope) };
}

function compile(value: unknown, location: string, found: { location: string; expression: Expression }[]): Part {
  if (typeof value === 'string') {
    const source = expressionIn(value, location);
    if (source === null) return { kind: 'constant', value };
    const expression = compiled(source, location);
    found.push({ location, expression });
    return { kind: 'expression', expression, location };
  }
  const before = found.length;
  const part = compileMembers(value, location, found);
  return found.length === before ? { kind: 'constant', value } : part;
}

function compileMembers(value: unknown, location: string, found: { location: string; expression: Expression }[]): Part {
  if (Array.isArray(value))
    return { kind: 'list', parts: value.map((each, index) => compile(each, `${location}[${index}]`, found)) };
  if (!isObject(value)) return { kind: 'constant', value };
  const parts = Object.entries(value).map(([name, each]) => {
    if (name.endsWith('.$'))
      throw new Error(`${location}/${name}: "${name}" is JSONPath; with JSONata, leave out ".$"`);
    return [name, compile(each, `${location}/${name}`, found)] as const;
  });
  return { kind: 'object', parts };
}

/**
 * What stands between `{%` and `%}`. Nothing may stand outside: "the string must start with {% with no leading spaces,
 * and must end with %} with no trailing spaces. Improperly opening or closing the expression will result in a validation error".
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
function expressionIn(text: string, location: string): string | null {
  if (text.length >= 4 && text.startsWith('{%') && text.endsWith('%}')) return text.slice(2, -2).trim();
  const trimmed = text.trim();
  if (!trimmed.startsWith('{%') && !trimmed.endsWith('%}')) return null;
  throw new Error(`${location}: ${JSON.stringify(text)} is not an expression: it must start with {% and end with %}`);
}

function compiled(source: string, location: string): Expression {
  try {
    return compileExpression(source);
  } catch (error) {
    throw new Error(`${location}: the JSONata expression '${source}' cannot be read: ${messageOf(error)}`);
  }
}

async function evaluate(part: Part, scope: Scope): Promise<unknown> {
  switch (part.kind) {
    case 'constant':
      return part.value;
    case 'expression':
      return evaluateExpression(part.expression, part.location, scope);
    case 'list': {
      const values: unknown[] = [];
      for (const each of part.parts) values.push(await evaluate(each, scope));
      return values;
    }
    case 'object': {
      const values: [string, unknown][] = [];
      for (const [name, each] of part.parts) values.push([name, await evaluate(each, scope)]);
      return Object.fromEntries(values);
    }
  }
}

async function evaluateExpression(expression: Expression, location: string, scope: Scope): Promise<unknown> {
  const subject = `The JSONata expression '${expression.source}' specified for the field '${location}'`;
  let value: unknown;
  try {
    value = await expression.evaluate(scope);
  } catch (error) {
    throw new QueryEvaluationError(location, `${subject} threw an error during evaluation. ${messageOf(error)}`);
  }
  if (value === undefined) throw new QueryEvaluationError(location, `${subject} returned nothing (undefined).`);
  return value;
}

/** The value of a field that takes one type only. @throws QueryEvaluationError */
export async function evaluateAs<Value>(
  field: Field,
  scope: Scope,
  expected: string,
  accepts: (value: unknown) => value is Value,
): Promise<Value> {
  const value = await field.evaluate(scope);
  if (accepts(value)) return value;
  throw new QueryEvaluationError(
    field.location,
    `The field '${field.location}' has a value that it does not take. Expected ${expected}, but was ${JSON.stringify(value)}.`,
  );
}

export const isString = (value: unknown): value is string => typeof value === 'string';
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
