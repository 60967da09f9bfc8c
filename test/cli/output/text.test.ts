import { line, table, widthOf } from '../../../cli/output/text';

test('nothing that a person typed can move the cursor or turn a line', () => {
  expect(line('a\u001b[2Jb\u202ec\nd\u0007')).toBe('a [2Jbc d');
});

test.each([
  ['mail', 4],
  ['メール', 6],
  ['e\u0301', 1],
])('%s takes %i columns', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('columns are as wide as their widest cell', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['メール', 'x'],
        ['m', 'y'],
      ],
    ),
  ).toBe('A       B\nメール  x\nm       y\n');
});
