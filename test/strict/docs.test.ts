import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../local/demo/synth';
import { checkKnown, PLAYED } from '../../local/emulator/template/known-template';
import { INTRINSICS, loadTemplate, PSEUDO_PARAMETERS } from '../../local/emulator/template/template';
import { LISTS, listNamed } from './document';
import { listsIn, withLists } from './markdown';

const FILE = join(__dirname, '../../docs/local-cloud.md');

test('docs/local-cloud.md lists what the local cloud knows (UPDATE_DOCS=1 writes the lists)', () => {
  const text = readFileSync(FILE, 'utf8');
  const filled = withLists(text, listNamed);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, filled);
  expect(readFileSync(FILE, 'utf8')).toBe(filled);
  expect(listsIn(text).sort()).toEqual(Object.keys(LISTS).sort());
});

function write(template: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'known-')), 'Stack.template.json');
  writeFileSync(file, JSON.stringify(template));
  return file;
}

/** What the local cloud says against a template with this resource beside a state machine and its role, if anything. */
function complaint(resource: object, more: object = {}): string | undefined {
  const Resources = { Topic: { Type: 'AWS::SNS::Topic', Properties: {} }, Asked: resource };
  try {
    checkKnown(loadTemplate(write({ Conditions: { Yes: { 'Fn::Equals': [1, 1] } }, Resources, ...more })));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const queueNamed = (QueueName: unknown) => ({ Type: 'AWS::SQS::Queue', Properties: { QueueName } });

const EXAMPLES: Readonly<Record<string, unknown>> = {
  Ref: { Ref: 'Topic' },
  Condition: { Condition: 'Yes' },
  'Fn::And': { 'Fn::And': [{ Condition: 'Yes' }] },
  'Fn::Base64': { 'Fn::Base64': 'x' },
  'Fn::Equals': { 'Fn::Equals': [1, 2] },
  'Fn::GetAZs': { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] },
  'Fn::GetAtt': { 'Fn::GetAtt': ['Topic', 'TopicName'] },
  'Fn::If': { 'Fn::If': ['Yes', 'a', 'b'] },
  'Fn::Join': { 'Fn::Join': ['', ['a']] },
  'Fn::Not': { 'Fn::Not': [{ Condition: 'Yes' }] },
  'Fn::Or': { 'Fn::Or': [{ Condition: 'Yes' }] },
  'Fn::Select': { 'Fn::Select': [0, ['a']] },
  'Fn::Split': { 'Fn::Select': [0, { 'Fn::Split': ['-', 'a-b'] }] },
  'Fn::Sub': { 'Fn::Sub': 'text' },
};

describe('the list of intrinsics is whole', () => {
  test.each(INTRINSICS)('%s is resolved', (name) => {
    expect(EXAMPLES[name]).toBeDefined();
    expect(complaint(queueNamed(EXAMPLES[name]))).toBeUndefined();
  });

  test.each(PSEUDO_PARAMETERS)('%s is resolved', (name) => {
    expect(complaint(queueNamed({ Ref: name }))).toBeUndefined();
  });

  test.each(['FindInMap', 'ImportValue', 'Cidr', 'Transform', 'Length', 'ToJsonString', 'GetStackOutput', 'Contains'])(
    'Fn::%s is refused by name',
    (name) => {
      expect(complaint(queueNamed({ [`Fn::${name}`]: [] }))).toContain(`Fn::${name}`);
    },
  );

  test.each(['AWS::NotificationARNs', 'Nobody'])('a Ref to %s is refused by name', (name) => {
    expect(complaint(queueNamed({ Ref: name }))).toContain(name);
  });
});

describe('what a template says and the local cloud does not play is refused', () => {
  test('a type that is not listed, by name', () => {
    expect(complaint({ Type: 'AWS::RDS::DBInstance' })).toBe(
      'Asked: the local cloud does not know resources of the type AWS::RDS::DBInstance',
    );
  });

  test.each([
    ['AWS::Lambda::Function', { VpcConfig: { SubnetIds: ['subnet-1'] } }, 'VpcConfig.SubnetIds'],
    ['AWS::Events::Rule', { EventBusName: 'other' }, 'EventBusName'],
    [
      'AWS::Events::Rule',
      { Targets: [{ Id: '1', InputTransformer: { InputTemplate: '' } }] },
      'Targets.InputTransformer',
    ],
    ['AWS::CloudWatch::Alarm', { ExtendedStatistic: 'p99' }, 'ExtendedStatistic'],
    ['AWS::SQS::Queue', { KmsMasterKeyId: 'k' }, 'KmsMasterKeyId'],
  ])('a property of %s that is not listed, by its path: %j', (Type, Properties, path) => {
    expect(complaint({ Type, Properties })).toContain(`does not know ${path}`);
  });

  test('a transform, by name', () => {
    expect(complaint(queueNamed('q'), { Transform: 'AWS::Serverless-2016-10-31' })).toContain('AWS::Serverless');
  });

  test('and our own template says nothing of that kind, but uses most of the types', () => {
    const template = loadTemplate(synthesize());
    expect(() => checkKnown(template)).not.toThrow();
    const types = new Set(template.resources.map(({ type }) => type));
    expect(Object.keys(PLAYED).filter((type) => !types.has(type))).toEqual([
      'AWS::EC2::ApplicationStatusCheckInstanceAssociation',
      'AWS::IAM::ManagedPolicy',
      'AWS::IAM::Policy',
      'AWS::KMS::Alias',
      'AWS::Lambda::Permission',
    ]);
  });
});
