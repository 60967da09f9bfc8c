import { differences } from '../../../cli/doctor/template';

const resource = (Properties: object, more: object = {}) => ({ Type: 'AWS::X', Properties, ...more });

test('equal but for what the command line of the CDK adds for people: no difference', () => {
  const deployed = { Description: 'a', Resources: { A: resource({ x: 1 }, { Metadata: { 'aws:cdk:path': 'A' } }) } };
  const here = { Description: 'b', Resources: { A: resource({ x: 1 }) }, Metadata: {} };
  expect(differences(deployed, here)).toEqual([]);
});

test('each difference is named: what changed of a resource, what is on one side only, outputs', () => {
  const deployed = {
    Resources: {
      Notify: resource({ Code: { S3Key: 'a' }, Timeout: 5, Role: 'r' }),
      Old: resource({}),
      Kept: resource({}, { DeletionPolicy: 'Retain' }),
    },
    Outputs: { Topic: { Value: 'a' } },
  };
  const here = {
    Resources: { Notify: resource({ Code: { S3Key: 'b' }, Role: 'r' }), New: resource({}), Kept: resource({}) },
    Outputs: { Topic: { Value: 'b' } },
  };
  expect(differences(deployed, here)).toEqual([
    'Notify: Code, Timeout',
    'Old: only deployed',
    'Kept: differs',
    'New: only here',
    'Outputs Topic: differs',
  ]);
});
