import { parseExpression, type Series } from '../../../../local/emulator/cloudwatch/metric-math';

/** The newest value first; null where there is none. */
const A: Series = [1, null, 3, null];
const B: Series = [10, 20, null, null];

const evaluate = (expression: string, fillable: (period: number) => boolean = () => true) =>
  parseExpression(
    expression,
    ['a', 'b'],
    'Alarm',
  )({
    metrics: new Map([
      ['a', A],
      ['b', B],
    ]),
    length: 4,
    fillable,
  });

/** @see CloudWatch User Guide, "Using math expressions with CloudWatch metrics" */
test.each<[string, Series]>([
  ['a', A],
  ['7', [7, 7, 7, 7]],
  ['a + b', [11, null, null, null]],
  ['FILL(a, 0)', [1, 0, 3, 0]],
  ['FILL(a, 0)+FILL(b, 0)', [11, 20, 3, 0]],
  ['FILL(a, REPEAT)', [1, 3, 3, null]],
  ['SUM([a, b])', [11, 20, 3, null]],
  ['MAX(METRICS())', [10, 20, 3, null]],
  ['MIN([a, b]) - 1', [0, 19, 2, null]],
  ['AVG([a, b])', [5.5, 20, 3, null]],
  ['2 * (b - a) / 3', [6, null, null, null]],
  ['-b + 5 * 2', [0, -10, null, null]],
])('%s', (expression, values) => {
  expect(evaluate(expression)).toEqual(values);
});

test('FILL fills nothing where there was no cloud yet', () => {
  expect(evaluate('FILL(a, 0)', (period) => period < 2)).toEqual([1, 0, 3, null]);
});

test.each([
  ['c', 'c'],
  ['a +', 'the end'],
  ['FILL(a)', ')'],
  ['(a', ')'],
  ['RATE(a)', 'RATE'],
  ['SUM(a)', 'SUM'],
  ['a b', 'b'],
  ['a % b', '% b'],
  ['FILL(a, b)', 'FILL'],
  ['[a, b]', 'several time series'],
])('%s is refused, naming what is not known: %s', (expression, name) => {
  expect(() => evaluate(expression)).toThrow(name);
  expect(() => evaluate(expression)).toThrow('Alarm');
});
