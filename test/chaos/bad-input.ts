import fc from 'fast-check';

/** A place in a JSON value: the keys that lead there. */
type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

/** The value with what stands at the path replaced, or (`undefined`) left out. */
function replaceAt(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? replaceAt(item, rest, by) : item));
  if (typeof value !== 'object' || value === null) return by;
  const entries = Object.entries(value).flatMap(([name, child]) => {
    if (name !== key) return [[name, child]];
    const next = replaceAt(child, rest, by);
    return next === undefined ? [] : [[name, next]];
  });
  return Object.fromEntries(entries);
}

/** Values that break careless code: empty, huge, deep, of other types, names with a meaning of their own. */
const NASTY: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  '💥',
  '__proto__',
  'constructor',
  'toString',
  [],
  {},
  [[]],
  [null],
  { toString: 'x' },
  { toJSON: 'x', valueOf: 'x' },
  { length: 3 },
  '2026-13-45T99:99:99Z',
  'i-',
  '10.0.0.256',
  '::1',
  'x'.repeat(10_000),
  JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`),
];

const nasty: fc.Arbitrary<unknown> = fc.oneof(
  { weight: NASTY.length, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
);

/** The valid value with each of its parts left out, and replaced by each nasty value. */
export function everyChange(valid: unknown): unknown[] {
  return pathsOf(valid).flatMap((path) => [undefined, ...NASTY].map((by) => replaceAt(valid, path, by) ?? null));
}

/** A valid value with up to three of its parts replaced, left out, or given more fields. */
export function mutated(valid: readonly unknown[]): fc.Arbitrary<unknown> {
  const change = fc.record({
    where: fc.nat(),
    what: fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('replace' as const), by: nasty }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('omit' as const), by: fc.constant(undefined) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), by: nasty }) },
    ),
  });
  return fc
    .tuple(fc.constantFrom(...valid), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) => changes.reduce(apply, value));
}

function apply(
  value: unknown,
  { where, what }: { readonly where: number; readonly what: { readonly kind: string; readonly by: unknown } },
): unknown {
  const paths = pathsOf(value);
  const path = paths[where % paths.length] ?? [];
  if (what.kind !== 'add') return replaceAt(value, path, what.by) ?? null;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value, [`more${where % 5}`]: what.by }
    : value;
}

/** Any JSON at all. */
export const raw: fc.Arbitrary<unknown> = fc.oneof(fc.jsonValue({ maxDepth: 4 }), nasty);
