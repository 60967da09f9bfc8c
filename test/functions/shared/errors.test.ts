import * as errors from '../../../functions/shared/errors';

const { asError, DENIED, describeError, messageOf, toStateError, WorkflowError, ...rest } = errors;

describe('errors of the workflow', () => {
  test.each(Object.entries(rest))('%s carries its own name, which Retry and Catch match', (name, Kind) => {
    const error = new Kind('what happened');
    expect(error.name).toBe(name);
    expect(error).toBeInstanceOf(WorkflowError);
    expect(error.message).toBe('what happened');
    expect(Object.hasOwn(error, 'name')).toBe(true);
  });
});

test('codes of a denied call are those of EC2, CloudWatch and SNS', () => {
  expect([...DENIED]).toEqual([
    'UnauthorizedOperation',
    'AccessDenied',
    'AccessDeniedException',
    'AuthorizationError',
    'AuthorizationErrorException',
  ]);
});

test('whatever is thrown can be described', () => {
  expect(describeError(new errors.TargetLost('it died'))).toBe('TargetLost: it died');
  expect(describeError('odd')).toBe('odd');
  expect(describeError(undefined)).toBe('undefined');
});

test('an error becomes what a Catch sees of it, and is read back', () => {
  const seen = toStateError(new errors.PlanStale('The plan is old.'));
  expect(seen).toEqual({
    Error: 'PlanStale',
    Cause: '{"errorType":"PlanStale","errorMessage":"The plan is old."}',
  });
  expect(messageOf(seen)).toBe('The plan is old.');
});

describe('what a state error said', () => {
  test.each([
    ['plain text', { Error: 'States.Timeout', Cause: 'Timed out.' }, 'Timed out.'],
    ['text that is a JSON number', { Error: 'X', Cause: '7' }, '7'],
    ['text that is a JSON null', { Error: 'X', Cause: 'null' }, 'null'],
    ['a JSON object without a message', { Error: 'X', Cause: '{"a":1}' }, '{"a":1}'],
    ['a message that is no text', { Error: 'X', Cause: '{"errorMessage":7}' }, '7'],
    ['an empty cause: the name', { Error: 'States.Timeout', Cause: '' }, 'States.Timeout'],
    ['no cause: the name', { Error: 'States.Timeout' }, 'States.Timeout'],
  ])('%s', (_what, error, message) => {
    expect(messageOf(error)).toBe(message);
  });
});
