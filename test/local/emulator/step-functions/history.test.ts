import { assignedVariables, data } from '../../../../local/emulator/step-functions/history';
import { closeAll, eventsOf, invoke, startStack } from '../harness';
import { COUNTS, FAILS, HANGS, run } from './harness';

// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
const GROUP = '/aws/vendedlogs/states/machine';

afterEach(closeAll);

/** The events that an execution of one Task state wrote to its log group. */
async function logged(source: string, more: object = {}) {
  const cloud = await startStack({
    functions: { work: source },
    startAt: 'Work',
    states: { Work: { ...invoke('work'), End: true, ...more } },
  });
  const { execution } = await run(cloud);
  const lines = eventsOf(cloud, 'log').filter(({ group }) => group === GROUP);
  return { execution, events: lines.map(({ line }) => JSON.parse(line)) };
}

test('is written to the log group, each event after the one before', async () => {
  const { execution, events } = await logged(COUNTS);
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
  expect(events.map(({ id }) => id)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  expect(events.map(({ previous_event_id }) => previous_event_id)).toEqual(['0', '0', '2', '3', '4', '5', '6']);
  expect(events.every(({ execution_arn }) => execution_arn === execution.arn)).toBe(true);
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskScheduledEventDetails.html
test('tells what a task was asked for, and what it answered', async () => {
  const { events } = await logged(COUNTS, { TimeoutSeconds: 9 });
  expect(events[2]?.details).toMatchObject({
    resource: 'invoke',
    resourceType: 'lambda',
    region: 'us-east-1',
    timeoutInSeconds: 9,
  });
  expect(JSON.parse(events[2]?.details.parameters)).toMatchObject({ Payload: { given: {} } });
  expect(events[4]?.details).toMatchObject({ outputDetails: { truncated: false } });
  expect(JSON.parse(events[4]?.details.output)).toEqual({ ExecutedVersion: '$LATEST', Payload: 1, StatusCode: 200 });
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StateExitedEventDetails.html
test('tells what a state assigned, each value as JSON text', async () => {
  const { events } = await logged(COUNTS, { Assign: { total: '{% $states.result.Payload %}', text: 'a' }, Output: {} });
  expect(events[5]?.details).toEqual({
    name: 'Work',
    output: '{}',
    outputDetails: { truncated: false },
    assignedVariables: { total: '1', text: '"a"' },
    assignedVariablesDetails: { truncated: false },
  });
});

test('tells how a task failed, and how the execution ended', async () => {
  const { events } = await logged(FAILS);
  expect(events.map(({ type }) => type).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
  for (const { details } of events.slice(-2)) expect(details).toMatchObject({ error: 'Sorry' });
});

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskTimedOutEventDetails.html
test('tells that a task timed out, and nothing of it afterwards', async () => {
  const { events } = await logged(HANGS, { TimeoutSeconds: 1 });
  expect(events.map(({ type }) => type).slice(-3)).toEqual(['TaskStarted', 'TaskTimedOut', 'ExecutionFailed']);
});

test('cuts data of more than 248,000 characters, and says so', () => {
  expect(data('input', 'x'.repeat(248_000))).toMatchObject({ inputDetails: { truncated: false } });
  const cut = data('output', 'x'.repeat(248_001));
  expect(cut).toMatchObject({ outputDetails: { truncated: true } });
  expect(String(cut.output).length).toBe(248_000);
  expect(assignedVariables({ a: 'x'.repeat(248_001) })).toMatchObject({
    assignedVariablesDetails: { truncated: true },
  });
  expect(assignedVariables({})).toEqual({});
});
