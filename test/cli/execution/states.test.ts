import { eventIn, type HistoryEvent } from '../../../cli/execution/events';
import { answerOf, historyOf } from '../../../cli/execution/states';

const ARN = 'arn:aws:states:us-east-1:123456789012:express:m:n:u';
let id = 0;
const event = (type: string, details: object = {}): HistoryEvent => {
  id += 1;
  return { id, type, at: id * 100, executionArn: ARN, details: details as HistoryEvent['details'] };
};
beforeEach(() => {
  id = 0;
});

const answer = (payload: object) => ({ output: JSON.stringify({ Payload: payload, StatusCode: 200 }) });

test('visits with every try, its error, and what the Lambda answered', () => {
  const history = historyOf([
    event('ExecutionStarted', { input: '{"cluster":"mail"}' }),
    event('TaskStateEntered', { name: 'AssignIp' }),
    event('TaskScheduled', { parameters: '{"FunctionName":"f","Payload":{"plan":1}}' }),
    event('TaskStarted'),
    event('TaskFailed', { error: 'TransientAwsError', cause: '{"errorMessage":"busy"}' }),
    event('TaskScheduled', { parameters: '{"FunctionName":"f","Payload":{"plan":1}}' }),
    event('TaskSucceeded', answer({ assigned: ['10.0.0.5'] })),
    event('TaskStateExited', { name: 'AssignIp' }),
    event('ExecutionSucceeded', { output: '{}' }),
  ]);
  expect(history).toMatchObject({
    input: { cluster: 'mail' },
    startedAt: 100,
    endedAt: 900,
    end: 'succeeded',
    visits: [
      {
        name: 'AssignIp',
        type: 'Task',
        enteredAt: 200,
        exitedAt: 800,
        input: { plan: 1 },
        output: { assigned: ['10.0.0.5'] },
        attempts: [
          { startedAt: 300, endedAt: 500, error: 'TransientAwsError' },
          { startedAt: 600, endedAt: 700, error: null },
        ],
      },
    ],
  });
});

test('an execution that is cut off has no end, and its last state no exit', () => {
  const history = historyOf([
    event('ExecutionStarted', { input: '{}' }),
    event('TaskStateEntered', { name: 'VerifyEni' }),
  ]);
  expect(history).toMatchObject({ end: null, endedAt: null, visits: [{ name: 'VerifyEni', exitedAt: null }] });
});

test('what Step Functions cut is not known, and no reason to fail', () => {
  const history = historyOf([
    event('TaskStateEntered', { name: 'VerifyEni' }),
    event('TaskSucceeded', { output: '{"Payload":{"hol' }),
  ]);
  expect(history?.visits[0]?.output).toBeNull();
  expect(history === null ? 'no history' : answerOf(history, 'VerifyEni')).toBeNull();
});

test('lines that are no history are none', () => {
  expect(eventIn('{"message":"outcome"}')).toBeNull();
  expect(historyOf([])).toBeNull();
});
