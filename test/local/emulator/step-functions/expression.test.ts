import fc from 'fast-check';
import jsonata from 'jsonata';
import { compileExpression } from '../../../../local/emulator/step-functions/expression';

const evaluate = (source: string, variables: Readonly<Record<string, unknown>> = {}, states = {}) =>
  compileExpression(source).evaluate({ variables, states });

/** What JSONata itself makes of it, without the marks on its arrays. */
async function library(source: string, bindings: Record<string, unknown>): Promise<unknown> {
  const result: unknown = await jsonata(source).evaluate(undefined, bindings);
  return result === undefined ? undefined : JSON.parse(JSON.stringify(result));
}

const name = fc.constantFrom('a', 'b', 'c');
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, 1, '', 'text', [], {}),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  ),
})).any;

test('a path gives what JSONata gives, whatever lies on the way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(name, { maxLength: 4 }), value, async (names, variable) => {
      const source = ['$a', ...names].join('.');
      expect(await evaluate(source, { a: variable })).toEqual(await library(source, { a: variable }));
      const inStates = ['$states', 'input', ...names].join('.');
      expect(await evaluate(inStates, {}, { input: variable })).toEqual(
        await library(inStates, { states: { input: variable } }),
      );
    }),
    { numRuns: 500 },
  );
});

test('a path follows own names only', async () => {
  expect(await evaluate('$a.constructor', { a: {} })).toBeUndefined();
  expect(await evaluate('$toString')).toBeUndefined();
});

test('conditionals, comparisons and objects are those of JSONata', async () => {
  const variables = { plan: { action: 'MOVE' }, none: null, list: [1, 2, 3] };
  expect(await evaluate("$plan.action = 'MOVE' or $plan.action = 'REHEARSE'", variables)).toBe(true);
  expect(await evaluate('$none ? 1 : 2', variables)).toBe(2);
  expect(await evaluate("{'a': $none, 'b': $plan.missing, 'n': $count($list)}", variables)).toEqual({ a: null, n: 3 });
  expect(await evaluate('$list[$ > 1]', variables)).toEqual([2, 3]);
});

test('a result is plain JSON: an array of one item stays one when it is used again', async () => {
  const made = await evaluate('$a.[x]', { a: [{ x: 1 }, { x: 2 }] });
  expect(made).toEqual([[1], [2]]);
  expect(await evaluate('$made', { made })).toEqual([[1], [2]]);
  const filtered = await evaluate('$a[x > 0][]', { a: [{ x: 1 }] });
  expect(await evaluate('$filtered', { filtered })).toEqual([{ x: 1 }]);
});

test.each([
  ['($string)', 'a function'],
  ['function($x) { $x }', 'a function'],
])('%s gives no JSON, and is refused', async (source, what) => {
  await expect(evaluate(source)).rejects.toThrow(what);
});

test('data that looks like a function of the library is data', async () => {
  const odd = { _jsonata_lambda: true, _jsonata_function: true, x: 1 };
  expect(await evaluate('$odd', { odd })).toEqual(odd);
  expect(await evaluate('true ? $odd : 1', { odd })).toEqual(odd);
});

test('text that is no JSONata is refused with the reason of the parser', () => {
  expect(() => compileExpression('$a.')).toThrow(/^S0\d+: /);
});

test('an expression is compiled once', () => {
  expect(compileExpression('$a.b.c')).toBe(compileExpression('$a.b.c'));
});
