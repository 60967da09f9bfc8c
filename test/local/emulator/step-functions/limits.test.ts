import {
  ASSIGN_BYTES,
  STATE_DATA_BYTES,
  stateData,
  VARIABLES_BYTES,
  Variables,
} from '../../../../local/emulator/step-functions/limits';
import { outputOf, play, task } from './harness';

/** JSON text of so many bytes. */
const sized = (bytes: number) => 'x'.repeat(bytes - 2);

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: "Maximum input or output size", 256 KiB
describe('data of a state', () => {
  test('may have 256 KiB of UTF-8, and no byte more', () => {
    expect(stateData(sized(STATE_DATA_BYTES), 'output', 'It').length).toBe(STATE_DATA_BYTES);
    expect(() => stateData(sized(STATE_DATA_BYTES + 1), 'output', 'It')).toThrow('It returned a result with a size');
    expect(() => stateData('é'.repeat(STATE_DATA_BYTES / 2), 'input', 'It')).toThrow(
      'It received an input with a size',
    );
  });

  test('over the limit ends the execution, and no Retry and no Catch sees it', async () => {
    const { outcome, calls } = await play(
      {
        Work: task({
          Retry: [{ ErrorEquals: ['States.ALL'] }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        }),
        Caught: { Type: 'Succeed' },
      },
      { work: () => sized(STATE_DATA_BYTES + 1) },
    );
    expect(outcome).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
      cause: expect.stringMatching(
        /^An error occurred while executing the state 'Work' \(entered at the event id #2\)\. /,
      ),
    });
    expect(calls.length).toBe(1);
  });

  test('does not count where the Output leaves it out', async () => {
    const work = () => sized(STATE_DATA_BYTES + 1);
    expect(await outputOf({ Work: task({ Output: {} }) }, { work })).toEqual({});
  });
});

// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html: "Limits"
describe('variables', () => {
  test('may have 256 KiB each, and together in one Assign', () => {
    const variables = new Variables();
    variables.assign({ a: sized(ASSIGN_BYTES) });
    variables.assign({ b: sized(ASSIGN_BYTES / 2), c: sized(ASSIGN_BYTES / 2) });
    expect(() => variables.assign({ b: sized(ASSIGN_BYTES / 2), c: sized(ASSIGN_BYTES / 2 + 1) })).toThrow(
      'The Assign field assigns 262145 bytes',
    );
  });

  test('may have 10 MiB in all, counting what they hold now', () => {
    const variables = new Variables();
    const most = VARIABLES_BYTES / ASSIGN_BYTES;
    for (let n = 0; n < most; n++) variables.assign({ [`v${n}`]: sized(ASSIGN_BYTES) });
    variables.assign({ v0: sized(ASSIGN_BYTES) });
    expect(() => variables.assign({ more: 1 })).toThrow('All variables together take');
    expect(variables.current).not.toHaveProperty('more');
    variables.assign({ v0: 1 });
    variables.assign({ more: 1 });
    expect(variables.current).toMatchObject({ v0: 1, more: 1 });
  });

  test('over a limit end the execution with States.DataLimitExceeded', async () => {
    const half = '{% $states.result %}';
    const { outcome } = await play(
      {
        Work: task({ Assign: { a: half, b: half }, Output: {}, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] }),
        End: { Type: 'Succeed' },
      },
      { work: () => sized(ASSIGN_BYTES / 2 + 1) },
    );
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});
