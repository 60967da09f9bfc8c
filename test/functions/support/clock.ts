import type { Execution } from '../../../functions/shared/contract';
import { execution } from '../notify/builders';

/** A state that was entered now, so long after the start of the execution. */
export function enteredNow(secondsAfterStart = 1, retryCount = 0): Execution {
  const now = Date.now();
  return execution({
    startTime: new Date(now - secondsAfterStart * 1_000).toISOString(),
    stateEnteredTime: new Date(now).toISOString(),
    retryCount,
  });
}

export function secondsAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1_000).toISOString();
}
