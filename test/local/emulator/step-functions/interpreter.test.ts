import { play } from './harness';

const end = { Type: 'Succeed' };

test('a definition that goes round without waiting times out, and does not hang', async () => {
  const { outcome, ofType } = await play(
    {
      Round: { Type: 'Choice', Choices: [{ Condition: '{% $states.input.stop %}', Next: 'End' }], Default: 'Round' },
      End: end,
    },
    { input: { stop: false }, timeoutSeconds: 2 },
  );
  expect(outcome).toMatchObject({ status: 'TIMED_OUT' });
  expect(ofType('state-entered').length).toBeGreaterThan(100);
});

test('an execution that is aborted does nothing more', async () => {
  const played = await play({ Wait: { Type: 'Wait', Seconds: 5, Next: 'End' }, End: end }, { timeoutSeconds: 1 });
  const { length } = played.history;
  played.execution.abort('again');
  await played.clock.run(() => false);
  expect(played.history.length).toBe(length);
  expect(played.outcome).toMatchObject({ status: 'TIMED_OUT' });
});
