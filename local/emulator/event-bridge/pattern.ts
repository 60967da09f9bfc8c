import { isObject, type Json, type JsonObject, list, object, TemplateError } from '../template/json';

/**
 * Whether an event fits an EventBridge pattern: every field of the pattern is in the event, with one of the listed values;
 * of the patterns under `$or` at least one fits. Knows exact values, prefix, suffix, anything-but, exists and numeric.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
export function matches(pattern: JsonObject, event: Json): boolean {
  const fields = isObject(event) ? event : {};
  return Object.entries(pattern).every(([field, expected]) => {
    if (field === '$or') return list(expected).some((each) => isObject(each) && matches(each, event));
    const actual = fields[field];
    if (isObject(expected)) return matches(expected, actual ?? null);
    const values = Array.isArray(actual) ? actual : [actual];
    return list(expected).some((each) => values.some((value) => matchesOne(each, value)));
  });
}

/** @throws TemplateError that names what is wrong, or what this local cloud does not know. */
export function checkPattern(pattern: JsonObject, where: string): void {
  for (const [field, expected] of Object.entries(pattern)) {
    if (field === '$or') for (const each of list(expected)) checkPattern(object(each), `${where}.$or`);
    else if (isObject(expected)) checkPattern(expected, `${where}.${field}`);
    else if (!Array.isArray(expected))
      throw new TemplateError(`${where}.${field}: a pattern lists values, found ${JSON.stringify(expected)}`);
    else for (const each of expected) if (isObject(each)) checkOperator(each, `${where}.${field}`);
  }
}

function checkOperator(operator: JsonObject, where: string): void {
  const [name = '', ...others] = Object.keys(operator);
  const argument = operator[name];
  const [unknown] =
    name === 'anything-but' && isObject(argument) ? Object.keys(argument).filter((key) => key !== 'prefix') : [];
  if (others.length > 0 || !Object.hasOwn(OPERATORS, name) || unknown !== undefined)
    throw new TemplateError(`${where}: the local cloud does not know the pattern ${JSON.stringify(operator)}`);
}

function matchesOne(expected: Json, actual: Json | undefined): boolean {
  if (!isObject(expected)) return actual !== undefined && expected === actual;
  return Object.entries(expected).every(([name, argument]) => OPERATORS[name]?.(argument, actual) ?? false);
}

const OPERATORS: Readonly<Record<string, (argument: Json, actual: Json | undefined) => boolean>> = {
  prefix: (argument, actual) => typeof actual === 'string' && actual.startsWith(String(argument)),
  suffix: (argument, actual) => typeof actual === 'string' && actual.endsWith(String(argument)),
  exists: (argument, actual) => (actual !== undefined) === argument,
  'anything-but': (argument, actual) =>
    actual !== undefined && !(isObject(argument) ? matchesOne(argument, actual) : list(argument).includes(actual)),
  numeric: (argument, actual) => typeof actual === 'number' && comparesAll(list(argument), actual),
};

/** Besides exact values. */
export const PATTERN_OPERATORS: readonly string[] = Object.keys(OPERATORS);

function comparesAll(comparison: readonly Json[], actual: number): boolean {
  for (let at = 0; at < comparison.length; at += 2) {
    const bound = Number(comparison[at + 1]);
    const holds = {
      '=': actual === bound,
      '<': actual < bound,
      '<=': actual <= bound,
      '>': actual > bound,
      '>=': actual >= bound,
    };
    if (!holds[String(comparison[at]) as keyof typeof holds]) return false;
  }
  return true;
}
