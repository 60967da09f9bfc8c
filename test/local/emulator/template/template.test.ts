// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax of Fn::Sub
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTemplate } from '../../../../local/emulator/template/template';

function write(content: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'template-')), 'Small.template.json');
  writeFileSync(file, content);
  return file;
}

/** What a property comes to, next to a topic and a function. */
function resolve(value: unknown, more: object = {}): unknown {
  const Resources = {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'told' } },
    Function: { Type: 'AWS::Lambda::Function', Properties: {} },
    Node: { Type: 'AWS::EC2::Instance', Properties: {} },
    Odd: { Type: 'AWS::Odd::Thing', Properties: {} },
    Asked: { Type: 'AWS::CDK::Metadata', Properties: { value } },
  };
  return loadTemplate(write(JSON.stringify({ Resources, ...more }))).resource('Asked').properties.value;
}

test.each([
  ['Ref of a resource', { Ref: 'Topic' }, 'arn:aws:sns:us-east-1:123456789012:told'],
  ['Ref of a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
  ['GetAtt', { 'Fn::GetAtt': ['Function', 'Arn'] }, 'arn:aws:lambda:us-east-1:123456789012:function:Small-Function'],
  ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::AccountId' }]] }, 'a-123456789012'],
  ['Sub', { 'Fn::Sub': '${AWS::Partition} ${Topic.TopicName} ${!Literal}' }, 'aws told ${Literal}'],
  ['Sub with variables', { 'Fn::Sub': ['${one}', { one: { Ref: 'AWS::URLSuffix' } }] }, 'amazonaws.com'],
  ['Select of Split', { 'Fn::Select': [5, { 'Fn::Split': [':', { Ref: 'Topic' }] }] }, 'told'],
  ['a property without value', { kept: 1, gone: { Ref: 'AWS::NoValue' } }, { kept: 1 }],
])('resolves %s', (_, value, expected) => {
  expect(resolve(value)).toEqual(expected);
});

test('follows conditions', () => {
  const more = { Conditions: { Here: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] } } };
  expect(resolve({ 'Fn::If': ['Here', 'yes', 'no'] }, more)).toBe('yes');
});

test('gives an instance the same real-looking ID each time', () => {
  const id = resolve({ Ref: 'Node' });
  expect(id).toMatch(/^i-0[0-9a-f]{16}$/);
  expect(resolve({ Ref: 'Node' })).toBe(id);
});

test.each([
  ['an unknown intrinsic', { 'Fn::ImportValue': 'x' }, 'Fn::ImportValue'],
  ['Ref to what is not there', { Ref: 'Nobody' }, 'Nobody'],
  ['an unknown attribute', { 'Fn::GetAtt': ['Topic', 'Owner'] }, 'Topic.Owner'],
  ['Ref of an unknown type', { Ref: 'Odd' }, 'AWS::Odd::Thing'],
])('refuses %s by name', (_, value, named) => {
  expect(() => resolve(value)).toThrow(named);
});

test.each([
  ['does not exist', () => '/nowhere/Stack.template.json', 'There is no template /nowhere/Stack.template.json.'],
  ['is not JSON', () => write('{'), 'cannot be read as JSON'],
  ['has no resources', () => write('{}'), 'is no CloudFormation template'],
  ['has a resource that is none', () => write('{"Resources":{"A":null}}'), 'the resource A has no Type.'],
  [
    'lies elsewhere than the code of its functions',
    () => write('{"Resources":{"F":{"Type":"AWS::Lambda::Function","Properties":{"Code":{"S3Key":"x.zip"}}}}}'),
    'the code of F is not beside it. Name the template where it was synthesized (cdk.out)',
  ],
])('says in one line that a file %s', (_, make, message) => {
  const file = make();
  expect(() => loadTemplate(file)).toThrow(message);
  try {
    loadTemplate(file);
  } catch (error) {
    expect(String(error)).not.toContain('\n');
  }
});
