import { QueryEvaluationError } from '../../../../local/emulator/step-functions/errors';
import { compileField, evaluateAs, isBoolean } from '../../../../local/emulator/step-functions/field';

// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html, "Writing JSONata expressions in JSON strings"
const scope = { variables: { name: 'María', none: null }, states: { input: { title: 'Doctor' }, context: {} } };
const evaluate = (value: unknown) => compileField(value, 'Arguments').evaluate(scope);

test('a string is an expression only between {% and %}', async () => {
  const value = { static: 'Hello', title: '{% $states.input.title %}', name: '{% $name %}', 'not-evaluated': '$name' };
  expect(await evaluate(value)).toEqual({
    static: 'Hello',
    title: 'Doctor',
    name: 'María',
    'not-evaluated': '$name',
  });
});

test('an expression may stand anywhere in arrays and objects, and spaces around it do not matter', async () => {
  expect(await evaluate([1, { deep: ['{%$name%}', '{%   1 + 1\n%}'] }])).toEqual([1, { deep: ['María', 2] }]);
});

test('what is no string stays as it is', async () => {
  for (const value of [null, true, 0, 42, [], {}, { a: [null] }]) expect(await evaluate(value)).toEqual(value);
});

test('an expression may give null', async () => {
  expect(await evaluate({ a: '{% $none %}', b: ['{% null %}'] })).toEqual({ a: null, b: [null] });
});

test.each(['{% $name', '$name %}', ' {% $name %}', '{% $name %} ', '{%'])('%j is refused', (text) => {
  expect(() => compileField({ a: [text] }, 'Output')).toThrow(
    /^Output\/a\[0\]: .* is not an expression: it must start/,
  );
});

test.each(['{% $name. %}', '{% (1 %}', '{% %}', '{%%}'])('%j cannot be read, and the parser says why', (text) => {
  expect(() => compileField(text, 'Output')).toThrow(/^Output: the JSONata expression '.*' cannot be read: S0\d+: /);
});

test('a name that ends with ".$" is refused', () => {
  expect(() => compileField({ 'a.$': '$.x' }, 'Arguments')).toThrow('Arguments/a.$: "a.$" is JSONPath');
});

test.each([
  ['$states.input.missing', 'returned nothing (undefined).'],
  ['$name + 1', 'threw an error during evaluation. T2001: '],
])('%s is a States.QueryEvaluationError', async (source, why) => {
  const failure = await evaluate({ list: [`{% ${source} %}`] }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(QueryEvaluationError);
  expect(failure).toMatchObject({ name: 'States.QueryEvaluationError', location: 'Arguments/list[0]' });
  expect(String(failure)).toContain(
    `The JSONata expression '${source}' specified for the field 'Arguments/list[0]' ${why}`,
  );
});

test('a value that its field does not take is a States.QueryEvaluationError', async () => {
  const field = compileField('{% $name %}', 'Choices[0]/Condition');
  await expect(evaluateAs(field, scope, 'true or false', isBoolean)).rejects.toMatchObject({
    location: 'Choices[0]/Condition',
    cause: `The field 'Choices[0]/Condition' has a value that it does not take. Expected true or false, but was "María".`,
  });
  expect(await evaluateAs(compileField('{% 1 = 1 %}', 'C'), scope, 'true or false', isBoolean)).toBe(true);
});

test('its expressions are listed with their places', () => {
  const { expressions } = compileField({ a: '{% $name %}', b: ['x', '{% $none %}'] }, 'Assign');
  expect(expressions.map(({ location, expression }) => [location, expression.source])).toEqual([
    ['Assign/a', '$name'],
    ['Assign/b[1]', '$none'],
  ]);
});
