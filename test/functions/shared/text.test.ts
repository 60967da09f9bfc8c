import fc from 'fast-check';
import { cut, isBlank } from '../../../functions/shared/text';

test('a text that is short enough stays as it is', () => {
  expect(cut('', 3)).toBe('');
  expect(cut('abc', 3)).toBe('abc');
});

test('one that is too long is cut and marked', () => {
  expect(cut('abcd', 3)).toBe('ab…');
});

test('characters are counted, not halves of them', () => {
  expect(cut('😀😀😀', 3)).toBe('😀😀😀');
  expect(cut('😀😀😀😀', 3)).toBe('😀😀…');
});

test('half a character is replaced', () => {
  expect(cut('a\uD83D', 3)).toBe('a\uFFFD');
});

test('any text is cut to whole characters, at most so many', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
      const short = cut(`${text}\uDC00`, limit);
      expect(short.isWellFormed()).toBe(true);
      expect(Array.from(short).length).toBeLessThanOrEqual(limit);
    }),
    { numRuns: 300 },
  );
});

test.each(['', ' ', '\n\t', '\u200b', '\u0000', '\u2060\ufeff', '\u3164', '\u{e0041}'])(
  'nothing of %j can be seen',
  (text) => {
    expect(isBlank(text)).toBe(true);
  },
);

test.each(['a', ' a ', '\u200ba', '·', '–', '😀', '山田'])('something of %j can', (text) => {
  expect(isBlank(text)).toBe(false);
});
