import { checkSchedule } from '../../infra/check-schedule';

/** The minutes of an hour at which a schedule fires. */
function minutesOf(expression: string): number[] {
  const [, minutes] = /^cron\(([\d,*]+) \* \* \* \? \*\)$/.exec(expression) ?? [];
  if (minutes === undefined) throw new Error(`No such expression is expected: ${expression}`);
  return minutes === '*' ? Array.from({ length: 60 }, (_, minute) => minute) : minutes.split(',').map(Number);
}

/** The longest time between two checks, over the end of the hour too, minutes. */
function longestGap(minutes: readonly number[]): number {
  const [first = 0] = minutes;
  return Math.max(...[...minutes.slice(1), first + 60].map((minute, index) => minute - (minutes[index] ?? 0)));
}

const INTERVALS = Array.from({ length: 60 }, (_, index) => index + 1);

test.each(INTERVALS)(
  'with an interval of %i minutes no two checks are further apart, wherever a cluster begins',
  (interval) => {
    for (let position = 0; position < 60; position += 1) {
      const minutes = minutesOf(checkSchedule(interval, position));
      expect(minutes).toEqual([...new Set(minutes)].sort((a, b) => a - b));
      expect(longestGap(minutes)).toBeLessThanOrEqual(interval);
    }
  },
);

test('an interval that divides the hour is kept exactly', () => {
  for (const interval of INTERVALS.filter((minutes) => 60 % minutes === 0)) {
    expect(minutesOf(checkSchedule(interval, 1))).toHaveLength(60 / interval);
  }
});

test('A17: the checks of 40 clusters are spread over the minutes of their interval', () => {
  const starts = Array.from({ length: 40 }, (_, position) => minutesOf(checkSchedule(5, position))[0]);
  const together = [0, 1, 2, 3, 4].map((minute) => starts.filter((start) => start === minute).length);
  expect(together).toEqual([8, 8, 8, 8, 8]);
});

test('a cluster’s position alone decides: what comes after it in the configuration changes nothing', () => {
  expect(checkSchedule(5, 0)).toBe('cron(0,5,10,15,20,25,30,35,40,45,50,55 * * * ? *)');
  expect(checkSchedule(20, 21)).toBe('cron(1,21,41 * * * ? *)');
  expect(checkSchedule(45, 0)).toBe('cron(0,30 * * * ? *)');
  expect(checkSchedule(1, 7)).toBe('cron(* * * * ? *)');
  expect(checkSchedule(60, 61)).toBe('cron(1 * * * ? *)');
});
