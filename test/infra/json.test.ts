import fc from 'fast-check';
import { JsonError, parseJson } from '../../infra/json';

function problem(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonError) return error.message;
    throw error;
  }
  return 'none';
}

test.each([
  ['nothing', '', 'line 1, column 1: found the end of the file; allowed: a value'],
  [
    'a comma after the last field',
    '{\n  "a": 1,\n}',
    'line 3, column 1: found "}"; allowed: the name of a field in double quotes (no comma stands after the last one)',
  ],
  ['a comma that is missing', '{"a": 1 "b": 2}', 'line 1, column 9: found "\\"b\\": 2}"; allowed: "," or "}"'],
  ['a bracket that is missing', '[1, 2', 'line 1, column 6: found the end of the file; allowed: "," or "]"'],
  ['a bracket too many', '{}\r\n}', 'line 2, column 1: found "}"; allowed: the end of the file'],
  ['a colon that is missing', '{"a" 1}', 'line 1, column 6: found "1"; allowed: ":"'],
  ['a comment', '// ours\n{}', 'line 1, column 1: found "/"; allowed: a value; JSON has no comments'],
  [
    'single quotes',
    "{'a': 1}",
    'line 1, column 2: found "\'"; allowed: the name of a field in double quotes; strings stand between double quotes (")',
  ],
  [
    'typographic quotes',
    '["📮", “a”]',
    'line 1, column 7: found "“"; allowed: a value; strings stand between double quotes (")',
  ],
  ['a word', '{"a": yes}', 'line 1, column 7: found "yes"; allowed: a value'],
  ['a leading zero', '[01]', 'line 1, column 2: found "01"; allowed: a value'],
  [
    'a string without its end',
    '{"a": "b\n}',
    'line 1, column 7: found "\\"b"; allowed: a string that ends on its line and has valid escapes',
  ],
  [
    'an unknown escape',
    '["C:\\data"]',
    'line 1, column 2: found "\\"C:\\\\data\\"]"; allowed: a string that ends on its line and has valid escapes',
  ],
  [
    'a field that stands twice',
    '{\n  "a": 1,\n  "a": 2\n}',
    'line 3, column 3: found the field "a" for the second time; allowed: each field once in an object',
  ],
])('%s is found by its line and column', (_what, text, message) => {
  expect(problem(text)).toBe(message);
});

test('a byte order mark in front does no harm', () => {
  expect(parseJson('\uFEFF{"a": 1}')).toEqual({ a: 1 });
});

test('whatever JSON can say is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test('whatever JSON.parse refuses is refused with a place', () => {
  const text = fc
    .array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '1', 'true', '-', ' ', '\n'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (candidate) => {
      let valid = true;
      try {
        JSON.parse(candidate);
      } catch {
        valid = false;
      }
      const found = problem(candidate);
      if (!valid) expect(found).toMatch(/^line \d+, column \d+: found .+; allowed: /);
      else if (found !== 'none') expect(found).toContain('for the second time');
    }),
    { numRuns: 2_000 },
  );
});
