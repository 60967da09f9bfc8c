import type { Clients } from '../aws/clients';
import type { Terminal } from '../output/terminal';
import { endOf, type HistoryEvent } from './events';
import { readExecution } from './read';
import type { Started } from './start';
import { type ExecutionHistory, historyOf, type StateVisit } from './states';
import { whatItDid, whatWentWrong } from './words';

/** Between two looks into the log, ms. */
const PAUSE = 1_000;
/** An execution takes at most five minutes; lines reach the log some seconds later. */
const LONGEST = 330_000;
/** AWS's clock and this one may differ. */
const CLOCKS_DIFFER = 120_000;

export interface Followed {
  /** What the log had when it ended, or when waiting was given up; null: nothing. */
  readonly history: ExecutionHistory | null;
  readonly interrupted: boolean;
}

/**
 * Follows an execution, state by state, until it ends. Express has no history but the lines in the log group, which come
 * late and not always in order: a line is shown when all before it have been.
 */
export async function follow(
  { clients, terminal, now }: { readonly clients: Clients; readonly terminal: Terminal; now(): number },
  group: string,
  { executionArn, startedAt }: Started,
): Promise<Followed> {
  const began = now();
  const shown = new Set<string>();
  let events: HistoryEvent[] = [];
  while (!terminal.interrupted.aborted && now() - began < LONGEST) {
    const search = {
      group,
      executionArn,
      start: startedAt - CLOCKS_DIFFER,
      end: Math.max(now(), startedAt) + CLOCKS_DIFFER,
    };
    events = withoutGaps(await readExecution(clients, search));
    const history = historyOf(events);
    if (history !== null) await show(history, terminal, shown);
    if (events.some((event) => endOf(event) !== undefined)) break;
    await terminal.wait(PAUSE);
  }
  return { history: historyOf(events), interrupted: terminal.interrupted.aborted };
}

/** Events are numbered from 1: what comes after a gap waits for it. */
function withoutGaps(events: readonly HistoryEvent[]): HistoryEvent[] {
  return events.filter(({ id }, index) => id === index + 1);
}

async function show(history: ExecutionHistory, terminal: Terminal, shown: Set<string>): Promise<void> {
  for (const [key, text] of linesOf(history)) {
    if (shown.has(key)) continue;
    shown.add(key);
    await terminal.write(text);
  }
}

/** Only what will not change any more. */
function linesOf({ startedAt, visits }: ExecutionHistory): (readonly [key: string, text: string])[] {
  const stamp = (at: number) => `${((at - startedAt) / 1_000).toFixed(1).padStart(6)} s`;
  return visits
    .filter(({ type }) => type === 'Task')
    .flatMap((visit, index) => [
      ...visit.attempts
        .filter(({ error }) => error !== null)
        .map(
          (attempt, nth) =>
            [
              `${index}.${nth}`,
              `${stamp(attempt.endedAt ?? attempt.startedAt)}  ${visit.name.padEnd(20)}${whatWentWrong(attempt)}\n`,
            ] as const,
        ),
      ...doneLine(visit, index, stamp),
    ]);
}

function doneLine(visit: StateVisit, index: number, stamp: (at: number) => string) {
  if (visit.exitedAt === null || visit.output === null) return [];
  return [[`${index}`, `${stamp(visit.exitedAt)}  ${visit.name.padEnd(20)}${whatItDid(visit)}\n`] as const];
}
