import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParameterValues, readParameters } from '../../../../local/emulator/template/parameters';
import { loadTemplate } from '../../../../local/emulator/template/template';

function write(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'parameters-')), 'Small.template.json');
  writeFileSync(file, content);
  return file;
}

const DIFFERENT = {
  Assertions: [
    { Assert: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'One' }, { Ref: 'Two' }] }] }, AssertDescription: 'not twice' },
  ],
};

/** What a template with a few parameters makes of these values. */
function resolve(parameters: ParameterValues, more: object = {}): unknown {
  const template = {
    Parameters: {
      One: { Type: 'String', AllowedPattern: '[a-z]+', ConstraintDescription: 'small letters' },
      Two: { Type: 'String', Default: 'two', AllowedValues: ['two', 'three', 'a'] },
      Many: { Type: 'CommaDelimitedList', Default: 'x', AllowedPattern: '\\w' },
      Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/image' },
    },
    Resources: {
      Asked: {
        Type: 'AWS::CDK::Metadata',
        Properties: { one: { Ref: 'One' }, two: { Ref: 'Two' }, many: { 'Fn::Join': ['+', { Ref: 'Many' }] } },
      },
    },
    ...more,
  };
  return loadTemplate(write(JSON.stringify(template)), { parameters }).resource('Asked').properties;
}

test('a value that is given comes before the default, and a list is cut at its commas', () => {
  expect(resolve({ One: 'a', Many: 'x, y,z' })).toEqual({ one: 'a', two: 'two', many: 'x+y+z' });
  expect(resolve({ One: 'a', Two: 'three' })).toEqual({ one: 'a', two: 'three', many: 'x' });
});

test.each<[string, ParameterValues, string]>([
  ['a value is missing', {}, 'These parameters of the template need a value: One'],
  [
    'a name is unknown',
    { One: 'a', Other: 'b' },
    'The template has no parameters Other; it has: One, Two, Many, Image.',
  ],
  ['a value has another form', { One: 'A' }, 'Parameter One: found "A"; allowed: small letters.'],
  ['only a part of the value has the form', { One: 'aB' }, 'Parameter One: found "aB"'],
  [
    'a value is none of the allowed ones',
    { One: 'a', Two: 'four' },
    'Parameter Two: found "four"; allowed: one of two, three, a.',
  ],
  [
    'one of a list has another form',
    { One: 'a', Many: 'x,yy' },
    'Parameter Many: found "yy"; allowed: must match \\w.',
  ],
])('says so when %s', (_, values, message) => {
  expect(() => resolve(values)).toThrow(message);
});

describe('rules', () => {
  test('that hold let the template pass', () => {
    expect(resolve({ One: 'b' }, { Rules: { Different: DIFFERENT } })).toMatchObject({ one: 'b' });
  });

  test('that do not hold stop it, with their own words', () => {
    expect(() => resolve({ One: 'a', Two: 'a' }, { Rules: { Different: DIFFERENT } })).toThrow(
      "The parameters do not fit the template's rule Different: not twice",
    );
  });

  test('whose condition does not hold are not asked', () => {
    const rule = { ...DIFFERENT, RuleCondition: { 'Fn::Equals': [{ Ref: 'One' }, 'z'] } };
    expect(resolve({ One: 'a', Two: 'a' }, { Rules: { Different: rule } })).toMatchObject({ one: 'a' });
  });
});

describe('a parameter file', () => {
  test('has a name and a value an entry; values may have "=" in them', () => {
    expect(readParameters(write('["One=a", "Two=", "Many=a=b,c"]'))).toEqual({ One: 'a', Two: '', Many: 'a=b,c' });
  });

  test.each([
    ['is not JSON', '[', 'cannot be read as JSON'],
    ['is no list', '{"One":"a"}', 'is no list of parameters; allowed: ["Name=value", …].'],
    ['has an entry without "="', '["One=a", "Two"]', 'entry 2: found "Two"; allowed: "Name=value".'],
    ['names one twice', '["One=a", "One=b"]', 'One stands there twice'],
  ])('that %s is refused', (_, content, message) => {
    expect(() => readParameters(write(content))).toThrow(message);
  });

  test('that is not there is refused', () => {
    expect(() => readParameters('/nowhere.json')).toThrow('There is no parameter file /nowhere.json.');
  });
});
