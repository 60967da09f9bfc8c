import { csvRow } from '../../../cli/output/csv';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u200b=1', '＝1'])('%j is no formula', (text) => {
  expect(csvRow([text]).replace(/^"/, '')).toMatch(/^'/);
});

test('quotes, commas and line breaks stay inside their cell', () => {
  expect(csvRow(['a"b', 'c,d', 'e\nf', 5, null, true])).toBe('"a""b","c,d","e\nf",5,,true\r\n');
});
