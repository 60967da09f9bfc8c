import { Join, merged, wholeHours } from '../../../cli/collect/completeness';

const HOUR = 3_600_000;
const END = 10 * HOUR;

const line = (type: string, executionArn: string, at: number, name?: string) => ({
  at,
  message: JSON.stringify({
    id: '1',
    type,
    event_timestamp: String(at),
    execution_arn: executionArn,
    details: name === undefined ? {} : { name },
  }),
});

function joined(add: (join: Join) => void) {
  const join = new Join(END);
  add(join);
  return join.result();
}

test('an execution that ended and has its record is complete', () => {
  const result = joined((join) => {
    join.addLine(line('ExecutionStarted', 'a', 0));
    join.addLine(line('TaskStateEntered', 'a', 1, 'NotifySuccess'));
    join.addRecord({ executionId: 'a', at: 2 });
    join.addLine(line('ExecutionSucceeded', 'a', 3));
  });
  expect(result).toEqual({
    started: 1,
    ended: 1,
    recorded: 1,
    notWorthARecord: 0,
    unexplained: [],
    startedInWindow: 0,
  });
});

test('one that never came to Notify needs no record', () => {
  const result = joined((join) => {
    join.addLine(line('ExecutionStarted', 'a', 0));
    join.addLine(line('ExecutionSucceeded', 'a', 3));
  });
  expect(result).toMatchObject({ notWorthARecord: 1, unexplained: [] });
});

test.each([
  [['ExecutionStarted'], false, 'no end in the log'],
  [['ExecutionStarted', 'Notify', 'ExecutionFailed'], false, 'no record of the outcome'],
  [[], true, 'a record, and no execution in the log'],
])('%j, record: %j: %s', (types, recorded, what) => {
  const result = joined((join) => {
    for (const type of types)
      join.addLine(type === 'Notify' ? line('TaskStateEntered', 'a', 1, 'NotifyFailure') : line(type, 'a', 1));
    if (recorded) join.addRecord({ executionId: 'a', at: 1 });
  });
  expect(result.unexplained).toEqual([{ executionArn: 'a', at: 1, what }]);
});

test('what began shortly before the end may be under way', () => {
  const result = joined((join) => join.addLine(line('ExecutionStarted', 'a', END - 1_000)));
  expect(result).toMatchObject({ started: 1, unexplained: [] });
});

test('two logs are read as one, oldest first', async () => {
  async function* at(...times: number[]) {
    for (const time of times) yield { at: time };
  }
  const seen: number[] = [];
  for await (const each of merged(at(1, 4, 5), at(2, 3, 9))) seen.push('one' in each ? each.one.at : each.other.at);
  expect(seen).toEqual([1, 2, 3, 4, 5, 9]);
});

test('starts are counted in the whole hours, an execution once, and a minute more on either side', () => {
  const join = new Join(END, { from: HOUR, to: 2 * HOUR });
  for (const at of [HOUR - 61_000, HOUR - 59_000, 1.5 * HOUR, 1.5 * HOUR, 2 * HOUR + 61_000])
    join.addLine(line('ExecutionStarted', String(at), at));
  expect(join.result()).toMatchObject({ started: 4, startedInWindow: 2 });
});

test.each([
  ['an hour and more', 0.5 * HOUR, 2.5 * HOUR, { from: HOUR, to: 2 * HOUR }],
  ['two hours, to the minute', HOUR, 3 * HOUR, null],
  ['less than an hour', 1.2 * HOUR, 1.8 * HOUR, null],
])('whole hours of %s', (_, start, end, expected) => {
  expect(wholeHours({ start, end })).toEqual(expected);
});
