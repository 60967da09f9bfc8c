import { type AlarmRule, evaluate, type Treatment } from '../../../../local/emulator/cloudwatch/alarm-evaluation';
import type { AlarmState } from '../../../../local/emulator/cloudwatch/alarm-store';

/** As AWS draws them: the newest on the right, `0` good, `X` bad, `-` missing. */
const points = (drawn: string) =>
  drawn
    .split(' ')
    .map((each) => (each === '-' ? null : each === 'X' ? 1 : 0))
    .reverse();

const rule = (datapointsToAlarm: number, missing: Treatment): AlarmRule => ({
  evaluationPeriods: 3,
  datapointsToAlarm,
  breaches: (value) => value > 0,
  missing,
});

const KEPT = 'as it was';

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
describe("AWS's tables of missing data", () => {
  test.each([
    [3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    [3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
    [3, '- - - - -', 'INSUFFICIENT_DATA', KEPT, 'ALARM', 'OK'],
    [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [3, '- - X - -', 'ALARM', KEPT, 'ALARM', 'OK'],
    [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    [2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    [2, '- - - X -', 'ALARM', KEPT, 'ALARM', 'OK'],
  ])(
    '%i of 3, %s: missing %s, ignore %s, breaching %s, notBreaching %s',
    (datapoints, drawn, missing, ignore, breaching, notBreaching) => {
      for (const before of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] satisfies AlarmState[]) {
        const state = (treatment: Treatment) => evaluate(points(drawn), rule(datapoints, treatment), before);
        const wanted = [missing, ignore, breaching, notBreaching].map((each) => (each === KEPT ? before : each));
        expect([state('missing'), state('ignore'), state('breaching'), state('notBreaching')]).toEqual(wanted);
      }
    },
  );
});

test('one bad point among missing ones is no alarm yet: the next one may be good', () => {
  expect(evaluate(points('- - - - X'), rule(3, 'missing'), 'OK')).toBe('OK');
  expect(evaluate(points('- - - X -'), rule(3, 'missing'), 'OK')).toBe('OK');
});
