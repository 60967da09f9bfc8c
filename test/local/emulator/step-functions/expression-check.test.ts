import jsonata from 'jsonata';
import { compileExpression } from '../../../../local/emulator/step-functions/expression';
import {
  KNOWN_FUNCTIONS,
  problemOf,
  type StatesMember,
} from '../../../../local/emulator/step-functions/expression-check';

// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
const check = (
  source: string,
  members: readonly StatesMember[] = ['input', 'context'],
  variables = ['plan', 'error'],
) => problemOf(compileExpression(source), { variables: new Set(variables), members });

test.each([
  '$states.input',
  '$states.context.Execution.Id',
  "$plan.action = 'MOVE' or $plan.action = 'REHEARSE'",
  '$plan ? null : $error',
  '$length($string($states.context.Execution.Input)) < 32768',
  "{'a': [$plan.x, 1]}",
  '$states.input.items[value > 3].name',
  '$states.input.items^(>price){name: $sum(price)}',
  '$states.input.items.{ "a": name }',
  '$map($states.input.items, function($item, $index) { $item.price + $index })',
  '($x := $plan.x; $x + $x)',
  '$plan.items@$i#$n.{"item": $i, "n": $n}',
])('%s may run', (source) => {
  expect(check(source)).toBeNull();
});

test('$states.result and $states.errorOutput are for the fields that have them', () => {
  expect(check('$states.result.Payload', ['input', 'context', 'result'])).toBeNull();
  expect(check('$states.result.Payload')).toBe(
    '$states.result is not available here; available: $states.input, $states.context',
  );
  expect(check('$states.errorOutput', ['input', 'context', 'errorOutput'])).toBeNull();
  expect(check('1 + $states.errorOutput.Error')).toContain('$states.errorOutput is not available here');
  expect(check('$states.other')).toContain('$states.other is not available here');
});

test.each(['$states', '$string($states)', '$states[0]', '$states.*'])('%s is used without a member', (source) => {
  expect(check(source)).toContain('$states is used without a member');
});

test('a variable that no state assigns is refused', () => {
  expect(check('$plam.action')).toBe('no state assigns the variable $plam');
  expect(check('function($x) { $y }')).toBe('no state assigns the variable $y');
});

test.each([
  ['phone', 'phone'],
  ["{'a': phone}", 'phone'],
  ['$map($plan, function($x) { phone })', 'phone'],
])('%s refers to a name at the top level', (source, name) => {
  expect(check(source)).toBe(`it refers to '${name}' at the top level; write $states.input.${name} or a variable`);
});

test('$$ is refused', () => {
  expect(check('$$.a')).toContain("'$$'");
});

test('$eval is refused, because Step Functions does not have it', () => {
  expect(check("$eval('1')")).toBe('it uses $eval: Step Functions does not have it');
});

test.each(['now', 'millis', 'random', 'shuffle', 'uuid', 'parse', 'hash', 'range', 'partition', 'toMillis'])(
  '$%s is refused by name: it would differ from run to run, or is not there',
  (name) => {
    expect(check(`$${name}()`)).toBe(`it uses $${name}: the local cloud does not run it`);
    expect(check(`$map($plan, $${name})`)).toBe(`it uses $${name}: the local cloud does not run it`);
  },
);

test('a function whose name a variable has is not called', () => {
  expect(check("$error('stop')")).toBe('it calls $error, which is a variable here');
  expect(check("$error('stop')", ['input'], [])).toBeNull();
});

test('every function that is known exists in JSONata', async () => {
  for (const name of KNOWN_FUNCTIONS)
    expect([name, await jsonata(`$type($${name})`).evaluate({})]).toEqual([name, 'function']);
});
