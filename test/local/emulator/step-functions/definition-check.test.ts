import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkDefinition } from '../../../../local/emulator/step-functions/definition-check';
import type { JsonObject } from '../../../../local/emulator/template/json';
import { definitionOf, task } from './harness';

// https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html, and the page of each type of state
const check = (states: JsonObject, more: JsonObject = {}) => checkDefinition(definitionOf(states, more), 'Machine');
const end = { Type: 'Succeed' };
const pass = (more: JsonObject) => ({ Type: 'Pass', End: true, ...more });

test('what is left out has the values of AWS', () => {
  const { states, timeoutSeconds } = check({ Work: task({ Retry: [{ ErrorEquals: ['Sorry'] }] }) });
  expect(timeoutSeconds).toBe(300);
  expect(states.get('Work')).toMatchObject({
    retriers: [
      {
        errorEquals: ['Sorry'],
        intervalSeconds: 1,
        maxAttempts: 3,
        backoffRate: 2,
        maxDelaySeconds: Number.POSITIVE_INFINITY,
        jitter: 'NONE',
      },
    ],
  });
});

test("the product's own workflow is good", () => {
  const file = join(__dirname, '../../../../statemachine/failover.asl.yaml');
  const text = readFileSync(file, 'utf8')
    .replaceAll(/\$\{Clusters\}/g, '[]')
    .replaceAll(/\$\{Partition\}/g, 'aws')
    .replaceAll(/\$\{InputLimit\}/g, '1')
    .replaceAll(/\$\{(\w+)\}/g, 'arn:$1');
  const workflow: JsonObject = parse(text, { merge: true });
  const kept = Object.entries(workflow).filter(([name]) => !name.startsWith('x-'));
  expect(checkDefinition(Object.fromEntries(kept), 'Machine').startAt).toBe('Begin');
});

describe('is refused by name:', () => {
  const refused: readonly (readonly [string, () => unknown, string])[] = [
    [
      'JSONPath',
      () => checkDefinition({ StartAt: 'End', States: { End: end } }, 'Machine'),
      'QueryLanguage is missing; the local cloud runs "JSONata" only',
    ],
    [
      'JSONPath in one state',
      () => check({ End: { ...end, QueryLanguage: 'JSONPath' } }),
      `End: QueryLanguage is "JSONPath"`,
    ],
    [
      'no states',
      () => checkDefinition({ QueryLanguage: 'JSONata', StartAt: 'End' }, 'Machine'),
      'States: missing must be an object',
    ],
    ['an unknown first state', () => check({ End: end }, { StartAt: 'Other' }), 'StartAt: there is no state "Other"'],
    [
      'an unknown field of the definition',
      () => check({ End: end }, { Timeout: 1 }),
      'the local cloud does not know the field Timeout',
    ],
    [
      'an unknown type of state',
      () => check({ All: { Type: 'Map', End: true } }),
      'All: the local cloud does not run states of the type "Map"; it runs Task, Pass, Choice',
    ],
    [
      'an unknown field',
      () => check({ End: { ...end, Next: 'End' } }),
      'End: the local cloud does not know the field Next; it knows Type, Comment, QueryLanguage, Output',
    ],
    [
      'a heartbeat',
      () => check({ Work: task({ HeartbeatSeconds: 1 }) }),
      'Work: the local cloud does not know the field HeartbeatSeconds',
    ],
    [
      'another task',
      () => check({ Work: task({ Resource: 'arn:aws:states:::sns:publish' }) }),
      'Work: the local cloud does not run the task "arn:aws:states:::sns:publish"',
    ],
    [
      'no Arguments',
      () => check({ Work: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true } }),
      'Work: Arguments with a FunctionName are missing',
    ],
    [
      'a Next that leads nowhere',
      () => check({ Go: { Type: 'Pass', Next: 'Gone' } }),
      'Go: Next: there is no state "Gone"',
    ],
    ['neither Next nor End', () => check({ Go: { Type: 'Pass' } }), 'Go: it must have either Next or End'],
    ['both Next and End', () => check({ Go: pass({ Next: 'Go' }) }), 'Go: it must have either Next or End'],
    ['an End that is not true', () => check({ Go: pass({ End: false }) }), 'Go: End is false; it must be true'],
    ['a state that nothing leads to', () => check({ End: end, Lost: end }), 'Lost: no state leads to it'],
    ['a definition without an end', () => check({ Go: { Type: 'Pass', Next: 'Go' } }), 'no state ends the execution'],
    [
      'a Catch that leads nowhere',
      () => check({ Work: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Gone' }] }) }),
      'Work: Catch[0].Next: there is no state "Gone"',
    ],
    [
      'ErrorEquals without names',
      () => check({ Work: task({ Retry: [{ ErrorEquals: [] }] }) }),
      'Work: Retry[0]: ErrorEquals is []; it must be a list of error names',
    ],
    [
      'States.ALL beside another name',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['States.ALL', 'Sorry'] }] }) }),
      'Work: Retry[0]: States.ALL must stand alone, and in the last entry',
    ],
    [
      'States.ALL before the last entry',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['Sorry'] }] }) }),
      'States.ALL must stand alone',
    ],
    [
      'an unknown field of a retrier',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['Sorry'], Max: 1 }] }) }),
      'Work: Retry[0]: the local cloud does not know the field Max',
    ],
    ['a Retry that is no list', () => check({ Work: task({ Retry: {} }) }), 'Work: Retry is {}; it must be a list'],
    [
      'half an attempt',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['Sorry'], MaxAttempts: 1.5 }] }) }),
      'Work: Retry[0].MaxAttempts: 1.5 must be a whole number from 0',
    ],
    [
      'a BackoffRate under 1',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['Sorry'], BackoffRate: 0.5 }] }) }),
      'Work: Retry[0]: BackoffRate is 0.5',
    ],
    [
      'a MaxDelaySeconds that is no more than the interval',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['Sorry'], IntervalSeconds: 3, MaxDelaySeconds: 3 }] }) }),
      'Work: Retry[0].MaxDelaySeconds: 3 must be a whole number from 4',
    ],
    [
      'an unknown JitterStrategy',
      () => check({ Work: task({ Retry: [{ ErrorEquals: ['Sorry'], JitterStrategy: 'full' }] }) }),
      'JitterStrategy is "full"; it must be FULL or NONE',
    ],
    [
      'a timeout of nothing',
      () => check({ Work: task({ TimeoutSeconds: 0 }) }),
      'Work: TimeoutSeconds: 0 must be a whole number from 1',
    ],
    [
      'a Choice without rules',
      () => check({ Choose: { Type: 'Choice', Choices: [], Default: 'End' }, End: end }),
      'Choose: Choices has no rule',
    ],
    [
      'a rule without a Condition',
      () => check({ Choose: { Type: 'Choice', Choices: [{ Next: 'End' }] }, End: end }),
      'Choose: Choices[0]: Condition is missing',
    ],
    [
      'a Wait for nothing',
      () => check({ Wait: { Type: 'Wait', End: true } }),
      'Wait: a Wait state has either Seconds or Timestamp',
    ],
    [
      'a Wait for both',
      () => check({ Wait: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } }),
      'Wait: a Wait state has either Seconds or Timestamp',
    ],
    [
      'an Error that is no string',
      () => check({ Stop: { Type: 'Fail', Error: 7 } }),
      'Stop: Error is 7; it must be a string',
    ],
    [
      'a name for a variable that is none',
      () => check({ Go: pass({ Assign: { 'x.y': 1 } }) }),
      'Go: Assign: "x.y" is no variable name',
    ],
    [
      'the reserved name',
      () => check({ Go: pass({ Assign: { states: 1 } }) }),
      'Go: Assign: the variable name "states" is reserved',
    ],
    [
      'an Assign that is no object',
      () => check({ Go: pass({ Assign: '{% 1 %}' }) }),
      'Go: Assign: "{% 1 %}" must be an object',
    ],
    [
      'an expression with a variable that nothing assigns',
      () => check({ Go: pass({ Output: { a: '{% $plan %}' } }) }),
      "Go: Output/a: the expression '$plan' cannot run: no state assigns the variable $plan",
    ],
    [
      'a result in the Arguments',
      () => check({ Work: task({ Arguments: { FunctionName: '{% $states.result %}' } }) }),
      '$states.result is not available here',
    ],
    [
      'an errorOutput outside a catcher',
      () => check({ Work: task({ Output: '{% $states.errorOutput %}' }) }),
      '$states.errorOutput is not available here',
    ],
    [
      'a result in a catcher',
      () =>
        check({
          Work: task({ Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.result %}', Next: 'End' }] }),
          End: end,
        }),
      'Work: Catch[0]/Output: the expression',
    ],
    [
      'an expression that cannot be read',
      () => check({ Go: pass({ Output: '{% $states. %}' }) }),
      "Go: Output: the JSONata expression '$states.' cannot be read",
    ],
    ['a name that is too long', () => check({ ['x'.repeat(81)]: end }), 'the name is longer than 80 characters'],
  ];

  test.each(refused)('%s', (_, refuse, message) => {
    expect(refuse).toThrow(message);
    expect(refuse).toThrow(/^Machine: /);
  });

  test.each([
    ...['InputPath', 'OutputPath', 'Parameters', 'ResultSelector', 'ResultPath', 'Result', 'Variable'],
    ...['SecondsPath', 'TimestampPath', 'TimeoutSecondsPath', 'ErrorPath', 'CausePath'],
  ])('%s, a field of JSONPath', (field) => {
    expect(() => check({ Work: task({ [field]: '$' }) })).toThrow(
      `Work: ${field} is a field of JSONPath; with JSONata use`,
    );
  });
});
