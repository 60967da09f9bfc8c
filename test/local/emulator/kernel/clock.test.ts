import { RealClock } from '../../../../local/emulator/kernel/clock';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('the machine’s clock runs what is to come, and once it is stopped nothing more', () => {
  const clock = new RealClock();
  const done: string[] = [];
  clock.setTimeout(() => done.push('soon'), 10);
  const cleared = clock.setTimeout(() => done.push('cleared'), 10);
  clock.setTimeout(() => done.push('late'), 20);
  clock.clearTimeout(cleared);
  jest.advanceTimersByTime(10);
  clock.stop();
  clock.setTimeout(() => done.push('afterwards'), 0);
  jest.runAllTimers();
  expect([done, jest.getTimerCount()]).toEqual([['soon'], 0]);
});
