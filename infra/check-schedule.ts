const HOUR = 60;

/**
 * When a cluster is checked: at the same minutes of every hour, never further apart than its interval. The clusters of a
 * stack begin at different minutes, so that 40 checks do not fall into one second.
 *
 * Why cron: a rate begins when the schedule is created, and CloudFormation creates all of them at once. A StartDate could
 * shift it, but Scheduler refuses one that is more than five minutes old, so the same template could not be deployed twice.
 *
 * @param intervalMinutes 1 to 60. One that does not divide an hour gives the next shorter even distance: 45 becomes 30
 * @param position of the cluster in the stack, from 0
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 */
export function checkSchedule(intervalMinutes: number, position: number): string {
  const checksAnHour = Math.ceil(HOUR / intervalMinutes);
  const minutes = Array.from({ length: checksAnHour }, (_, nth) => Math.floor((nth * HOUR) / checksAnHour))
    .map((minute) => (minute + (position % intervalMinutes)) % HOUR)
    .sort((a, b) => a - b);
  return `cron(${checksAnHour === HOUR ? '*' : minutes.join(',')} * * * ? *)`;
}
