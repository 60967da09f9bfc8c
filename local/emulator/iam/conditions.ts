import { matches } from './wildcard';

/** What is known about a request: condition keys (lower case) and their values. */
export type Context = ReadonlyMap<string, readonly string[]>;

/** A policy that says something that the local cloud cannot judge. It is never taken for a yes or a no. */
export class UnsupportedPolicy extends Error {
  override name = 'UnsupportedPolicy';
}

type Test = (wanted: string, actual: string) => boolean;

/** ARNs are compared part by part, so that a `*` does not reach over a colon. */
const arnLike: Test = (wanted, actual) => {
  const patterns = wanted.split(':');
  const parts = actual.split(':');
  const fold = (all: readonly string[]) => [...all.slice(0, 5), all.slice(5).join(':')];
  const [left, right] = [fold(patterns), fold(parts)];
  return left.length === right.length && left.every((pattern, index) => matches(pattern, right[index] ?? ''));
};

const TESTS: Readonly<Record<string, Test>> = {
  StringEquals: (wanted, actual) => wanted === actual,
  StringLike: matches,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: (wanted, actual) => wanted.toLowerCase() === actual.toLowerCase(),
};

/** Operators that hold where the test of another one does not, and where the request does not have the key. */
const NEGATED: Readonly<Record<string, Test | undefined>> = { ArnNotLike: arnLike };

/**
 * The operators that policies may use; also with `IfExists`, the text ones also with `ForAnyValue:` and `ForAllValues:`.
 * `Null` asks whether the request has the key.
 */
export const CONDITION_OPERATORS: readonly string[] = [...Object.keys(TESTS), ...Object.keys(NEGATED), 'Null'];

/** What the local cloud knows of a request. */
export const CONDITION_KEYS: readonly string[] = [
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:SecureTransport',
  'aws:SourceAccount',
  'aws:SourceArn',
  'aws:TagKeys',
  'events:detail-type',
  'events:source',
  'kms:CallerAccount',
  'kms:ViaService',
];

export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Reads a statement's `Condition`.
 * @throws UnsupportedPolicy that names an unknown key, or an operator other than StringEquals, StringLike, ArnEquals, ArnLike, Bool,
 * ArnNotLike, Null, these but the last with `IfExists`, and the text ones with `ForAnyValue:` and `ForAllValues:`.
 * @see IAM User Guide, "Condition operators", "Multivalued context keys"
 */
export function parseConditions(block: unknown, where: string): readonly Condition[] {
  if (block === undefined) return [];
  if (typeof block !== 'object' || block === null) throw new UnsupportedPolicy(`${where}: Condition is not an object.`);
  return Object.entries(block).flatMap(([operator, keys]: [string, unknown]) => {
    if (!CONDITION_OPERATORS.includes(baseOf(operator)) || operator === 'NullIfExists')
      throw new UnsupportedPolicy(`${where}: the local cloud does not know the condition operator ${operator}.`);
    if (typeof keys !== 'object' || keys === null)
      throw new UnsupportedPolicy(`${where}: ${operator} is not an object.`);
    return Object.entries(keys).map(([key, values]: [string, unknown]) => ({
      operator,
      key: checkKey(key, where),
      values: (Array.isArray(values) ? values : [values]).map(String),
    }));
  });
}

/** A key that no request here has would make its statement say nothing, a denial too. */
function checkKey(key: string, where: string): string {
  if (CONDITION_KEYS.some((known) => known.toLowerCase() === key.toLowerCase())) return key.toLowerCase();
  throw new UnsupportedPolicy(`${where}: the local cloud does not know the condition key ${key}.`);
}

function baseOf(operator: string): string {
  return operator.replace(/^(?:ForAnyValue|ForAllValues):(?=String)/, '').replace(/IfExists$/, '');
}

/** The first condition that does not hold; undefined: all hold. */
export function unmetCondition(conditions: readonly Condition[], context: Context): Condition | undefined {
  return conditions.find((condition) => !holds(condition, context.get(condition.key)));
}

/**
 * A key that the request does not have fails its condition, but for `…IfExists`, the negated operators and `ForAllValues:`,
 * which is true of no values at all.
 */
function holds({ operator, values }: Condition, actual: readonly string[] | undefined): boolean {
  if (operator === 'Null') return values.includes(String(actual === undefined));
  const base = baseOf(operator);
  const negated = NEGATED[base];
  const isForAll = operator.startsWith('ForAllValues:');
  if (actual === undefined) return isForAll || negated !== undefined || operator.endsWith('IfExists');
  if (negated !== undefined) return !actual.some((value) => values.some((wanted) => negated(wanted, value)));
  const fits = (value: string) => values.some((wanted) => TESTS[base]?.(wanted, value));
  return isForAll ? actual.every(fits) : actual.some(fits);
}
