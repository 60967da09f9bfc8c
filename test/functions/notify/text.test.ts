import fc from 'fast-check';
import { cutName, quote, quoteLine, SUBJECT_MAX, toSubject } from '../../../functions/notify/text';

const anyText = fc.string({ unit: 'binary', maxLength: 300 });

describe('a subject', () => {
  test('is one line: what breaks lines is one space, at the ends none', () => {
    expect(toSubject(' a\r\n\u2028b\t')).toBe('a b');
  });
  test('of 99 characters stays whole, a longer one keeps its beginning and its end', () => {
    expect(toSubject('x'.repeat(99))).toBe('x'.repeat(99));
    expect(toSubject(`${'x'.repeat(75)}, no standby left, PAUSED`)).toBe(`${'x'.repeat(73)}…, no standby left, PAUSED`);
  });
  test('is not cut in the middle of a character', () => {
    expect(toSubject(`${'x'.repeat(72)}😀${'y'.repeat(40)}`)).toBe(`${'x'.repeat(72)}…${'y'.repeat(25)}`);
    expect(toSubject(`${'x'.repeat(100)}😀${'y'.repeat(24)}`)).toBe(`${'x'.repeat(73)}…${'y'.repeat(24)}`);
  });
  test('is what SNS takes, whatever it is made of', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const subject = toSubject(text);
        expect(subject.length).toBeLessThanOrEqual(SUBJECT_MAX);
        expect(subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(subject.isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a quoted text', () => {
  test('keeps its lines and loses other control characters', () => {
    expect(quote('a\nb\tc\u2028d\u2029e')).toBe('a\nb c d e');
  });
  test('loses what turns or hides it: directions, zero-width characters', () => {
    expect(quote('a\u202Eb\u200Bc\u2066d\uFEFFe')).toBe('abcde');
  });
  test('is cut when it is too long', () => {
    expect(quote('abc', 3)).toBe('abc');
    expect(quote('abcd', 3)).toBe('ab…');
    expect(quote('x'.repeat(3_000))).toHaveLength(2_000);
  });
  test('has whole characters only: a lone surrogate is replaced, an emoji at the cut is left out', () => {
    expect(quote('a\uD800b')).toBe('a\uFFFDb');
    expect(quote('ab😀cd', 4)).toBe('ab😀…');
    expect(quote('ab😀cd', 3)).toBe('ab…');
  });
  test('stands on one line where a fact does', () => {
    expect(quoteLine(' patch\nOutcome:  FAILED\n')).toBe('patch Outcome: FAILED');
    expect(quoteLine('abcd', 3)).toBe('ab…');
  });
});

test('a name leaves room for the rest of a subject', () => {
  expect(cutName('x'.repeat(30))).toBe('x'.repeat(30));
  expect(cutName('x'.repeat(31))).toBe(`${'x'.repeat(29)}…`);
});
