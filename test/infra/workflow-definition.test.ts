import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillPlaceholders, readDefinition } from '../../infra/workflow-definition';

/** As the definition writes it: a dollar sign and a name in braces. */
function placeholder(name: string): string {
  return `$\{${name}}`;
}

function definitionOf(yaml: string): object {
  const file = join(mkdtempSync(join(tmpdir(), 'vip-failover-')), 'workflow.yaml');
  writeFileSync(file, yaml);
  return readDefinition(file);
}

test('anchors are resolved, merged keys give way to those beside them, and the x- keys are left out', () => {
  const yaml = `
x-retry: &retry { ErrorEquals: [States.ALL], MaxAttempts: 3 }
StartAt: First
States:
  First: &first { Type: Task, Retry: [*retry], Next: Second }
  Second: { <<: *first, Next: Third }
`;
  const retry = { ErrorEquals: ['States.ALL'], MaxAttempts: 3 };
  expect(definitionOf(yaml)).toEqual({
    StartAt: 'First',
    States: {
      First: { Type: 'Task', Retry: [retry], Next: 'Second' },
      Second: { Type: 'Task', Retry: [retry], Next: 'Third' },
    },
  });
});

test.each([
  ['an unknown anchor', 'States: { First: *nowhere }', /nowhere/],
  ['a key that stands twice', 'StartAt: A\nStartAt: B', /unique/],
  ['nothing', '', /holds no workflow definition/],
])('%s is refused', (_what, yaml, message) => {
  expect(() => definitionOf(yaml)).toThrow(message);
});

test('a placeholder is its value, whatever that is, or its text inside a longer string', () => {
  const clusters = [{ name: 'mail' }];
  expect(
    fillPlaceholders(
      { a: placeholder('Clusters'), b: [`arn:${placeholder('Partition')}:states`, 5, null], c: '{% $plan %}' },
      { Clusters: clusters, Partition: 'aws-cn' },
    ),
  ).toEqual({ a: clusters, b: ['arn:aws-cn:states', 5, null], c: '{% $plan %}' });
});

test('what is filled in is taken as it is, also where it looks like a placeholder', () => {
  const clusters = [{ name: placeholder('Partition') }];
  expect(fillPlaceholders(placeholder('Clusters'), { Clusters: clusters, Partition: 'aws' })).toEqual(clusters);
});

test.each([
  ['alone', 'Nowhere', placeholder('Nowhere')],
  ['in a string', 'Nowhere', `arn:${placeholder('Nowhere')}:states`],
  ['that every object has', 'toString', placeholder('toString')],
])('a placeholder without a value, %s, is named with those that are known', (_where, name, text) => {
  const known = ['Partition', 'Notify'].map(placeholder).join(', ');
  expect(() => fillPlaceholders({ States: [text] }, { Partition: 'aws', Notify: 'arn' })).toThrow(
    `The workflow definition has the placeholder ${placeholder(name)}; allowed: ${known}.`,
  );
});

test('a value that is no string does not fit into one', () => {
  expect(() => fillPlaceholders(`x${placeholder('Clusters')}`, { Clusters: [] })).toThrow('its value is no string');
});
