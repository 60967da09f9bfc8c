import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { Clients } from './clients';

export interface LogSearch {
  readonly group: string;
  /** Milliseconds since the epoch, both included. */
  readonly start: number;
  readonly end: number;
  readonly pattern: string;
  /** Called now and then with how much of the time has been searched, from 0 to 1. */
  readonly progress?: (part: number) => void;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message: string;
}

const DAY = 86_400_000;
/** A long time is searched in so many parts, so that it is known how far the search has come: empty pages tell nothing. */
const PARTS = 50;

/**
 * The lines that a pattern lets through, oldest first, page by page: no more than one page is in memory.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 */
export async function* readLog({ logs }: Clients, search: LogSearch): AsyncGenerator<LogLine> {
  const { group: logGroupName, start, end, pattern: filterPattern, progress } = search;
  const step = Math.max(DAY, Math.ceil((end - start + 1) / PARTS));
  for (let startTime = start; startTime <= end; startTime += step) {
    const endTime = Math.min(end, startTime + step - 1);
    let nextToken: string | undefined;
    do {
      const page = await logs.send(
        new FilterLogEventsCommand({ logGroupName, startTime, endTime, filterPattern, nextToken }),
      );
      for (const { timestamp = 0, message = '' } of page.events ?? []) yield { at: timestamp, message };
      nextToken = page.nextToken;
    } while (nextToken);
    progress?.((endTime - start + 1) / (end - start + 1));
  }
}
